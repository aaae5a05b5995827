"""docs/tui.md against the screens: every key that has a binding stands in its table, and nothing else does.

`python tests/architecture/test_docs_tui.py` prints place, keys and name of every binding, as the table is to have them.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest
from source import ROOT
from textual.app import App
from textual.binding import Binding

from stimctl.tui.app import known_keys
from stimctl.tui.keymap import keymap_path, load_keymap
from stimctl.tui.stop_gate import STOP_KEYS

PAGE = (ROOT / "docs" / "tui.md").read_text(encoding="utf-8")
TUI = ROOT / "stimctl" / "tui"

# What the page calls the place of a class that has keys of its own.
PLACES = {
    "StimApp": "everywhere",
    "PrepareScreen": "before a session",
    "ChannelScreen": "a session, calibration",
    "RunScreen": "a session",
    "CalibrateScreen": "calibration",
    "_Programs": "list of programs",
    "ProgramList": "list of programs",
    "ProgramsScreen": "Programs",
    "EditorScreen": "editor",
    "DeviceScreen": "Device",
    "HistoryScreen": "History",
    "LogModal": "the log",
    "HelpModal": "help",
    "UnitPicker": "a question",
    "ProgramPicker": "a question",
    "RangePicker": "a question",
    "Checks": "a question",
    "NameAsked": "a question",
    "UnsavedAsked": "a question",
    "Form": "a question",
    "PeopleScreen": "People",
    "_Everybody": "People",
    "ScreeningModal": "the questions",
    "PlanModal": "the plan of a course",
    "VerdictModal": "what stands in the way",
}
WORDS = {"escape": "Esc", "question_mark": "?", "slash": "/", "underscore": "_"}

Row = tuple[str, str, frozenset[str]]


def key_of(name: str) -> str:
    """How the page writes a key: Shift+Down, F1, a."""
    parts = [WORDS.get(part, part) for part in name.split("+")]
    return name if len(name) == 1 else "+".join(part[0].upper() + part[1:] for part in parts)


def modules() -> list[str]:
    """Every module of the room."""
    paths = [path.relative_to(TUI).with_suffix("") for path in sorted(TUI.rglob("*.py")) if path.stem != "__init__"]
    return [".".join(("stimctl", "tui", *path.parts)) for path in paths]


def bindings() -> dict[type, list[Binding]]:
    """The bindings of each class that has some of its own."""
    found: dict[type, list[Binding]] = {}
    for name in modules():
        for cls in vars(import_module(name)).values():
            if isinstance(cls, type) and cls.__module__ == name and "BINDINGS" in vars(cls):
                found[cls] = list(Binding.make_bindings(vars(cls)["BINDINGS"]))
    return found


def rows_of_the_code() -> set[Row]:
    """Place, name and keys; bindings without a name are one row a place."""
    keys: dict[tuple[str, str], set[str]] = {}
    for cls, own in bindings().items():
        for one in own:
            keys.setdefault((PLACES[cls.__name__], one.id or ""), set()).add(key_of(one.key))
    keys["everywhere", ""] = {key_of(App.COMMAND_PALETTE_BINDING)}
    return {(place, name, frozenset(of)) for (place, name), of in keys.items()}


def rows_of_the_page() -> list[Row]:
    section = PAGE.split("\n## Keys\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [(place, name.strip("`"), frozenset(re.findall(r"`([^`]+)`", keys))) for place, keys, _, name in cells]


def test_every_class_with_keys_has_a_place_on_the_page() -> None:
    assert [cls.__name__ for cls in bindings() if cls.__name__ not in PLACES] == []


def test_the_table_of_keys_is_that_of_the_screens() -> None:
    said, made = rows_of_the_page(), rows_of_the_code()
    assert len(said) == len(set(said))
    assert sorted(set(said) - made, key=str) == []
    assert sorted(made - set(said), key=str) == []


def test_the_page_names_every_stop_key() -> None:
    section = PAGE.split("\n## STOP\n")[1].split("\n## ")[0]
    words = {"space": "Space", "escape": "Esc"}
    assert [key for key in STOP_KEYS if f"**{words.get(key) or key_of(key)}" not in section] == []


def test_of_the_stop_keys_only_esc_and_ctrl_z_mean_something_else_at_zero() -> None:
    stops = {key_of(key) for key in STOP_KEYS}
    assert {key for _, _, keys in rows_of_the_code() for key in keys & stops} <= {"Esc", "Ctrl+Z"}


def test_what_the_page_gives_as_a_keymap_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = PAGE.split("\n## Other keys\n")[1].split("\n## ")[0]
    text = "\n".join(line[4:] for line in block.splitlines() if line.startswith("    "))
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    keymap_path().parent.mkdir()
    keymap_path().write_text(text, encoding="utf-8")
    assert load_keymap(known_keys())


if __name__ == "__main__":
    for place, name, keys in sorted(rows_of_the_code()):
        print(f"| {place} | {' '.join(f'`{key}`' for key in sorted(keys))} | | {name and f'`{name}`'} |")
