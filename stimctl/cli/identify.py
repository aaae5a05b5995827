"""`stimctl devices identify`: one unit says what it is. It is stopped once for that, and never armed.

Rule 1: the way to the unit is the engine's, as for every session: its lock, its process, its stop when anything ends.
Rule 2: as soon as the unit has said who it is, a stop goes out, and the session ends when that is confirmed.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from stimctl.cli.signals import SIGNAL_CAUSES, Signals, watched_signals
from stimctl.cli.talk import talk
from stimctl.clock import SECOND
from stimctl.engine import messages as say
from stimctl.engine.client import EngineClient
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.errors import ConfigError, ExitCode
from stimctl.history.lines import shown
from stimctl.links.ports import ports
from stimctl.links.url import FAMILIES, TargetKind, parse_device_url
from stimctl.model.as_json import json_line, plain
from stimctl.model.scale import LEVELS, Scale

__all__ = ["Asked", "identify", "unit_lines", "url_for"]

_TURN_NS = SECOND // 5
# Who waits longer than this wants to know that something happens; an openEMSstim board takes 11 s to boot.
_WORD_NS = 2 * SECOND
_ADVICE = "stimctl devices lists the ports, stimctl doctor looks for what may be in the way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking. `link` is how the line did, where that was told."""

    device: str
    unit: say.Unit | None
    link: say.Link | None
    ended: say.Ended

    @property
    def exit_code(self) -> int:
        """0 for a unit that said who it is and confirmed its zero; else what ended it."""
        ours = self.ended.exit_code in (ExitCode.DONE, ExitCode.STOPPED)
        return int(ExitCode.DONE) if self.unit is not None and ours else self.ended.exit_code

    @property
    def reason(self) -> str:
        """Why it ended; what to do comes before that where a unit may not be at zero."""
        if self.exit_code == ExitCode.DONE:
            return "identified"
        return self.ended.reason if self.unit is None or self.ended.zero_confirmed else TAKE_PADS_OFF


