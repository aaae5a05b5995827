"""What has to be there before a session may be armed: a unit, its clock, and a plan that has passed.

They come in any order but for the plan, which needs the unit; when all are there the session is introduced, once.
"""

from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import Settled
from stimctl.engine.introductions import Names, session_telling
from stimctl.engine.messages import Prepare
from stimctl.engine.playing import Playing
from stimctl.engine.preparing import Preparation
from stimctl.engine.record import Record
from stimctl.model.capabilities import Capabilities
from stimctl.safety.audit import Audit

__all__ = ["Readiness"]


class Readiness:
    """One session's. `unit`, `settled` and `playing` are None until they are there."""

    def __init__(self, driver: Driver, audit: Audit, names: Names, record: Record) -> None:
        self._driver, self._audit, self._names, self._record = driver, audit, names, record
        self._preparation: Preparation | None = None
        self.unit: Capabilities | None = None
        self.settled: Settled | None = None
        self.playing: Playing | None = None
        self.introduced = False

    @property
    def rehearsing(self) -> bool:
        """A plan is being put to the governor."""
        return self._preparation is not None

    def prepare(self, asked: Prepare) -> bool:
        """Begin with a plan; False when there is no unit yet, or a plan already. Unfit says why it may not run."""
        if self.unit is None or self._preparation is not None or self.playing is not None:
            return False
        self._preparation = Preparation(asked, self.unit)
        return True

    def rehearse_on(self, now_ns: int) -> None:
        """Another slice of the rehearsal. Unfit says why the plan may not run; then it is forgotten."""
        preparation, self._preparation = self._preparation, None
        if preparation is None:
            return
        if not preparation.step():
            self._preparation = preparation
            return
        self.playing = Playing(preparation.ready, self._driver, self._audit)
        self._introduce(now_ns)

    def clock_settled(self, settled: Settled, now_ns: int) -> None:
        """The unit's clock is known well enough."""
        self.settled = settled
        self._introduce(now_ns)

    def clock_lost(self) -> None:
        """It has to settle anew."""
        self.settled = None

    def _introduce(self, now_ns: int) -> None:
        if self.playing is None or self.unit is None or self.settled is None or self.introduced:
            return
        self.introduced = True
        self._record.tell(session_telling(self.playing, self.unit, self._names), now_ns)
