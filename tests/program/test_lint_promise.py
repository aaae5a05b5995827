"""What the linter promises: a clean program that compiles is never refused by the governor, and gives what it says."""

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from plans import people, person

from stimctl.engine.rehearsal import rehearse
from stimctl.model.limits import CONSUMER
from stimctl.program.asked import highest_ua
from stimctl.program.compile import compile_plan
from stimctl.program.lint import lint
from stimctl.program.resolve import to_plan
from stimctl.program.schema import ProgramFile
from stimctl.safety.rules import Terms


def tenths(least, most):
    return st.integers(least * 10, most * 10).map(lambda value: value / 10)


def changing(values):
    two = st.lists(values, min_size=2, max_size=2)
    return st.one_of(
        values,
        st.fixed_dictionaries({"sweep": two, "period_s": tenths(2, 10)}),
        st.fixed_dictionaries({"drift": two}),
        st.fixed_dictionaries({"steps": st.lists(values, min_size=2, max_size=4)}),
        st.fixed_dictionaries({"alternate": two, "period_s": tenths(1, 5)}),
    )


def kind(name, **parts):
    return st.fixed_dictionaries({"kind": st.just(name), **parts})


beats = st.fixed_dictionaries({"rate_hz": st.integers(1, 10), "top_pct": tenths(10, 50), "seconds": tenths(5, 7)})
trains = st.builds(
    lambda of, rest: of | rest,
    kind("train", up_s=tenths(1, 2), hold_s=tenths(1, 20), down_s=tenths(1, 2), off_s=tenths(1, 3)),
    st.just({}) | st.fixed_dictionaries({"then": beats}),
)
waves = kind("raised_cosine", period_s=tenths(2, 12), off_s=tenths(1, 3))
free = st.one_of(
    kind("continuous"),
    kind("swell", period_s=tenths(2, 8), depth_pct=tenths(10, 100)),
    kind("burst", on_s=tenths(1, 1) | st.just(0.06), off_s=st.sampled_from([0.05, 0.4, 1.0])),
)
SLOWEST_HZ = {"sensory": 11, "twitch": 1, "contraction": 1}


@st.composite
def programs(draw):
    """Within consumer bounds, and seldom unclean."""
    program_class = draw(st.sampled_from(list(SLOWEST_HZ)))
    phases, last_pct = [], 0.0
    for number in range(draw(st.integers(1, 3))):
        depth = draw(st.sampled_from(["surface", "transition", "deep"]))
        contracts = program_class == "contraction" and depth != "surface"
        first_pct = draw(tenths(0, 100 if number == 0 else int(min(85, last_pct) + 15)))
        last_pct = draw(tenths(0, 100))
        phases.append(
            {
                "name": f"{number}",
                "depth": depth,
                "minutes": draw(st.sampled_from([0.1, 0.35, 0.5, 0.75])),
                "intensity_pct": [first_pct, last_pct],
                "ramp": {"shape": draw(st.sampled_from(["linear", "smooth", "exponential"])),
                         "seconds": draw(st.sampled_from([0, 2, 4.8, "to-end"]))},
                "rate_hz": draw(changing(st.integers(SLOWEST_HZ[program_class], 120))),
                "phase_duration_us": draw(changing(st.integers(50, 300))),
                "envelope": draw(trains | waves if contracts else free | trains | waves),
            }
        )  # fmt: skip
    first_pct = draw(tenths(0, int(min(85, last_pct) + 15)))
    cool_down = {
        "name": "end",
        "depth": "cool-down",
        "minutes": 0.2,
        "intensity_pct": [first_pct, draw(tenths(15, 25))],
    }
    pulses = {
        "rate_hz": draw(st.integers(SLOWEST_HZ[program_class], 120)),
        "phase_duration_us": draw(st.integers(50, 300)),
    }
    return ProgramFile.model_validate(
        {
            "format": 1,
            "title": "Generated",
            "class": program_class,
            "profiles": ["consumer"],
            "channels": [1],
            "phase": [*phases, cool_down | pulses],
        }
    )


def refused_of(program, person):
    """What the governor would not let through of it; the segments too."""
    segments = compile_plan(to_plan(program, sha256=""), {1: person}, CONSUMER).segments
    terms = Terms(limits=CONSUMER, thresholds={1: person}, pads_mm2={1: 2_500}, reports_load=True)
    return [refused for refused in rehearse(segments, terms) if refused]


def test_the_top_of_a_slope_from_zero_counts_for_the_governor_as_for_the_compiler():
    pulses = {"rate_hz": {"steps": [100, 109, 72]}, "phase_duration_us": {"sweep": [208, 88], "period_s": 2}}
    wave = {"kind": "raised_cosine", "period_s": 11.7, "off_s": 1.9}
    first = {
        "name": "wave",
        "depth": "surface",
        "minutes": 0.1,
        "intensity_pct": [4.1, 83.8],
        "envelope": wave,
        **pulses,
    }
    last = {
        "name": "end",
        "depth": "cool-down",
        "minutes": 0.2,
        "intensity_pct": 20,
        "rate_hz": 83,
        "phase_duration_us": 57,
    }
    document = {"format": 1, "title": "Found", "class": "twitch", "profiles": ["consumer"], "channels": [1]}
    assert refused_of(ProgramFile.model_validate({**document, "phase": [first, last]}), person(5, 15)) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(programs(), people)
def test_what_lints_clean_and_compiles_is_never_refused_and_never_above_what_it_asks(program, person):
    found = lint(program)
    event(", ".join(sorted({one.rule for one in found})) or "clean")
    assume(not found)
    plan = to_plan(program, sha256="")
    whole = compile_plan(plan, {1: person}, CONSUMER)
    event("a target out of reach" if whole.problems else "compiled")
    # a target that comes late is no matter of safety, and what is over a limit has no timeline
    assume(whole.segments)
    assert refused_of(program, person) == []
    assert max(one.top_ua for one in whole.segments) <= max(
        highest_ua(phase.drives[1], person) for phase in plan.to_run()
    )
