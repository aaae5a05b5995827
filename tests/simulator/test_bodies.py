"""The named bodies: who differs how, and that chance is the seed's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.bodies import BODIES, ORDINARY, make_body
from simulator.delivered import PulseShape
from simulator.feeling import BodyThresholds

SECOND = 1_000_000
END_US = 1_500 * SECOND

every_body = pytest.mark.parametrize("name", BODIES)


def load(body, at_us, channel=1):
    return body.skin.load_ohm(channel, 200, 20_000, at_us)


def felt(body):
    for at_us in range(0, 10 * SECOND, 100_000):
        body.train(1, range(at_us, at_us + 100_000, 20_000), [15_000] * 5, PulseShape(200, 0, 20_000))
    body.advance(10 * SECOND)
    return list(body.samples(1))


@every_body
def test_the_same_seed_gives_the_same_samples(name):
    assert felt(make_body(name, seed=3)) == felt(make_body(name, seed=3))


@every_body
def test_another_seed_gives_another_body(name):
    assert make_body(name, seed=3).thresholds != make_body(name, seed=4).thresholds


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_thresholds_of_an_ordinary_body_are_at_most_15_percent_off(seed):
    for here in make_body("ordinary", seed=seed).thresholds:
        assert here.sensory_ua == pytest.approx(ORDINARY.sensory_ua, rel=0.151)


def test_sides_differ():
    left, right = make_body("ordinary", seed=1).thresholds
    assert left != right


def test_a_found_threshold_is_its_channels():
    found = BodyThresholds(sensory_ua=20_000, motor_ua=30_000, comfort_ua=40_000, at_phase_us=300)
    first, second = make_body("ordinary", seed=1, thresholds={2: found}).thresholds
    assert (first.at_phase_us, second.at_phase_us) == (ORDINARY.at_phase_us, 300)


def test_a_body_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"no body is called 'ghost', there is: ordinary, sensitive, robust, dry-skin"):
        make_body("ghost", seed=1)


def test_who_is_sensitive_feels_the_same_current_more():
    ordinary, sensitive, robust = (
        felt(make_body(name, seed=1))[0].feel for name in ("ordinary", "sensitive", "robust")
    )
    assert robust < ordinary < sensitive


def test_dry_skin_is_a_higher_load_and_sweat_a_lower():
    dry, ordinary, sweaty = (load(make_body(name, seed=1), 0) for name in ("dry-skin", "ordinary", "sweaty"))
    assert dry > ordinary > sweaty


def test_small_pads_are_a_higher_load():
    assert load(make_body("ordinary", seed=1, pad_mm2=1_600), 0) > load(make_body("ordinary", seed=1), 0)


@pytest.mark.parametrize("seed", range(10))
def test_drying_pads_end_a_session_with_a_load_that_has_risen(seed):
    body = make_body("drying-pads", seed=seed)
    assert load(body, END_US) > 1.1 * load(body, 300 * SECOND)


@pytest.mark.parametrize("seed", range(10))
def test_lifting_pads_end_a_session_with_one_channel_past_half_contact(seed):
    body = make_body("lifting-pads", seed=seed)
    rises = sorted(load(body, END_US, channel) / load(body, 0, channel) for channel in (1, 2))
    assert rises[0] < 1
    assert rises[1] > 1.76


@pytest.mark.parametrize("seed", range(10))
def test_lifting_pads_hold_for_the_first_five_minutes(seed):
    body = make_body("lifting-pads", seed=seed)
    assert all(load(body, 299 * SECOND, channel) <= load(body, 0, channel) for channel in (1, 2))


@every_body
def test_current_flows_at_the_end_of_a_session_on_every_body(name):
    body = make_body(name, seed=1)
    assert all(body.skin.most_ua(channel, 200, 120, END_US) > 20_000 for channel in (1, 2))
