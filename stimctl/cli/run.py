"""`stimctl run`: one program on one unit, headless: ask, show, and pass on what the person wants."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from stimctl.care.next_session import pain_now
from stimctl.care.people import People
from stimctl.cli.dates import now
from stimctl.cli.for_person import ForPerson, for_person
from stimctl.cli.outcome import ask_outcome, ask_the_day_after
from stimctl.cli.person import PersonFlags, person_flags
from stimctl.cli.progress import Progress
from stimctl.cli.signals import SIGNAL_CAUSES, Keys, Signals, keys, watched_signals
from stimctl.cli.talk import talk
from stimctl.cli.words import checklist, dials, result
from stimctl.clock import SECOND
from stimctl.drivers.nominal import NOMINAL
from stimctl.engine import messages as say
from stimctl.engine.client import EngineClient
from stimctl.errors import SafetyRefusal, StimctlError
from stimctl.links.opening import OVER_A_NETWORK
from stimctl.links.url import parse_device_url
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale
from stimctl.program.dials import on_dials
from stimctl.program.loader import load

__all__ = ["Confirmed", "Runner", "run"]

_TURN_NS = SECOND // 5
# What `--jsonl` prints is a contract; these are between engine and front end only.
_PRIVATE = (say.Unit, say.Link, say.Waiting)
_ARM, _SET = "arm", "set"


@click.command()
@click.argument("program", required=False)
@click.option("--person", "name", metavar="NAME", help="Whose session: range, approval and limits as recorded.")
@click.option("--device", envvar="STIMCTL_DEVICE", required=True, help="A port, socket://HOST:PORT, or sim://stimlink.")
@click.option("--allow-network", is_flag=True, help="The unit may be another computer's: socket:// or rfc2217://.")
@person_flags
@click.option("--confirm-pads", is_flag=True, help="For a real unit, headless: the pads lie as they should.")
@click.option("--doctor-approved", metavar="NAME", help="For a real unit, headless: who said that it is all right.")
@click.option("--dials-set", is_flag=True, help="For a unit with dials, headless: they are set, once for all phases.")
@click.option(
    "--capture",
    envvar="STIMCTL_CAPTURE",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Record every byte of the line, to be sent with a report and for `stimctl replay`.",
)
@click.option("--jsonl", is_flag=True, help="Every event as a line of JSON on stdout.")
@click.option("--json", "as_json", is_flag=True, help="Only the last event, as JSON on stdout.")
def run(
    program: str | None,
    name: str | None,
    device: str,
    allow_network: bool,
    confirm_pads: bool,
    doctor_approved: str | None,
    dials_set: bool,
    capture: Path | None,
    jsonl: bool,
    as_json: bool,
    **person: str | float | None,
) -> None:
    """Run PROGRAM (a name from `stimctl programs`, or a .toml file) on a unit.

    With --person it may be left out: then it is the next session of their course.
    """
    if program is None and name is None:
        raise click.UsageError("name a PROGRAM, or a --person who has a course")
    scale = NOMINAL[parse_device_url(device).family].scale
    flags = PersonFlags(**person)  # type: ignore[arg-type]  # click has checked them
    if name is not None:
        # what is said of the day after may stop the course
        ask_the_day_after(People().called(name), now(), at_terminal=sys.stdin.isatty() and sys.stderr.isatty())
    known = for_person(name, program, flags) if name is not None else None
    plan = known.plan if known is not None else flags.plan_for(load(program or "").plan)
    # what is wrong with the flags whatever the unit is, is said before anything is opened
    (known or flags).range_for(plan.channels, scale, simulated=True)
    (known or flags).pads_mm2(plan.channels)
    given = Confirmed(pads=confirm_pads, doctor=doctor_approved, dials=dials_set)
    runner = Runner(plan, known or flags, given, lines="all" if jsonl else "last" if as_json else "none")
    code = runner.run(device, capture, allow_network=allow_network)
    sys.exit(code)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person's word, given by flags."""

    pads: bool
    doctor: str | None
    dials: bool


