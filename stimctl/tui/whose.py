"""Whose session is prepared, and what their records allow now."""

from dataclasses import dataclass
from datetime import datetime

from stimctl.care.next_session import First, NextSession, NotNow, next_session, not_fit
from stimctl.care.person import Person
from stimctl.errors import ConfigError
from stimctl.program.loader import Program

__all__ = ["Whose", "whose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """`held` says why nothing at all flows for them now, finding their range included; empty when it may."""

    person: Person
    found: NextSession | NotNow
    held: str

    @property
    def refused(self) -> str:
        """Why there is no session now; empty when there is one."""
        return self.found.why if isinstance(self.found, NotNow) else ""


def whose(one: Person, program: Program | None, now: datetime, *, clinical: bool, pain_at_rest: int | None) -> Whose:
    """`program` is one that was chosen by hand, or stands there where nobody has a course."""
    held = not_fit(one, now, clinical=clinical)
    try:
        found = next_session(one, program, now, clinical=clinical, pain_at_rest=pain_at_rest)
    except ConfigError as why:
        found = NotNow(str(why), First.NOTHING)
    return Whose(person=one, found=found, held=held.why if held is not None else "")
