"""Rules about envelopes and what lies beside them: rests, edges, bursts, delays. One rule, one function.

Figures are this project's envelope (docs/safety-case.md) where no other source is named.
"""

from collections.abc import Iterator

from stimctl.model.plan import CONTRACTING, Envelope, EnvelopeKind, Phase, Variation
from stimctl.program.finding import Finding
from stimctl.program.lint_view import FUSED_MHZ, SLOW_MHZ, Case, Lane, in_its_place

__all__ = [
    "active_rest_is_slow_and_weak",
    "alternates_or_delays",
    "alternating_cycles_are_equal",
    "burst_is_not_cut",
    "contraction_has_rests",
    "contraction_is_let_go",
    "delay_is_within_a_cycle",
    "train_edges_are_slow",
    "train_ramps_leave_a_hold",
    "what_fuses_strongly_is_contraction",
]

_SECOND_MS = 1_000
_HALF_PERMILLE = 500
# Proposed: above this part of the range a fused current holds muscle, whatever its program calls itself.
_MILD_PERMILLE = 600


def what_fuses_strongly_is_contraction(case: Case) -> Iterator[Finding]:
    """High in the range a current that fuses holds muscle, and the class that does has rests. Packets hold nothing."""
    if case.program.program_class in CONTRACTING:
        return
    for lane in case.lanes:
        drive, envelope = lane.drive, lane.drive.envelope
        is_packets = envelope.kind is EnvelopeKind.BURST and envelope.off_ms >= envelope.on_ms
        first_permille, last_permille = drive.intensity_start_permille, drive.intensity_end_permille
        if lane.is_fused and not is_packets and max(first_permille, last_permille) > _MILD_PERMILLE:
            yield Finding(
                place=lane.intensity_place(last=last_permille > _MILD_PERMILLE),
                found=f"{max(first_permille, last_permille) / 10:g} % at {max(drive.rate_mhz.values) / 1000:g} Hz"
                f' in the class "{case.program.program_class}"',
                allowed=f"at most {_MILD_PERMILLE // 10} % from {FUSED_MHZ // 1000} Hz on,"
                " but for bursts that are off for as long as they are on",
                advice='write class = "contraction", and give it rests',
            )


def contraction_has_rests(case: Case) -> Iterator[Finding]:
    """Contraction is on for at least 1 s and off for at least 1 s (FDA guidance of 1999)."""
    for lane in case.contracting_lanes:
        envelope = lane.drive.envelope
        if envelope.kind not in (EnvelopeKind.TRAIN, EnvelopeKind.RAISED_COSINE):
            yield Finding(
                place=lane.place("envelope", "kind"),
                found=f'contraction at {max(lane.drive.rate_mhz.values) / 1000:g} Hz under "{envelope.kind.value}"',
                allowed='"train" or "raised_cosine", which come to zero for 1 s or more',
            )
        elif _rest_ms(envelope, case) < _SECOND_MS:
            yield Finding(
                place=lane.place("envelope", "off_s"),
                found=f"off for {envelope.off_ms / 1000:g} s after each contraction",
                allowed="at least 1 s",
                advice=_why_no_rest(envelope, case),
            )


def contraction_is_let_go(case: Case) -> Iterator[Finding]:
    """What holds a muscle tires it: at the longest `fused_hold_ms`, also across a border where no rest has fallen."""
    limit_ms = case.limits.fused_hold_ms
    for run in case.runs:
        held_ms = dict.fromkeys(case.plan.channels, 0)
        for lane in case.lanes:
            phase = run[lane.index]
            longest_ms, held_ms[lane.channel] = _held(case, phase, lane.channel, held_ms[lane.channel])
            if longest_ms > limit_ms:
                envelope = phase.drives[lane.channel].envelope
                key = "period_s" if envelope.kind is EnvelopeKind.RAISED_COSINE else "hold_s"
                yield Finding(
                    place=in_its_place(lane.index) if case.repeats(run, lane.index) else lane.place("envelope", key),
                    found=f"a contraction of {longest_ms / 1000:g} s without 1 s off",
                    allowed=f"at most {limit_ms / 1000:g} s ({case.profile})",
                    advice="what the phase before it has held counts too" if longest_ms > _on_ms(envelope) else "",
                )