class Runner:
    """One session from the front end's side: it reacts to what the engine says, and to people."""

    def __init__(self, plan: Plan, flags: PersonFlags | ForPerson, given: Confirmed, *, lines: str) -> None:
        self._plan, self._flags, self._given = plan, flags, given
        self._known = flags if isinstance(flags, ForPerson) else None
        self._lines = lines
        self._session_id = ""
        self._progress = Progress()
        self._unit_found = False
        self._suspend = False
        self._started = False
        # what has been typed in answer to a question, whose answer is `_wanted`; None while nothing is asked
        self._typed: str | None = None
        self._wanted = _ARM
        self._dials: say.Dials | None = None
        self._refusal: StimctlError | None = None

    def run(self, device: str, capture: Path | None = None, *, allow_network: bool = False) -> int:
        """The session's exit code, after zero."""
        if parse_device_url(device).leaves_this_computer and allow_network:
            talk(f"{OVER_A_NETWORK}\n")
        with watched_signals() as signals, keys() as pressed:
            if not _at_terminal(pressed):
                # a board would be reset, and its boot waited for, only to be told no
                self._check_dials(NOMINAL[parse_device_url(device).family].scale)
            with EngineClient(device, _warn, capture=capture, allow_network=allow_network) as engine:
                self._session(engine, signals, pressed)
        assert engine.ended is not None
        if self._refusal is not None:
            raise self._refusal
        talk(f"{result(engine.ended, unit_found=self._unit_found)}\n")
        if capture is not None and self._unit_found:
            talk(f"capture: {capture}\n")
        if self._known is not None and self._started:
            one = People().called(self._known.person.id)
            ask_outcome(one, pain_now(one), at_terminal=sys.stdin.isatty() and sys.stderr.isatty())
        return engine.ended.exit_code

    def _session(self, engine: EngineClient, signals: Signals, pressed: Keys) -> None:
        while engine.ended is None:
            also = [signals.fileno(), *([pressed.fileno()] if pressed.possible else [])]
            for telling, line in engine.tellings(time.monotonic_ns() + _TURN_NS, also):
                self._react(telling, line, engine, pressed)
            self._people(signals, pressed, engine)

    def _react(self, telling: say.Telling, line: bytes, engine: EngineClient, pressed: Keys) -> None:
        self._print(telling, line)
        if self._typed is None or not isinstance(telling, say.Sample):
            # a question stays where it is
            self._progress.show(telling)
        match telling:
            case say.Unit():
                self._unit_found = True
                self._prepare(telling, engine, at_terminal=_at_terminal(pressed))
            case say.Session():
                self._session_id = telling.id
                if self._typed is None:
                    engine.send(say.Arm())
                else:
                    talk(checklist(telling))
            case say.Armed() if not self._started:
                self._start(engine)
            case say.Dials():
                self._dials = telling
            case say.User(action="paused") if not pressed.possible:
                engine.stop("nobody to resume")
            case say.User(action="paused") if self._dials is not None:
                talk(dials(self._dials))
                self._typed, self._wanted, self._dials = "", _SET, None
            case say.Zero() | say.Ended() if self._suspend:
                # Ctrl-Z: the stop came first; now the shell may have its way
                self._suspend = False
                os.kill(os.getpid(), signal.SIGSTOP)

    def _start(self, engine: EngineClient) -> None:
        """What is written down of a person's sessions is on the disk before anything flows."""
        try:
            if self._known is not None:
                People().add(self._known.person, self._known.started(self._session_id))
        except StimctlError as why:
            self._refusal = why
            engine.stop("front refused")
            return
        self._started = True
        engine.send(say.Start())

    def _prepare(self, unit: say.Unit, engine: EngineClient, *, at_terminal: bool) -> None:
        channels = self._plan.channels
        asked = not unit.simulated and at_terminal
        self._typed = "" if asked else None
        scale = unit.capabilities.scale if unit.capabilities else Scale.CURRENT
        try:
            if not at_terminal:
                self._check_dials(scale)
            if not unit.simulated and not at_terminal:
                self._check_confirmations(scale)
            found = self._flags.range_for(channels, scale, simulated=unit.simulated)
            prepare = say.Prepare(
                plan=self._plan,
                thresholds=found.thresholds,
                levels=found.levels,
                rated_ua=found.rated_ua,
                pads_mm2=self._flags.pads_mm2(channels),
                profile=self._flags.profile,
                pads_confirmed=self._given.pads or asked,
                doctor=self._doctor or ("confirmed at the terminal" if asked else None),
                dials_set=self._given.dials or asked,
                person=self._known.person.id if self._known is not None else "",
                course=self._known.of.course_id if self._known is not None else "",
                most_ua=self._known.person.most_ua if self._known is not None else None,
            )
        except StimctlError as why:
            self._refusal = why
            engine.stop("front refused")
            return
        engine.send(prepare)

    @property
    def _doctor(self) -> str | None:
        return self._given.doctor or (self._known.doctor if self._known is not None else None)

    def _check_dials(self, scale: Scale) -> None:
        """Nobody is there to set them between phases."""
        settings = on_dials(self._plan).settings if scale is Scale.LEVEL else ()
        if len(settings) > 1:
            listed = ", ".join(f"{one.name} {one}" for one in settings)
            raise SafetyRefusal(
                f"{self._plan.title} needs the unit's dials set {len(settings)} times ({listed}): "
                "run it at a terminal, where somebody can say that they are"
            )

    def _check_confirmations(self, scale: Scale) -> None:
        missing = []
        if scale is Scale.LEVEL and not self._flags.has_levels:
            missing.append("--sensory-level and --comfort-level")
        if scale is Scale.CURRENT and not self._flags.has_thresholds:
            missing.append("--sensory-ma and --comfort-ma")
        if not self._given.pads:
            missing.append("--confirm-pads")
        if not self._doctor:
            missing.append("--doctor-approved NAME")
        if scale is Scale.LEVEL and not self._given.dials:
            missing.append("--dials-set")
        if self._plan.asks_for_pain and self._plan.pain_at_rest is None:
            missing.append("--pain-at-rest 0-10")
        if missing:
            raise SafetyRefusal(f"a real unit without a terminal needs {' and '.join(missing)}")

    def _people(self, signals: Signals, pressed: Keys, engine: EngineClient) -> None:
        for number in signals.take():
            self._suspend = self._suspend or number is signal.SIGTSTP
            engine.stop(SIGNAL_CAUSES[number])
        for key in pressed.take():
            if self._typed is None:
                self._key(key, engine)
            else:
                self._typed = self._answer(self._typed, key, engine)

    def _answer(self, typed: str, key: str, engine: EngineClient) -> str | None:
        """The question's answer so far; None when it is given. Space and Escape leave at once."""
        if key not in "\r\n\x1b ":
            talk(key)
            return typed + key
        talk("\n")
        if key in "\x1b " or typed.strip() != self._wanted:
            engine.stop()
        elif self._wanted == _ARM:
            engine.send(say.Arm())
        else:
            engine.send(say.DialsSet())
            engine.send(say.Resume())
        return None

    def _key(self, key: str, engine: EngineClient) -> None:
        match key:
            case " " | "q" | "s" | "\x1b":
                engine.stop()
            case "p":
                engine.send(say.Pause())
            case "r":
                engine.send(say.Resume())
            case "-":
                for channel in self._plan.channels:
                    engine.send(say.Down(channel))
            case "+":
                for channel in self._plan.channels:
                    engine.send(say.Up(channel))

    def _print(self, telling: say.Telling, line: bytes) -> None:
        wanted = self._lines == "all" and not isinstance(telling, _PRIVATE)
        if wanted or (self._lines == "last" and isinstance(telling, say.Ended)):
            sys.stdout.write(line.decode() + "\n")
            sys.stdout.flush()


def _at_terminal(pressed: Keys) -> bool:
    """Whether a person is there who can be asked."""
    return pressed.possible and sys.stderr.isatty()


def _warn(text: str) -> None:
    talk(f"{text}\n")