@click.command()
@click.argument("device", metavar="PORT|URL")
@click.option("--family", type=click.Choice(FAMILIES), help="What kind of unit to look for, as FAMILY@ before a port.")
@click.option("--allow-network", is_flag=True, help="The unit may be another computer's: socket:// or rfc2217://.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def identify(device: str, family: str | None, allow_network: bool, as_json: bool) -> None:
    """Open one port, ask the unit what it is, and close. Nothing is switched on.

    PORT is what `stimctl devices` lists; a URL is [FAMILY@]PORT or sim://FAMILY. Without FAMILY a stimlink unit is
    looked for.

    Exit code 0: it said what it is. 2: no such URL. 3: no port, a busy one, no answer, a wrong one, or zero not
    confirmed. 5: a session is running.
    """
    url = url_for(device, family)
    asked = _ask(url, allow_network=allow_network)
    if as_json:
        sys.stdout.write(json_line(_as_json(asked)) + "\n")
    elif asked.unit is not None:
        sys.stdout.write("".join(f"{line}\n" for line in unit_lines(asked.unit, asked.link)))
    if asked.exit_code:
        talk(f"stimctl: {asked.reason}\n")
        if asked.exit_code == ExitCode.DEVICE and asked.unit is None:
            talk(f"{_hint(url, asked.reason)}{_ADVICE}\n")
    sys.exit(asked.exit_code)


def url_for(device: str, family: str | None) -> str:
    """The device URL for a port or URL as typed, and `--family`; ConfigError if the two disagree."""
    url = parse_device_url(device)
    if family is None or family == url.family:
        return device
    if url.kind is TargetKind.SIMULATOR or device.startswith(f"{url.family}@"):
        raise ConfigError(f"{device}: names the family {url.family}, and --family says {family}; leave one of them out")
    return f"{family}@{device}"


def _ask(url: str, *, allow_network: bool) -> Asked:
    unit: say.Unit | None = None
    link: say.Link | None = None
    with watched_signals() as signals, EngineClient(url, _warn, allow_network=allow_network) as engine:
        patience = _Patience(url, time.monotonic_ns())
        while engine.ended is None:
            for telling, _ in engine.tellings(time.monotonic_ns() + _TURN_NS, [signals.fileno()]):
                match telling:
                    case say.Unit():
                        unit = telling
                        engine.stop()
                    case say.Link():
                        link = telling
                    case say.Zero(confirmed=False):
                        # said at once: the repeats of the stop go on for a while
                        _warn(TAKE_PADS_OFF)
                    case say.Waiting():
                        patience.boots(telling)
            _pass_on(signals, engine)
            if unit is None and engine.ended is None:
                patience.wait(time.monotonic_ns())
    assert engine.ended is not None
    return Asked(device=url, unit=unit, link=link, ended=engine.ended)


def _pass_on(signals: Signals, engine: EngineClient) -> None:
    for number in signals.take():
        engine.stop(SIGNAL_CAUSES[number])


class _Patience:
    """Says every few seconds that it still waits, and for what."""

    def __init__(self, url: str, now_ns: int) -> None:
        self._url = url
        self._began_ns = now_ns
        self._next_ns = now_ns + _WORD_NS
        self._boot: say.Waiting | None = None

    def boots(self, waiting: say.Waiting) -> None:
        """Nothing may be asked of the unit yet."""
        self._boot = waiting

    def wait(self, now_ns: int) -> None:
        """Time has passed, and there is no unit yet."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + _WORD_NS
        if self._boot is None:
            talk(f"{self._url}: no answer yet, {(now_ns - self._began_ns) // SECOND} s\n")
        else:
            waited_s, expected_s = self._boot.waited_ms // 1000, self._boot.expected_ms / 1000
            talk(f"{self._url} boots: {waited_s} s of about {expected_s:.0f}\n")


def unit_lines(unit: say.Unit, link: say.Link | None) -> list[str]:
    """What a unit says that it is and can do, a line each."""
    kind = "simulated: no current flows anywhere" if unit.simulated else "a real unit"
    lines = [
        _pair("family", unit.family),
        _pair("serial number", shown(unit.serial_number)),
        _pair("firmware", shown(unit.firmware)),
        _pair("kind", kind),
        _pair("channels", str(unit.channels)),
        _pair("lets go by itself", f"{unit.release_ms} ms after the last that it hears"),
    ]
    if unit.capabilities is not None:
        lines += _capability_lines(plain(unit.capabilities))
    if link is not None and link.rtt_us is not None:
        lines.append(_pair("round trip", f"{link.rtt_us / 1000:.1f} ms"))
    return lines


# Told above, or in words of its own below.
_TOLD = {"family", "serial_number", "firmware", "simulated", "channels", "release_ms", "scale"}


def _capability_lines(can: Mapping[str, object]) -> list[str]:
    """Each of them: in words where there are some, by its name where a family brought one of its own."""
    levels = can.get("scale") == Scale.LEVEL.value
    said: dict[str, tuple[str, str]] = {
        "amplitude_ua": ("amplitude", f"up to {_number(can, 'amplitude_ua') / 1000:g} mA"),
        "amplitude_step_ua": ("amplitude step", f"{_number(can, 'amplitude_step_ua'):g} µA"),
        "shortest_phase_us": ("shortest phase", f"{_number(can, 'shortest_phase_us'):g} µs"),
        "phase_duration_us": ("phase duration", f"up to {_number(can, 'phase_duration_us'):g} µs"),
        "charge_per_phase_nc": ("charge per phase", f"up to {_number(can, 'charge_per_phase_nc') / 1000:g} µC"),
        "interphase_us": ("interphase interval", f"{_number(can, 'interphase_us'):g} µs"),
        "shortest_period_us": ("pulse rate", f"up to {_hertz(can)} Hz"),
        "compliance_v": ("voltage", f"up to {_number(can, 'compliance_v'):g} V"),
        "queue_depth": ("queue", f"{_number(can, 'queue_depth'):g} segments"),
        "slot_ms": ("commands", f"one a channel every {_number(can, 'slot_ms'):g} ms"),
        "balanced": ("charge balance", "every pulse by itself" if can.get("balanced") else "not told"),
        "reports_load": ("load", "reported" if can.get("reports_load") else "not reported: density is held to half"),
    }
    lines = []
    if levels:
        lines.append(_pair("output", f"levels 1 to {LEVELS} of what another unit gives; nobody's milliamperes"))
        lines.append(_pair("charge and load", "not read"))
    for name, value in can.items():
        if name in _TOLD or (name in _OF_A_CURRENT if levels else name in _OF_A_LEVEL):
            continue
        label, text = said.get(name, (name.replace("_", " "), str(value)))
        lines.append(_pair(label, text))
    return lines


# What has no meaning where the unit's own dials set it, or where nobody knows how much a level is.
_OF_A_CURRENT = {
    *("amplitude_ua", "amplitude_step_ua", "shortest_phase_us", "phase_duration_us", "charge_per_phase_nc"),
    *("interphase_us", "shortest_period_us", "compliance_v", "queue_depth", "balanced", "reports_load"),
}
_OF_A_LEVEL = {"slot_ms"}


def _number(can: Mapping[str, object], name: str) -> float:
    value = can.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _hertz(can: Mapping[str, object]) -> str:
    period_us = _number(can, "shortest_period_us")
    return f"{1e6 / period_us:.0f}" if period_us else "0"


def _pair(name: str, value: str) -> str:
    return f"{name:<21}{value}"


def _hint(url: str, reason: str) -> str:
    """What was probably meant by a port that is not there, and what else may be at one that was opened."""
    asked = parse_device_url(url)
    if asked.kind is TargetKind.SIMULATOR:
        return ""
    if Path(asked.target).exists():
        # the engine's two sentences on a port that it could open: nothing answered, and what answers is another
        if "answer" not in reason:
            return ""
        others = " or ".join(f"--family {family}" for family in FAMILIES if family != asked.family)
        return f"a unit of another family? {others}\n"
    near = [port.path for port in ports() if port.path.endswith(f"/{asked.target}")]
    return f"did you mean {near[0]}?\n" if near else ""


def _as_json(asked: Asked) -> dict[str, object]:
    unit: dict[str, object] | None = None
    if asked.unit is not None:
        unit = {name: value for name, value in plain(asked.unit).items() if name not in ("stop_bytes", "port")}
    return {
        "version": 1,
        "device": asked.device,
        "exit_code": asked.exit_code,
        "reason": asked.reason,
        "zero_confirmed": asked.ended.zero_confirmed,
        "unit": unit,
        "round_trip_us": None if asked.link is None else asked.link.rtt_us,
        "journal": asked.ended.journal,
    }


def _warn(text: str) -> None:
    talk(f"{text}\n")
