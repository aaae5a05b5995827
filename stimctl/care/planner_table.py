"""The planner's table: for each kind of injury and band of pain, how often, how long, which programs, and when to stop.

All doses are proposals of this project, anchored where a row says so; no trial stands behind them, and no
physiotherapist has signed them. Whoever is shown a plan is told that.
"""

from dataclasses import dataclass
from enum import Enum

from stimctl.care.records import Injury

__all__ = ["ROWS", "Needs", "Progress", "Row", "row_for"]


class Needs(Enum):
    """Who has to have agreed to a course, besides the approval that every course needs."""

    NOTHING = "nothing more"
    CLINICIAN = "a clinician has seen it and agreed"
    DOCTOR = "a doctor has seen it first and agreed"
    CARE_NOW = "no course: medical care now"
    CARE_FIRST = "no course: see a doctor first, the same day if a leg is numb, weak or hurts"


class Progress(Enum):
    """What a good session earns."""

    TIME_THEN_RANGE = "2 min more of the deep phase, then 5 % of the range more in it"
    TIME = "2 min more"
    NONE = "nothing: it stays as it is"

    @property
    def earns_time(self) -> bool:
        """Whether a session may get longer."""
        return self is not Progress.NONE

    @property
    def earns_range(self) -> bool:
        """Whether the deep phase may go further up the range."""
        return self is Progress.TIME_THEN_RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `minutes` from the first whole session to the longest; none where there are no sessions.

    `not_before_days` since the injury. `first` are the programs of the first sessions, `then` what they go on with in
    turn, `choice` what may be chosen instead from session `choice_from` on. `no_deep_weeks`: the deep phase is left out
    in so many first weeks. `no_progress_weeks`: nothing is earned in so many. `rechecks` and `no_gain_by` count days
    from the course's first; `worse_by` is a day on which being worse than at the start is enough to pause.
    """

    injury: Injury
    pains: tuple[int, int]
    not_before_days: int
    needs: Needs
    per_week: int
    weeks: int
    minutes: tuple[int, int]
    first: tuple[str, ...]
    then: tuple[str, ...]
    progress: Progress
    rechecks: tuple[int, ...]
    no_gain_by: int | None
    worse_by: int | None = None
    choice: tuple[str, ...] = ()
    choice_from: int = 3
    no_deep_weeks: int = 0
    no_progress_weeks: int = 0
    condition: str = ""
    anchor: str = ""


_HALVED = "P01"


def _no_course(injury: Injury, needs: Needs) -> Row:
    """Strong pain after a blow or a strain is for somebody to look at, and not for a course."""
    return Row(
        injury=injury,
        pains=(7, 10),
        not_before_days=0,
        needs=needs,
        per_week=0,
        weeks=0,
        minutes=(0, 0),
        first=(),
        then=(),
        progress=Progress.NONE,
        rechecks=(),
        no_gain_by=None,
    )


ROWS: tuple[Row, ...] = (
    Row(
        injury=Injury.OVERUSE,
        pains=(1, 3),
        not_before_days=0,
        needs=Needs.NOTHING,
        per_week=3,
        weeks=2,
        minutes=(15, 22),
        first=(_HALVED, "P11"),
        then=("P03", "P11"),
        choice=("P03", "P04", "P05", "P06", "P07"),
        progress=Progress.TIME_THEN_RANGE,
        rechecks=(7, 14),
        no_gain_by=14,
    ),
    Row(
        injury=Injury.OVERUSE,
        pains=(4, 6),
        not_before_days=2,
        needs=Needs.NOTHING,
        per_week=3,
        weeks=3,
        minutes=(15, 20),
        first=(_HALVED, "P01", "P01"),
        then=("P11", "P07"),
        progress=Progress.TIME_THEN_RANGE,
        rechecks=(7, 14, 21),
        no_gain_by=14,
        worse_by=7,
    ),
    Row(
        injury=Injury.OVERUSE,
        pains=(7, 10),
        not_before_days=0,
        needs=Needs.DOCTOR,
        per_week=2,
        weeks=1,
        minutes=(15, 15),
        first=(_HALVED,),
        then=("P01",),
        progress=Progress.NONE,
        rechecks=(7,),
        no_gain_by=7,
    ),
    Row(
        injury=Injury.BLOW,
        pains=(1, 3),
        not_before_days=3,
        needs=Needs.NOTHING,
        per_week=2,
        weeks=2,
        minutes=(15, 20),
        first=(_HALVED,),
        then=("P12",),
        progress=Progress.TIME,
        rechecks=(7, 14),
        no_gain_by=14,
        condition="only with no swelling and no broken skin, and with the pads beside the bruise, never on it",
    ),
    Row(
        injury=Injury.BLOW,
        pains=(4, 6),
        not_before_days=3,
        needs=Needs.CLINICIAN,
        per_week=2,
        weeks=2,
        minutes=(15, 15),
        first=(_HALVED,),
        then=("P12",),
        progress=Progress.TIME,
        no_progress_weeks=1,
        rechecks=(7,),
        no_gain_by=7,
        condition="only with no swelling and no broken skin, and with the pads beside the bruise, never on it",
    ),
    _no_course(Injury.BLOW, Needs.CARE_NOW),
    Row(
        injury=Injury.STRAIN,
        pains=(1, 3),
        not_before_days=3,
        needs=Needs.NOTHING,
        per_week=3,
        weeks=2,
        minutes=(18, 23),
        first=(_HALVED, "P13", "P13"),
        then=("P07",),
        progress=Progress.TIME_THEN_RANGE,
        no_deep_weeks=1,
        rechecks=(7, 14),
        no_gain_by=14,
    ),
    Row(
        injury=Injury.STRAIN,
        pains=(4, 6),
        not_before_days=3,
        needs=Needs.CLINICIAN,
        per_week=3,
        weeks=3,
        minutes=(18, 18),
        first=(_HALVED,),
        then=("P13",),
        progress=Progress.NONE,
        no_deep_weeks=1,
        rechecks=(7, 14, 21),
        no_gain_by=14,
        condition="its deep phase only at a pain at rest of 3 or less",
    ),
    _no_course(Injury.STRAIN, Needs.CARE_FIRST),
)


def row_for(injury: Injury, pain: int) -> Row | None:
    """The row of an injury at a pain of 0 to 10; None at 0, where there is nothing to ease."""
    return next((row for row in ROWS if row.injury is injury and row.pains[0] <= pain <= row.pains[1]), None)
