"""`python -m simulator FAMILY (--pty PATH | --tcp HOST:PORT)`: a simulated unit for anybody's software, until a signal.

`python -m simulator openemsstim --script TRACE.json --events OUT.json` plays a trace's input in virtual time instead.
Exit codes: 0 ended by SIGINT or SIGTERM, or played; 2 bad arguments, a bad plan or script, a path that cannot be used.
"""

import json
import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic_ns

from simulator.catalog import FAMILIES, make_unit, nobody_sees
from simulator.delivered import NoSink, Sink
from simulator.devices import openemsstim
from simulator.event_file import EventFile
from simulator.fault_file import parse_fault_plan
from simulator.faults import NO_FAULTS, FaultPlan, FaultPlanError
from simulator.record_file import RecordFile
from simulator.script import ScriptError, play, read_script
from simulator.serve.loop import serve
from simulator.serve.pty import PtyPort
from simulator.serve.tcp import TcpPort, address_of, is_loopback

__all__ = ["main"]

_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Serve, and give the process's exit code; argparse raises SystemExit for arguments that it cannot read."""
    asked = _parser().parse_args(arguments)
    if asked.family != openemsstim.MODEL and (asked.events is not None or asked.script is not None):
        return _refuse(f"--events and --script are of {openemsstim.MODEL}; {asked.family} has --delivered")
    if asked.script is not None and asked.events is None:
        return _refuse("--script needs --events OUT.json, where to write what the board did")
    try:
        if asked.script is not None:
            return _play(asked.script, asked.events)
        return _serve(asked, _plan(asked.faults))
    except (FaultPlanError, ScriptError, OSError, ValueError) as why:
        return _refuse(str(why))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m simulator", description="Serve a simulated stimulator.")
    parser.add_argument("family", choices=sorted(FAMILIES), help="what to simulate")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pty", type=Path, metavar="PATH", help="a symlink to make, to a pseudo-terminal")
    where.add_argument("--tcp", metavar="HOST:PORT", help="an address to listen on")
    where.add_argument(
        "--script", type=Path, metavar="TRACE.json", help="play this input in virtual time (openemsstim)"
    )
    parser.add_argument("--listen-anywhere", action="store_true", help="let --tcp be reached from other computers")
    parser.add_argument("--seed", type=int, default=1, help="what chance starts from (default: 1)")
    parser.add_argument("--faults", type=Path, metavar="PLAN.toml", help="what is to go wrong, and when")
    parser.add_argument("--delivered", type=Path, metavar="FILE.jsonl", help="where to record what the skin felt")
    parser.add_argument("--events", type=Path, metavar="FILE", help="where to record pot, pins and bytes (openemsstim)")
    parser.add_argument(
        "--no-reset-on-open", action="store_true", help="opening the line does not reset the board (openemsstim)"
    )
    return parser


def _plan(path: Path | None) -> FaultPlan:
    return NO_FAULTS if path is None else parse_fault_plan(path.read_text(encoding="utf-8"), str(path))


def _play(script: Path, out: Path) -> int:
    read = read_script(script)
    out.write_text(json.dumps({"name": read.name, "events": play(read)}) + "\n", encoding="utf-8")
    return 0


def _port(asked: Namespace) -> PtyPort | TcpPort:
    if asked.tcp is None:
        return PtyPort(asked.pty)
    address = address_of(asked.tcp)
    if not is_loopback(address[0]):
        if not asked.listen_anywhere:
            raise ValueError(f"{address[0]} can be reached by others; --listen-anywhere says that this is wanted")
        print("simulator: no password: whoever reaches this port drives the unit", file=sys.stderr)  # noqa: T201  # talk
    return TcpPort(address)


def _serve(asked: Namespace, plan: FaultPlan) -> int:
    signals: list[int] = []
    with ExitStack() as opened:
        interrupt_fd = _watch_signals(signals)
        port = _port(asked)
        opened.enter_context(port)
        sink: Sink = NoSink() if asked.delivered is None else opened.enter_context(RecordFile(asked.delivered))
        seen = nobody_sees
        if asked.events is not None:
            seen = opened.enter_context(EventFile(asked.events, asked.family))
        start_ns = monotonic_ns()
        unit = make_unit(
            asked.family,
            seed=asked.seed,
            fault_plan=plan,
            delivered_sink=sink,
            start_ns=start_ns,
            start_wall=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            seen=seen,
            resets_on_open=not asked.no_reset_on_open,
        )
        print(f"ready {asked.family} {port.name}", flush=True)  # noqa: T201  # the one line that callers wait for
        serve(unit, port, should_end=lambda: bool(signals), interrupt_fd=interrupt_fd)
        unit.close("signal", monotonic_ns())
    return 0


def _watch_signals(signals: list[int]) -> int:
    """From now on SIGINT and SIGTERM land in `signals` and make the returned descriptor readable."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: signals.append(number))
    return reader


def _refuse(sentence: str) -> int:
    print(f"simulator: {sentence}", file=sys.stderr)  # noqa: T201  # talk belongs on stderr
    return _USAGE


if __name__ == "__main__":
    sys.exit(main())
