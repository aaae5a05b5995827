"""Which unit: the simulated one first, then every serial port, then an address typed by hand."""

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


class UnitPicker(StimModal[None]):
    """Chooses and leaves; nothing is opened yet."""

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Which unit?", classes="title")
            found = [Option("Simulated unit, for everybody: no current flows", id=SIMULATED_UNIT)]
            found += [Option(f"{port.path}  {port.description}", id=port.path) for port in ports()]
            yield OptionList(*found)
            yield Label("or a port or address, and Enter:")
            yield Input(self.app.choices.device, placeholder="/dev/ttyUSB0, COM3, sim://stimlink?seed=7")
            yield Label("", id="wrong")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self._take(event.option_id)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._take(event.value.strip())

    def _take(self, device: str) -> None:
        try:
            parse_device_url(device)
        except ConfigError as why:
            self.query_one("#wrong", Label).update(str(why))
            return
        self.app.choices.choose_unit(device)
        self.app.connect()
        self.dismiss()
