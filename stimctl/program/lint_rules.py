"""Rules about a program as a whole and about its phases. One rule, one function: a finding for each place, or nothing.

Figures are this project's envelope (docs/safety-case.md) where no other source is named.
"""

from collections.abc import Iterator

from stimctl.clock import MS
from stimctl.model.plan import CONTRACTING, Depth, Drive, Phase
from stimctl.program.finding import Finding, Place
from stimctl.program.lint_view import SLOW_MHZ, Case, in_its_place
from stimctl.program.pieces import CLOSING_NS

__all__ = [
    "blow_is_sensory_only",
    "contraction_on_strained_muscle_is_clinical",
    "ends_with_a_cool_down",
    "no_upward_jump",
    "phase_duration_within_profile",
    "program_not_too_long",
    "ramp_leaves_a_hold",
    "rate_within_profile",
    "repeats_nothing_deeper",
    "rises_slowly",
    "sensory_has_no_separate_beats",
    "tetanic_is_clinical",
]

_CONSUMER_MS = 28 * 60_000
_LARGEST_JUMP_PERMILLE = 150
# Proposed: 1 s for each tenth of the range, so that a ramp is no jump by another name.
_SLOW_MS_PER_PERMILLE = 10
_COOL_PERMILLE = (150, 250)
_HOW_DEEP = {Depth.COOL_DOWN: 0, Depth.SURFACE: 0, Depth.TRANSITION: 1, Depth.DEEP: 2}


def rate_within_profile(case: Case) -> Iterator[Finding]:
    """A proposal of this project, inside what units on the market give (Enraf TensMed S84)."""
    most_hz = 1_000_000 // case.limits.shortest_period_us
    for lane in case.lanes:
        for place, rate_mhz in lane.rates():
            if rate_mhz > most_hz * 1000:
                yield _out_of(case, place, f"{rate_mhz / 1000:g}", f"1 to {most_hz} Hz")


def phase_duration_within_profile(case: Case) -> Iterator[Finding]:
    """A proposal of this project, inside what units on the market give (Enraf TensMed S84, Neotek DT8003TP)."""
    shortest, longest = case.limits.shortest_phase_us, case.limits.phase_duration_us
    for lane in case.lanes:
        for place, phase_us in lane.values("phase_duration_us"):
            if not shortest <= phase_us <= longest:
                yield _out_of(case, place, f"{phase_us}", f"{shortest} to {longest} µs")


def program_not_too_long(case: Case) -> Iterator[Finding]:
    """Omron's PM601 manual has 60 minutes as the longest session; alone at home a person gets half, less the ends."""
    most_ms = case.limits.session_ms - CLOSING_NS // MS if case.is_clinical else _CONSUMER_MS
    lasts_ms = 0
    for index, phase in enumerate(case.plan.phases):
        lasts_ms += phase.lasts_ms
        if lasts_ms > most_ms:
            allowed = f"at most {most_ms / 60_000:.4g} min before the closing of 10 s"
            yield _out_of(case, ("phase", index, "minutes"), f"{lasts_ms / 60_000:.4g} min up to its end", allowed)
            return


def no_upward_jump(case: Case) -> Iterator[Finding]:
    """A step up in intensity surprises; what climbs from there by a ramp may go as far as it likes."""
    for run in case.runs:
        for lane in case.lanes[len(case.plan.channels) :]:
            before, drive = run[lane.index - 1].drives[lane.channel], run[lane.index].drives[lane.channel]
            first_permille = drive.intensity_start_permille
            up_permille = first_permille - before.intensity_end_permille
            if first_permille == drive.intensity_end_permille and _is_slow(drive, run[lane.index], up_permille):
                continue
            if up_permille > _LARGEST_JUMP_PERMILLE:
                repeated = case.repeats(run, lane.index)
                place = in_its_place(lane.index) if repeated else lane.intensity_place(last=False)
                yield Finding(
                    place=place,
                    found=f"a jump from {before.intensity_end_permille / 10:g} % up to {first_permille / 10:g}",
                    allowed=f"at most {_LARGEST_JUMP_PERMILLE / 10:g} up from the end of the phase before",
                    advice="begin lower and ramp up, or end the phase before higher",
                )


def rises_slowly(case: Case) -> Iterator[Finding]:
    """A ramp that is over at once is a jump by another name; without one output climbs at 1 mA/s."""
    for run in case.runs:
        for lane in case.lanes:
            drive = run[lane.index].drives[lane.channel]
            if not (drive.ramp_to_end or drive.ramp_ms):
                continue
            up_permille = drive.intensity_end_permille - drive.intensity_start_permille
            if up_permille > _LARGEST_JUMP_PERMILLE and not _is_slow(drive, run[lane.index], up_permille):
                repeated = case.repeats(run, lane.index)
                yield Finding(
                    place=in_its_place(lane.index) if repeated else lane.intensity_place(last=True),
                    found=f"a rise of {up_permille / 10:g} % in {drive.ramp_ms / 1000:g} s",
                    allowed=f"{up_permille * _SLOW_MS_PER_PERMILLE / 1000:.0f} s or more for as much",
                    advice="a longer ramp",
                )


