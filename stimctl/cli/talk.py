"""Talk goes to stderr and never stands in the way: a terminal that was closed hears nothing, the session goes on."""

import sys

__all__ = ["talk"]


def talk(text: str) -> None:
    """Say `text` on stderr, as it is."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        # nobody listens any more; what happens is in the journal, and SIGHUP is on its way
        return
