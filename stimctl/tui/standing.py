"""Where a session stands, in the words, glyphs and colours of row 1: never by colour alone."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["LIVE", "Look", "Standing"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a standing is shown. `tone` is the name of a component class of the status bar."""

    glyph: str
    plain: str
    word: str
    tone: str


class Standing(Enum):
    """The standing and its look; `plain` is the glyph of terminals that have only ASCII."""

    NO_UNIT = Look("○", "o", "NO UNIT", "quiet")
    LOOKING = Look("○", "o", "LOOKING", "quiet")
    READY = Look("○", "o", "OFF", "quiet")
    CHECKING = Look("◌", "o", "CHECKING", "wait")
    CHECKED = Look("◌", "o", "CHECKED", "wait")
    ARMING = Look("◇", "<>", "ARMING", "wait")
    ARMED = Look("◆", "<>", "ARMED", "wait")
    RAMPING = Look("◢", "/", "RAMPING", "live")
    HOLD = Look("▶", ">", "RUNNING", "live")
    PAUSING = Look("◣", "\\", "PAUSING", "live")
    PAUSED = Look("‖", "||", "PAUSED", "wait")
    STOPPING = Look("■", "#", "STOPPING", "stop")
    STOPPED = Look("■", "#", "STOPPED", "quiet")
    DONE = Look("✔", "v", "DONE", "quiet")
    FAULT = Look("!", "!", "FAULT", "fault")
    NOT_ZERO = Look("!", "!", "NOT AT ZERO", "fault")


# Output is above zero, or on its way there or from there.
LIVE = (Standing.RAMPING, Standing.HOLD, Standing.PAUSING)
