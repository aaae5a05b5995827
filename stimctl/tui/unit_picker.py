"""Which unit: the simulated one first, then every serial port, then an address typed by hand."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from stimctl.errors import ConfigError
from stimctl.links.ports import ports
from stimctl.links.url import parse_device_url
from stimctl.tui.choices import SIMULATED_UNIT
from stimctl.tui.stim_screen import StimModal

__all__ = ["UnitPicker"]

_EXAMPLES = "/dev/ttyUSB0, COM3, sim://stimlink?seed=7"
_LONGEST = 1_000


class UnitPicker(StimModal[None]):
    """Chooses and leaves; nothing is opened yet."""

    # a person was asked about the unit in doubt, and goes on
    _settled = False

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Which unit?", classes="title")
            found = [Option("Simulated unit, for everybody: no current flows", id=SIMULATED_UNIT)]
            found += [Option(f"{port.path}  {port.description}", id=port.path) for port in ports()]
            yield OptionList(*found)
            yield Label("or a port or address, and Enter:")
            yield Input(self.app.choices.device, placeholder=_EXAMPLES, max_length=_LONGEST)
            yield Label("", id="wrong")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self._take(event.option_id)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._take(event.value.strip())

    def _take(self, device: str) -> None:
        wrong = self.query_one("#wrong", Label)
        try:
            parse_device_url(device)
        except ConfigError as why:
            wrong.update(Text(str(why)))
            return
        control = self.app.control
        if control.in_use:
            wrong.update("A session is on; stop it first.")
        elif control.picture.in_doubt and device != control.device and not self._settled:
            self._settled = True
            wrong.update(
                "The unit before did NOT confirm zero. When it is switched off and its pads are off: once more."
            )
        else:
            if self._settled:
                control.settle()
            if device != self.app.choices.device:
                self.app.choices.choose_unit(device)
            self.app.connect()
            self.dismiss()
