"""Stop bytes are proved before anything is armed."""

import pytest
from audit_line import STOP, arm, frame

from stimctl.safety.audit_stimlink import StimlinkAudit


def test_the_stop_bytes_of_the_page_are_sound() -> None:
    assert StimlinkAudit().stop_is_sound(STOP) is None


@pytest.mark.parametrize(
    "stop_bytes",
    [
        b"",
        b"\0",
        STOP[1:],
        STOP[:-1],
        STOP + b"\x01",
        b"\0" + frame(0x01, b"\x01"),
        STOP[:-2] + b"\x85\0",
        STOP + frame(0x01, b"\x01"),
        b"\0" + arm() + STOP,
        b"\0" + frame(0x07, b"\x01"),
    ],
    ids=[
        "nothing",
        "a zero",
        "no zero first",
        "no zero last",
        "more",
        "HELLO",
        "bad CRC",
        "not last",
        "ARM",
        "too long",
    ],
)
def test_stop_bytes_that_would_not_stop_are_unsound(stop_bytes: bytes) -> None:
    assert "does not read as STOP" in (StimlinkAudit().stop_is_sound(stop_bytes) or "")
