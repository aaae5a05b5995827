"""Where the person's range comes from: calibrate now, the last good calibration, or numbers typed in."""

from collections.abc import Mapping

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from stimctl import units
from stimctl.care.settings import settings_needed
from stimctl.care.threshold_book import Entry, ThresholdBook
from stimctl.errors import ConfigError
from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.scale import LEVELS, Scale
from stimctl.model.thresholds import Thresholds
from stimctl.tui.calibrate_screen import CalibrateScreen, utc_now
from stimctl.tui.choices import Choices
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import NO_CALIBRATION_IN_LEVELS

__all__ = ["RangePicker", "book_trouble", "restore"]

_TYPED_AT_US, _TYPED_AT_PERIOD_US = 200, 12_500
_MOST_UA = 100_000
# What phase durations a program may have.
_LEAST_AT_US, _MOST_AT_US, _DIGITS = 30, 400, 3
# As on the command line.
_MOST_RATED_UA = 200_000


class RangePicker(StimModal[None]):
    """Enter on a line takes it."""

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        choices, plan = self.app.choices, self.app.choices.plan
        with Vertical(classes="dialog"):
            yield Label("The range of each channel", classes="title")
            if choices.scale is Scale.LEVEL:
                yield from self._in_levels(plan)
                return
            count = len(settings_needed(plan)) if plan else 0
            last = last_good(choices, plan) if plan else []
            options = [Option(f"Calibrate now: {count} setting{'s' if count > 1 else ''}", id="now", disabled=not plan)]
            none = book_trouble() or "none for this program yet"
            if choices.whose is not None:
                none = f"{choices.whose.person.name}'s own is taken by itself"
            found = "; ".join(_entry_words(entry) for entry in last) if last else none
            options.append(Option(f"Restore the last good: {found}", id="last", disabled=not last))
            yield OptionList(*options)
            yield Label("or type, for each channel, sensory threshold and comfortable maximum")
            yield Label(f"in mA, as in 6 18, found at {_TYPED_AT_US} µs and 80 Hz, and Enter:")
            for channel in plan.channels if plan else ():
                # what was calibrated was found at other pulses, and is not offered to be taken as found at these
                yield Input("", placeholder=f"channel {channel}", id=f"range-{channel}", compact=True)
            yield Label("", id="wrong")

    def _in_levels(self, plan: Plan | None) -> ComposeResult:
        """Typed in only: what such a unit gives is nobody's milliamperes."""
        yield Saying(f"{NO_CALIBRATION_IN_LEVELS[0].upper()}{NO_CALIBRATION_IN_LEVELS[1:]}.")
        yield Label("For each channel first tingling and comfortable maximum,")
        yield Label(f"levels 1 to {LEVELS} as in 20 60, found at 80 Hz, and Enter:")
        for channel in plan.channels if plan else ():
            yield Input("", placeholder=f"channel {channel}", id=f"range-{channel}", compact=True)
        longest_us = max((one.phase_duration_us for one in self.app.choices.dials), default=_TYPED_AT_US)
        yield Label("Phase duration that they were found at, in µs:")
        yield Input("", placeholder=f"this program needs {longest_us} or longer", id="found-at", compact=True)
        yield Label("What the other unit can give at most, in mA:")
        yield Input(f"{self.app.choices.rated_ua / 1000:g}", id="rated", compact=True)
        yield Label("", id="wrong")

    def on_mount(self) -> None:
        # in levels there is no list
        self.query("OptionList, Input").first().focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        plan = self.app.choices.plan
        if plan is None:
            return
        self.dismiss()
        if event.option_id == "now":
            self.app.push_screen(CalibrateScreen(settings_needed(plan), plan.channels, self.app.choices, utc_now))
        else:
            restore(self.app.choices)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.app.choices.scale is Scale.LEVEL:
            self._take_levels()
            return
        typed: dict[int, Thresholds] = {}
        for field in self.query(Input):
            if not field.value.strip():
                continue
            channel = int(str(field.id).removeprefix("range-"))
            thresholds = _typed(field.value)
            if thresholds is None:
                allowed = f"two numbers in mA, the second larger, up to {_MOST_UA // 1000}; found {field.value!r}"
                self.query_one("#wrong", Label).update(f"channel {channel}: {allowed}")
                return
            typed[channel] = thresholds
        if not typed:
            self.query_one("#wrong", Label).update("nothing is typed in; Esc leaves all as it is")
            return
        self.app.choices.thresholds.update(typed)
        self.app.choices.range_from = "typed in"
        self._keep(typed)

    def _take_levels(self) -> None:
        choices, wrong = self.app.choices, self.query_one("#wrong", Label)
        if not self.query("#rated"):
            # the unit has said meanwhile that it is driven in levels
            wrong.update("Another kind of unit answers; Esc, and c again.")
            return
        rated_ua = _typed_rated(self.query_one("#rated", Input).value)
        if rated_ua is None:
            wrong.update(f"what it can give: more than 0 and up to {_MOST_RATED_UA // 1000} mA")
            return
        typed: dict[int, Levels] = {}
        at = self.query_one("#found-at", Input).value.strip()
        at_us = int(at) if at.isdecimal() and len(at) <= _DIGITS else _TYPED_AT_US if not at else 0
        if not _LEAST_AT_US <= at_us <= _MOST_AT_US:
            wrong.update(f"phase duration: whole µs, {_LEAST_AT_US} to {_MOST_AT_US}")
            return
        for field in self.query(Input):
            if field.id in ("rated", "found-at") or not field.value.strip():
                continue
            channel, levels = int(str(field.id).removeprefix("range-")), _typed_levels(field.value, at_us)
            if levels is None:
                allowed = f"two whole levels of 1 to {LEVELS}, the second larger; found {field.value!r}"
                wrong.update(Text(f"channel {channel}: {allowed}"))
                return
            typed[channel] = levels
        if not typed and rated_ua == choices.rated_ua:
            wrong.update("nothing is typed in; Esc leaves all as it is")
            return
        choices.rated_ua = rated_ua
        if typed:
            choices.levels.update(typed)
            choices.levels_from = "typed in"
        self._keep(typed)

    def _keep(self, typed: Mapping[int, Thresholds] | Mapping[int, Levels]) -> None:
        """With the person too, if it is somebody's."""
        why = self.app.desk.keep_range(typed, "", simulated=self.app.choices.simulated)
        if why:
            self.notify(why, severity="error", timeout=30)
        self.dismiss()


