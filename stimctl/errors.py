"""What can go wrong, by whose hand, and the exit code that says so.

What a user or a device causes in the ordinary course is a value (`Refused`, a fault fact); these are for the end of a
command, where something has to be said and the process ends.
"""

from enum import IntEnum

__all__ = [
    "ConfigError",
    "DeviceError",
    "DeviceTripped",
    "EngineGone",
    "ExitCode",
    "LinkLost",
    "LockedOut",
    "NotAnswering",
    "PortBusy",
    "SafetyRefusal",
    "StimctlError",
    "WrongDevice",
]


class ExitCode(IntEnum):
    """The exit codes, an interface like any other (docs/contracts.md)."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    DEVICE = 3
    STOPPED = 4
    REFUSED = 5
    HANGUP = 129
    INTERRUPT = 130
    TERMINATED = 143


class StimctlError(Exception):
    """Base of everything that ends a command with a sentence and an exit code."""

    exit_code = ExitCode.FAULT


class ConfigError(StimctlError):
    """A file, flag or setting that cannot be used: what was found, what is allowed."""

    exit_code = ExitCode.USAGE


class DeviceError(StimctlError):
    """The unit is not there, not answering, not ours, or gone."""

    exit_code = ExitCode.DEVICE


class LinkLost(DeviceError):
    """The line to the unit went away."""


class NotAnswering(DeviceError):
    """The port opened, and nothing came back."""


class WrongDevice(DeviceError):
    """Something answered, and it is not the unit that was named."""


class PortBusy(DeviceError):
    """Somebody else holds the port."""


class SafetyRefusal(StimctlError):
    """A limit or a safety rule says no: which rule, what was asked, what is allowed."""

    exit_code = ExitCode.REFUSED


class DeviceTripped(StimctlError):
    """The unit switched itself off and said why."""


class LockedOut(StimctlError):
    """A fault latched; only a new session clears it."""


class EngineGone(StimctlError):
    """The engine process died under the session."""
