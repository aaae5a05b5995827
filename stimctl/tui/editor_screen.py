"""The editor of one's own programs: what is wrong is shown while somebody writes, and no text is ever lost.

Rule 1: it is there only while nothing flows. When output may flow it closes, because Space is STOP then and no letter.
Rule 2: a text that is not saved is kept beside its file whenever nobody has typed for a moment, and when the editor
        closes for whatever reason; the next time it is opened, it is there again.
Rule 3: what is wrong is saved too, once its writer has been told; so is what was changed elsewhere meanwhile.
"""

from collections.abc import Sequence

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Label, OptionList, TextArea
from textual.widgets.option_list import Option

from stimctl.errors import ConfigError
from stimctl.program import own_programs
from stimctl.program.loader import check_text, read_text
from stimctl.tui.choices import Choices
from stimctl.tui.live_lint import Linted, Wrong, for_whom, linted, wrong_in
from stimctl.tui.picture import SessionPicture
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.preview import table_of
from stimctl.tui.program_text import ProgramText
from stimctl.tui.saying import Saying
from stimctl.tui.standing import Standing
from stimctl.tui.stim_screen import StimModal, StimScreen

__all__ = ["NOT_EDITED_NOW", "EditorScreen", "UnsavedAsked", "may_be_chosen"]

NOT_EDITED_NOW = "Nothing is edited while output may flow: Space is STOP, and no letter."

# How long nobody has typed before the text is linted.
_RESTS_S = 0.3
_WATCH_S = 0.2
# Where no session is being prepared or running.
_FREE = frozenset({Standing.NO_UNIT, Standing.LOOKING, Standing.READY, Standing.STOPPED, Standing.DONE, Standing.FAULT})


def may_be_chosen(picture: SessionPicture) -> bool:
    """Whether no session would be told of another program than the one it was prepared with."""
    return picture.standing in _FREE and not picture.may_flow


