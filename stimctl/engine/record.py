"""Everything the core says and everything that was said to it, as journal lines, in order.

A journal is enough to run the same core again (stimctl/engine/replay.py): each input and each passing of time is in it
(`turn`), and what left (`sent`) to compare. Tellings are lines of the same file.
"""

from stimctl.clock import MS
from stimctl.engine.messages import Telling, telling_line
from stimctl.model.as_json import json_line

__all__ = ["Record"]


class Record:
    """The two ways out for words: the journal, and the front end."""

    def __init__(self, start_ns: int) -> None:
        self._start_ns = start_ns
        self._seq = 0
        self._journal: list[str] = []
        self._told: list[tuple[str, bool]] = []

    def turn(
        self, now_ns: int, *, front: bytes | None = None, link: bytes | None = None, said: str | None = None
    ) -> None:
        """One input of the core: from the front end, from the link, from the process around it, or time alone."""
        if link is not None:
            self._journal.append(f'{{"at":{now_ns},"link":"{link.hex()}"}}')
        elif front is not None:
            # a letter may be cut in two between reads; on disk a half is an escape of JSON's
            self._journal.append(json_line({"at": now_ns, "front": front.decode("utf-8", "surrogateescape")}))
        elif said is not None:
            self._journal.append(json_line({"at": now_ns, "said": said}))
        else:
            self._journal.append(f'{{"at":{now_ns}}}')

    def sent(self, now_ns: int, data: bytes, how: str = "sent") -> None:
        """Bytes that left, or did not."""
        self._journal.append(f'{{"at":{now_ns},"{how}":"{data.hex()}"}}')

    def tell(self, telling: Telling, now_ns: int, *, may_drop: bool = False) -> None:
        """Tell the front end, and keep it."""
        self._seq += 1
        line = telling_line(telling, (now_ns - self._start_ns) // MS, self._seq)
        self._journal.append(line)
        self._told.append((line, may_drop))

    def drain_told(self) -> list[tuple[str, bool]]:
        """Lines for the front end; True marks one that may be dropped."""
        told, self._told = self._told, []
        return told

    def drain_journal(self) -> str:
        """Whole lines for the journal."""
        lines, self._journal = self._journal, []
        return "\n".join(lines) + "\n" if lines else ""
