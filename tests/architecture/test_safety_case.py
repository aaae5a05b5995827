"""docs/safety-case.md against the tree: tests that it names exist, barriers have one, figures are those of the code."""

import ast
import re
from functools import cache

import pytest
from source import ROOT

from stimctl.model.limits import CLINICAL, CONSUMER

PAGE = (ROOT / "docs" / "safety-case.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NONE = "no test yet"

# How a figure of the page becomes the integer of the code.
BASE_UNITS = {
    "mA": 1_000,
    "µs": 1,
    "µC": 1_000,
    "mA/cm²": 1_000,
    "W/cm²": 1_000_000,
    "cm²": 100,
    "mA/s": 1_000,
    "min": 60_000,
    "ms": 1,
    "%": 10,
}


def section(title: str) -> str:
    """What stands under a heading."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


HAZARDS = rows("Hazards")
LISTED = re.findall(r"^- (H\d+[a-z]):", section("No test yet"), re.MULTILINE)


@cache
def names_of_tests(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", HAZARDS, ids=[row[0] for row in HAZARDS])
def test_a_barrier_names_tests_that_exist_or_says_that_it_has_none(row):
    identity, _, barrier, cell = row
    assert barrier
    named = NAMED.findall(cell)
    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []
    assert bool(named) is (identity not in LISTED), identity
    assert (cell == NONE) is (identity in LISTED), identity
    assert NAMED.sub("", cell).strip() in ("", NONE), "something is no test's name"


def test_the_list_of_what_has_no_test_names_barriers_of_the_table():
    assert [identity for identity in LISTED if identity not in [row[0] for row in HAZARDS]] == []


def test_every_hazard_has_two_barriers_or_says_that_it_has_one():
    letters: dict[str, list[str]] = {}
    said: dict[str, str] = {}
    for identity, hazard, _, _ in HAZARDS:
        letters.setdefault(identity[:-1], []).append(identity[-1])
        if hazard:
            said[identity[:-1]] = hazard
    assert list(letters) == [f"H{number}" for number in range(1, len(letters) + 1)] == list(said)
    assert [one for one, of in letters.items() if of != list("abcdefgh"[: len(of)])] == []
    assert [one for one, of in letters.items() if (len(of) == 1) is not ("(one barrier" in said[one])] == []


def test_the_matrix_has_every_hazard_with_the_number_of_its_barriers():
    count = {identity[:-1]: 0 for identity, *_ in HAZARDS}
    for identity, *_ in HAZARDS:
        count[identity[:-1]] += 1
    assert {row[0].split()[0]: row[1] for row in rows("Families")} == {one: str(many) for one, many in count.items()}


def test_the_envelope_is_that_of_the_code():
    said = {row[3].strip("`"): row for row in rows("Envelope")}
    assert set(said) == set(CONSUMER.__dataclass_fields__)
    for name, row in said.items():
        allowed = (getattr(CONSUMER, name), getattr(CLINICAL, name))
        assert (in_code(name, row[1]), in_code(name, row[2])) == allowed, name


def in_code(name: str, figure: str) -> int:
    number, unit = figure.split()
    if unit == "Hz":
        # a period in whole µs, cut off
        return int(1_000_000 / float(number))
    if name == "returns_per_s":
        return round(1 / float(number))
    if unit == "s":
        return round(float(number) * 1_000)
    return round(float(number) * BASE_UNITS[unit])
