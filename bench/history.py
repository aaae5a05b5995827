"""Questions to the index of past sessions with 100, 10 000 and 100 000 journals: as ratios to the smallest."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from journals import done, without

from stimctl.history.catalog import Catalog
from stimctl.history.index import sessions

SIZES = (100, 10_000, 100_000)
A_DAY = 10
PEOPLE = 50
ROUNDS = 15
FIRST = datetime(2000, 1, 1, 8, tzinfo=UTC)


def written(directory: Path, count: int) -> None:
    """Real journals less what is reported on the way, of ten sessions a day, each of one of fifty people."""
    head, *rest = without(done(), "sample", "link", "timing").splitlines(True)
    first = json.loads(head)
    body = b"".join(rest)
    for number in range(count):
        at = FIRST + timedelta(days=number // A_DAY, hours=number % A_DAY)
        begun = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        asked = body.replace(b'\\"person\\":\\"\\"', f'\\"person\\":\\"{number % PEOPLE:016x}\\"'.encode())
        day = directory / "sessions" / f"{at:%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        line = json.dumps({**first, "id": f"{number:08x}", "started": begun}).encode() + b"\n"
        (day / f"{at:%H%M%S}-{number:08x}.jsonl").write_bytes(line + asked)


def ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        work()
        times.append((time.perf_counter() - began_s) * 1000)
    return median(times)


def main() -> None:
    figures: dict[int, tuple[float, ...]] = {}
    for count in SIZES:
        with tempfile.TemporaryDirectory() as directory:
            home = Path(directory)
            written(home, count)
            catalog = Catalog(home / "sessions")
            began_s = time.perf_counter()
            rows = catalog.rebuild()
            rebuilt_s = time.perf_counter() - began_s
            assert rows == count, rows
            one = f"{7:016x}"
            assert catalog.sessions(person=one, most=20)
            newest = ms(lambda: catalog.sessions(most=20))  # noqa: B023  # called at once
            of_one = ms(lambda: catalog.sessions(person=one, most=20))  # noqa: B023
            listed = ms(lambda: sessions(home / "sessions", most=20))  # noqa: B023
            figures[count] = newest, of_one, listed
            print(f"{count:>7}: rebuilt in {rebuilt_s:.2f} s ({rebuilt_s / count * 1e6:.0f} µs a journal)")
    least = figures[SIZES[0]]
    for count, found in figures.items():
        ratios = [value / first for value, first in zip(found, least, strict=True)]
        print(
            f"{count:>7}: newest 20 {found[0]:.1f} ms ({ratios[0]:.2f}x), 20 of one person {found[1]:.1f} ms "
            f"({ratios[1]:.2f}x), without the index {found[2]:.1f} ms ({ratios[2]:.2f}x)"
        )


if __name__ == "__main__":
    main()
