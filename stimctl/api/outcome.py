"""How a block was left, as the engine is told it, and how a session ended, as a script is told it."""

from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.engine.messages import Ended
from stimctl.errors import ConfigError, DeviceError, ExitCode, LockedOut, SafetyRefusal, StimctlError

__all__ = ["cause_of", "error_of"]

# Done, or ended by somebody who wanted it so.
_NO_ERROR = (ExitCode.DONE, ExitCode.STOPPED, ExitCode.HANGUP, ExitCode.INTERRUPT, ExitCode.TERMINATED)


def cause_of(error: BaseException | None) -> str:
    """The cause of the stop when a block is left by `error`, or by its end."""
    match error:
        case None | SystemExit() | GeneratorExit():
            return "person"
        case KeyboardInterrupt():
            return "interrupt"
        case SafetyRefusal():
            return "front refused"
        case _:
            return "front gone"


def error_of(ended: Ended, *, unit_found: bool, fault: bool) -> StimctlError | None:
    """The error that goes with an exit code; None if it was done, or stopped by somebody.

    `unit_found`: there was a unit, so its zero counts. `fault`: a fault was told of, not only an end.
    """
    if ended.exit_code in _NO_ERROR:
        return None
    why = ended.reason
    if unit_found and not ended.zero_confirmed and TAKE_PADS_OFF not in why:
        why = f"{why}; {TAKE_PADS_OFF}"
    if ended.journal:
        why = f"{why}; journal: {ended.journal}"
    match ended.exit_code:
        case ExitCode.DEVICE:
            return DeviceError(why)
        case ExitCode.REFUSED:
            return SafetyRefusal(why)
        case ExitCode.USAGE:
            return ConfigError(why)
        case _:
            return LockedOut(why) if fault else StimctlError(why)
