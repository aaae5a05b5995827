"""Which line of a program file a problem of compiling comes from: the same findings as the linter's, for a person."""

from collections.abc import Mapping, Sequence

from stimctl.program.compiled import Problem
from stimctl.program.finding import Finding, Place

__all__ = ["findings_of"]

# What in a phase would have to change, by the compiler's rule.
_KEY_OF = {
    "amplitude": "intensity_pct",
    "charge per phase": "intensity_pct",
    "r.m.s. current": "intensity_pct",
    "phase duration": "phase_duration_us",
    "pulse rate": "rate_hz",
    "target reached in time": "minutes",
}
_ADVICE = {
    "amplitude": "ask for less, or for a shorter phase duration",
    "charge per phase": "ask for less, or for a shorter phase duration",
    "r.m.s. current": "ask for less, or for a lower rate",
    "target reached in time": "a longer phase, a lower intensity, or a phase before it that comes nearer",
}


def findings_of(problems: Sequence[Problem], document: Mapping[str, object]) -> list[Finding]:
    """One finding for each problem, channels that have the same one told together. `document` is the file's."""
    channels: dict[tuple[Place, str, str, str], list[int]] = {}
    for problem in problems:
        same = _place(problem, document), problem.rule, problem.asked, problem.allowed
        channels.setdefault(same, [])
        if problem.channel is not None:
            channels[same].append(problem.channel)
    return [
        Finding(
            place=place,
            found=f"{_channels(together)}{rule}: {asked}",
            allowed=allowed,
            advice=_ADVICE.get(rule, ""),
        )
        for (place, rule, asked, allowed), together in channels.items()
    ]


def _channels(together: Sequence[int]) -> str:
    if not together:
        return ""
    return f"channel {together[0]}, " if len(together) == 1 else f"channels {' and '.join(map(str, together))}, "


def _place(problem: Problem, document: Mapping[str, object]) -> Place:
    """The key that is to blame: the channel's own where it has one."""
    phases = document.get("phase")
    key = _KEY_OF.get(problem.rule)
    if problem.index is None or key is None or not isinstance(phases, list):
        return ()
    own = phases[problem.index].get("channel", {}).get(str(problem.channel), {})
    if key in own:
        return ("phase", problem.index, "channel", str(problem.channel), key)
    return ("phase", problem.index, key)
