"""Generated plans, small enough to be judged whole, and people for them."""

from hypothesis import strategies as st

from stimctl.model.plan import (
    ActiveRest,
    Depth,
    Drive,
    Envelope,
    EnvelopeKind,
    Phase,
    Plan,
    RampShape,
    Variation,
    Varying,
)
from stimctl.model.thresholds import Thresholds


def person(sensory_ma: float, comfort_ma: float) -> Thresholds:
    return Thresholds(
        sensory_ua=round(sensory_ma * 1000), comfort_ua=round(comfort_ma * 1000), at_phase_us=200, at_period_us=12_500
    )


people = st.builds(person, st.integers(2, 8), st.integers(10, 22))


def varyings(values: st.SearchStrategy[int]) -> st.SearchStrategy[Varying]:
    two = st.tuples(values, values)
    return st.one_of(
        st.builds(Varying, variation=st.just(Variation.CONSTANT), values=st.tuples(values)),
        st.builds(Varying, variation=st.just(Variation.SWEEP), values=two, period_ms=st.integers(2_000, 20_000)),
        st.builds(Varying, variation=st.just(Variation.DRIFT), values=two),
        st.builds(
            Varying, variation=st.just(Variation.STEPS), values=st.lists(values, min_size=2, max_size=5).map(tuple)
        ),
        st.builds(Varying, variation=st.just(Variation.ALTERNATE), values=two, period_ms=st.integers(400, 5_000)),
    )


def cycles(kind: EnvelopeKind, **parts: st.SearchStrategy[int]) -> st.SearchStrategy[Envelope]:
    return st.builds(Envelope, kind=st.just(kind), delay_ms=st.integers(0, 3_000), **parts)


active_rests = st.builds(
    ActiveRest,
    rate_mhz=st.integers(1_000, 10_000),
    top_permille=st.integers(100, 500),
    lasts_ms=st.integers(4_000, 6_000),
)
envelopes = st.one_of(
    st.just(Envelope(kind=EnvelopeKind.CONTINUOUS)),
    cycles(EnvelopeKind.SWELL, period_ms=st.integers(2_000, 10_000), depth_permille=st.integers(1, 1_000)),
    cycles(
        EnvelopeKind.TRAIN,
        up_ms=st.integers(100, 2_000),
        hold_ms=st.integers(0, 3_000),
        down_ms=st.integers(100, 2_000),
        off_ms=st.integers(0, 3_000),
        then=st.none() | active_rests,
    ),
    cycles(
        EnvelopeKind.BURST,
        up_ms=st.just(20),
        hold_ms=st.integers(20, 960),
        down_ms=st.just(20),
        off_ms=st.integers(50, 1_000),
    ),
    cycles(EnvelopeKind.RAISED_COSINE, period_ms=st.integers(2_000, 10_000), off_ms=st.integers(0, 3_000)),
)
drives = st.builds(
    Drive,
    intensity_start_permille=st.integers(0, 1_000),
    intensity_end_permille=st.integers(0, 1_000),
    ramp_shape=st.sampled_from(RampShape),
    ramp_ms=st.integers(0, 3_000),
    ramp_to_end=st.booleans(),
    rate_mhz=varyings(st.integers(1_000, 120_000)),
    phase_duration_us=varyings(st.integers(50, 300)),
    envelope=envelopes,
)
phases = st.builds(
    Phase,
    name=st.just("phase"),
    depth=st.sampled_from(Depth),
    lasts_ms=st.integers(3_000, 15_000),
    drives=st.one_of(drives.map(lambda drive: {1: drive, 2: drive}), st.fixed_dictionaries({1: drives, 2: drives})),
)
plans = st.builds(
    Plan,
    title=st.just("Generated"),
    program_class=st.just("twitch"),
    profiles=st.just(("consumer", "clinical")),
    channels=st.sampled_from([(1,), (1, 2)]),
    phases=st.lists(phases, min_size=1, max_size=4).map(tuple),
    sha256=st.just("0" * 64),
)
