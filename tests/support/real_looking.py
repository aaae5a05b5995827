"""The simulator, of a unit that does not say that it is simulated: for what is asked of people with real ones."""

import sys
from dataclasses import replace

from simulator.devices import stimlink

_welcome = stimlink.Welcome


def _not_simulated(**fields: object) -> object:
    return replace(_welcome(**fields), simulated=False)


stimlink.Welcome = _not_simulated

from simulator.__main__ import main  # noqa: E402  # the patch comes first

sys.exit(main())
