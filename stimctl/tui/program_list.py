"""The list of programs, the library's and one's own: a field that filters it, an order that can be changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from stimctl.errors import StimctlError
from stimctl.program.loader import Program, load, names, own_names
from stimctl.tui.saying import Saying
from stimctl.tui.words import clock

__all__ = ["Entry", "Order", "ProgramList", "in_order", "lasts_ms", "matching"]

# What every plan has behind its last phase: the way to zero.
_CLOSING_MS = 10_000
_LEAST_WIDTH = 24
_SCROLLBAR = 2


class Order(Enum):
    """What the list is sorted by."""

    TITLE = "title"
    AIM = "aim"
    TECHNIQUE = "technique"
    CLASS = "class"

    @property
    def next(self) -> "Order":
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A program by its name, or why it is none."""

    name: str
    own: bool
    read: Program | StimctlError

    @property
    def program(self) -> Program | None:
        """The program; None where it is wrong."""
        return self.read if isinstance(self.read, Program) else None

    @property
    def title(self) -> str:
        """What it is called; of one that is wrong only the name is known."""
        return self.read.plan.title if isinstance(self.read, Program) else self.name

    def word(self, order: Order) -> str:
        """What it says of itself under this heading; nothing where it is wrong."""
        if not isinstance(self.read, Program):
            return self.name if order is Order.TITLE else ""
        plan = self.read.plan
        words = {
            Order.TITLE: plan.title,
            Order.AIM: self.read.aim,
            Order.TECHNIQUE: self.read.technique,
            Order.CLASS: plan.program_class,
        }
        return words[order]


def matching(entries: Iterable[Entry], typed: str) -> list[Entry]:
    """Those of which title, name, aim, technique or class hold every word that was typed; `own` finds one's own."""
    wanted = typed.casefold().split()
    return [entry for entry in entries if all(word in _searched(entry) for word in wanted)]


def in_order(entries: Iterable[Entry], order: Order) -> list[Entry]:
    """Sorted; those that say nothing under this heading come last, and what is alike is sorted by its title."""
    return sorted(
        entries, key=lambda entry: (not entry.word(order), entry.word(order).casefold(), entry.title.casefold())
    )


def lasts_ms(program: Program) -> int:
    """How long it lasts, with its way to zero."""
    return sum(phase.lasts_ms for phase in program.plan.phases) + _CLOSING_MS


class _Programs(OptionList):
    """Its Enter has a word in the footer."""

    BINDINGS = [Binding("enter", "select", "Take", id="programs.take")]


class ProgramList(Vertical):
    """Reads the programs by itself, in a thread; `chosen` is the name to begin at."""

    BINDINGS = [
        Binding("slash", "filter", "Filter", id="programs.filter", key_display="/"),
        Binding("s", "order", "Sort", id="programs.sort"),
    ]

    DEFAULT_CSS = """
    ProgramList {
        & > #filter { display: none; height: 1; border: none; padding: 0 1; }
        & > #filter.shown { display: block; }
        & > #heading { height: 1; padding: 0 1; color: $foreground 70%; }
        & > OptionList { height: 1fr; max-height: 100%; border: none; padding: 0; }
    }
    """

    class Looked(Message):
        """The program that the cursor is on now; None where the list is empty."""

        def __init__(self, entry: Entry | None) -> None:
            super().__init__()
            self.entry = entry

    class Chosen(Message):
        """Enter on a program."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    class _Read(Message):
        def __init__(self, entries: Sequence[Entry]) -> None:
            super().__init__()
            self.entries = entries

    def __init__(self, chosen: str = "") -> None:
        super().__init__()
        self._at = chosen
        self._entries: Sequence[Entry] | None = None
        self._shown: dict[str, Entry] = {}
        self._order = Order.TITLE

    def compose(self) -> ComposeResult:
        yield Input(placeholder="title, aim, technique, class or own", id="filter", compact=True)
        yield Saying("Reading the programs.", id="heading")
        yield _Programs(compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.reread()

    @property
    def entry(self) -> Entry | None:
        """The one that the cursor is on."""
        return self._shown.get(self._at)

    def reread(self, at: str = "") -> None:
        """What is on disk may have changed; the cursor goes to the program named."""
        self._at = at or self._at
        self._read()

    @work(thread=True, exclusive=True)
    def _read(self) -> None:
        own = own_names()
        self.post_message(self._Read([Entry(name=name, own=name in own, read=_loaded(name)) for name in names()]))

    def on_program_list__read(self, event: _Read) -> None:
        event.stop()
        self._entries = event.entries
        self._show()

    def action_filter(self) -> None:
        """Open the field, or go to it."""
        field = self.query_one(Input)
        field.add_class("shown")
        field.focus()

    def unfilter(self) -> bool:
        """Close the field and show everything; False when it was closed."""
        field = self.query_one(Input)
        if not field.has_class("shown"):
            return False
        field.remove_class("shown")
        field.value = ""
        self.query_one(OptionList).focus()
        return True

    def action_order(self) -> None:
        """The next order."""
        self._order = self._order.next
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(OptionList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        # it may be gone since: what was typed comes before what was shown
        if event.option_id in self._shown:
            self._at = event.option_id
            self.post_message(self.Looked(self._shown[self._at]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id in self._shown:
            self.post_message(self.Chosen(self._shown[event.option_id]))

    def _show(self) -> None:
        if self._entries is None:
            return
        found = in_order(matching(self._entries, self.query_one(Input).value), self._order)
        self._shown = {entry.name: entry for entry in found}
        options = self.query_one(OptionList)
        options.set_options([Option(self._line(entry), id=entry.name) for entry in found])
        count = f"{len(found)}" if len(found) == len(self._entries) else f"{len(found)} of {len(self._entries)}"
        self.query_one("#heading", Saying).say(f"{count} by {self._order.value}; * own")
        if not found:
            self.post_message(self.Looked(None))
            return
        options.highlighted = list(self._shown).index(self._at) if self._at in self._shown else 0

    def on_resize(self) -> None:
        self._show()

    def _line(self, entry: Entry) -> Text:
        width = max(_LEAST_WIDTH, self.size.width - _SCROLLBAR)
        mark = "*" if entry.own else " "
        if entry.program is None:
            return Text(_cut(f"{mark} {entry.name}: wrong", width), "italic")
        ends = f"{clock(lasts_ms(entry.program)):>6}"
        text = Text(f"{_cut(f'{mark} {entry.title}', width - len(ends)):<{width - len(ends)}}{ends}")
        if self._order is not Order.TITLE:
            text.append(_cut(f"\n    {entry.word(self._order)}", width + 1), "dim")
        return text


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _searched(entry: Entry) -> str:
    words = [entry.name, *(entry.word(order) for order in Order), "own" if entry.own else ""]
    return " ".join(words).casefold()


def _loaded(name: str) -> Program | StimctlError:
    try:
        return load(name)
    except StimctlError as wrong:
        return wrong
