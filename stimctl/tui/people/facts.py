"""What is known of a person, in lines for the screen."""

from datetime import datetime

from rich.text import Text

from stimctl.care.course import Course
from stimctl.care.next_session import NextSession, NotNow, course_of
from stimctl.care.person import Person
from stimctl.care.screening import screened
from stimctl.report.course_rows import CourseRow, table
from stimctl.report.measured import measured
from stimctl.report.pain_chart import pain_chart

__all__ = ["facts_of", "step_words"]

_ROWS = 11


def facts_of(
    one: Person,
    found: NextSession | NotNow,
    rows: tuple[CourseRow, ...],
    now: datetime,
    width: int,
    *,
    ascii_only: bool,
) -> Text:
    """Name, course, what comes next, pain over days, sessions, and what else is known."""
    text = Text(f"{one.name}{'  (made up)' if one.made_up else ''}\n", "bold")
    stands = course_of(one, now)
    if isinstance(stands, Course):
        opened = stands.opened
        text.append(f"{opened.injury.value}, pain {opened.pain} at first, since {opened.began_on}. ", "not bold")
        text.append(f"{stands.standing.value.capitalize()}: ", "bold")
        text.append(f"{stands.done} of {stands.plan.sessions} sessions.\n", "not bold")
        if stands.held_up:
            text.append(f"{stands.why}\n", "bold")
    text.append(f"{_next_words(found)}\n", "not bold")
    if isinstance(stands, Course) and stands.pains:
        text.append("\n" + "\n".join(pain_chart(stands.pains, width, _ROWS, ascii_only=ascii_only)) + "\n", "not bold")
        if stands.change is not None:
            text.append(f"Pain {stands.pains[-1].score} now, {stands.change:+d} since the beginning.\n", "not bold")
    if rows:
        heading, *lines = table(rows)
        text.append(f"\n{heading}\n", "bold")
        text.append("".join(f"{line}\n" for line in lines), "not bold")
    return text.append("\n" + "".join(f"{line}\n" for line in _known(one, now)), "not bold")


def step_words(found: NextSession) -> str:
    """Which session it is, in words."""
    step = found.step
    if step is None:
        return f"{found.plan.title}, {found.minutes:g} min"
    deep = "" if step.deep else ", without the deep phase"
    further = f", deep phase {step.deep_permille / 10:g} % of the range further" if step.deep_permille else ""
    return f"Session {step.number}: {found.plan.title}, {found.minutes:g} min{deep}{further}"


def _next_words(found: NextSession | NotNow) -> str:
    if isinstance(found, NotNow):
        return f"Not now: {found.why}"
    choice = f", or instead {', '.join(found.step.choice)}" if found.step is not None and found.step.choice else ""
    return f"{step_words(found)}{choice}."


def _known(one: Person, now: datetime) -> list[str]:
    lines = []
    if one.approvals:
        last = one.approvals[-1]
        besides = f", also for questions {', '.join(last.covers)}" if last.covers else ""
        lines.append(f"approved by {last.by} on {last.on}{besides}")
    verdict = screened(one.answered, one.approvals, now)
    lines += verdict.sentences if verdict.concerns or verdict.after_emergency else ()
    return lines + measured(one)
