"""The programs: what each is, what it would do with the person at hand, and copies of them to be changed."""

from collections.abc import Callable

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Input, Label

from stimctl.errors import StimctlError
from stimctl.program import own_programs
from stimctl.program.loader import Program, names, own_names
from stimctl.tui.choices import Choices
from stimctl.tui.editor_screen import NOT_EDITED_NOW, EditorScreen, may_be_chosen
from stimctl.tui.live_lint import for_whom, previewed
from stimctl.tui.picture import SessionPicture
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.preview import Preview, table_of
from stimctl.tui.program_list import Entry, ProgramList
from stimctl.tui.program_picker import heading_of, particulars_of
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal, StimScreen

__all__ = ["NameAsked", "ProgramsScreen"]

# Nobody reads a preview that flies by, and working one out takes up to a second.
_RESTS_S = 0.2
_NOT_NOW = "A session is on; another program can be taken when it has ended."


class ProgramsScreen(StimScreen):
    """Enter takes a program for the session, `d` copies it, `e` edits one's own."""

    CSS_PATH = "programs.tcss"

    HELP = """
    # Programs

    The library, and your own programs with a **\\***. Enter takes the one that the cursor is on for the session.

    - **/** finds words of title, aim, technique or class; `own` finds your own. Esc closes the field.
    - **s** sorts by title, aim, technique or class.
    - **d** copies a program under a new name; programs of the library are changed as a copy.
    - **e** edits one of your own; what is wrong is shown while you write.

    The plot and the table are for your range, or for that of the simulated person while yours is not known.
    """

    BINDINGS = [
        Binding("d", "duplicate", "Duplicate", id="programs.duplicate"),
        Binding("e", "edit", "Edit", id="programs.edit"),
        Binding("escape", "leave", "Back", id="programs.leave"),
    ]

    class _Previewed(Message):
        def __init__(self, program: Program, preview: Preview, whom: str) -> None:
            super().__init__()
            self.program, self.preview, self.whom = program, preview, whom

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self._resting: Timer | None = None
        self._working = False

    def body(self) -> ComposeResult:
        chosen = self.app.choices.program
        with Horizontal(id="programs"):
            yield ProgramList(chosen.name if chosen else "")
            with VerticalScroll(id="programs-right"):
                yield Saying(id="about")
                yield PlanPlot(ascii_only=self.app.ascii_only, id="programs-plot")
                yield Saying(id="programs-table")
                yield Saying(id="particulars")
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(PlanPlot).display = False

    def on_screen_resume(self) -> None:
        """Files and the person's range may be others than they were."""
        if self._entry is not None:
            self.query_one(ProgramList).reread()

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self.query_one("#hint", Saying).say(self._hint())

    def on_program_list_looked(self, event: ProgramList.Looked) -> None:
        """Words at once; the preview when the cursor has come to rest."""
        self._entry = event.entry
        self.query_one("#about", Saying).say(heading_of(event.entry))
        self.query_one("#particulars", Saying).say(particulars_of(event.entry))
        self.query_one("#programs-right", VerticalScroll).scroll_home(animate=False)
        self.query_one("#hint", Saying).say(self._hint())
        if self._resting is not None:
            self._resting.stop()
        self.query_one(PlanPlot).display = False
        program = event.entry.program if event.entry else None
        if program is None:
            self.query_one("#programs-table", Saying).say("")
        elif self.app.control.picture.may_flow:
            self.query_one("#programs-table", Saying).say("No preview while output may flow.\n")
        else:
            self.query_one("#programs-table", Saying).say("Working out the plan.\n")
            self._resting = self.set_timer(_RESTS_S, self._work_out_next)

    def _work_out_next(self) -> None:
        """One at a time: a thread that nobody waits for any more takes its time from the others."""
        program = self._entry.program if self._entry else None
        if program is not None and not self._working and not self.app.control.picture.may_flow:
            self._working = True
            self._work_out(program, self.app.choices.as_they_are())

    @work(thread=True)
    def _work_out(self, program: Program, choices: Choices) -> None:
        self.post_message(self._Previewed(program, previewed(program, choices), for_whom(program, choices)))

    def on_programs_screen__previewed(self, event: _Previewed) -> None:
        self._working = False
        if self._entry is None or self._entry.program is not event.program:
            self._work_out_next()
            return
        plot, preview = self.query_one(PlanPlot), event.preview
        plot.display = not preview.refused
        plot.set_plan(preview.plan, preview.lasts_ms, preview.limit_ua, preview.unit)
        text = Text(f"{event.whom}\n", "dim")
        said = f"This may not run: {preview.refused}\n" if preview.refused else "\n".join(table_of(preview))
        self.query_one("#programs-table", Saying).say(text.append(said, "bold" if preview.refused else "not dim"))

    def on_program_list_chosen(self, event: ProgramList.Chosen) -> None:
        program = event.entry.program
        if program is None:
            self.notify(f"{event.entry.name} is wrong; mend it first.", severity="warning")
        elif not may_be_chosen(self.app.control.picture):
            self.notify(_NOT_NOW, severity="warning")
        else:
            self.app.choices.take(program)
            self.notify(f"{program.plan.title} is taken for the session.")
            self.show(self.app.control.picture)

    def action_duplicate(self) -> None:
        """Ask for a name, and copy."""
        self._copy("Under which name?", self._copied)

    def action_edit(self) -> None:
        """Edit one's own; of the library a copy."""
        entry = self._entry
        if entry is None:
            return
        if self.app.control.picture.may_flow:
            self.notify(NOT_EDITED_NOW, severity="warning")
        elif entry.own:
            self._open(entry.name)
        else:
            self._copy(f"{entry.title} is of the library and stays as it is. Edit a copy, called:", self._open)

    def action_leave(self) -> None:
        """Close the filter first, where there is one."""
        if self.query_one(ProgramList).unfilter():
            return
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.switch_mode(self.app.DEFAULT_MODE)

    def _copy(self, why: str, then: Callable[[str], None]) -> None:
        entry = self._entry
        if entry is None:
            return
        if entry.program is None:
            self.notify(f"{entry.name} is wrong; mend it first.", severity="warning")
            return

        def named(name: str | None) -> None:
            if name is None:
                return
            try:
                own_programs.copy(entry.name, name)
            except StimctlError as refused:
                self.notify(str(refused), title="Not copied", severity="error")
            else:
                then(name)

        self.app.push_screen(NameAsked(why, _free_name(entry.name)), named)

    def _copied(self, name: str) -> None:
        self.notify(f"{name} is yours: e edits it.")
        self.query_one(ProgramList).reread(name)

    def _open(self, name: str) -> None:
        self.app.push_screen(EditorScreen(name), lambda _: self.query_one(ProgramList).reread(name))

    def _hint(self) -> str:
        entry, chosen = self._entry, self.app.choices.program
        if entry is None:
            return "Esc closes the filter."
        if entry.program is None:
            return "Wrong: e opens it where it can be mended."
        if chosen is not None and chosen.path == entry.program.path:
            return "The session takes this one."
        return "Enter takes it for the session. Nothing flows."


class NameAsked(StimModal[str | None]):
    """A name for a copy; None when nobody gives one."""

    CSS_PATH = "programs.tcss"
    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(self, why: str, proposed: str) -> None:
        super().__init__()
        self._why, self._proposed = why, proposed

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._why, classes="title", markup=False)
            yield Input(self._proposed, max_length=60)
            yield Saying("small letters, digits and hyphens between them, as in my-surface", classes="dim")
            yield Saying(id="wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#wrong", Saying).say(_refused(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not _refused(event.value):
            self.dismiss(event.value)

    def action_leave(self) -> None:
        """No name, no copy."""
        self.dismiss(None)


def _refused(name: str) -> str:
    if name in own_names():
        return f"there is a program of yours called {name}; it stays as it is"
    return own_programs.refused_name(name)


def _free_name(name: str) -> str:
    """A name for a copy that nobody has yet, or at least a beginning of one."""
    proposed = f"my-{name.removeprefix('my-')}"
    numbered = (f"{proposed}-{count}" for count in range(2, 100))
    return next((one for one in (proposed, *numbered) if one not in names()), proposed)
