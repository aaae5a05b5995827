"""The unit: what it is and can do, its battery, and how the line to it does."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Footer

from stimctl.engine.messages import Link, Unit
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import LEVELS, Scale
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimScreen
from stimctl.tui.unit_picker import UnitPicker
from stimctl.tui.words import boot_words

__all__ = ["DeviceScreen"]


class DeviceScreen(StimScreen):
    """Nothing here changes the unit."""

    HELP = """
    # The unit

    What it says of itself, and how the line to it has done so far. **u** chooses another one, at zero only.
    """

    BINDINGS = [Binding("u", "unit", "Another unit", id="device.unit")]

    def body(self) -> ComposeResult:
        with VerticalScroll(id="device", can_focus=True):
            yield Saying("", id="device-words")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.show(self.app.control.picture)

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self.query_one("#device-words", Saying).say(_words(self.app.control.device, picture))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Another unit only while this one is not in use."""
        return not self.app.control.in_use if action == "unit" else True

    def action_unit(self) -> None:
        self.app.push_screen(UnitPicker())


def _words(device: str, picture: SessionPicture) -> Text:
    text = Text()
    text.append(f"{device or 'no unit'}\n", "bold")
    if picture.unit is None:
        reason = picture.ended.reason if picture.ended else "looking for it"
        if picture.waiting is not None:
            reason = boot_words(picture.waiting)
        return text.append(f"{reason}\n")
    text.append("\n".join(_unit_lines(picture.unit)) + "\n\n")
    capabilities = picture.unit.capabilities
    if capabilities is not None:
        text.append("What it can do\n", "bold").append("\n".join(_capability_lines(capabilities)) + "\n\n")
    if picture.link is not None:
        text.append("The line\n", "bold").append("\n".join(_link_lines(picture.link)))
    return text


def _unit_lines(unit: Unit) -> list[str]:
    kind = "simulated: no current flows anywhere" if unit.simulated else "a real unit"
    return [
        _pair("family", unit.family),
        _pair("serial number", unit.serial_number),
        _pair("firmware", unit.firmware),
        _pair("kind", kind),
        _pair("channels", str(unit.channels)),
        _pair("lets go by itself", f"{unit.release_ms} ms after the last that it hears"),
    ]


def _capability_lines(can: Capabilities) -> list[str]:
    if can.scale is Scale.LEVEL:
        return [
            _pair("amplitude", f"levels 1 to {LEVELS} of what another unit gives; no milliamperes"),
            _pair("pulses", "set by hand, on the other unit's dials"),
            _pair("charge and load", "not read"),
        ]
    return [
        _pair("amplitude", f"up to {can.amplitude_ua / 1000:g} mA in steps of {can.amplitude_step_ua} µA"),
        _pair("phase duration", f"{can.shortest_phase_us} to {can.phase_duration_us} µs"),
        _pair("charge per phase", f"up to {can.charge_per_phase_nc / 1000:g} µC"),
        _pair("pulse rate", f"up to {1e6 / can.shortest_period_us:.0f} Hz"),
        _pair("voltage", f"up to {can.compliance_v} V"),
        _pair("load", "reported" if can.reports_load else "not reported: density is held to half"),
        _pair("queue", f"{can.queue_depth} segments"),
    ]


def _link_lines(link: Link) -> list[str]:
    battery = "not told" if link.battery_percent is None else f"{link.battery_percent} %"
    rtt = "not yet known" if link.rtt_us is None else f"{link.rtt_us / 1000:.1f} ms"
    return [
        _pair("battery", battery),
        _pair("round trip", rtt),
        _pair("frames", f"{link.frames_in} in, {link.frames_out} out"),
        _pair("trouble", f"{link.crc_errors} damaged, {link.retries} sent again, {link.lost} never answered"),
    ]


def _pair(name: str, value: str) -> str:
    return f"  {name:<20}{value}"
