"""Who may import whom. Imports inside functions count: an arrow is an arrow, however late it is drawn."""

import subprocess
import sys

import pytest
from source import MODULES, ROOT, modules_in, within

# From the top down; a room may import itself and what stands on a line below its own.
LINES = (
    {"__main__"},
    {"tui", "cli", "api"},
    {"doctor", "report"},
    {"care", "history"},
    {"engine"},
    {"links", "drivers", "program"},
    {"safety"},
    {"model", "new_file"},
    {"clock", "units", "errors", "places"},
)
HEIGHT = {room: -line for line, rooms in enumerate(LINES) for room in rooms}
# `stimctl` itself holds the version, which everyone may know.
HEIGHT[""] = -len(LINES)

# The one file of stimctl that knows of simulated units.
SEAM = "stimctl/links/sim.py"
# Wire languages are the drivers' business.
SPEAKERS = "stimctl/drivers/"
# Commands, and the screen, are loaded by name when they are asked for; the doctor loads nothing and reads versions.
BY_NAME = {"stimctl/cli/main.py", "stimctl/cli/demo.py", "stimctl/doctor/versions.py"}

PURE = [module for module in MODULES if module.path.startswith("firmware_protocol/")]
SIMULATOR = [module for module in MODULES if module.path.startswith("simulator/")]
STIMCTL = [module for module in MODULES if module.path.startswith("stimctl/")]


def importers(modules, *packages):
    """`file:line imports name` for every import of these packages."""
    return [
        f"{module.path}:{one.line} imports {one.name}"
        for module in modules
        for one in module.imports
        if within(one.name, set(packages))
    ]


def test_every_room_has_its_line():
    assert {module.room for module in STIMCTL} <= set(HEIGHT)


def test_rooms_import_only_downwards():
    wrong = []
    for module in STIMCTL:
        for one in module.imports:
            package, _, rest = one.name.partition(".")
            if package != "stimctl":
                continue
            # `from stimctl import __version__` asks for the package, not for a room
            room = rest.split(".")[0] if rest.split(".")[0] in HEIGHT else ""
            if room != module.room and HEIGHT[room] >= HEIGHT[module.room]:
                wrong.append(f"{module.path}:{one.line} imports {one.name}")
    assert wrong == []


def test_firmware_protocol_imports_neither_of_the_others():
    assert importers(PURE, "simulator", "stimctl") == []


def test_the_simulator_does_not_import_stimctl():
    assert importers(SIMULATOR, "stimctl") == []


def test_one_file_of_stimctl_imports_the_simulator():
    assert {line.split(":")[0] for line in importers(STIMCTL, "simulator")} == {SEAM}


def test_only_drivers_speak_wire_languages():
    assert [line for line in importers(STIMCTL, "firmware_protocol") if not line.startswith(SPEAKERS)] == []


def test_the_audit_reads_bytes_on_its_own():
    audit = [module for module in modules_in("stimctl/safety") if "/audit" in module.path]
    assert audit
    assert importers(audit, "firmware_protocol", "stimctl.drivers") == []


def test_imports_name_the_whole_path():
    assert [f"{m.path}:{i.line}" for m in MODULES for i in m.imports if i.name.startswith(".")] == []


def test_modules_are_imported_by_name_only_where_that_is_said():
    asking = {m.path for m in MODULES for name in m.uses if within(name, {"importlib", "__import__"})}
    assert asking == BY_NAME


# -- the same, as the interpreter sees it


def loaded_by(code):
    """The top-level packages in a fresh interpreter after `code`."""
    tell = "; import sys; sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run(
        [sys.executable, "-c", code + tell], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(ran.stderr.split())


@pytest.mark.parametrize(
    "code",
    ["import stimctl.engine.__main__", "import stimctl.engine.core, stimctl.program.compile, stimctl.program.envelope"],
)
def test_the_engine_loads_no_front_end_no_schema_and_no_simulator(code):
    assert loaded_by(code).isdisjoint({"textual", "pydantic", "click", "simulator"})


def test_help_loads_nothing_heavy():
    ask = "import stimctl.cli.main as cli; cli.stimctl(['--help'], standalone_mode=False)"
    assert loaded_by(ask).isdisjoint(
        {"pydantic", "textual", "tree_sitter", "sqlalchemy", "numpy", "serial", "simulator"}
    )
