"""Two channels by turns: both come up together, then one lets go while the other holds.

    python examples/two_channels.py

It runs on a simulated unit, or on the one at --device. A real unit is refused: nobody here confirms that pads are on.
"""
# ruff: noqa: T201  # a script talks

import argparse
import sys

from stimctl.api import Person, Phase, Program, Ramp, Sample, Session, StimctlError, Train

BY_TURNS = Program(
    title="By turns",
    program_class="sensory",
    channels=[1, 2],
    phases=[
        # what is new comes at 1 mA a second; what has been felt may come back faster, and so trains come after this
        Phase(
            name="together",
            depth="surface",
            minutes=0.1,
            intensity_pct=[0, 10],
            ramp=Ramp("smooth", seconds="to-end"),
            rate_hz=80,
            phase_duration_us=200,
        ),
        # a cycle is 7 s, and with alternate_channels the second channel begins half a cycle after the first
        Phase(
            name="by turns",
            depth="surface",
            minutes=0.25,
            intensity_pct=10,
            rate_hz=80,
            phase_duration_us=200,
            envelope=Train(up_s=1, hold_s=1.5, down_s=1, off_s=3.5),
            alternate_channels=True,
        ),
        Phase(
            name="cool-down",
            depth="cool-down",
            minutes=0.15,
            intensity_pct=15,
            rate_hz=80,
            phase_duration_us=200,
        ),
    ],
)


def main() -> None:
    flags = argparse.ArgumentParser(description="Drive two channels alternately.")
    flags.add_argument("--device", default="sim://stimlink")
    asked = flags.parse_args()

    now_ma: dict[int, float] = {}
    with Session(BY_TURNS, device=asked.device, person=Person(sensory_ma=3, comfort_ma=9)) as session:
        for event in session:
            if isinstance(event, Sample):
                now_ma[event.channel] = event.amount
                if event.channel == 2:
                    bars = "  ".join(f"{'█' * round(now_ma.get(channel, 0) * 4):<16}" for channel in (1, 2))
                    print(f"{event.plan_ms / 1000:5.1f} s  {bars}".rstrip())
    print(session.result.reason)
    session.raise_for_result()


if __name__ == "__main__":
    try:
        main()
    except StimctlError as why:
        print(why, file=sys.stderr)
        sys.exit(why.exit_code)
