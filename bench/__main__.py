"""`python -m bench [NAME…]`: run the benches by name, or all that take no real time to speak of."""

import sys
from importlib import import_module

QUICK = ("programs", "virtual", "codec", "memory", "line")
SLOW = ("kills", "plot", "tui", "stop_keys", "history")


def main(names: list[str]) -> None:
    for name in names or QUICK:
        if name not in QUICK + SLOW:
            sys.exit(f"no bench {name!r}, there are {', '.join(QUICK + SLOW)}")
        print(f"== {name}")
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
