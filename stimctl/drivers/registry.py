"""Which driver and which audit a family has, and how fast its line is."""

from collections.abc import Callable
from dataclasses import dataclass

from stimctl.drivers.driver import Driver
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.safety.audit import Audit
from stimctl.safety.audit_stimlink import StimlinkAudit

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """What the engine makes for a unit of this family."""

    driver: Callable[[], Driver]
    audit: Callable[[], Audit]
    baud: int


FAMILIES: dict[str, Family] = {"stimlink": Family(StimlinkDriver, StimlinkAudit, 115_200)}
