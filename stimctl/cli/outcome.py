"""How a session was, asked at its end, and how the day after was: a few keys, or the command that says it later."""

from datetime import datetime

import click

from stimctl.care.next_session import day_to_ask
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.records import FollowedUp, Scored, Skin
from stimctl.cli.dates import now_stamp
from stimctl.cli.talk import talk

__all__ = ["ask_outcome", "ask_the_day_after"]

_SKINS = tuple(Skin)
_SCORE = click.IntRange(0, 10)


def ask_outcome(one: Person, before: int | None, *, at_terminal: bool) -> None:
    """Ask whoever is there; Ctrl-C leaves it for later, and nothing is kept of half an answer."""
    ran = one.unscored
    if ran is None:
        return
    later = f"how it was can be said later: stimctl course score {one.name} --before N --after N\n"
    if not at_terminal:
        talk(later)
        return
    try:
        if before is None:
            before = click.prompt("Pain before it, 0 to 10", type=_SCORE, err=True)
        after = click.prompt("Pain now, 0 to 10", type=_SCORE, err=True)
        comfort = click.prompt("How comfortable was it, 0 to 10", type=_SCORE, err=True)
        for number, skin in enumerate(_SKINS, 1):
            talk(f"  {number}  {skin.value}\n")
        skin_at = click.prompt("The skin under the pads", type=click.IntRange(1, len(_SKINS)), default=1, err=True)
        unwell = click.confirm("Dizzy, a headache, or unpleasant even at the lowest?", default=None, err=True)
        function = click.prompt("One sentence: what goes, and what does not", default="", show_default=False, err=True)
    except click.Abort:
        talk(f"\n{later}")
        return
    scored = Scored(
        at=now_stamp(),
        session=ran.session,
        on=ran.on,
        before=before,
        after=after,
        course=ran.course,
        comfort=comfort,
        skin=_SKINS[skin_at - 1],
        function=function.strip(),
        unwell=unwell,
    )
    People().add(one, scored)
    talk("Kept. How the pain is tomorrow counts too: stimctl course day " + one.name + " --pain N\n")


def ask_the_day_after(one: Person, now: datetime, *, at_terminal: bool) -> None:
    """How the pain was on the day after the last session, where nobody has said it; Ctrl-C leaves it out."""
    on = day_to_ask(one, now)
    if on is None:
        return
    later = f"stimctl course day {one.name} --on {on} --pain N\n"
    if not at_terminal:
        talk(f"how the pain was on {on}, the day after, has not been said: {later}")
        return
    try:
        pain = click.prompt(f"Pain on {on}, the day after the last session, 0 to 10", type=_SCORE, err=True)
    except click.Abort:
        talk(f"\nit can be said later: {later}")
        return
    course = one.course.id if one.course is not None else ""
    People().add(one, FollowedUp(at=stamp(now), on=on.isoformat(), pain=pain, course=course))