def train_ramps_leave_a_hold(case: Case) -> Iterator[Finding]:
    """Where the ramp is longer than the contraction, the level is never reached (The Winner manual, Globus)."""
    for lane in _trains(case):
        envelope = lane.drive.envelope
        ramps_ms = envelope.up_ms + envelope.down_ms
        if ramps_ms * 10 > envelope.on_ms * 8:
            yield Finding(
                place=lane.place("envelope", "hold_s"),
                found=f"ramps of {ramps_ms / 1000:g} s in a time on of {envelope.on_ms / 1000:g} s",
                allowed="at most four fifths of up_s, hold_s and down_s together",
                advice=f"hold for {-(-ramps_ms // 4) / 1000:g} s or more",
            )


def train_edges_are_slow(case: Case) -> Iterator[Finding]:
    """Output comes back to what was felt in no less than this; fused contraction takes 1 s anyway, or it is a jolt."""
    contracting = set(case.contracting_lanes)
    for lane in _trains(case):
        quickest_ms = _SECOND_MS // case.limits.returns_per_s
        least_ms = _SECOND_MS if lane in contracting else quickest_ms
        for key, edge_ms in (("up_s", lane.drive.envelope.up_ms), ("down_s", lane.drive.envelope.down_ms)):
            if edge_ms < least_ms:
                yield Finding(
                    place=lane.place("envelope", key),
                    found=f"an edge of {edge_ms / 1000:g} s",
                    allowed=f"at least {least_ms / 1000:g} s ({case.profile})",
                )


def active_rest_is_slow_and_weak(case: Case) -> Iterator[Finding]:
    """An active rest is a rest: beats that are felt one by one, at half of the train or less."""
    for lane in _trains(case):
        then = lane.drive.envelope.then
        if then is None:
            continue
        if then.rate_mhz > SLOW_MHZ:
            yield Finding(
                place=lane.place("envelope", "then", "rate_hz"),
                found=f"an active rest at {then.rate_mhz / 1000:g} Hz",
                allowed=f"at most {SLOW_MHZ // 1000} Hz",
            )
        if then.top_permille > _HALF_PERMILLE:
            yield Finding(
                place=lane.place("envelope", "then", "top_pct"),
                found=f"an active rest at {then.top_permille / 10:g} % of its train",
                allowed=f"at most {_HALF_PERMILLE // 10} %",
            )


def burst_is_not_cut(case: Case) -> Iterator[Finding]:
    """Where rate or phase duration jumps, a piece ends; an edge of 20 ms cut in two is two jolts."""
    for lane in case.lanes:
        if lane.drive.envelope.kind is not EnvelopeKind.BURST:
            continue
        for key, varying in (("rate_hz", lane.drive.rate_mhz), ("phase_duration_us", lane.drive.phase_duration_us)):
            if varying.variation in (Variation.STEPS, Variation.ALTERNATE):
                yield Finding(
                    place=lane.place(key),
                    found=f"{varying.variation.value} inside bursts",
                    allowed="a number, a drift or a sweep",
                    advice="for steps give each its own phase" if varying.variation is Variation.STEPS else "",
                )


