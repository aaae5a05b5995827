"""What the engine's process holds in memory while it runs a session over a pty."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from processes import front, served


def kilobytes(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def bare_python_kb() -> int:
    script = "import os; print(open('/proc/self/status').read())"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return int(next(line for line in out.splitlines() if line.startswith("VmRSS")).split()[1])


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        with served(home) as unit, front(home / "home", "--device", str(unit.port), program="surface-to-deep") as run:
            run.until("started")
            time.sleep(5)
            pid = run.engine_pid()
            resident, locked = kilobytes(pid, "VmRSS"), kilobytes(pid, "VmLck")
            realtime = next(line for line in run.lines if line["event"] == "session")["realtime"]
            os.kill(pid, 15)
            run.wait()
    bare = bare_python_kb()
    print(
        f"engine: {resident / 1024:.1f} MB resident ({resident / bare:.1f}x a bare interpreter), "
        f"{locked / 1024:.1f} MB in locked mappings; given: {realtime}"
    )
    print(json.dumps({"resident_kb": resident, "bare_kb": bare}))
