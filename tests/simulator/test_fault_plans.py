"""Fault plans out of TOML, and what is said of those that are wrong."""

import pytest

from simulator.fault_file import KINDS, parse_fault_plan
from simulator.faults import (
    NO_FAULTS,
    Delay,
    Direction,
    Drop,
    ElectrodeOff,
    FaultPlanError,
    Noise,
    Reboot,
    Unplug,
)

S = 1_000_000_000


def parsed(text):
    return parse_fault_plan(text, "plan.toml").faults


def test_an_empty_plan_is_no_faults():
    assert parse_fault_plan("", "plan.toml") == NO_FAULTS


def test_every_kind_is_read():
    assert parsed(
        """
        [[fault]]
        kind = "drop"
        at_s = 1
        for_s = 2.5
        direction = "to-host"
        probability = 0.25
        [[fault]]
        kind = "delay"
        at_s = 1
        delay_ms = 30
        [[fault]]
        kind = "unplug"
        at_s = 2
        [[fault]]
        kind = "reboot"
        at_s = 3
        [[fault]]
        kind = "electrode-off"
        at_s = 4
        channel = 2
        [[fault]]
        kind = "noise"
        at_s = 5
        direction = "to-device"
        """
    ) == (
        Drop(at_ns=S, for_ns=2_500_000_000, direction=Direction.TO_HOST, probability=0.25),
        Delay(at_ns=S, delay_ns=30_000_000),
        Unplug(at_ns=2 * S),
        Reboot(at_ns=3 * S, for_ns=0),
        ElectrodeOff(at_ns=4 * S, channel=2),
        Noise(at_ns=5 * S, for_ns=0, direction=Direction.TO_DEVICE),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fault = 3", "plan.toml: 'fault' is 3, allowed: tables headed [[fault]]"),
        ("faults = []", "plan.toml: unknown key 'faults', allowed: fault"),
        (
            "[[fault]]",
            f"plan.toml: fault 1: kind is missing, allowed: {', '.join(KINDS)}",
        ),
        (
            "[[fault]]\nkind = 'melt'",
            f"plan.toml: fault 1: kind is 'melt', allowed: {', '.join(KINDS)}",
        ),
        ("[[fault]]\nkind = 'unplug'", "plan.toml: fault 1: at_s is missing, allowed: a number from 0 to 86400"),
        (
            "[[fault]]\nkind = 'reboot'\nat_s = 1\nfor_s = 1",
            "plan.toml: fault 1: unknown key 'for_s' of reboot, allowed: kind, at_s",
        ),
        (
            "[[fault]]\nkind = 'drop'\nat_s = 1\nprobability = 1.5",
            "plan.toml: fault 1: probability is 1.5, allowed: a number from 0 to 1",
        ),
        (
            "[[fault]]\nkind = 'drop'\nat_s = true",
            "plan.toml: fault 1: at_s is True, allowed: a number from 0 to 86400",
        ),
        (
            "[[fault]]\nkind = 'drop'\nat_s = nan",
            "plan.toml: fault 1: at_s is nan, allowed: a number from 0 to 86400",
        ),
        (
            "[[fault]]\nkind = 'electrode-off'\nat_s = 1\nchannel = 0",
            "plan.toml: fault 1: channel is 0, allowed: 1 to 8",
        ),
        (
            "[[fault]]\nkind = 'drop'\nat_s = 1\ndirection = 'up'",
            "plan.toml: fault 1: direction is 'up', allowed: to-device, to-host, both",
        ),
        (
            "[[fault]]\nkind = 'delay'\nat_s = 1",
            "plan.toml: fault 1: delay_ms is missing, allowed: a number from 0 to 60000",
        ),
    ],
)
def test_a_wrong_plan_says_where_what_and_what_is_allowed(text, complaint):
    with pytest.raises(FaultPlanError) as error:
        parsed(text)
    assert str(error.value) == complaint


def test_what_is_not_toml_says_so():
    with pytest.raises(FaultPlanError, match=r"^plan\.toml: not TOML: "):
        parsed("[[fault")
