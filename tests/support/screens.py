"""Pictures of every screen, made without an engine: run as a program it writes them, and a test compares them.

A picture is an SVG as Textual exports it, less the fonts that it would load from elsewhere, and the same as text.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import journals
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from tui_bench import IN_LEVELS, SESSION, UNIT, Lines, made, running, sample, screen_text, tell, waits_for_dials, worked

from stimctl.care.made_up import made_up
from stimctl.engine import messages as say
from stimctl.places import data_dir
from stimctl.program.own_programs import copy
from stimctl.tui.editor_screen import EditorScreen

__all__ = ["SCENES", "Picture", "Scene", "draw", "files_of"]

HERE = Path(__file__).parent.parent.parent / "docs" / "screens"
SMALL, LARGE = (80, 24), (120, 40)
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)

Play = Callable[["Pilot[int]", Lines], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How a screen comes about, and at which sizes and in which theme it is drawn."""

    play: Play
    sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE)
    theme: str = "stimctl"
    program: str = "surface-to-deep"
    device: str = "sim://stimlink"
    ascii_only: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One screen, drawn."""

    svg: str
    text: str


async def first(pilot: "Pilot[int]", lines: Lines) -> None:
    await tell(pilot, lines[-1], UNIT)


async def session(pilot: "Pilot[int]", lines: Lines) -> None:
    """Eight minutes into it, in the transition: the skin gets what was planned, less one Down on channel 2."""
    await running(pilot, lines)
    app, preview = pilot.app, pilot.app.screen._preview
    await tell(pilot, lines[-1], replace(SESSION, duration_ms=preview.lasts_ms), say.Started(preview.lasts_ms))
    for at_ms in range(2_000, 480_000, 1_000):
        phase = next((one for one in preview.phases if one.start_ms == at_ms), None)
        if phase is not None:
            lasts_ms = phase.end_ms - phase.start_ms
            began = say.PhaseBegan(index=1, name=phase.name, depth=phase.depth, lasts_ms=lasts_ms, ramp_ms=60_000)
            app.control.picture.heard(began)
        if at_ms == 200_000:
            app.control.picture.heard(say.User(action="down", channel=2))
        for channel, less in ((1, 0.0), (2, 0.5 if at_ms > 200_000 else 0.0)):
            ma = max(0.0, round(planned_ma(preview.plan[channel], at_ms) - less, 2))
            load = 1_150 + 90 * channel
            app.control.picture.heard(sample(at_ms, ma, channel=channel, phase_duration_us=200, load_ohm=load))
        # every one of them, and not only what there is ten times a second
        app.screen.show(app.control.picture)
    await tell(pilot, lines[-1], say.Link(**LINK), sample(480_000, ma + 0.5, phase_duration_us=200, load_ohm=1_240))


def planned_ma(points: Sequence[tuple[int, int]], at_ms: int) -> float:
    """The plan at an instant."""
    after = bisect_right(points, (at_ms, 1 << 40))
    (from_ms, from_ua), (to_ms, to_ua) = points[after - 1], points[min(after, len(points) - 1)]
    along = (at_ms - from_ms) / max(1, to_ms - from_ms)
    return (from_ua + (to_ua - from_ua) * along) / 1000


LINK = {
    "rtt_us": 4_000,
    "frames_in": 7_200,
    "frames_out": 3_650,
    "lost": 0,
    "crc_errors": 1,
    "retries": 1,
    "battery_percent": 84,
}


async def armed(pilot: "Pilot[int]", lines: Lines) -> None:
    await worked(pilot)
    await tell(pilot, lines[-1], UNIT)
    await pilot.press("a")
    await tell(pilot, lines[-1], SESSION, say.Armed(), sample(0, 0.0), sample(0, 0.0, channel=2))


async def notes(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    await pilot.press("n")


async def pad_lifts(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    warning = "the load is 1.4 times what it was: a pad may be lifting"
    await tell(pilot, lines[-1], sample(480_000, 12.6, load_ohm=1_700, warning=warning))


async def paused(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    await tell(pilot, lines[-1], say.User(action="pausing", why="a person asked for it"), say.User(action="paused"))


async def dials(pilot: "Pilot[int]", lines: Lines) -> None:
    """A unit in levels, at zero before the second phase."""
    line = await running(pilot, lines, IN_LEVELS)
    await waits_for_dials(pilot, line)


async def stopped(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    await pilot.press("space")
    ended = say.Ended(exit_code=4, reason="stopped by a person", zero_confirmed=True, peak={}, journal="")
    zero = say.Zero(confirmed=True, after_ms=12, advice=None)
    await tell(pilot, lines[-1], say.Stopped(cause="person"), zero, ended)
    pilot.app.clear_notifications()
    await pilot.pause()


async def not_zero(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    advice = "zero is not confirmed: switch the unit off and take the pads off"
    fault = say.Fault(why="link lost: nothing has come for 500 ms")
    await tell(pilot, lines[-1], fault, say.Zero(confirmed=False, after_ms=700, advice=advice))


async def programs(pilot: "Pilot[int]", lines: Lines) -> None:
    await first(pilot, lines)
    await pilot.press("p")
    await pilot.pause()


async def checks(pilot: "Pilot[int]", lines: Lines) -> None:
    await first(pilot, lines)
    await pilot.press("k")


async def device(pilot: "Pilot[int]", lines: Lines) -> None:
    await first(pilot, lines)
    await tell(pilot, lines[-1], say.Link(**LINK))
    await pilot.press("f4")
    await pilot.pause()


async def history(pilot: "Pilot[int]", lines: Lines) -> None:
    """Two sessions: one to its end, one that was paused and stopped; the second is open."""
    sessions = data_dir() / "sessions"
    journals.kept(sessions, journals.done(), f"2026-03-03/171500-{journals.ID}.jsonl")
    journals.kept(sessions, journals.paused())
    await first(pilot, lines)
    await pilot.press("f5")
    await worked(pilot)
    await pilot.pause()
    await pilot.press("enter")
    await worked(pilot)
    await pilot.pause()


async def anna(pilot: "Pilot[int]", lines: Lines) -> None:
    """Somebody made up, in the middle of a course, is whose session it is."""
    await first(pilot, lines)
    app = pilot.app
    app.desk.take(made_up(app.desk.people, app.desk.now()))
    app.screen.chosen()
    await worked(pilot)
    await pilot.pause()


async def nobody(pilot: "Pilot[int]", lines: Lines) -> None:
    await first(pilot, lines)
    await pilot.press("f6")
    await worked(pilot)
    await pilot.pause()


async def people(pilot: "Pilot[int]", lines: Lines) -> None:
    await anna(pilot, lines)
    await pilot.press("f6")
    await worked(pilot)
    await pilot.pause()


async def screening(pilot: "Pilot[int]", lines: Lines) -> None:
    """Two answers are given, one of them of several."""
    await people(pilot, lines)
    await pilot.press("Q", *("down",) * 7, "enter", *("down",) * 4, "enter", "enter")
    await pilot.pause()


async def verdict(pilot: "Pilot[int]", lines: Lines) -> None:
    """Something was answered that stands in the way."""
    await people(pilot, lines)
    # a fever, and whoever can feel it and has a doctor's yes
    await pilot.press("Q", *("down",) * 6, "enter", *("down",) * 17, "enter", *("down",) * 4, "enter")
    await pilot.press("tab", "4", "enter")
    await pilot.pause()


async def plan(pilot: "Pilot[int]", lines: Lines) -> None:
    await people(pilot, lines)
    await pilot.press("c", "1", "enter", "5", "enter", "5", "enter", "enter", "enter", "enter")
    await pilot.pause()


async def outcome(pilot: "Pilot[int]", lines: Lines) -> None:
    """After a session."""
    await anna(pilot, lines)
    desk = pilot.app.desk
    desk.people.add(desk.people.all()[0][0], pilot.app.choices.whose.found.started("s6", desk.now()))
    await pilot.press("w", "2", "enter")
    await pilot.pause()


async def calibrate(pilot: "Pilot[int]", lines: Lines) -> None:
    """Channel 1 is done, channel 2 is on its way."""
    await worked(pilot)
    await tell(pilot, lines[-1], UNIT)
    await pilot.press("c")
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    await pilot.press("a")
    await tell(pilot, lines[-1], replace(SESSION, title="By hand"), say.Armed())
    await pilot.press("s")
    await tell(pilot, lines[-1], say.Started(660_000))
    for key, ma in (("1", 5.5), ("2", 11.0), ("3", 17.0)):
        await tell(pilot, lines[-1], sample(60_000, ma), sample(60_000, 0.0, channel=2))
        await pilot.press(key)
    await pilot.press("tab")
    await tell(pilot, lines[-1], sample(90_000, 4.5, channel=2))


async def all_programs(pilot: "Pilot[int]", lines: Lines) -> None:
    await first(pilot, lines)
    await pilot.press("f3")
    await pilot.pause(0.5)
    await worked(pilot)


async def editor(pilot: "Pilot[int]", lines: Lines) -> None:
    """A copy with three mistakes in it."""
    await first(pilot, lines)
    path = copy("tap", "my-tap")
    text = path.read_text(encoding="utf-8")
    for right, wrong in (
        ("rate_hz = 80", "rate_hz = 180"),
        ("[20, 40]", "[20, 400]"),
        ("minutes = 10", "minuets = 10"),
    ):
        assert right in text
        text = text.replace(right, wrong, 1)
    path.write_text(text, encoding="utf-8")
    await pilot.app.push_screen(EditorScreen("my-tap"))
    await pilot.pause(0.6)
    await worked(pilot)


async def help_of_a_session(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    await pilot.press("f1")
    await pilot.pause()


async def log(pilot: "Pilot[int]", lines: Lines) -> None:
    await session(pilot, lines)
    await pilot.press("l")
    await pilot.pause()


SCENES: dict[str, Scene] = {
    "prepare": Scene(play=first),
    "prepare-contrast": Scene(play=first, theme="stimctl-contrast", sizes=(SMALL,)),
    "prepare-ascii": Scene(play=first, ascii_only=True, sizes=(SMALL,)),
    "program-picker": Scene(play=programs),
    "checks": Scene(play=checks, program="strain-ease", sizes=(SMALL,)),
    "armed": Scene(play=armed, sizes=(SMALL,)),
    "session": Scene(play=session),
    "session-contrast": Scene(play=session, theme="stimctl-contrast"),
    "session-16-colours": Scene(play=session, theme="ansi-dark", sizes=(SMALL,)),
    "session-ascii": Scene(play=session, ascii_only=True, sizes=(SMALL,)),
    "session-tiny": Scene(play=session, sizes=((60, 16), (40, 10))),
    "notes": Scene(play=notes, sizes=(SMALL,)),
    "log": Scene(play=log, sizes=(SMALL,)),
    "pad-lifts": Scene(play=pad_lifts, sizes=(SMALL,)),
    "paused": Scene(play=paused, sizes=(SMALL,)),
    "dials": Scene(play=dials, sizes=(SMALL,), program="tap", device="sim://openemsstim"),
    "stopped": Scene(play=stopped, sizes=(SMALL,)),
    "not-at-zero": Scene(play=not_zero, sizes=(SMALL,)),
    "programs": Scene(play=all_programs),
    "editor": Scene(play=editor),
    "calibrate": Scene(play=calibrate),
    "history": Scene(play=history),
    "prepare-for-a-person": Scene(play=anna, sizes=(SMALL,)),
    "nobody": Scene(play=nobody, sizes=(SMALL,)),
    "people": Scene(play=people),
    "people-ascii": Scene(play=people, ascii_only=True, sizes=(SMALL,)),
    "screening": Scene(play=screening),
    "verdict": Scene(play=verdict, sizes=(SMALL,)),
    "course-plan": Scene(play=plan, sizes=(SMALL,)),
    "outcome": Scene(play=outcome, sizes=(SMALL,)),
    "help": Scene(play=help_of_a_session, sizes=(LARGE,)),
    "device": Scene(play=device, sizes=(SMALL,)),
}


def draw(scene: Scene, size: tuple[int, int]) -> Picture:
    """Play a scene and draw what is there in the end."""

    async def play() -> Picture:
        app, lines = made(
            scene.program,
            scene.device,
            ascii_only=scene.ascii_only,
            theme=scene.theme,
            now_ns=lambda: 0,
            now=lambda: datetime(2026, 3, 16, 17, 30, tzinfo=UTC),
        )
        # what slides into its place is drawn in it
        app.animation_level = "none"
        async with app.run_test(size=size, notifications=True) as pilot:
            await scene.play(pilot, lines)
            await worked(pilot)
            for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
                field.cursor_blink = False
                # a text area keeps its lines, one drawn while the cursor was out too
                field.notify_style_update()
                field.refresh()
            # not what is there ten times a second, but all that has come
            app._show()
            await pilot.pause()
            return Picture(_FONTS.sub("", app.export_screenshot(title="stimctl")), screen_text(app))

    with tempfile.TemporaryDirectory() as home:
        before = dict(os.environ)
        os.environ |= {"STIMCTL_HOME": home, "TZ": "UTC"}
        time.tzset()
        try:
            return asyncio.run(play())
        finally:
            os.environ.clear()
            os.environ |= before
            time.tzset()


def files_of(name: str, size: tuple[int, int]) -> tuple[Path, Path]:
    """Where a scene's SVG and text are kept."""
    stem = f"{name}-{size[0]}x{size[1]}"
    return HERE / f"{stem}.svg", HERE / f"{stem}.txt"


def main(wanted: list[str]) -> None:
    HERE.mkdir(exist_ok=True)
    for name, scene in SCENES.items():
        if wanted and name not in wanted:
            continue
        for size in scene.sizes:
            svg, text = files_of(name, size)
            picture = draw(scene, size)
            svg.write_text(picture.svg, encoding="utf-8")
            text.write_text(picture.text + "\n", encoding="utf-8")
            print(svg.name)


if __name__ == "__main__":
    main(sys.argv[1:])
