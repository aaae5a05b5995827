"""Which driver and which audit a family has, and how fast its line is."""

from collections.abc import Callable
from dataclasses import dataclass

from stimctl.drivers.driver import Driver
from stimctl.drivers.openemsstim import OpenEmsStimDriver
from stimctl.drivers.openemsstim_values import FAMILY as OPENEMSSTIM
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.model.who import Who
from stimctl.safety.audit import Audit
from stimctl.safety.audit_openemsstim import OpenEmsStimAudit
from stimctl.safety.audit_stimlink import StimlinkAudit

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """What the engine makes for a unit of this family."""

    driver: Callable[[Who], Driver]
    audit: Callable[[], Audit]
    baud: int


FAMILIES: dict[str, Family] = {
    # a stimlink unit says for itself who it is
    "stimlink": Family(lambda who: StimlinkDriver(), StimlinkAudit, 115_200),
    OPENEMSSTIM: Family(OpenEmsStimDriver, OpenEmsStimAudit, 19_200),
}
