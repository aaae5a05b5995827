"""What a family is said to be able to do, against what its simulated unit says of itself."""

from dataclasses import replace

import pytest

from simulator.catalog import make_unit
from simulator.delivered import NoSink
from simulator.faults import NO_FAULTS
from stimctl.clock import MS
from stimctl.drivers.facts import Identified
from stimctl.drivers.nominal import NOMINAL
from stimctl.drivers.registry import FAMILIES
from stimctl.links import url
from stimctl.model.who import Who


def said_by_the_simulated_unit(family: str):
    """What the driver makes of its answers."""
    unit = make_unit(family, seed=1, fault_plan=NO_FAULTS, delivered_sink=NoSink(), start_ns=0)
    driver = FAMILIES[family].driver(Who(serial_number="7", simulated=True))
    driver.identify(0)
    for now_ns in range(0, (200 + driver.boot_ms) * MS, MS):
        unit.receive(driver.drain(), now_ns)
        unit.advance(now_ns)
        for fact in [*driver.receive(unit.drain(), now_ns), *driver.advance(now_ns)]:
            if isinstance(fact, Identified):
                return fact.capabilities
    raise AssertionError("the unit did not say who it is")


def test_there_is_a_figure_for_every_family_that_a_url_may_name() -> None:
    assert set(NOMINAL) == set(FAMILIES) == set(url.FAMILIES)


@pytest.mark.parametrize("family", NOMINAL)
def test_a_familys_figures_are_those_of_the_simulated_unit(family: str) -> None:
    said = said_by_the_simulated_unit(family)
    assert (said.serial_number, said.firmware) != ("", "")
    assert replace(NOMINAL[family], firmware="") == replace(said, serial_number="", firmware="")


@pytest.mark.parametrize("family", NOMINAL)
def test_a_family_says_that_it_lets_go_when_its_driver_does(family: str) -> None:
    assert NOMINAL[family].release_ms == FAMILIES[family].driver(Who(serial_number="7", simulated=True)).release_ms
