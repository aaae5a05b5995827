"""Whole sessions on simulated skin: the host finds nothing wrong where pads hold, and lets go where they lift."""

import pytest
from world import World

from simulator.bodies import make_body
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes, Lift
from stimctl.clock import SECOND


def played(skin, witness=None):
    """The demo, to its end."""
    world = World("demo", simulated_skin=skin, witness=witness).started()
    return world.run_until(world.now_ns + 60 * SECOND)


@pytest.mark.parametrize("name", ["ordinary", "sensitive", "robust", "dry-skin", "sweaty", "drying-pads"])
def test_a_session_on_a_body_whose_pads_hold_ends_as_planned_and_without_a_warning(name):
    world = played(make_body(name, seed=1).skin)
    assert (world.ended["exit_code"], {told["warning"] for told in world.told("sample")}) == (0, {None})


def test_a_session_on_pads_that_lift_is_cut_before_contact_is_gone():
    lift = Lift(from_s=12, over_s=10, to_permille=150)
    world = played(ElectrodeSkin([Electrodes(), Electrodes(lift=lift)]))
    assert "a pad is coming off" in world.ended["reason"]


def test_what_a_session_feels_like_is_there_to_the_end():
    body = make_body("ordinary", seed=1)
    world = played(body.skin, body)
    assert max(sample.peak_ua for sample in body.samples(1)) == max(felt.amplitude_ua for felt in world.skin.felt)
