"""`make fuzz SECONDS=60`: atheris over every reader in turn; the time is for all of them together.

What goes wrong is written to tests/fuzz/corpus as READER-…, to be kept, and read again by every test run.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import atheris

with atheris.instrument_imports(include=["firmware_protocol", "simulator", "stimctl"]):
    from readers import READERS

from seeds import CORPUS, seeds

# Two stations away from nowhere: a reader that takes this long for a few kilobytes hangs.
_TIMEOUT_S = 20


def one(reader: str, seconds: int) -> None:
    """This process becomes the fuzzer of one reader, and does not return."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as directory:
        for number, seed in enumerate(seeds(reader)):
            (Path(directory) / str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-timeout={_TIMEOUT_S}", "-max_len=4096", "-verbosity=1"]
        options += [f"-artifact_prefix={CORPUS}/{reader}-", directory]
        atheris.Setup([sys.argv[0], *options], lambda data: READERS[reader](bytes(data)))
        atheris.Fuzz()


def main(seconds: int) -> int:
    CORPUS.mkdir(exist_ok=True)
    each_s = max(1, seconds // len(READERS))
    failed = []
    for reader in READERS:
        ended = subprocess.run([sys.executable, __file__, reader, str(each_s)], check=False, capture_output=True)
        runs = [line for line in ended.stderr.decode(errors="replace").splitlines() if line.startswith("Done ")]
        sys.stdout.write(f"{reader}: {runs[-1] if runs else f'exit {ended.returncode}'}\n")
        sys.stdout.flush()
        if ended.returncode:
            failed.append(reader)
            sys.stdout.write(ended.stderr.decode(errors="replace")[-3000:] + "\n")
    sys.stdout.write(f"readers {len(READERS)}, failed {len(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    sys.exit(main(int(sys.argv[1])))
