"""Which program: by name, with what it is for beside it."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Label

from stimctl.tui.program_list import Entry, ProgramList, lasts_ms
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import clock

__all__ = ["ProgramPicker", "heading_of", "particulars_of"]


class ProgramPicker(StimModal[None]):
    """The library and a person's own; a program that is wrong is shown with its reason and cannot be taken."""

    CSS_PATH = "programs.tcss"
    BINDINGS = [Binding("escape", "leave", "Leave")]

    def body(self) -> ComposeResult:
        chosen = self.app.choices.program
        with Vertical(classes="dialog tall"):
            yield Label("Which program?  [dim]Enter takes it, / filters, s sorts, Esc leaves[/dim]", classes="title")
            with Horizontal():
                yield ProgramList(chosen.name if chosen else "")
                with VerticalScroll(can_focus=False):
                    yield Saying(id="picked")

    def action_leave(self) -> None:
        """The filter first, where there is one."""
        if not self.query_one(ProgramList).unfilter():
            self.dismiss()

    def on_program_list_looked(self, event: ProgramList.Looked) -> None:
        self.query_one("#picked", Saying).say(heading_of(event.entry) + particulars_of(event.entry))

    def on_program_list_chosen(self, event: ProgramList.Chosen) -> None:
        program = event.entry.program
        if program is not None:
            self.app.choices.take(program)
            self.dismiss()


def heading_of(entry: Entry | None) -> Text:
    """What a program is, in a few lines; of one that is wrong, why."""
    if entry is None:
        return Text("No program has all of these words.")
    program = entry.program
    if program is None:
        return Text(f"{entry.read}\n")
    plan = program.plan
    channels = " and ".join(map(str, plan.channels))
    text = Text(f"{plan.title}  {clock(lasts_ms(program))}", "bold")
    text.append(f"  channel{'s' if len(plan.channels) > 1 else ''} {channels}\n", "not bold")
    text.append(f"{plan.program_class}, {' or '.join(plan.profiles)}\n", "not bold")
    return text.append(f"{program.aim}\n" if program.aim else "", "not bold")


def particulars_of(entry: Entry | None) -> Text:
    """The rest of what a program says of itself: technique, phases, evidence."""
    program = entry.program if entry else None
    text = Text()
    if program is None:
        return text
    text.append(f"Like: {program.technique}\n" if program.technique else "")
    for phase in program.plan.phases:
        drive = next(iter(phase.drives.values()))
        low, high = drive.intensity_start_permille / 10, drive.intensity_end_permille / 10
        text.append(f"  {phase.name:<14}{clock(phase.lasts_ms):>6}  {low:g} to {high:g} %\n", "dim")
    return text.append(f"Evidence: {program.evidence}\n" if program.evidence else "")
