"""Where the person's range comes from: calibrate now, the last good calibration, or numbers typed in."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from stimctl import units
from stimctl.model.thresholds import Thresholds
from stimctl.tui.stim_screen import StimModal

__all__ = ["RangePicker"]


class RangePicker(StimModal[None]):
    """For now: numbers found before, one line a channel."""

    BINDINGS = [Binding("escape", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        choices = self.app.choices
        with Vertical(classes="dialog"):
            yield Label("The range of each channel", classes="title")
            yield Label("sensory threshold and comfortable maximum in mA, found at 200 µs and 80 Hz, as in 6 18")
            for channel in choices.plan.channels if choices.plan else ():
                found = choices.thresholds.get(channel)
                given = f"{found.sensory_ua / 1000:g} {found.comfort_ua / 1000:g}" if found else ""
                yield Input(given, placeholder=f"channel {channel}", id=f"range-{channel}")
            yield Label("", id="wrong")

    def on_input_submitted(self) -> None:
        choices = self.app.choices
        for field in self.query(Input):
            channel = int(str(field.id).removeprefix("range-"))
            try:
                low, high = (units.microamperes(float(word)) for word in field.value.replace(",", ".").split())
            except ValueError:
                self.query_one("#wrong", Label).update(f"channel {channel}: two numbers in mA, as in 6 18")
                return
            if not 0 < low < high <= 100_000:
                self.query_one("#wrong", Label).update(f"channel {channel}: 0 < sensory < comfort, up to 100 mA")
                return
            choices.thresholds[channel] = Thresholds(
                sensory_ua=low, comfort_ua=high, at_phase_us=200, at_period_us=12_500
            )
        choices.range_from = "typed in"
        self.dismiss()
