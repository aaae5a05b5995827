"""What a capture is to leave out of the record: names, a person's own words, and paths that tell whose computer it is.

Rule 1: what is masked in an input is masked in what is told of it, so that a replay still finds the two alike.
Rule 2: a mask is as long as what it hides, and keeps what the engine refuses a note for: spaces at its ends, control
characters.
Rule 3: messages of the front end are put together before they are looked at: a name may come in two reads.
"""

import json
import re
from collections.abc import Mapping

from stimctl.model.as_json import json_line

__all__ = ["Masking"]

# Inside the quotes of a JSON string: an escape, or a letter.
_PIECE = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
# A message that was torn may have its name without a closing quote.
_NAMED = re.compile(r'("(?:doctor|text)"\s*:\s*")((?:[^"\\\n]|\\.)*)')
_AT = re.compile(r'\{"at":(\d+)')
_FRONT = re.compile(r'\{"at":\d+,"front":')
_NOTED = '"event":"user"'
# The core drops a message that is longer, and says so.
_LONGEST_MESSAGE = 1 << 20


class Masking:
    """One capture's. `instead`: what is to be said for a text, wherever it stands; paths, the longest first."""

    def __init__(self, opened_ns: int, instead: Mapping[str, str]) -> None:
        self._opened_ns = opened_ns
        self._instead = {json_line(text)[1:-1]: other for text, other in instead.items() if len(text) > 1}
        self._message = ""

    def masked(self, text: str) -> str:
        """Whole lines of the record, masked, and those with a time with the time since opening as well."""
        return "".join(f"{line}\n" for old in text.split("\n") if old and (line := self._line(old)))

    def _line(self, line: str) -> str:
        if _FRONT.match(line):
            line = self._front(line)
        elif _NOTED in line:
            line = _without_words(line)
        for text, other in self._instead.items():
            line = line.replace(text, other)
        return _AT.sub(self._both_times, line, count=1) if line.startswith('{"at":') else line

    def _both_times(self, found: re.Match[str]) -> str:
        return f'{found[0]},"t_us":{(int(found[1]) - self._opened_ns) // 1000}'

    def _front(self, line: str) -> str:
        """The messages that this read completes; empty where it completes none, which changes nothing in the core."""
        said = json.loads(line)
        if not said["front"]:
            return line
        whole, end, self._message = (self._message + said["front"]).rpartition("\n")
        if len(self._message.encode("utf-8", "surrogateescape")) > _LONGEST_MESSAGE:
            self._message, whole, end = "", f"{whole}{end}{_mask(self._message)}", ""
        said["front"] = _NAMED.sub(lambda found: found[1] + _mask(found[2]), whole + end)
        return json_line(said) if said["front"] else ""


def _without_words(line: str) -> str:
    """A note as it is told, without what it says; anything else as it is."""
    said = json.loads(line)
    if said.get("action") != "note":
        return line
    said["why"] = _mask(said["why"])
    return json_line(said)


def _mask(text: str) -> str:
    """`text` with an x for every letter that can be seen; escapes of JSON stay."""
    return _PIECE.sub(lambda found: found[0] if len(found[0]) > 1 or not _is_seen(found[0]) else "x", text)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace()
