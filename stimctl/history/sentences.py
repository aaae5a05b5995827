"""The log of a past session: one sentence a telling, for those that a reader asks for."""

from enum import Enum

from stimctl.history.lines import Line

__all__ = ["Kind", "sentence"]


class Kind(Enum):
    """What an entry of a log is, so that a front end can filter and mark it."""

    STEP = "step"
    PHASE = "phase"
    PERSON = "person"
    NOTE = "note"
    REFUSED = "refused"
    WARNING = "warning"
    GAP = "gap"
    FAULT = "fault"


def sentence(line: Line) -> tuple[Kind, str] | None:
    """What a telling says; None for samples and for what nobody needs. BadValue for a damaged one."""
    match line.event:
        case "unit":
            simulated = "simulated " if line.flag("simulated") else ""
            unit = f"{line.text('family')} unit {line.text('serial_number')}, firmware {line.text('firmware')}"
            return Kind.STEP, f"found: {simulated}{unit}"
        case "session":
            return Kind.STEP, f"prepared: {line.text('title')}, {_clock(line.whole('duration_ms'))}"
        case "armed" | "started":
            return Kind.STEP, line.event
        case "phase":
            ramp = f", ramp {_clock(line.whole('ramp_ms'))}" if line.whole("ramp_ms") else ""
            name, depth, lasts = line.text("name"), line.text("depth"), _clock(line.whole("lasts_ms"))
            return Kind.PHASE, f"{name} ({depth}), {lasts}{ramp}"
        case "user":
            return _person(line)
        case "refused":
            return Kind.REFUSED, f"refused ({line.text('rule')}): {line.text('why')}"
        case "gap":
            return Kind.GAP, f"gap on channel {line.channel()}: {line.text('why')}"
        case "fault":
            return Kind.FAULT, f"fault: {line.text('why')}"
        case "stopped":
            return Kind.STEP, f"stop sent: {line.text('cause')}"
        case "zero":
            return _zero(line)
        case "ended":
            return Kind.STEP, f"ended: {line.text('reason')} (exit code {line.whole('exit_code')})"
        case _:
            return None


def _person(line: Line) -> tuple[Kind, str]:
    action = line.text("action")
    why = f": {line.text('why')}" if line.has("why") else ""
    channel = f" on channel {line.channel()}" if line.has("channel") else ""
    return Kind.NOTE if action in ("note", "pain") else Kind.PERSON, f"{action}{channel}{why}"


def _zero(line: Line) -> tuple[Kind, str]:
    after = f"after {line.whole('after_ms')} ms"
    if line.flag("confirmed"):
        return Kind.STEP, f"zero confirmed {after}"
    return Kind.FAULT, line.text("advice") if line.has("advice") else f"zero not confirmed {after}"


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"