def last_good(choices: Choices, plan: Plan) -> list[Entry]:
    """The newest of each channel and setting that `plan` needs; empty unless every channel has one at least.

    For somebody who is known there is none: their own is with them, and what lies here may be another body's.
    """
    if choices.whose is not None:
        return []
    try:
        book = ThresholdBook().read()
    except ConfigError:
        # `book_trouble` says why
        return []
    found = [
        (channel, book.last_good(channel, setting, simulated=choices.simulated))
        for setting in settings_needed(plan)
        for channel in plan.channels
    ]
    if {channel for channel, entry in found if entry is not None} != set(plan.channels):
        return []
    return [entry for _, entry in found if entry is not None]


def book_trouble() -> str:
    """Why the book of calibrations cannot be read; empty when it can."""
    try:
        ThresholdBook().read()
    except ConfigError as why:
        return str(why)
    return ""


def restore(choices: Choices) -> bool:
    """Take the last good calibration; False where there is none for this program and kind of unit."""
    entries = last_good(choices, choices.plan) if choices.plan is not None else []
    if entries:
        # nothing of what was typed in stays beside it under the name of a calibration
        choices.thresholds = {}
    for entry in entries:
        choices.keep(entry.channel, entry.found)
    if entries:
        choices.range_from = f"calibrated {min(entry.when for entry in entries).astimezone():%d %b %H:%M}"
    return bool(entries)


def _entry_words(entry: Entry) -> str:
    return f"{entry.channel}: {entry.sensory_ua / 1000:g} to {entry.comfort_ua / 1000:g} mA, {entry.when:%d %b}"


def _typed(text: str) -> Thresholds | None:
    try:
        low, high = (units.microamperes(float(word)) for word in text.replace(",", ".").split())
    except (ValueError, OverflowError):
        return None
    if not 0 < low < high <= _MOST_UA:
        return None
    return Thresholds(sensory_ua=low, comfort_ua=high, at_phase_us=_TYPED_AT_US, at_period_us=_TYPED_AT_PERIOD_US)


def _typed_levels(text: str, at_us: int) -> Levels | None:
    try:
        low, high = (int(word) for word in text.split())
    except ValueError:
        return None
    levels = Levels(sensory_level=low, comfort_level=high, at_phase_us=at_us, at_period_us=_TYPED_AT_PERIOD_US)
    return levels if levels.sound else None


def _typed_rated(text: str) -> int | None:
    try:
        rated_ua = units.microamperes(float(text.replace(",", ".")))
    except (ValueError, OverflowError):
        return None
    return rated_ua if 0 < rated_ua <= _MOST_RATED_UA else None
