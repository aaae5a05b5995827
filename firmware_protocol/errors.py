"""The one exception a protocol raises: our own mistake. What the other end sends never raises."""

__all__ = ["LocalProtocolError"]


class LocalProtocolError(Exception):
    """We asked for something that the protocol's state forbids, or a value that does not fit its field."""
