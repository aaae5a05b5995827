"""What sessions of this room are made of, held against, and disturbed by."""

import json
from dataclasses import replace

from hypothesis import strategies as st
from world import PERSON

from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, session_limits
from stimctl.model.plan import Plan
from stimctl.model.segment import Segment
from stimctl.model.telemetry import Reported
from stimctl.model.thresholds import Thresholds

LIMITS = session_limits("consumer", ANY_UNIT)
COMFORT_NC = PERSON.comfort_ua * PERSON.at_phase_us // 1000
SEEDS = st.integers(min_value=0, max_value=10_000)
MOMENTS_S = st.floats(min_value=0.0, max_value=40.0)


def fault(kind: str, at_s: float, **keys: object) -> str:
    """A table of a fault plan."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f'[[fault]]\nkind = "{kind}"\nat_s = {at_s}', *lines, ""])


def asked(plan: Plan, of: Thresholds | None = None, **changes: object) -> Prepare:
    """A plan for one person on all of its channels, over pads of 25 cm²."""
    prepare = Prepare(
        plan=plan,
        thresholds=dict.fromkeys(plan.channels, of or PERSON),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=False,
        doctor=None,
    )
    return replace(prepare, **changes)


def segment(start_ns: int, end_ns: int, from_ua: int, to_ua: int, **changes: object) -> Segment:
    """On channel 1, 200 µs at 80 Hz."""
    whole = Segment(
        channel=1,
        start_ns=start_ns,
        end_ns=end_ns,
        amplitude_start_ua=from_ua,
        amplitude_end_ua=to_ua,
        phase_duration_us=200,
        interphase_us=100,
        pulse_period_us=12_500,
    )
    return replace(whole, **changes)


def report(channel: int, made_ns: int, **changes: object) -> Reported:
    """Of a unit at rest, heard at once."""
    whole = Reported(
        channel=channel,
        made_ns=made_ns,
        heard_ns=made_ns,
        amplitude_ua=0,
        phase_duration_us=0,
        pulse_period_us=0,
        pulses=0,
        contact=True,
        load_ohm=None,
        queued=0,
        battery_percent=None,
    )
    return replace(whole, **changes)
