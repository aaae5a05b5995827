"""Real processes on real ptys: a simulator, a front end, and what the skin felt, read from the file it wrote."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON = sys.executable


class Served:
    """A simulated unit on a pty in a process of its own."""

    def __init__(
        self,
        directory: Path,
        *,
        family: str = "stimlink",
        faults: str = "",
        seed: int = 1,
        simulated: bool = True,
        tcp: bool = False,
    ) -> None:
        self.port = directory / "unit"
        self.delivered = directory / "skin.jsonl"
        where = ["--tcp", "127.0.0.1:0"] if tcp else ["--pty", str(self.port)]
        arguments = [family, *where, "--delivered", str(self.delivered), "--seed", str(seed)]
        if faults:
            plan = directory / "faults.toml"
            plan.write_text(faults, encoding="utf-8")
            arguments += ["--faults", str(plan)]
        server = ["-m", "simulator"] if simulated else [str(Path(__file__).parent / "real_looking.py")]
        self.process = subprocess.Popen([PYTHON, *server, *arguments], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert ready.startswith(f"ready {family} ")
        self.url = f"socket://{ready.split()[2]}" if tcp else str(self.port)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def records(self) -> list[dict]:
        """The whole lines of the delivered file so far, header included."""
        lines = self.delivered.read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines]

    @property
    def start_ns(self) -> int:
        """The simulator's zero on this machine's monotonic clock."""
        return int(self.records()[0]["start_monotonic_ns"])

    def flowing(self) -> bool:
        """Whether current flows, as the last records have it."""
        last = {record["channel"]: _amount(record) for record in self.records()[1:] if "channel" in record}
        return any(last.values())

    def off_ns(self) -> int:
        """When the last current ended, on the monotonic clock; the file must show zero on every channel."""
        ended: dict[int, int | None] = {}
        for record in self.records()[1:]:
            if "channel" not in record:
                continue
            if _amount(record):
                ended[record["channel"]] = None
            elif ended.get(record["channel"], 0) is None:
                ended[record["channel"]] = record["t_us"] * 1000
        assert None not in ended.values(), "current still flows"
        return self.start_ns + max((at for at in ended.values() if at is not None), default=0)

    def worst_late_ns(self) -> int:
        """The simulator's own lateness; of an ended one."""
        return int(self.records()[-1]["worst_late_us"]) * 1000


def _amount(record: dict) -> int:
    return int(record["amplitude_ua"] if "amplitude_ua" in record else record["level_permille"])


@contextmanager
def served(
    directory: Path,
    *,
    family: str = "stimlink",
    faults: str = "",
    seed: int = 1,
    simulated: bool = True,
    tcp: bool = False,
) -> Iterator[Served]:
    unit = Served(directory, family=family, faults=faults, seed=seed, simulated=simulated, tcp=tcp)
    try:
        yield unit
    finally:
        unit.close()


class Front:
    """`stimctl run … --jsonl` as a process; its lines as they come."""

    def __init__(self, home: Path, *arguments: str, program: str = "demo", **popen: object) -> None:
        self.home = home
        environment = {**os.environ, "STIMCTL_HOME": str(home)}
        command = [PYTHON, "-m", "stimctl", "run", program, "--jsonl", *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            **popen,  # type: ignore[call-overload]
        )
        self.lines: list[dict] = []
        self._part = b""

    def until(self, event: str, within_s: float = 30.0) -> dict:
        """The next line of this event."""
        deadline = time.monotonic() + within_s
        seen = len(self.lines)
        while True:
            for line in self.lines[seen:]:
                seen += 1
                if line["event"] == event:
                    return line
            left = deadline - time.monotonic()
            assert left > 0, f"no {event} in {within_s} s; {self.lines[-3:]}"
            assert self._read(left), f"the front end ended without {event}: {self.lines[-3:]} {self.stderr()}"

    def wait(self, within_s: float = 30.0) -> int:
        """The exit code, with every line read."""
        deadline = time.monotonic() + within_s
        while self._read(max(0.0, deadline - time.monotonic())):
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def stderr(self) -> str:
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        return (self.process.stderr.read() or b"").decode()

    def engine_pid(self) -> int:
        return int(json.loads((self.home / "run" / "session.lock").read_text())["pid"])

    def journal(self) -> list[dict]:
        """The journal, all but what a kill tore off."""
        (path,) = (self.home / "data" / "sessions").rglob("*.jsonl")
        lines = path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read(self, within_s: float) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], within_s)
        if not ready:
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        *lines, self._part = (self._part + data).split(b"\n")
        self.lines += [json.loads(line) for line in lines]
        return bool(data)


@contextmanager
def front(home: Path, *arguments: str, program: str = "demo", **popen: object) -> Iterator[Front]:
    running = Front(home, *arguments, program=program, **popen)
    try:
        yield running
    finally:
        running.close()


def wait_until(true: object, within_s: float = 10.0) -> None:
    """Look again every 20 ms, without sleeping blindly, until it is so."""
    deadline = time.monotonic() + within_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to that"
        select.select([], [], [], 0.02)
