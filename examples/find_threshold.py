"""Find where tingling begins: small steps up from nothing, until somebody says stop. FOR THE SIMULATOR.

    python examples/find_threshold.py --threshold-ma 3.2

Nobody is asked here: a stand-in answers, as soon as the simulated unit gives --threshold-ma. With a person that answer
is a key, pressed by the one who feels it. A real unit is refused: nobody here confirms that pads are on.
"""
# ruff: noqa: T201  # a script talks

import argparse
import sys

from stimctl.api import Person, Phase, PhaseBegan, Program, Sample, Session, StimctlError

FROM_MA, TO_MA, STEP_MA = 1.0, 7.0, 0.5
# Nobody knows thresholds yet: the search goes from 0 to 60 % of a made-up range. Higher up a rate that fuses would have
# to have its rests.
TOP_PCT = 60
SEARCHED = Person(sensory_ma=FROM_MA, comfort_ma=FROM_MA + (TO_MA - FROM_MA) * 100 / TOP_PCT, at_us=200, at_hz=80)


def staircase() -> Program:
    """A step every three seconds, all on channel 1, at the pulses that the threshold shall be for."""
    steps = round((TO_MA - FROM_MA) / STEP_MA)
    up = [
        Phase(
            name=f"{FROM_MA + step * STEP_MA:g} mA",
            depth="surface",
            minutes=0.05,
            intensity_pct=TOP_PCT * step / steps,
            rate_hz=80,
            phase_duration_us=200,
        )
        for step in range(steps + 1)
    ]
    # nobody should end at the top, so every program has to come down again
    down = Phase(name="down", depth="cool-down", minutes=0.2, intensity_pct=[25, 15], rate_hz=80, phase_duration_us=200)
    return Program(title="Staircase", program_class="sensory", phases=[*up, down])


def main() -> None:
    flags = argparse.ArgumentParser(description="Find the sensory threshold of a simulated person.")
    flags.add_argument("--threshold-ma", type=float, default=2.6, help="where the simulated person begins to feel")
    flags.add_argument("--device", default="sim://stimlink")
    asked = flags.parse_args()

    felt_ma = None
    with Session(staircase(), device=asked.device, person=SEARCHED) as session:
        for event in session:
            match event:
                case PhaseBegan():
                    print(f"{event.name} …")
                case Sample() if felt_ma is None and event.amount >= asked.threshold_ma:
                    felt_ma = event.amount
                    session.stop()
    print("nothing was felt" if felt_ma is None else f"felt at {felt_ma:.1f} mA; {session.result.reason}")
    session.raise_for_result()


if __name__ == "__main__":
    try:
        main()
    except StimctlError as why:
        print(why, file=sys.stderr)
        sys.exit(why.exit_code)