class EditorScreen(StimScreen):
    """One program of one's own, by its name."""

    CSS_PATH = "programs.tcss"
    AUTO_FOCUS = "ProgramText"

    HELP = """
    # The editor

    What is wrong is underlined and listed below while you write. When nothing is wrong, the plan is drawn instead: for
    your range, or for that of the simulated person while yours is not known.

    - **F8** goes to the next thing that is wrong; **Tab** goes to the list, and Enter there to the place.
    - **Ctrl+S** saves. The last text that was right is kept beside the file, with a ~ behind its name.
    - **F9** undoes, **Ctrl+Y** does it again.

    The editor closes when a session starts; what is not saved is kept, and there again the next time.
    """

    BINDINGS = [
        Binding("ctrl+s", "save", "Save", id="editor.save"),
        Binding("f8", "next_wrong", "Next mistake", id="editor.next"),
        Binding("tab", "app.focus_next", "List", id="editor.list"),
        # Ctrl+Z is the shell's; Ctrl+_ is what terminals make of Ctrl+/
        Binding("f9,ctrl+underscore", "undo", "Undo", id="editor.undo", key_display="f9"),
        Binding("escape", "leave", "Leave", id="editor.leave"),
    ]

    class _Linted(Message):
        def __init__(self, text: str, found: Linted) -> None:
            super().__init__()
            self.text, self.found = text, found

    def __init__(self, name: str) -> None:
        super().__init__()
        self._program = name
        self._path = own_programs.path_of(name)
        self._area = ProgramText()
        self._on_disk = ""
        self._saved = ""
        self._wrong: tuple[Wrong, ...] = ()
        self._draft: str | None = None
        self._told: str | None = None
        self._resting: Timer | None = None
        self._open = False
        self._linting = False
        self._thrown_away = False

    def body(self) -> ComposeResult:
        yield Saying(id="edited")
        with Container(id="editor"):
            yield self._area
            with Vertical(id="editor-side"):
                yield Saying("Reading.", id="found")
                yield OptionList(id="findings", compact=True)
                with VerticalScroll(id="editor-preview"):
                    yield PlanPlot(ascii_only=self.app.ascii_only, id="editor-plot")
                    yield Saying(id="editor-table")
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._show_found(None)
        if self.app.control.picture.may_flow:
            self._refuse(NOT_EDITED_NOW)
            return
        try:
            self._on_disk = read_text(self._path)
        except ConfigError as wrong:
            self._refuse(str(wrong))
            return
        self._area.load_text(self._on_disk.removeprefix("\ufeff"))
        self._saved = self._area.text
        self._open = True
        self._take_up_draft()
        self._lint_now()
        self.set_interval(_WATCH_S, self._watch)

    def on_screen_resume(self) -> None:
        self._watch()

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self.query_one("#edited", Saying).say(self._title())
        self.query_one("#hint", Saying).say("Nothing flows. The editor closes when a session starts.")
        self._watch()

    def on_unmount(self) -> None:
        """However it ends, rule 2."""
        self._mind_draft()

    # -- what is wrong

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._told = None
        self.query_one("#edited", Saying).say(self._title())
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_RESTS_S, self._lint_now)

    def _lint_now(self) -> None:
        if self._open and not self._linting:
            self._linting = True
            self._mind_draft()
            self._lint(self._area.text, self.app.choices.as_they_are())

    @work(thread=True)
    def _lint(self, text: str, choices: Choices) -> None:
        self.post_message(self._Linted(text, linted(self._program, text, choices)))

    def on_editor_screen__linted(self, event: _Linted) -> None:
        self._linting = False
        if event.text != self._area.text:
            # somebody wrote on meanwhile
            self._lint_now()
        else:
            self._area.mark(event.found.wrong)
            self._show_found(event.found)
            self._wrong = event.found.wrong

    def _show_found(self, found: Linted | None) -> None:
        wrong = found.wrong if found else ()
        preview = found.preview if found and not wrong else None
        self.query_one("#found", Saying).say(_count(wrong) if found else "Reading.")
        findings = self.query_one("#findings", OptionList)
        if wrong != self._wrong:
            # a list that is made anew forgets where in it somebody was
            findings.set_options([Option(_line(one), id=str(index)) for index, one in enumerate(wrong)])
        findings.set_class(not wrong, "gone")
        self.query_one("#editor-preview").set_class(preview is None, "gone")
        if found is None or preview is None or found.program is None:
            return
        plot = self.query_one(PlanPlot)
        plot.display = not preview.refused
        plot.set_plan(preview.plan, preview.lasts_ms, preview.limit_ua, preview.unit)
        text = Text(f"{for_whom(found.program, self.app.choices)}\n", "dim")
        said = f"This may not run: {preview.refused}" if preview.refused else "\n".join(table_of(preview))
        self.query_one("#editor-table", Saying).say(text.append(said, "bold" if preview.refused else "not dim"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        # what was chosen may be mended since
        if event.option_index < len(self._wrong):
            self._go_to(self._wrong[event.option_index])

    def action_next_wrong(self) -> None:
        """To the next thing that is wrong behind the cursor, or else to the first."""
        row, column = self._area.cursor_location
        behind = [one for one in self._wrong if (one.line - 1, one.column - 1) > (row, column)]
        if self._wrong:
            self._go_to((behind or self._wrong)[0])

    def _go_to(self, wrong: Wrong) -> None:
        self._area.focus()
        self._area.move_cursor((wrong.line - 1, wrong.column - 1), center=True)

    def action_undo(self) -> None:
        """As much as was written at one go."""
        self._area.undo()

    # -- saving

    @property
    def unsaved(self) -> bool:
        """Whether there is something that is not in the file."""
        return self._open and not self._thrown_away and self._area.text != self._saved

    def action_save(self) -> None:
        """Save; what is wrong, or was changed elsewhere, at the second time."""
        why = self._against_saving()
        if why and self._told != self._area.text:
            self._told = self._area.text
            self.notify(f"{why} Ctrl+S again saves it as it is.", title="Not saved yet", severity="warning")
            return
        self._save()

    def _against_saving(self) -> str:
        try:
            elsewhere = read_text(self._path) != self._on_disk
        except ConfigError:
            # gone, or no text any more: what is here is all that is left of it
            elsewhere = False
        wrong = wrong_in(self._area.text) or self._wrong
        return " ".join(
            why
            for why in (
                "The file was changed elsewhere meanwhile." if elsewhere else "",
                f"{_count(wrong)}, the first on line {wrong[0].line}." if wrong else "",
            )
            if why
        )

    def _save(self) -> bool:
        text = self._area.text
        try:
            own_programs.save(self._path, text)
        except ConfigError as failed:
            self.notify(str(failed), title="Not saved", severity="error")
            return False
        self._on_disk = self._saved = text
        self._mind_draft()
        self.query_one("#edited", Saying).say(self._title())
        self.notify(f"{self._path.name} is saved. {self._taken_again(text)}")
        return True

    def _taken_again(self, text: str) -> str:
        """What the session that is being chosen makes of it, as a sentence."""
        choices = self.app.choices
        if choices.program is None or choices.program.path != self._path:
            return ""
        if wrong_in(text) or not may_be_chosen(self.app.control.picture):
            return "The session has the text that it was chosen with."
        pain = choices.pain_at_rest
        choices.take(check_text(self._path, text))
        choices.pain_at_rest = pain
        return "The session takes it as it is now."

    # -- leaving

    def action_leave(self) -> None:
        """Ask first where something is not saved."""
        if self.unsaved:
            self.app.push_screen(UnsavedAsked(self._path.name, _count(self._wrong)), self._answered)
        else:
            self.dismiss()

    def _answered(self, answer: str | None) -> None:
        match answer:
            case "save":
                if self._save():
                    self.dismiss()
            case "keep":
                self.dismiss()
            case "throw":
                self._thrown_away = True
                self._mind_draft()
                self.dismiss()

    def _watch(self) -> None:
        """Rule 1."""
        if not self._open:
            return
        if self.app.control.picture.may_flow:
            self._give_way()
        else:
            self._area.read_only = False

    def _give_way(self) -> None:
        was_unsaved = self.unsaved
        if not self._mind_draft():
            # the gate lets nothing through that types either; the text stays until it can be kept
            self._area.read_only = True
            return
        top = self.app.screen
        if isinstance(top, UnsavedAsked):
            top.dismiss(None)
        if self.app.screen is not self:
            return
        kept = " What was not saved is kept, and there again the next time." if was_unsaved else ""
        self.app.notify(f"The editor is closed: output may flow, and Space is STOP.{kept}", severity="warning")
        self.dismiss()
        self._open = False

    def _refuse(self, why: str) -> None:
        self.app.notify(why, severity="warning")
        self.call_later(self._close)

    def _close(self) -> None:
        self.dismiss()

    # -- drafts

    def _take_up_draft(self) -> None:
        self._draft = own_programs.draft(self._path)
        if self._draft is None or self._draft == self._saved:
            return
        self._area.replace(self._draft, (0, 0), self._area.document.end)
        self.notify("This is what was not saved the last time. F9 brings back what is in the file.")

    def _mind_draft(self) -> bool:
        """Keep what is not saved, and nothing else; False where it cannot be kept, after saying so."""
        wanted = self._area.text if self.unsaved else None
        if not self._open or wanted == self._draft:
            return True
        try:
            if wanted is not None:
                own_programs.keep_draft(self._path, wanted)
            else:
                own_programs.drop_draft(self._path)
        except ConfigError as failed:
            self.app.notify(str(failed), title="Not kept", severity="error")
            return False
        self._draft = wanted
        return True

    def _title(self) -> Text:
        text = Text(self._path.name, "bold")
        return text.append("  changed, not saved" if self.unsaved else "  saved", "italic" if self.unsaved else "dim")


class UnsavedAsked(StimModal[str | None]):
    """What to do with a text that is not saved: `save`, `keep` for the next time, `throw` away; None: stay."""

    CSS_PATH = "programs.tcss"
    BINDINGS = [Binding("escape", "stay", "Stay")]

    def __init__(self, name: str, count: str) -> None:
        super().__init__()
        self._name_of_file, self._count = name, count

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{self._name_of_file} is changed and not saved. {self._count}.", classes="title", markup=False)
            yield OptionList(
                Option("Save it, and leave", id="save"),
                Option("Leave; it is there again the next time", id="keep"),
                Option("Throw the changes away", id="throw"),
                Option("Stay", id="stay"),
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(None if event.option_id == "stay" else event.option_id)

    def action_stay(self) -> None:
        """Back to the text."""
        self.dismiss(None)


def _count(wrong: Sequence[Wrong]) -> str:
    if not wrong:
        return "Nothing is wrong"
    return "1 thing is wrong" if len(wrong) == 1 else f"{len(wrong)} things are wrong"


def _line(wrong: Wrong) -> Text:
    return Text.assemble((f"{wrong.line}:{wrong.column}", "bold"), f"  {wrong.sentence}")
