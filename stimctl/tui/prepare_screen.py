"""The first screen: what is chosen and what is missing on the left, what it will do on the right; arming from here."""

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from stimctl.care.next_session import NextSession
from stimctl.engine.messages import Prepare
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import Scale
from stimctl.tui.channel_strip import range_words
from stimctl.tui.checks import Checks
from stimctl.tui.choices import Choices
from stimctl.tui.picture import SessionPicture
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.preview import Preview, preview_of, table_of
from stimctl.tui.program_picker import ProgramPicker
from stimctl.tui.range_picker import RangePicker, book_trouble, restore
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimScreen
from stimctl.tui.unit_picker import UnitPicker
from stimctl.tui.words import NO_CALIBRATION_IN_LEVELS, NOT_A_MEDICAL_DEVICE, boot_words, hint_of

__all__ = ["PrepareScreen"]

_STEPS = ("unit", "person", "program", "range", "checks", "arm")


class PrepareScreen(StimScreen):
    """Steps in their order; Enter opens one, `a` arms when none is missing."""

    HELP = """
    # Before a session

    Go through the steps with the arrow keys and Enter. Nothing flows until a unit is **armed** (a) and the session is
    **started** (s, on the next screen): two keys, on purpose.

    The first unit in the list is simulated: it is there for everybody, and no current flows anywhere.
    """

    BINDINGS = [
        Binding("a", "arm", "ARM", id="prepare.arm"),
        Binding("u", "step('unit')", "Unit", id="prepare.unit"),
        Binding("w", "step('person')", "Who", id="prepare.person"),
        Binding("p", "step('program')", "Program", id="prepare.program"),
        Binding("c", "step('range')", "Calibrate", id="prepare.calibrate"),
        Binding("l", "last_good", "Last good range", id="prepare.last_good", show=False),
        Binding("k", "step('checks')", "Checks", id="prepare.checks"),
    ]

    class _WorkedOut(Message):
        def __init__(self, asked: Prepare, preview: Preview) -> None:
            super().__init__()
            self.asked, self.preview = asked, preview

    def __init__(self) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._previewed: Prepare | None = None
        self._kind: object = None
        # what arming was asked for, while its preview was still being worked out
        self._arm_next: Prepare | None = None

    def body(self) -> ComposeResult:
        with Horizontal(id="prepare"):
            with Vertical(id="prepare-left"):
                yield OptionList(id="steps")
                yield Saying(NOT_A_MEDICAL_DEVICE, id="disclaimer")
            with Vertical(id="prepare-right"):
                yield Saying(id="program-words")
                yield PlanPlot(ascii_only=self.app.ascii_only, id="preview-plot")
                yield Saying(id="table")
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.chosen()
        self.query_one(OptionList).focus()

    def on_screen_resume(self) -> None:
        self.chosen()

    def on_screen_suspend(self) -> None:
        self._arm_next = None

    def chosen(self) -> None:
        """Something was chosen: show it, and work out what it comes to."""
        self.app.desk.look_again()
        steps = self.query_one(OptionList)
        at = steps.highlighted
        steps.set_options([Option(self._step(step), id=step) for step in _STEPS])
        steps.highlighted = at if at is not None else 0
        self._kind = self.app.choices.simulated, self.app.choices.scale
        self._show_words()
        choices = self.app.choices
        # what was worked out is of other choices, and nothing is armed by it any more
        self._preview = None
        if choices.missing(simulated=True):
            self._show_preview(None)
        else:
            self._work_out(choices.prepare(simulated=True), choices.previewed_on)
        self.show(self.app.control.picture)

    @work(thread=True, exclusive=True)
    def _work_out(self, asked: Prepare, on: Capabilities) -> None:
        preview = preview_of(asked, on)
        if not get_current_worker().is_cancelled:
            self.post_message(self._WorkedOut(asked, preview))

    def on_prepare_screen__worked_out(self, event: _WorkedOut) -> None:
        choices = self.app.choices
        # not one of what was chosen before
        if not choices.missing(simulated=True) and event.asked == choices.prepare(simulated=True):
            self._previewed = event.asked
            self._show_preview(event.preview)
            wished, self._arm_next = self._arm_next, None
            if wished == event.asked and self.is_current:
                self.action_arm()

    def _show_preview(self, preview: Preview | None) -> None:
        self._preview = preview
        plot = self.query_one(PlanPlot)
        plot.display = preview is not None and not preview.refused
        if preview is None:
            self.query_one("#table", Saying).say("")
            return
        plot.set_plan(preview.plan, preview.lasts_ms, preview.limit_ua, preview.unit)
        if preview.refused:
            self.query_one("#table", Saying).say(Text(f"This may not run: {preview.refused}", "bold"))
        else:
            self.query_one("#table", Saying).say(Text("\n".join(table_of(preview))))

    def _show_words(self) -> None:
        program = self.app.choices.program
        words = Text()
        if program is not None:
            words.append(program.plan.title, "bold")
            words.append(f"  {program.plan.program_class}, {' or '.join(program.plan.profiles)}\n")
            words.append(program.aim or "")
        self.query_one("#program-words", Saying).say(words)

    def _step(self, step: str) -> Text:
        choices, plain = self.app.choices, self.app.ascii_only
        yes, no = ("[x]", "[ ]") if plain else ("✔", "○")
        simulated = choices.simulated
        match step:
            case "unit":
                name, done = "Unit", True
                words = "simulated: no current flows" if simulated else f"{choices.device}: a real unit"
            case "person":
                name, done, words = "Who", *_whose_words(choices)
            case "program":
                name, done = "Program", choices.program is not None
                words = choices.program.plan.title if choices.program else "choose one"
                if choices.whose is not None and isinstance(choices.whose.found, NextSession):
                    number, minutes = choices.whose.found.number, choices.whose.found.minutes
                    words = f"{words}, {minutes:g} min{f', session {number}' if number else ''}"
            case "range":
                name = "Range"
                plan = choices.plan
                of = {c: choices.range_of(c, simulated=simulated) for c in plan.channels} if plan else {}
                done = bool(of) and all(of.values())
                words = ", ".join(f"{c}: {range_words(found)}" if found else f"{c}: unknown" for c, found in of.items())
                words += f" ({choices.range_words})" if choices.range_words else " (simulated)" if simulated else ""
            case "checks":
                name = "Checks"
                left = [
                    why
                    for why in choices.missing(simulated=simulated)
                    if why.startswith(("checks", "go", "name", "say"))
                ]
                done, words = not left, "; ".join(left) or ("not needed here" if simulated else "all confirmed")
            case _:
                missing = choices.missing(simulated=simulated)
                name, done = "ARM", False
                words = f"first: {missing[0]}" if missing else "press a: the unit is armed, at zero"
                if choices.whose is not None and choices.whose.refused:
                    words = f"first: w, for {choices.whose.person.name}"
        text = Text(f"{yes if done else no} {name}\n", "bold" if step == "arm" else "")
        return text.append(f"  {words}", "dim")

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        if (self.app.choices.simulated, self.app.choices.scale) != self._kind:
            self.chosen()
            return
        missing = self.app.choices.missing(simulated=self.app.choices.simulated)
        hint = (
            f"Next: {missing[0].rstrip('.')}."
            if missing
            else "Ready. a arms the unit; nothing flows before you start it."
        )
        if picture.waiting is not None:
            words = boot_words(picture.waiting)
            hint = f"{words[0].upper()}{words[1:]}. {hint}"
        self.query_one("#hint", Saying).say(hint_of(picture) if picture.in_doubt else hint)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "arm":
            self.action_arm()
        elif event.option_id is not None:
            self.action_step(event.option_id)

    def action_step(self, step: str) -> None:
        """Open a step's question."""
        self._arm_next = None
        if step == "person":
            # what stands in the way first; where a key can do nothing about it, to the people
            if not self.app.desk.ask_what_is_first(self.chosen):
                self.app.switch_mode("people")
            return
        modals = {"unit": UnitPicker, "program": ProgramPicker, "range": RangePicker, "checks": Checks}
        self.app.push_screen(modals[step](), lambda _: self.chosen())

    def action_last_good(self) -> None:
        """The last good calibration, in one key."""
        unreadable = book_trouble()
        if self.app.choices.scale is Scale.LEVEL:
            self.notify(f"There is no last good range: {NO_CALIBRATION_IN_LEVELS}.", severity="warning")
        elif unreadable:
            self.notify(unreadable, severity="error")
        elif restore(self.app.choices):
            self.chosen()
        else:
            self.notify("There is no calibration yet that fits this program and this kind of unit.")

    def action_arm(self) -> None:
        """The first of two deliberate steps."""
        choices = self.app.choices
        self.app.desk.look_again()
        missing = choices.missing(simulated=choices.simulated)
        if self.app.control.in_use:
            self.notify("The session before is still on its way to zero: once more, in a moment.", severity="warning")
        elif missing:
            self.notify(f"First: {missing[0].rstrip('.')}.", severity="warning")
        elif self._preview is not None and self._preview.refused:
            self.notify(self._preview.refused, title="This may not run", severity="error")
        elif self._preview is None or self._previewed != choices.prepare(simulated=True):
            # not worked out yet, or records say something else since: what is armed is what was shown
            if self._preview is not None:
                self.chosen()
            self._arm_next = choices.prepare(simulated=True)
        else:
            self.app.arm(self._preview)


def _whose_words(choices: Choices) -> tuple[bool, str]:
    """Whether whose session it is stands against nothing, and who it is."""
    if choices.whose is None:
        return True, "nobody in particular: w to choose"
    one, refused = choices.whose.person, choices.whose.refused
    name = f"{one.name} (made up)" if one.made_up else one.name
    return not refused, f"{name}: {refused}" if refused else name
