"""Which program: by name, with what it is for beside it."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from stimctl.errors import StimctlError
from stimctl.program.loader import Program, load, names
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import clock

__all__ = ["ProgramPicker", "program_words"]


class ProgramPicker(StimModal[None]):
    """The library and a person's own; a program that is wrong is shown with its reason and cannot be taken."""

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def __init__(self) -> None:
        super().__init__()
        self._programs: dict[str, Program | StimctlError] = {name: _loaded(name) for name in names()}

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield Label("Which program?", classes="title")
            with Horizontal():
                yield OptionList(*(Option(self._line(name), id=name) for name in self._programs))
                yield Static(id="words")

    def on_mount(self) -> None:
        chosen = self.app.choices.program
        options = self.query_one(OptionList)
        options.highlighted = list(self._programs).index(chosen.name) if chosen and chosen.name in self._programs else 0

    def _line(self, name: str) -> Text:
        program = self._programs[name]
        if isinstance(program, StimctlError):
            return Text(f"! {name}", "dim")
        return Text(f"{'*' if program.own else ' '} {program.plan.title:<20}{clock(_lasts_ms(program)):>6}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        program = self._programs[str(event.option_id)]
        words = Text(str(program)) if isinstance(program, StimctlError) else program_words(program)
        self.query_one("#words", Static).update(words)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        program = self._programs[str(event.option_id)]
        if isinstance(program, StimctlError):
            return
        self.app.choices.take(program)
        self.dismiss()


def program_words(program: Program) -> Text:
    """What a program is, for people: aim, technique, phases, evidence."""
    plan = program.plan
    text = Text()
    text.append(f"{plan.title}  {clock(_lasts_ms(program))}\n", "bold")
    text.append(f"{plan.program_class}, {' or '.join(plan.profiles)}, channels {', '.join(map(str, plan.channels))}\n\n")
    for words in (program.aim, program.technique and f"Like: {program.technique}"):
        text.append(f"{words}\n" if words else "")
    text.append("\n")
    for phase in plan.phases:
        drive = next(iter(phase.drives.values()))
        low, high = drive.intensity_start_permille / 10, drive.intensity_end_permille / 10
        text.append(f"{phase.name:<14}{clock(phase.lasts_ms):>6}  {low:g} to {high:g} %\n", "dim")
    text.append(f"\nEvidence: {program.evidence}\n" if program.evidence else "")
    return text


def _lasts_ms(program: Program) -> int:
    return sum(phase.lasts_ms for phase in program.plan.phases) + 10_000


def _loaded(name: str) -> Program | StimctlError:
    try:
        return load(name)
    except StimctlError as wrong:
        return wrong
