"""Run a program of the library and keep what the unit reports in a CSV file.

    python examples/log_to_csv.py --out samples.csv

It runs on a simulated unit, or on the one at --device. A real unit is refused: nobody here confirms that pads are on.
"""
# ruff: noqa: T201  # a script talks

import argparse
import csv
import sys
from dataclasses import asdict, fields

from stimctl.api import Ended, Person, PhaseBegan, Sample, Session, StimctlError, User, load_program


def main() -> None:
    flags = argparse.ArgumentParser(description="Run a program and log its samples to CSV.")
    flags.add_argument("--program", default="demo", help="a name from `stimctl programs`, or a .toml file")
    flags.add_argument("--device", default="sim://stimlink")
    flags.add_argument("--out", default="samples.csv")
    asked = flags.parse_args()

    person = Person(sensory_ma=6, comfort_ma=18)
    with open(asked.out, "w", newline="", encoding="utf-8") as file:
        log = csv.DictWriter(file, [field.name for field in fields(Sample)])
        log.writeheader()
        with Session(load_program(asked.program), device=asked.device, person=person) as session:
            for event in session:
                match event:
                    case Sample():
                        log.writerow(asdict(event))
                    case PhaseBegan():
                        print(f"{event.name}: {event.lasts_ms / 1000:g} s, {event.depth}")
                    case User() if event.why:
                        print(f"{event.action}: {event.why}")
                    case Ended():
                        print(f"{event.reason}; samples in {asked.out}, everything else in {event.journal}")
    session.raise_for_result()


if __name__ == "__main__":
    try:
        main()
    except StimctlError as why:
        print(why, file=sys.stderr)
        sys.exit(why.exit_code)
