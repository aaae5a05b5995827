"""A plan that no file could make: the engine takes no front end's word, and refuses it before anything is compiled."""

from dataclasses import replace

import pytest
from engine_bench import asked
from phases import changed, constant, steady

from stimctl.engine.preparing import ANY_UNIT, Preparation, Unfit
from stimctl.model.plan import ActiveRest, Envelope, EnvelopeKind, OnlyIf, Phase, Plan, Variation, Varying


def plan(*phases: Phase, **changes: object) -> Plan:
    whole = Plan(
        title="Hostile",
        program_class="sensory",
        profiles=("consumer",),
        channels=(1, 2),
        phases=phases or (steady(),),
        sha256="0" * 64,
    )
    return replace(whole, **changes)


def prepared(of: Plan) -> Preparation:
    return Preparation(asked(of), ANY_UNIT)


def refusal(of: Plan) -> str:
    with pytest.raises(Unfit) as unfit:
        prepared(of)
    assert unfit.value.rule == "plan"
    return str(unfit.value)


def problem(of: Plan) -> str:
    """Why a plan is refused, by whomever; nothing if it is not."""
    try:
        prepared(of)
    except Unfit as why:
        return str(why)
    return ""


def between(variation: Variation, *values: int, period_ms: int = 0) -> Varying:
    return Varying(variation=variation, values=values, period_ms=period_ms)


def train(**changes: object) -> Envelope:
    whole = Envelope(kind=EnvelopeKind.TRAIN, up_ms=2_000, hold_ms=2_000, down_ms=2_000, off_ms=2_000)
    return replace(whole, **changes)


# --- the plan


def test_what_the_others_change_is_in_order_by_itself() -> None:
    assert prepared(plan()).ready.compiled.problems == ()


def test_more_phases_than_a_file_may_have_are_refused() -> None:
    assert "51 phases" in refusal(plan(*[steady(lasts_ms=3_000)] * 51))
    assert "phases" not in problem(plan(*[steady(lasts_ms=3_000)] * 50))


def test_a_channel_that_is_named_twice_is_refused() -> None:
    assert "each once" in refusal(plan(channels=(1, 2, 1)))


def test_no_channels_and_no_phases_are_refused() -> None:
    assert "0 channels" in refusal(plan(channels=()))
    assert "0 phases" in refusal(replace(plan(), phases=()))


def test_a_phase_under_three_seconds_is_refused() -> None:
    assert "lasts 2999 ms" in refusal(plan(steady(lasts_ms=2_999)))
    assert "lasts" not in problem(plan(steady(lasts_ms=3_000)))


def test_a_phase_that_says_nothing_for_a_channel_is_refused() -> None:
    silent = steady()
    assert "nothing for channel 2" in refusal(plan(replace(silent, drives={1: silent.drives[1]})))


def test_a_class_that_does_not_exist_is_refused() -> None:
    assert "class 'massage'" in refusal(plan(program_class="massage"))


@pytest.mark.parametrize("pain", [-1, 11])
def test_an_answer_that_no_person_gives_is_refused(pain: int) -> None:
    assert f"pain at rest is {pain}" in refusal(plan(pain_at_rest=pain))


def only_if(else_repeat: int) -> Phase:
    return steady(name="conditional", only_if=OnlyIf(pain_at_rest_at_most=3, else_repeat=else_repeat))


@pytest.mark.parametrize("else_repeat", [-1, 1, 2, 3], ids=["none", "itself", "a later one", "beyond the end"])
def test_what_is_repeated_instead_comes_before_its_condition(else_repeat: int) -> None:
    assert "has to come before it" in refusal(plan(steady(), only_if(else_repeat), steady()))
    assert problem(plan(steady(), only_if(0), steady())) == ""


def test_what_is_repeated_instead_has_no_condition_itself() -> None:
    assert "no condition itself" in refusal(plan(steady(), only_if(0), only_if(1)))


# --- a drive


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rate_mhz": constant(1)}, r"(1,) mHz"),
        ({"rate_mhz": constant(999)}, r"(999,) mHz"),
        ({"rate_mhz": constant(150_001)}, r"(150001,) mHz"),
        ({"rate_mhz": between(Variation.DRIFT, 80_000, 1)}, r"(80000, 1) mHz"),
        ({"rate_mhz": between(Variation.STEPS)}, r"() mHz"),
        ({"phase_duration_us": constant(29)}, r"(29,) µs"),
        ({"phase_duration_us": constant(401)}, r"(401,) µs"),
    ],
    ids=str,
)
def test_pulses_that_no_unit_gives_are_refused(change: dict, word: str) -> None:
    assert word in refusal(plan(changed(steady(), **change)))


