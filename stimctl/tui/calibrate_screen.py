"""Finding a person's range: each channel is stepped up by key presses, and marked where something is felt.

A program needs thresholds at one setting or two (its rate classes); they are found one after the other, each in a
session by hand of its own, and kept with their date.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from stimctl.care.calibration import calibration_plan
from stimctl.care.finding import Calibration, Finding, Mark, OutOfOrder
from stimctl.care.person import Person
from stimctl.care.settings import Setting
from stimctl.care.threshold_book import Entry, ThresholdBook
from stimctl.engine import messages as say
from stimctl.engine.preparing import ANY_UNIT, Unfit, session_limits
from stimctl.errors import StimctlError
from stimctl.model.scale import Scale
from stimctl.tui.channel_screen import ChannelScreen
from stimctl.tui.channel_strip import ChannelStrip
from stimctl.tui.choices import Choices, capabilities_of
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.standing import LIVE, Standing
from stimctl.tui.words import NO_CALIBRATION_IN_LEVELS, hint_of

__all__ = ["CalibrateScreen", "utc_now"]

# Single twitches fuse into a held contraction near 20 Hz.
_FUSES_MHZ = 20_000
_MARKABLE = (Standing.RAMPING, Standing.HOLD)
# A unit reports five times a second, and the report has to get here.
_REPORTED_WITHIN_MS = 450
_MARKS = {1: Mark.SENSORY, 2: Mark.MOTOR, 3: Mark.COMFORT}
_FELT = {Mark.SENSORY: "first tingling", Mark.MOTOR: "first twitch", Mark.COMFORT: "most that is comfortable"}


class CalibrateScreen(ChannelScreen):
    """`settings` in their order. What is found goes to the choices and into the book when a setting is finished."""

    HELP = """
    # Calibration

    Nothing flows until you press **Up**: one press is one step of 0.5 mA, at most two a second; **Down** takes one back
    at once, and every stop key ends it. Nothing rises by itself.

    1. **a** arms, **s** starts.
    2. **Up** until you feel the first tingling: **1**.
    3. **Up** until a muscle twitches, if it does: **2**.
    4. **Up** to the most that is still comfortable: **3**. Do not go on to where it hurts.
    5. **Tab** for the other channel; **Enter** when all are done.

    A muscle that is held gets no rest here: when it holds, mark it and step down.
    """

    BINDINGS = [
        Binding("a", "arm", "ARM", id="calibrate.arm"),
        Binding("1", "mark(1)", "Tingle", id="calibrate.sensory"),
        Binding("2", "mark(2)", "Twitch", id="calibrate.motor"),
        Binding("3", "mark(3)", "Most", id="calibrate.comfort"),
        Binding("x", "forget", "Forget marks", id="calibrate.forget", show=False),
        Binding("enter", "finish", "Done", id="calibrate.finish"),
        Binding("escape", "leave", "Leave", id="calibrate.leave"),
    ]

    def __init__(
        self, settings: tuple[Setting, ...], channels: tuple[int, ...], choices: Choices, now: Callable[[], datetime]
    ) -> None:
        super().__init__(channels)
        self._settings, self._choices, self._now = settings, choices, now
        self._at = 0
        self._calibration = Calibration.of(settings[0], channels)
        # marks that a report may still lower: by channel, until when in session time
        self._unsettled: dict[int, tuple[Mark, int]] = {}
        self._found_on: say.Unit | None = None
        # whose body the marks are of, and who the unit was armed for; None for nobody who is known here
        self._whose_marks = self._armed_for = choices.person_now

    @property
    def setting(self) -> Setting:
        """The one that is being found."""
        return self._settings[self._at]

    def body(self) -> ComposeResult:
        with Vertical(id="calibrate"):
            yield Saying(id="calibrate-title")
            with Horizontal(id="calibrate-channels"):
                for channel in self._channels:
                    with Vertical(classes="calibrate-channel"):
                        yield ChannelStrip(channel, card=True, ascii_only=self.app.ascii_only)
                        yield Saying(id=f"marks-{channel}", classes="marks")
            yield Saying(id="calibrate-next")
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self._forget_another(picture.unit)
        self._settle(picture)
        number = f"{self._at + 1} of {len(self._settings)}"
        rate = f"{self.setting.pulse_rate_mhz / 1000:g} Hz"
        title = Text(f"Calibration {number}: phase duration {self.setting.phase_duration_us} µs, {rate}", "bold")
        if self.setting.pulse_rate_mhz >= _FUSES_MHZ:
            title.append("\nA muscle that holds gets no rest here: mark it, and step down.", "not bold")
        self.query_one("#calibrate-title", Saying).say(title)
        for channel in self._channels:
            self.query_one(f"#marks-{channel}", Saying).say(self._marks(self._calibration.findings[channel]))
        self.query_one("#calibrate-next", Saying).say(self._next(picture))
        self.query_one("#hint", Saying).say(
            hint_of(picture) if picture.standing is not Standing.READY else _INTRODUCTION
        )

    def _marks(self, finding: Finding) -> Text:
        yes, no = ("[x]", "[ ]") if self.app.ascii_only else ("✔", "○")
        text = Text()
        for key, mark in _MARKS.items():
            at_ua = finding.marks.get(mark)
            value = f"{at_ua / 1000:.1f} mA" if at_ua is not None else ""
            text.append(f" {no if at_ua is None else yes} {key} {_FELT[mark]:<26}{value}\n")
        return text

    def _next(self, picture: SessionPicture) -> str:
        finding = self._calibration.findings[self._selected]
        if picture.standing not in LIVE:
            return ""
        if finding.sensory_ua is None:
            return f"Channel {self._selected}: press Up until you feel the first tingling, then 1."
        if finding.comfort_ua is None:
            return (
                f"Channel {self._selected}: 2 where a muscle twitches, if it does; 3 at the most that is comfortable."
            )
        if not self._calibration.complete:
            return f"Channel {self._selected} is done. Down to nothing if you like, then Tab for the other."
        return "All channels are done. Enter ends this at zero and keeps what was found."

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Marks are made while something can flow; arming and leaving, at zero."""
        picture = self.app.control.picture
        match action:
            case "arm":
                return picture.over or picture.standing in (Standing.READY, Standing.NO_UNIT)
            case "mark":
                return picture.standing in _MARKABLE
            case "finish":
                return self._calibration.complete and picture.unit is not None
            case "leave":
                return picture.over or not picture.may_flow
        return super().check_action(action, parameters)

    def action_arm(self) -> None:
        """Nothing flows by it; nor by starting, until Up is pressed."""
        if self._choices.scale is Scale.LEVEL:
            self.notify(f"Not armed: {NO_CALIBRATION_IN_LEVELS}.", severity="warning")
            return
        self.app.desk.look_again()
        missing = self._choices.unfit + self._choices.unconfirmed(simulated=self._choices.simulated)
        if missing:
            self.notify(f"First: {missing[0]}.", severity="warning")
            return
        self.app.control.arm(self._choices.device, self._prepare)

    def action_start(self) -> None:
        """Not if their records say something else since it was armed."""
        self.app.desk.look_again()
        if self._choices.unfit:
            self.notify(f"Not started: {self._choices.unfit[0]}", severity="error", timeout=30)
        elif self._choices.person_now != self._armed_for:
            self.notify("Not started: records say something else since; leave, and arm again.", severity="error")
        else:
            super().action_start()

    def action_mark(self, number: int) -> None:
        """Where it is felt: at what flows now, as the unit reports it."""
        of = self.app.control.picture.channels.get(self._selected)
        if of is None or of.last is None:
            return
        mark = _MARKS[number]
        marked = self._calibration.marked(self._selected, mark, _delivered_ua(of.last))
        if isinstance(marked, OutOfOrder):
            self.notify(marked.why, severity="warning")
        else:
            self._calibration, self._found_on = marked, self.app.control.picture.unit
            self._unsettled[self._selected] = mark, of.last.plan_ms + _REPORTED_WITHIN_MS
            self.app.control.send(say.Note(f"channel {self._selected}: {mark.value}"))
        self.refresh_bindings()
        self.show(self.app.control.picture)

    def _forget_another(self, unit: say.Unit | None) -> None:
        """What was marked on one unit, or one body, says nothing of another."""
        if not _same_person(self._choices.person_now, self._whose_marks):
            self._whose_marks = self._choices.person_now
            self._forget_all("It is somebody else's now: what was marked on the one before is forgotten.")
        elif unit is not None and self._found_on is not None and not _same(unit, self._found_on):
            self._forget_all("Another unit answers: what was marked on the one before is forgotten.")

    def _forget_all(self, why: str) -> None:
        marked = any(finding.marks for finding in self._calibration.findings.values())
        self._calibration, self._found_on = Calibration.of(self.setting, self._channels), None
        self._unsettled.clear()
        if marked:
            self.notify(why, severity="warning")

    def _settle(self, picture: SessionPicture) -> None:
        """A report may be older than a Down before the mark: if the next ones say less, that is what was felt."""
        for channel, (mark, until_ms) in list(self._unsettled.items()):
            of = picture.channels.get(channel)
            last = of.last if of is not None else None
            if last is None or last.plan_ms > until_ms or picture.standing not in _MARKABLE:
                del self._unsettled[channel]
            elif 0 < _delivered_ua(last) < self._calibration.findings[channel].marks[mark]:
                lower = self._calibration.marked(channel, mark, _delivered_ua(last))
                if isinstance(lower, OutOfOrder):
                    self._calibration = self._calibration.forgotten(channel)
                    self.notify(f"Channel {channel} is to be marked anew: {lower.why}.", severity="warning")
                    del self._unsettled[channel]
                else:
                    self._calibration = lower

    def action_forget(self) -> None:
        """Begin this channel anew."""
        self._calibration = self._calibration.forgotten(self._selected)
        self._unsettled.pop(self._selected, None)
        self.refresh_bindings()
        self.show(self.app.control.picture)

    def action_finish(self) -> None:
        """To zero; keep what was found; on to the next setting, or back."""
        self._forget_another(self.app.control.picture.unit)
        unit = self._found_on
        if unit is None or not self._calibration.complete:
            return
        self.app.control.stop("calibration done")
        at = self._now()
        found = {channel: finding.found for channel, finding in self._calibration.findings.items()}
        for channel, of in found.items():
            self._choices.keep(channel, of)
        self._choices.range_from = f"calibrated {at.astimezone():%d %b %H:%M}"
        kept = [
            Entry.of(finding, channel, at=at, unit=unit.serial_number, simulated=unit.simulated)
            for channel, finding in self._calibration.findings.items()
        ]
        try:
            ThresholdBook().add(kept)
        except (StimctlError, OSError) as why:
            self.notify(f"Kept for now, and not on disk: {why}", severity="error", timeout=30)
        not_kept = self.app.desk.keep_range(found, unit.serial_number, simulated=unit.simulated)
        if not_kept:
            self.notify(not_kept, severity="error", timeout=30)
        if self._at + 1 < len(self._settings):
            self._at += 1
            self._calibration = Calibration.of(self.setting, self._channels)
            self.refresh_bindings()
            self.notify("Kept. Press a for the second setting, or Esc to leave it at this.")
            self.show(self.app.control.picture)
        else:
            self.app.pop_screen()

    def action_leave(self) -> None:
        """What is not finished is not kept."""
        self.app.leave_session()

    def _prepare(self, unit: say.Unit) -> say.Prepare | str:
        choices, pads_mm2 = self._choices, self._choices.pads_mm2(self._channels)
        capabilities = capabilities_of(unit) or ANY_UNIT
        if capabilities.scale is Scale.LEVEL:
            return f"not armed: {NO_CALIBRATION_IN_LEVELS}"
        self.app.desk.look_again()
        if choices.unfit:
            return f"not armed: {choices.unfit[0]}"
        try:
            limits = session_limits(choices.profile, capabilities)
        except Unfit as why:
            return str(why)
        if choices.most_ua is not None:
            limits = replace(limits, amplitude_ua=min(limits.amplitude_ua, choices.most_ua))
        self._armed_for = choices.person_now
        by_hand = calibration_plan(self.setting, pads_mm2, limits, reports_load=capabilities.reports_load)
        for strip in self.query(ChannelStrip):
            strip.set_range(None, by_hand.ceiling_ua / 1000)
        return say.Prepare(
            plan=by_hand.plan,
            thresholds=by_hand.thresholds,
            pads_mm2=pads_mm2,
            profile=choices.profile,
            pads_confirmed=not choices.unconfirmed(simulated=unit.simulated),
            doctor=choices.approved_by or None,
            by_hand=True,
            person=choices.whose.person.id if choices.whose is not None else "",
            most_ua=choices.most_ua,
        )


def _delivered_ua(sample: say.Sample) -> int:
    return round(sample.amount * 1000)


def _same_person(one: Person | None, other: Person | None) -> bool:
    return (one.id if one is not None else "") == (other.id if other is not None else "")


def _same(unit: say.Unit, other: say.Unit) -> bool:
    return (unit.serial_number, unit.simulated) == (other.serial_number, other.simulated)


_INTRODUCTION = "a arms the unit. Nothing flows before you start it and press Up, and nothing rises by itself."


def utc_now() -> datetime:
    """When something was found."""
    return datetime.now(UTC)
