"""Pads that come off or lift, as a session takes it."""

import pytest
from engine_bench import fault, report
from world import World

from stimctl.clock import MS, SECOND


def test_an_electrode_that_comes_off_is_a_fault() -> None:
    world = World(faults=fault("electrode-off", 12.0, channel=1)).started().run_for(10)
    assert "open circuit" in world.ended["reason"]
    assert world.ended["exit_code"] == 1
    assert world.off_since_ns() <= 12 * SECOND + 300 * MS


@pytest.mark.parametrize(("load_ohm", "word"), [(1_250, None), (1_350, "check the pads"), (1_650, "coming off")])
def test_a_load_that_rises_takes_contact_away_and_then_warns_and_cuts(load_ohm: int, word: str | None) -> None:
    world = World("surface-stroke").started().run_for(60)
    playing = world.core._session._ready.playing
    at_ns = world.now_ns
    reported = report(
        1,
        at_ns,
        amplitude_ua=world.amplitude_ua(1, at_ns),
        phase_duration_us=100,
        pulse_period_us=12_500,
        pulses=10_000,
        load_ohm=load_ohm,
        queued=2,
    )
    cut, warning = playing.reported(reported, at_ns)
    assert playing.governor.picture(1).contact_mm2 < 2_500 * 0.7
    assert word is None or word in (cut or warning)
    assert (cut is not None) is (load_ohm > 1_600)
