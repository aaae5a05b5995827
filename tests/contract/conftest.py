"""`--hardware URL --dummy-load`: the contract asked of a unit at a port, by a person who has connected a dummy load."""

import pytest

LOAD = "a resistor of 1 kΩ and 5 W or more across each channel's electrodes, and nobody at them"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hardware", metavar="[FAMILY@]PORT", help="a real unit, to be asked what a driver promises")
    parser.addoption("--dummy-load", action="store_true", help=f"you have connected {LOAD}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--hardware", None) and not config.getoption("--dummy-load"):
        raise pytest.UsageError(f"--hardware switches outputs on: connect {LOAD}; then say so with --dummy-load")


def pytest_ignore_collect(collection_path: object, config: pytest.Config) -> bool | None:
    """Without a unit there is nothing to ask, and nothing to skip."""
    name = str(collection_path).rsplit("/", 1)[-1]
    return True if name == "test_on_hardware.py" and not config.getoption("--hardware", None) else None


@pytest.fixture
def hardware(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--hardware"))