@pytest.mark.parametrize("variation", [Variation.SWEEP, Variation.ALTERNATE])
@pytest.mark.parametrize("of", ["rate_mhz", "phase_duration_us"])
@pytest.mark.parametrize("period_ms", [-1_000, 0, 1, 399])
def test_turns_shorter_than_400_ms_are_refused(variation: Variation, of: str, period_ms: int) -> None:
    values = (80_000, 90_000) if of == "rate_mhz" else (100, 200)
    turning = changed(steady(), **{of: between(variation, *values, period_ms=period_ms)})
    assert f"{variation.value} of 2 values in turns of {period_ms} ms" in refusal(plan(turning))


@pytest.mark.parametrize(
    ("variation", "count"),
    [
        (Variation.STEPS, 21),
        (Variation.STEPS, 1),
        (Variation.CONSTANT, 2),
        (Variation.SWEEP, 3),
        (Variation.DRIFT, 1),
        (Variation.ALTERNATE, 1),
    ],
)
def test_values_that_a_variation_has_no_use_for_are_refused(variation: Variation, count: int) -> None:
    many = changed(steady(), rate_mhz=between(variation, *[80_000] * count, period_ms=1_000))
    assert f"{variation.value} of {count} values" in refusal(plan(many))


def test_twenty_steps_are_not_too_many() -> None:
    assert problem(plan(changed(steady(), rate_mhz=between(Variation.STEPS, *[80_000] * 20)))) == ""


def test_a_ramp_of_less_than_no_time_is_refused() -> None:
    assert "a ramp of -1 ms" in refusal(plan(changed(steady(), ramp_ms=-1)))


@pytest.mark.parametrize("end", ["intensity_start_permille", "intensity_end_permille"])
@pytest.mark.parametrize("permille", [-1, 1_001])
def test_an_intensity_beyond_the_range_is_refused(end: str, permille: int) -> None:
    assert "allowed are 0 to 100 %" in refusal(plan(changed(steady(), **{end: permille})))


# --- an envelope


@pytest.mark.parametrize(
    "envelope",
    [
        train(up_ms=-1),
        train(hold_ms=-1),
        train(down_ms=-1),
        train(off_ms=-1),
        train(delay_ms=-1),
        Envelope(kind=EnvelopeKind.SWELL, period_ms=-1, depth_permille=500),
        Envelope(kind=EnvelopeKind.SWELL, period_ms=6_000, depth_permille=-1),
        Envelope(kind=EnvelopeKind.SWELL, period_ms=6_000, depth_permille=1_001),
    ],
    ids=["up", "hold", "down", "off", "delay", "period", "depth below 0", "depth over 1"],
)
def test_an_envelope_of_impossible_parts_is_refused(envelope: Envelope) -> None:
    assert "negative times, or deeper" in refusal(plan(changed(steady(), envelope=envelope)))


@pytest.mark.parametrize("kind", [kind for kind in EnvelopeKind if kind is not EnvelopeKind.CONTINUOUS])
def test_a_cycle_under_100_ms_is_refused(kind: EnvelopeKind) -> None:
    for parts in ({}, {"period_ms": 99}, {"up_ms": 20, "hold_ms": 40, "down_ms": 20, "off_ms": 19}):
        told = refusal(plan(changed(steady(), envelope=Envelope(kind=kind, **parts))))
        assert "a cycle of" in told


@pytest.mark.parametrize(
    ("rate_mhz", "top_permille", "lasts_ms"),
    [
        (6_000, -1, 5_000),
        (6_000, 1_001, 5_000),
        (6_000, 500, 4_100),
        (6_000, 500, -5_000),
        (0, 500, 5_000),
        (999, 500, 5_000),
        (10_001, 500, 5_000),
    ],
    ids=str,
)
def test_an_active_rest_that_is_none_is_refused(rate_mhz: int, top_permille: int, lasts_ms: int) -> None:
    then = ActiveRest(rate_mhz=rate_mhz, top_permille=top_permille, lasts_ms=lasts_ms)
    assert "active rest" in refusal(plan(changed(steady(), envelope=train(off_ms=20_000, then=then))))