def delay_is_within_a_cycle(case: Case) -> Iterator[Finding]:
    """A delay moves one channel's cycle against another's; without a cycle, or without another, it moves nothing."""
    for index, table in enumerate(case.program.phases):
        key = "alternate_channels" if table.alternate_channels else "delay_s"
        if len(case.plan.channels) < 2 and (table.alternate_channels or table.delay_s):
            yield Finding(
                place=("phase", index, key), found="one channel has nothing to be apart from", allowed="two channels"
            )
    for lane in case.lanes:
        delay_s = lane.table.delay_s.get(str(lane.channel))
        place = ("phase", lane.index, "delay_s", str(lane.channel))
        cycle_ms = lane.drive.envelope.cycle_ms
        if delay_s is not None and round(delay_s * 1000) >= max(cycle_ms, 1):
            allowed = f"less than the cycle of {cycle_ms / 1000:g} s" if cycle_ms else "only under an envelope"
            yield Finding(place=place, found=f"a delay of {delay_s:g} s", allowed=allowed)
        if lane.table.alternate_channels and not cycle_ms:
            yield Finding(
                place=("phase", lane.index, "alternate_channels"),
                found=f"channel {lane.channel} has no cycle to alternate with",
                allowed="an envelope on every channel",
            )


def alternates_or_delays(case: Case) -> Iterator[Finding]:
    """Two ways of saying when a channel begins would contradict each other."""
    for index, table in enumerate(case.program.phases):
        if table.alternate_channels and table.delay_s:
            yield Finding(
                place=("phase", index, "delay_s"),
                found="a delay where the channels alternate",
                allowed="one of the two",
                advice="remove alternate_channels, or delay_s",
                at_key=True,
            )


def alternating_cycles_are_equal(case: Case) -> Iterator[Finding]:
    """Cycles of different lengths drift until the channels, meant to take turns, go together."""
    channels = case.plan.channels
    for index, table in enumerate(case.program.phases):
        cycles_ms = {case.plan.phases[index].drives[channel].envelope.cycle_ms for channel in channels}
        if table.alternate_channels and len(cycles_ms) > 1:
            listed = " and ".join(f"{cycle_ms / 1000:g}" for cycle_ms in sorted(cycles_ms))
            yield Finding(
                place=("phase", index, "alternate_channels"),
                found=f"channels alternate in cycles of {listed} s",
                allowed="one length for all",
            )


def _trains(case: Case) -> Iterator[Lane]:
    return (lane for lane in case.lanes if lane.drive.envelope.kind is EnvelopeKind.TRAIN)


def _rest_ms(envelope: Envelope, case: Case) -> int:
    """How long a muscle rests in each cycle; an active rest is one only to the profile that knows of weak ones."""
    then, weak_permille = envelope.then, case.limits.active_rest_permille
    if then is None or then.rate_mhz > SLOW_MHZ or then.top_permille > weak_permille:
        return envelope.off_ms
    return envelope.off_ms + then.lasts_ms


def _why_no_rest(envelope: Envelope, case: Case) -> str:
    if envelope.then is None:
        return ""
    return f"an active rest counts only up to {SLOW_MHZ // 1000} Hz and half, and only in the clinical profile"


def _on_ms(envelope: Envelope) -> int:
    """How long a cycle is on."""
    return envelope.on_ms or envelope.period_ms


def _held(case: Case, phase: Phase, channel: int, held_ms: int) -> tuple[int, int]:
    """The longest that a muscle is held in a phase, and for how long it is at its end, if it was for `held_ms` before.

    A drive that does not fuse holds nothing, but unless it is off for 1 s it is no rest either.
    """
    drive = phase.drives[channel]
    envelope = drive.envelope
    rest_ms = _rest_ms(envelope, case)
    on_ms, lasts_ms = _on_ms(envelope), phase.lasts_ms - envelope.delay_ms
    if envelope.begins_at_zero and envelope.delay_ms >= _SECOND_MS:
        held_ms = 0
    if lasts_ms <= 0:
        return 0, held_ms
    fuses = case.plan.contracts(phase) and max(drive.rate_mhz.values) >= FUSED_MHZ
    if rest_ms < _SECOND_MS:
        return 0, held_ms
    first_ms = held_ms + (min(on_ms, lasts_ms) if fuses else 0)
    cycles, into_ms = divmod(lasts_ms, envelope.cycle_ms)
    if into_ms - on_ms >= _SECOND_MS:
        return first_ms, 0
    return first_ms, (0 if cycles else held_ms) + (min(on_ms, into_ms) if fuses else 0)
