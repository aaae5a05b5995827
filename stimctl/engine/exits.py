"""Why a session ends, and with which exit code."""

from dataclasses import dataclass

from stimctl.errors import ExitCode

__all__ = ["CAUSES", "TAKE_PADS_OFF", "Exit"]

TAKE_PADS_OFF = "zero is not confirmed: switch the unit off and take the pads off"


@dataclass(frozen=True, slots=True)
class Exit:
    """A code and a sentence."""

    code: ExitCode
    reason: str


CAUSES = {
    "person": Exit(ExitCode.STOPPED, "stopped by a person"),
    "elsewhere": Exit(ExitCode.STOPPED, "stopped by stimctl stop"),
    "hangup": Exit(ExitCode.HANGUP, "the terminal was closed"),
    "interrupt": Exit(ExitCode.INTERRUPT, "stopped by Ctrl-C"),
    "terminated": Exit(ExitCode.TERMINATED, "told to terminate"),
    "front gone": Exit(ExitCode.FAULT, "the front end is gone"),
    "nobody to resume": Exit(ExitCode.FAULT, "paused, and nobody is there to resume"),
    "done": Exit(ExitCode.DONE, "the program is done"),
}
