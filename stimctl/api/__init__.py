"""stimctl for scripts: a program, a person, a session, and what is told of it. docs/python.md shows each by example."""

from stimctl.api.backlog import Event
from stimctl.api.checking import check, load_program
from stimctl.api.person import Person
from stimctl.api.program import (
    Alternate,
    Burst,
    Continuous,
    Drift,
    OnChannel,
    OnlyIf,
    Phase,
    Program,
    RaisedCosine,
    Ramp,
    Steps,
    Sweep,
    Swell,
    Then,
    Train,
)
from stimctl.api.session import Session
from stimctl.engine.messages import (
    Armed,
    Ended,
    Fault,
    Gap,
    PhaseBegan,
    Refused,
    Sample,
    Started,
    Stopped,
    User,
    Zero,
)
from stimctl.engine.messages import Session as AboutToRun
from stimctl.errors import ConfigError, DeviceError, ExitCode, LockedOut, SafetyRefusal, StimctlError
from stimctl.program.compare import Comparison, compare
from stimctl.program.delivered_file import Delivered
from stimctl.program.loader import Program as LoadedProgram
from stimctl.program.loader import load_delivered
from stimctl.program.timeline_file import Timeline

__all__ = [
    "AboutToRun",
    "Alternate",
    "Armed",
    "Burst",
    "Comparison",
    "ConfigError",
    "Continuous",
    "Delivered",
    "DeviceError",
    "Drift",
    "Ended",
    "Event",
    "ExitCode",
    "Fault",
    "Gap",
    "LoadedProgram",
    "LockedOut",
    "OnChannel",
    "OnlyIf",
    "Person",
    "Phase",
    "PhaseBegan",
    "Program",
    "RaisedCosine",
    "Ramp",
    "Refused",
    "SafetyRefusal",
    "Sample",
    "Session",
    "Started",
    "Steps",
    "StimctlError",
    "Stopped",
    "Sweep",
    "Swell",
    "Then",
    "Timeline",
    "Train",
    "User",
    "Zero",
    "check",
    "compare",
    "load_delivered",
    "load_program",
]