def _is_slow(drive: Drive, phase: Phase, up_permille: int) -> bool:
    """Whether the ramp takes a second for each tenth of the range that it rises."""
    ramp_ms = phase.lasts_ms if drive.ramp_to_end else drive.ramp_ms
    return ramp_ms > 0 and ramp_ms >= up_permille * _SLOW_MS_PER_PERMILLE


def ends_with_a_cool_down(case: Case) -> Iterator[Finding]:
    """The way to zero begins from little, without a shape to break off."""
    index = len(case.plan.phases) - 1
    for lane in case.lanes[-len(case.plan.channels) :]:
        if lane.table.depth != Depth.COOL_DOWN.value:
            yield Finding(
                place=("phase", index, "depth"), found=f'the last phase is "{lane.table.depth}"', allowed='"cool-down"'
            )
        if lane.is_shaped:
            kind = lane.drive.envelope.kind.value
            yield Finding(
                place=lane.place("envelope", "kind"), found=f'the last phase has a "{kind}"', allowed='"continuous"'
            )
        lowest, highest = _COOL_PERMILLE
        if not lowest <= lane.drive.intensity_end_permille <= highest:
            yield Finding(
                place=lane.intensity_place(last=True),
                found=f"the last phase ends at {lane.drive.intensity_end_permille / 10:g}",
                allowed=f"{lowest / 10:g} to {highest / 10:g}",
            )
    condition = case.program.phases[index].only_if
    if condition is not None:
        yield Finding(
            place=("phase", index, "only_if"), found="the last phase depends on an answer", allowed="no condition",
            at_key=True,
        )  # fmt: skip


def tetanic_is_clinical(case: Case) -> Iterator[Finding]:
    """Strong held contractions are exercise, under somebody's eyes."""
    if case.program.program_class == "tetanic" and not case.is_clinical:
        yield Finding(
            place=("profiles",), found='a program of class "tetanic" for consumers', allowed='profiles = ["clinical"]'
        )


def sensory_has_no_separate_beats(case: Case) -> Iterator[Finding]:
    """Up to 10 Hz a current that reaches a muscle makes it twitch, beat by beat (Sports TENS 2 manual)."""
    if case.program.program_class == "sensory":
        for lane in case.lanes:
            for place, rate_mhz in lane.rates():
                if rate_mhz <= SLOW_MHZ:
                    yield Finding(
                        place=place,
                        found=f'found {rate_mhz / 1000:g} in the class "sensory"',
                        allowed=f"more than {SLOW_MHZ // 1000} Hz",
                        advice='for slow beats write class = "twitch"',
                    )


def blow_is_sensory_only(case: Case) -> Iterator[Finding]:
    """Not over swollen or inflamed areas, and care after acute trauma (FDA guidance of 1999): nothing that moves it."""
    hurt = [kind for kind in case.program.injuries if kind in ("blow", "any")]
    if hurt and case.program.program_class != "sensory":
        yield Finding(
            place=("injuries", case.program.injuries.index(hurt[0])),
            found=f'"{hurt[0]}" in a program of class "{case.program.program_class}"',
            allowed='a blow with class "sensory" only',
        )


def contraction_on_strained_muscle_is_clinical(case: Case) -> Iterator[Finding]:
    """Contraction is for intact muscle only (MyTens BW-TSX manual); a clinician may say that it is intact again."""
    if case.is_clinical or case.program.program_class not in CONTRACTING:
        return
    for index, kind in enumerate(case.program.injuries):
        if kind == "strain":
            yield Finding(
                place=("injuries", index),
                found=f'"strain" in a program of class "{case.program.program_class}" for consumers',
                allowed='profiles = ["clinical"] where strained muscle is made to contract',
            )


def ramp_leaves_a_hold(case: Case) -> Iterator[Finding]:
    """A phase that ramps nearly to its end is over before its level has been felt."""
    for run in case.runs:
        for lane in case.lanes:
            ramp_ms, lasts_ms = run[lane.index].drives[lane.channel].ramp_ms, run[lane.index].lasts_ms
            if ramp_ms * 10 > lasts_ms * 8:
                repeated = case.repeats(run, lane.index)
                yield Finding(
                    place=in_its_place(lane.index) if repeated else lane.place("ramp", "seconds"),
                    found=f"a ramp of {ramp_ms / 1000:g} s in a phase of {lasts_ms / 1000:g} s",
                    allowed=f"at most {lasts_ms * 8 / 10_000:g} s, four fifths of it",
                    advice='a ramp that is meant to take it all has seconds = "to-end"',
                )


def repeats_nothing_deeper(case: Case) -> Iterator[Finding]:
    """Who is in more pain gets less, never more."""
    for index, phase in enumerate(case.plan.phases):
        if phase.only_if is None:
            continue
        instead = case.plan.phases[phase.only_if.else_repeat]
        if _HOW_DEEP[instead.depth] > _HOW_DEEP[phase.depth]:
            yield Finding(
                place=in_its_place(index),
                found=f'"{instead.name}" of depth "{instead.depth.value}" in place of one of "{phase.depth.value}"',
                allowed="a phase that is no deeper",
            )


def _out_of(case: Case, place: Place, found: str, allowed: str) -> Finding:
    return Finding(place=place, found=f"found {found}", allowed=f"{allowed} ({case.profile})")
