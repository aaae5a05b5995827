"""The judge of a scenario: what the skin received, and what was said of it, against the rules of current.

Nothing here asks the engine what it believes, but for the one claim that is judged: that zero was confirmed. The rules'
figures are written down again, not imported.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from oracle import violations
from telling import Told

from simulator.delivered import Felt, FeltLevel
from simulator.faults import (
    BrownOut,
    Corrupt,
    Delay,
    Direction,
    DropBytes,
    Duplicate,
    ElectrodeHalfOff,
    ElectrodeOff,
    FrontFrozen,
    Noise,
    Reboot,
    Split,
    Stall,
    StuckOutput,
    Trickle,
)
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.model.levels import Levels
from stimctl.model.limits import PROFILES
from stimctl.model.plan import EnvelopeKind
from stimctl.model.thresholds import Thresholds

__all__ = ["Verdict", "judge"]

# safety-rules: how long output may outlive the last byte that reached the unit, by family and channels
RELEASE_MS = {("stimlink", 1): 500, ("stimlink", 2): 500, ("openemsstim", 1): 500, ("openemsstim", 2): 650}
# A dead board ends by the host's reset: on-time, 350 ms of silence, and the reset itself.
DEAD_MS = {1: 220 + 350 + 30, 2: 300 + 350 + 30}
# The board's own figures: level 1 of its dials in permille, and what one more level is at most.
FLOOR_PERMILLE, LEVEL_PERMILLE = 216, 8
# A pulse that has begun is completed; the record is in whole µs.
_SLACK_NS = 2 * MS
_SHARE_OF_PLAN_UA = 300
_GARBLED = "a board that took noise for a command"
# Chronaxie of the comfortable maximum, and one step of a unit.
_TAU_US = 459
_STEP_UA = 10


@dataclass(slots=True)
class Verdict:
    """`wrong`: what no skin should have felt. `apart`: what a unit without a barrier is known to do, by its name."""

    wrong: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    release_ns: int = 0


def judge(told: Told) -> Verdict:
    """Everything that is wrong with what was told."""
    verdict = Verdict()
    tracks = {channel: _track(told, channel) for channel in told.scenario.plan.channels}
    _limits(told, verdict)
    for channel, track in tracks.items():
        stuck_ns = _stuck_from_ns(told, channel)
        judged = [one for one in track if stuck_ns is None or one[0] < stuck_ns]
        _silence(told, channel, judged, verdict, until_ns=stuck_ns)
        _stops(told, channel, judged, verdict, until_ns=stuck_ns)
        _cut_off(told, channel, judged, verdict, until_ns=stuck_ns)
        if stuck_ns is None and track and track[-1][1] and not _dead_and_alone(told):
            what = f"channel {channel}: on at the end"
            if _garbled(told, told.over_ns):
                verdict.apart.append(f"{_GARBLED}: {what}")
            else:
                verdict.wrong.append(what)
        if stuck_ns is not None:
            _stuck(told, channel, track, stuck_ns, verdict)
    _words(told, tracks, verdict)
    return verdict


# -- what was felt, as (instant, amount) of one channel


def _track(told: Told, channel: int) -> list[tuple[int, int]]:
    found = []
    for one in told.sink.entries:
        if isinstance(one, Felt | FeltLevel) and one.channel == channel:
            amount = one.amplitude_ua if isinstance(one, Felt) else one.level_permille
            found.append((one.t_us * 1_000, amount))
    return found


def _amount(track: list[tuple[int, int]], at_ns: int) -> int:
    index = bisect_right(track, at_ns, key=lambda one: one[0])
    return track[index - 1][1] if index else 0


def _first_on(track: list[tuple[int, int]], from_ns: int, until_ns: int) -> int | None:
    """When something flows between two instants, both left out."""
    if until_ns <= from_ns:
        return None
    if _amount(track, from_ns):
        return from_ns
    return next((at_ns for at_ns, amount in track if from_ns < at_ns < until_ns and amount), None)


# -- limits and rises


def _limits(told: Told, verdict: Verdict) -> None:
    scenario = told.scenario
    of = scenario.of
    if isinstance(of, Levels):
        for channel in scenario.plan.channels:
            _levels(told, channel, of, verdict)
        return
    bursts = any(
        drive.envelope.kind is EnvelopeKind.BURST for phase in scenario.plan.phases for drive in phase.drives.values()
    )
    limits = PROFILES[scenario.profile]
    for channel in scenario.plan.channels:
        # an output that sticks, and one that is released, are nobody's doing
        stuck_ns = _stuck_from_ns(told, channel)
        felt = [one for one in told.sink.felt(channel) if stuck_ns is None or one.t_us * 1_000 < stuck_ns]
        for one in violations(felt, limits, limits.charge_per_phase_nc, bursts=bursts):
            if _pad_lifted_for_a_pulse(told, channel, one):
                verdict.apart.append(f"a pad that is off for a pulse: {one}")
            else:
                verdict.wrong.append(one)
        verdict.wrong += [
            f"over comfort: {one}"
            for one in felt
            if one.amplitude_ua and one.amplitude_ua > _comfort_ua(of, one.phase_duration_us) + _STEP_UA
        ]


def _pad_lifted_for_a_pulse(told: Told, channel: int, complaint: str) -> bool:
    """The unit trips at the second pulse without current; after one, the next flows at the amplitude of the plan."""
    at_us = re.search(r"t_us=(\d+).*pulse_period_us=(\d+)", complaint)
    if at_us is None or "after 0," not in complaint:
        return False
    at_ns, period_ns = (int(number) * 1_000 for number in at_us.groups())
    return any(
        isinstance(fault, ElectrodeOff | ElectrodeHalfOff)
        and fault.channel == channel
        and fault.end_ns is not None
        and fault.end_ns <= at_ns <= fault.end_ns + period_ns + _SLACK_NS
        and fault.end_ns - fault.at_ns < 2 * period_ns
        for fault in told.scenario.faults
    )


def _comfort_ua(of: Thresholds, phase_duration_us: int) -> int:
    """The comfortable maximum at another phase duration, by Weiss; shorter: at most 1.25 of it, and no more charge."""
    weiss_ua = of.comfort_ua * (1 + _TAU_US / phase_duration_us) / (1 + _TAU_US / of.at_phase_us)
    if phase_duration_us >= of.at_phase_us:
        return round(weiss_ua)
    same_charge_ua = of.comfort_ua * of.at_phase_us / phase_duration_us
    return round(min(weiss_ua, 1.25 * of.comfort_ua, same_charge_ua))


def _levels(told: Told, channel: int, of: Levels, verdict: Verdict) -> None:
    most = FLOOR_PERMILLE + (of.comfort_level - 1) * LEVEL_PERMILLE
    stuck_ns = _stuck_from_ns(told, channel)
    track = [one for one in _track(told, channel) if stuck_ns is None or one[0] < stuck_ns]
    for (_, before), (at_ns, after) in pairwise([(0, 0), *track]):
        if after <= before:
            continue
        where = f"channel {channel} at {at_ns / SECOND:.3f} s: {before} to {after} permille"
        if after > most:
            _put(told, f"over comfort: {where}", at_ns, verdict)
        elif not before and after > FLOOR_PERMILLE + 1 and not _electrode_back(told, channel, at_ns):
            _put(told, f"a step from nothing: {where}", at_ns, verdict)
        elif before and after - before > LEVEL_PERMILLE:
            _put(told, f"more than a level: {where}", at_ns, verdict)


def _put(told: Told, what: str, at_ns: int, verdict: Verdict) -> None:
    """A board takes any line, whenever it comes and whatever became of it: it has nothing to tell by."""
    if _befallen(told, at_ns, Corrupt, DropBytes, Noise):
        verdict.apart.append(f"a line that was damaged: {what}")
    elif what.startswith("a step") and _befallen(told, at_ns, Delay, Stall, Trickle, Split, Duplicate):
        verdict.apart.append(f"a line that was held back: {what}")
    else:
        verdict.wrong.append(what)


def _garbled(told: Told, at_ns: int) -> bool:
    """Whether bytes of nobody have reached a board: a line that begins with 1 or 2 switches a channel on, for good."""
    return told.scenario.family == "openemsstim" and any(
        isinstance(fault, Corrupt | DropBytes | Noise)
        and fault.direction is not Direction.TO_HOST
        and fault.at_ns <= at_ns
        for fault in told.scenario.faults
    )


def _befallen(told: Told, at_ns: int, *kinds: type) -> bool:
    """Whether such a fault of the line to the unit held within two seconds before, or what it held back came then."""
    for fault in told.scenario.faults:
        if isinstance(fault, kinds) and fault.at_ns <= at_ns and fault.direction is not Direction.TO_HOST:
            held_ns = getattr(fault, "delay_ns", 0) + 64 * getattr(fault, "gap_ns", 0)
            if fault.end_ns is None or at_ns <= fault.end_ns + held_ns + 2 * SECOND:
                return True
    return False


def _electrode_back(told: Told, channel: int, at_ns: int) -> bool:
    """An electrode that is put back lets the level through at once; the board knows of no electrodes."""
    return any(
        isinstance(fault, ElectrodeOff)
        and fault.channel == channel
        and fault.end_ns is not None
        and abs(fault.end_ns - at_ns) <= _SLACK_NS
        for fault in told.scenario.faults
    )


# -- zero


def _release_ns(told: Told) -> int:
    return RELEASE_MS[told.scenario.family, len(told.scenario.plan.channels)] * MS


def _silence(told: Told, channel: int, track: list[tuple[int, int]], verdict: Verdict, *, until_ns: int | None) -> None:
    """From the last byte that reached the unit, output ends within the release time, until another byte comes."""
    end_ns = told.until_ns if until_ns is None else min(until_ns, told.until_ns)
    release_ns = _release_ns(told)
    for last_ns, next_ns in pairwise([0, *told.byte_ns, told.until_ns]):
        if next_ns - last_ns <= release_ns:
            continue
        dead = told.dead_board_ns is not None and told.dead_board_ns <= next_ns
        allowed_ns = max(release_ns, DEAD_MS[len(told.scenario.plan.channels)] * MS) if dead else release_ns
        on_ns = _first_on(track, last_ns + allowed_ns + _SLACK_NS, min(next_ns, end_ns))
        if on_ns is None:
            continue
        what = f"channel {channel}: on at {on_ns / SECOND:.3f} s, {(on_ns - last_ns) / MS:.0f} ms after the last byte"
        if dead:
            verdict.apart.append(f"a dead board: {what}")
        elif _garbled(told, on_ns):
            verdict.apart.append(f"{_GARBLED}: {what}")
        else:
            verdict.wrong.append(what)
    offs = [at_ns for at_ns, amount in track if not amount]
    for off_ns in offs:
        last_ns = told.byte_ns[index - 1] if (index := bisect_right(told.byte_ns, off_ns)) else 0
        verdict.release_ns = max(verdict.release_ns, off_ns - last_ns)


def _stops(told: Told, channel: int, track: list[tuple[int, int]], verdict: Verdict, *, until_ns: int | None) -> None:
    """After a stop that the engine could hear, nothing flows once what was on its way has come and run out."""
    for stop_ns in told.stops_ns[:1]:
        heard_ns = _heard_ns(told, stop_ns)
        if heard_ns is None:
            continue
        zero_ns = heard_ns + _release_ns(told) + _held_ns(told, heard_ns) + _SLACK_NS
        on_ns = _first_on(track, zero_ns, told.until_ns if until_ns is None else min(until_ns, told.until_ns))
        if on_ns is None:
            continue
        what = f"channel {channel}: on at {on_ns / SECOND:.3f} s, {(on_ns - heard_ns) / MS:.0f} ms after a stop"
        if told.dead_board_ns is not None:
            verdict.apart.append(f"a dead board: {what}")
        else:
            _put(told, what, on_ns, verdict)


def _heard_ns(told: Told, asked_ns: int) -> int | None:
    """When the engine can have heard it: not while the computer is away or the front end hangs."""
    heard_ns = asked_ns
    for _ in told.scenario.faults:
        for fault in told.scenario.faults:
            if type(fault).__name__ in ("HostStall", "Suspend", "FrontFrozen", "SlowDisk") and fault.holds(heard_ns):
                if fault.end_ns is None:
                    return None
                heard_ns = fault.end_ns
    return heard_ns


def _held_ns(told: Told, now_ns: int) -> int:
    """How long what was written before may be on its way."""
    held_ns = 0
    for fault in told.scenario.faults:
        if isinstance(fault, Delay | Split | Trickle | Stall) and fault.direction is not Direction.TO_HOST:
            held_ns += getattr(fault, "delay_ns", 0) + 200 * getattr(fault, "gap_ns", 0)
            held_ns += max(0, fault.at_ns + fault.for_ns - now_ns) if isinstance(fault, Stall) else 0
    return held_ns


def _cut_off(told: Told, channel: int, track: list[tuple[int, int]], verdict: Verdict, *, until_ns: int | None) -> None:
    """A unit that restarts or has no power, and an electrode that is off, are zero at once."""
    for fault in told.scenario.faults:
        of_it = isinstance(fault, Reboot | BrownOut) or (isinstance(fault, ElectrodeOff) and fault.channel == channel)
        if not of_it or fault.at_ns > told.until_ns:
            continue
        end_ns = fault.at_ns + 50 * MS if isinstance(fault, Reboot) else fault.end_ns or told.until_ns
        on_ns = _first_on(
            track, fault.at_ns + _SLACK_NS, min(end_ns - _SLACK_NS, told.until_ns if until_ns is None else until_ns)
        )
        if on_ns is not None:
            verdict.wrong.append(f"channel {channel}: on at {on_ns / SECOND:.3f} s in {type(fault).__name__}")


def _dead_and_alone(told: Told) -> bool:
    """A board whose processor is gone, and no host that resets it."""
    return told.dead_board_ns is not None and told.host_died_ns is not None


# -- stuck output


def _stuck_from_ns(told: Told, channel: int) -> int | None:
    starts = [
        fault.at_ns for fault in told.scenario.faults if isinstance(fault, StuckOutput) and fault.channel == channel
    ]
    return min(starts, default=None)


def _stuck(told: Told, channel: int, track: list[tuple[int, int]], from_ns: int, verdict: Verdict) -> None:
    """Counted apart; a unit that reports has to be locked out within 1 s of giving more than the plan has."""
    if not _amount(track, from_ns):
        return
    verdict.apart.append(f"stuck output: channel {channel}")
    if told.scenario.family != "stimlink" or len(told.scenario.faults) > 1 or told.host_died_ns is not None:
        return
    fault = told.scenario.faults[0]
    ended_ns = next((at_ns for at_ns, one in told.heard if isinstance(one, say.Fault | say.Stopped)), told.over_ns)
    until_ns = min(ended_ns, fault.end_ns or ended_ns)
    since_ns = None
    for at_ns, one in told.heard:
        if not isinstance(one, say.Sample) or one.channel != channel or one.planned_ma is None:
            continue
        if not from_ns <= at_ns <= until_ns or _amount(track, at_ns) <= one.planned_ma * 1_000 + _SHARE_OF_PLAN_UA:
            since_ns = None
            continue
        since_ns = since_ns or at_ns
        if at_ns - since_ns > SECOND:
            verdict.wrong.append(f"channel {channel}: stuck at {since_ns / SECOND:.1f} s, not locked out within 1 s")
            return


# -- words


def _words(told: Told, tracks: dict[int, list[tuple[int, int]]], verdict: Verdict) -> None:
    """Zero that is said to be confirmed is zero, and a session that ends says how."""
    hangs = any(isinstance(fault, FrontFrozen) and fault.end_ns is None for fault in told.scenario.faults)
    # a front end that hangs for good leaves an engine that is disarmed waiting for it
    if told.host_died_ns is None and told.ended is None and not hangs:
        verdict.wrong.append("it ended without a word")
    for at_ns, one in told.heard:
        if not (isinstance(one, say.Zero) and one.confirmed):
            continue
        for channel, track in tracks.items():
            if not _amount(track, at_ns):
                continue
            what = f"channel {channel}: zero was confirmed at {at_ns / SECOND:.3f} s, and it is on"
            if told.scenario.family == "openemsstim" and _stuck_from_ns(told, channel) is not None:
                verdict.apart.append(f"a board that reports nothing: {what}")
            else:
                verdict.wrong.append(what)
