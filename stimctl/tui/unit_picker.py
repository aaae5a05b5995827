"""Which unit: the simulated ones first, then every serial port, then an address typed by hand.

Nobody goes past a unit that is in doubt by a key that is held down or pressed twice: who does has to type a word.
"""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from stimctl.errors import ConfigError
from stimctl.links.ports import ports
from stimctl.links.url import parse_device_url
from stimctl.tui.choices import SIMULATED_BOARD, SIMULATED_UNIT
from stimctl.tui.stim_screen import StimModal

__all__ = ["UnitPicker"]

_EXAMPLES = "/dev/ttyUSB0, COM3, sim://stimlink?seed=7"
_LONGEST = 1_000
# What is typed to say that the unit in doubt is switched off, and its pads are off.
_OFF = "off"


class UnitPicker(StimModal[None]):
    """Chooses, looks for what was chosen, and leaves; nothing is armed."""

    # what was chosen, while a person is asked about the unit in doubt
    _past_doubt: str | None = None

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Which unit?", classes="title")
            found = [Option("Simulated unit, for everybody: no current flows", id=SIMULATED_UNIT)]
            found.append(Option("Simulated openEMSstim board: no current flows", id=SIMULATED_BOARD))
            found += [Option(f"{port.path}  {port.description}", id=port.path) for port in ports()]
            yield OptionList(*found)
            yield Label("or a port or address, and Enter:")
            yield Input(self.app.choices.device, placeholder=_EXAMPLES, max_length=_LONGEST)
            yield Label("", id="wrong")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self._take(event.option_id)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if self._past_doubt is None:
            self._take(typed)
        elif typed == _OFF:
            self._take(self._past_doubt, is_off=True)
        elif typed:
            self._take(typed)

    def _take(self, device: str, *, is_off: bool = False) -> None:
        """`is_off`: a person says so of the unit in doubt."""
        control, wrong = self.app.control, self.query_one("#wrong", Label)
        try:
            parse_device_url(device)
        except ConfigError as why:
            wrong.update(Text(str(why)))
            return
        if control.in_use:
            wrong.update("A session is on; stop it first.")
        elif control.passes_doubt(device) and not is_off:
            self._ask(device)
        else:
            if control.passes_doubt(device):
                control.settle()
            if device != self.app.choices.device:
                self.app.choices.choose_unit(device)
            self.app.connect()
            self.dismiss()

    def _ask(self, device: str) -> None:
        self._past_doubt = device
        names = ", ".join(sorted(self.app.control.picture.doubted))
        what_to_do = f"Switch it off and take its pads off; then type {_OFF}, and Enter."
        self.query_one("#wrong", Label).update(Text(f"Unit {names} did NOT confirm zero. {what_to_do}"))
        field = self.query_one(Input)
        field.value = ""
        field.focus()
