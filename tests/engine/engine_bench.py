"""What sessions are held against, and faults to plan for them."""

import json

from hypothesis import strategies as st
from world import PERSON

from stimctl.engine.preparing import ANY_UNIT, session_limits

LIMITS = session_limits("consumer", ANY_UNIT)
COMFORT_NC = PERSON.comfort_ua * PERSON.at_phase_us // 1000
SEEDS = st.integers(min_value=0, max_value=10_000)
MOMENTS_S = st.floats(min_value=0.0, max_value=40.0)


def fault(kind: str, at_s: float, **keys: object) -> str:
    """A table of a fault plan."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f'[[fault]]\nkind = "{kind}"\nat_s = {at_s}', *lines, ""])
