"""CRC-16/IBM-3740 (polynomial 0x1021, start 0xFFFF, not reflected; of "123456789" it is 0x29B1), little-endian."""

from binascii import crc_hqx

__all__ = ["CRC_BYTES", "has_good_crc", "with_crc"]

CRC_BYTES = 2


def with_crc(body: bytes) -> bytes:
    """`body` and its checksum."""
    return body + crc_hqx(body, 0xFFFF).to_bytes(2, "little")


def has_good_crc(checked: bytes) -> bool:
    """Whether the last two bytes are the checksum of what stands before them."""
    return crc_hqx(checked[:-2], 0xFFFF) == checked[-2] | checked[-1] << 8
