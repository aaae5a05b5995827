"""The app: wiring. It holds the control, brings the picture to whatever screen is up, and knows how to leave."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen

from stimctl.care.people import People
from stimctl.engine import messages as say
from stimctl.errors import ExitCode
from stimctl.tui.cable_watch import CableWatch
from stimctl.tui.calibrate_screen import CalibrateScreen
from stimctl.tui.choices import Choices, capabilities_of
from stimctl.tui.control import Control
from stimctl.tui.device_screen import DeviceScreen
from stimctl.tui.editor_screen import EditorScreen
from stimctl.tui.engine_line import OpenLine
from stimctl.tui.help_modal import HelpModal
from stimctl.tui.history_screen import HistoryScreen
from stimctl.tui.people.desk import Desk
from stimctl.tui.people.people_screen import PeopleScreen
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.preview import Preview
from stimctl.tui.programs_screen import ProgramsScreen
from stimctl.tui.run_screen import RunScreen
from stimctl.tui.standing import LIVE, Standing
from stimctl.tui.stim_screen import StimModal, StimScreen
from stimctl.tui.stop_driver import StopDriver
from stimctl.tui.stop_gate import SLEEP_KEY, StopGate, StopPressed
from stimctl.tui.themes import ANSI_THEMES, DEFAULT_THEME, THEMES

__all__ = ["StimApp", "known_keys"]

_PLACES = (
    PrepareScreen,
    RunScreen,
    CalibrateScreen,
    ProgramsScreen,
    EditorScreen,
    DeviceScreen,
    HistoryScreen,
    PeopleScreen,
)
_BEAT_S = 0.2
# Nobody reads milliamperes faster; what matters more than a sample is shown at once.
_DRAW_S = 0.1
_GLANCE_TURNS = 5
_LOOK_S = 1.0


class _Told(Message):
    """The engine said something, in its thread."""

    def __init__(self, number: int, telling: say.Telling) -> None:
        super().__init__()
        self.number, self.telling = number, telling


class _Warned(Message):
    """What to do about a unit that does not confirm its stop."""

    def __init__(self, advice: str) -> None:
        super().__init__()
        self.advice = advice


class StimApp(App[int]):
    """`open_line` starts an engine (EngineLine), or something that behaves like one."""

    TITLE = "stimctl"
    CSS_PATH = "style.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-middle"), (34, "-tall")]
    MODES = {
        "session": PrepareScreen,
        "programs": ProgramsScreen,
        "device": DeviceScreen,
        "history": HistoryScreen,
        "people": PeopleScreen,
    }
    DEFAULT_MODE = "session"
    BINDINGS = [
        Binding("f2", "switch_mode('session')", "Session", id="app.session", show=False),
        Binding("f3", "switch_mode('programs')", "Programs", id="app.programs", show=False),
        Binding("f4", "switch_mode('device')", "Device", id="app.device", show=False),
        Binding("f5", "switch_mode('history')", "History", id="app.history", show=False),
        Binding("f6", "switch_mode('people')", "People", id="app.people", show=False),
        Binding("f1,question_mark", "help", "Help", id="app.help", key_display="?"),
        Binding("ctrl+z", "sleep", "To the shell", id="app.sleep", show=False, priority=True),
        Binding("ctrl+q", "leave", "Quit", id="app.quit", priority=True),
    ]

    def __init__(
        self,
        open_line: OpenLine,
        choices: Choices,
        *,
        ascii_only: bool = False,
        theme: str = DEFAULT_THEME,
        keymap: Mapping[str, str] | None = None,
        on_ready: "Callable[[StimApp], None] | None" = None,
        now_ns: Callable[[], int] = time.monotonic_ns,
        people: People | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(driver_class=StopDriver, ansi_color=theme in ANSI_THEMES)
        self.gate = StopGate(now_ns)
        self.choices = choices
        self.desk = Desk(self, people, now)
        self.ascii_only = ascii_only
        self.control = Control(
            open_line,
            self.gate,
            told=lambda number, telling: self._post(_Told(number, telling)),
            warned=lambda advice: self._post(_Warned(advice)),
        )
        self._cable = CableWatch(self)
        self._now_ns = now_ns
        self._heard_ns = now_ns()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self._keymap_asked = keymap or {}
        self._on_ready = on_ready
        self._turns, self._dirty = 0, False
        self._leaving: int | None = None
        self._sleepy = False
        # the exit code of the signal that came, if one did: also where the screen breaks on its way out
        self.signal_code: int | None = None
        # what puts the process to sleep; another where signals are watched (departures.py)
        self.fall_asleep: Callable[[], None] = self.action_suspend_process

    @property
    def silent_ms(self) -> int:
        """For how long the engine has said nothing, while output may flow."""
        return (self._now_ns() - self._heard_ns) // 1_000_000 if self.control.picture.standing in LIVE else 0

    async def on_mount(self) -> None:
        self.set_keymap(self._keymap_asked)
        if self._on_ready is not None:
            self._on_ready(self)
        self.connect()
        self.set_interval(_BEAT_S, self.control.beat)
        self.set_interval(_DRAW_S, self._draw)
        self.set_interval(_LOOK_S, self._cable.look)

    async def on_event(self, event: events.Event) -> None:
        """The gate once more, for whatever did not come through the driver's thread."""
        by_hand = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        how = self.gate.take(event) if by_hand else None
        if how is None:
            await super().on_event(event)
        else:
            self.post_message(StopPressed(how))

    def on_stop_pressed(self, event: StopPressed) -> None:
        """Already sent; what is left is to say so."""
        self.control.stopped_by(event.how)
        if self.control.open:
            self.notify(f"STOP by {event.how}: it did that and nothing else.", timeout=4)
        elif self.control.picture.in_doubt:
            self.control.reach_again()
        self._show()
        if event.how == SLEEP_KEY:
            self.sleep()

    def on__told(self, event: _Told) -> None:
        if not self.control.heard(event.number, event.telling):
            return
        self._heard_ns = self._now_ns()
        if isinstance(event.telling, say.Unit):
            unit = event.telling
            self.choices.unit_answered(simulated=unit.simulated, can=capabilities_of(unit))
        self._cable.heard(event.telling)
        if isinstance(event.telling, say.Sample | say.Link):
            self._dirty = True
        else:
            self._show()
        if not self.control.open:
            self._depart()

    def on__warned(self, event: _Warned) -> None:
        self.control.picture.advice = event.advice
        self.notify(event.advice, title="NOT AT ZERO", severity="error", timeout=60)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Plain words always: names, paths and what a file says are among them, and brackets in them mean nothing."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def connect(self) -> None:
        """Find the unit that is chosen; nothing is armed."""
        self.control.connect(self.choices.device)
        self._show()

    def cable_back(self, path: str) -> None:
        """Find the unit that was lost, where its port is now; nothing is armed."""
        self.choices.found_again(path)
        self.control.connect(self.choices.device)
        self.control.picture.note("cable", f"is back, at {path}; the unit is looked for")
        self.notify("The cable is back: the unit is looked for. Nothing is armed.")
        self._show()

    def arm(self, preview: Preview) -> None:
        """To the session's screen; the unit is found, asked and armed. Nothing flows."""
        # what is confirmed and shown now is what is asked, whatever is chosen while the unit is being found
        choices = self.choices.as_they_are()
        self.control.arm(choices.device, lambda unit: _asked(choices, unit))
        self.push_screen(RunScreen(preview, choices))

    def leave_session(self) -> None:
        """Let an armed unit go, and back to the preparation; how it was is asked there."""
        if self.control.open and self.control.picture.standing is not Standing.READY:
            self.control.stop("left the session")
        self.pop_screen()
        self.call_after_refresh(self.desk.ask_how_it_was, self.prepared_anew)

    def prepared_anew(self) -> None:
        """What is prepared may be something else now."""
        if isinstance(self.screen, PrepareScreen):
            self.screen.chosen()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette."""
        yield SystemCommand("Session", "Prepare and run", lambda: self.switch_mode("session"))
        yield SystemCommand("Programs", "The library, and your own", lambda: self.switch_mode("programs"))
        yield SystemCommand("Device", "The unit and the line to it", lambda: self.switch_mode("device"))
        yield SystemCommand("History", "Past sessions", lambda: self.switch_mode("history"))
        yield SystemCommand("People", "Who sessions are for, and their courses", lambda: self.switch_mode("people"))
        yield SystemCommand("Theme", "Other colours", self.action_change_theme)
        yield SystemCommand("Help", "The keys of this place", self.action_help)
        yield SystemCommand("Picture", "Save this screen as an SVG file", self.deliver_screenshot)
        yield SystemCommand("Quit", "Leave, by way of zero", self.action_leave)

    async def action_quit(self) -> None:
        """Textual's own way out is ours."""
        self.action_leave()

    def action_leave(self) -> None:
        """Quit: zero first."""
        self.leave_by(0)

    def leave_by(self, code: int, cause: str = "person") -> None:
        """Stop what runs, wait for its end, and leave with this exit code."""
        self._leaving = code
        if self.control.open:
            self.control.stop("leaving", cause)
        else:
            self._depart()

    def sleep(self) -> None:
        """To the shell that it was started from: zero first, and the screen is as it was when it comes back."""
        self._sleepy = True
        if self.control.open:
            self.control.stop(SLEEP_KEY)
        else:
            self._depart()

    def action_sleep(self) -> None:
        """Ctrl+Z without a session."""
        self.sleep()

    def _depart(self) -> None:
        """What was wished for once nothing runs any more."""
        if self._leaving is not None:
            lost = self.control.picture.in_doubt
            # whatever else there is to tell: a unit that may not be at zero comes first
            self.exit(int(ExitCode.DEVICE) if lost else self._leaving)
        elif self._sleepy:
            self._sleepy = False
            self.fall_asleep()

    def action_help(self) -> None:
        """The help of this place."""
        if isinstance(self.screen, StimScreen):
            self.push_screen(HelpModal(self.screen.HELP or ""))

    def _post(self, message: Message) -> None:
        self.post_message(message)

    def _draw(self) -> None:
        """What has come since, and now and then how old it is."""
        self._turns = (self._turns + 1) % _GLANCE_TURNS
        if self._dirty or self._turns == 0:
            self._show()

    def _show(self) -> None:
        """All that may be seen: a modal of Textual's own lets row 1 of the screen below through."""
        self._dirty = False
        if not self.is_running:
            # on the way out screens are taken apart piece by piece
            return
        for screen in self.screen_stack:
            if isinstance(screen, StimScreen | StimModal) and screen.is_drawn:
                screen.show(self.control.picture)


def known_keys() -> list[dict[str, str]]:
    """For each place every binding that has an id, with its own keys; the app's own are in all of them."""
    return [_keys_of(place) | _keys_of(StimApp) for place in _PLACES]


def _keys_of(place: type) -> dict[str, str]:
    bindings = [one for cls in place.__mro__ for one in vars(cls).get("BINDINGS", ()) if isinstance(one, Binding)]
    return {one.id: one.key for one in bindings if one.id}


def _asked(choices: Choices, unit: say.Unit) -> say.Prepare | str:
    can = capabilities_of(unit)
    if unit.simulated != choices.simulated or (can is not None and can.scale is not choices.scale):
        return "not armed: another kind of unit answers than the one that was prepared for; go through the steps again"
    missing = choices.missing(simulated=unit.simulated)
    return f"not armed: {'; '.join(missing)}" if missing else choices.prepare(simulated=unit.simulated)
