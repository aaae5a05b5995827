"""docs/faults.md against the code: every kind, its keys in their order, and the example."""

import re

from source import ROOT

from simulator.fault_file import KINDS, parse_fault_plan
from simulator.faults import Corrupt, Unplug

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")


def test_the_table_has_every_kind_with_its_keys():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", PAGE, re.MULTILINE)
    assert {kind: tuple(re.findall(r"`(\w+)`", keys)) for kind, keys in rows} == {
        kind: of.keys for kind, of in KINDS.items()
    }


def test_the_example_is_a_plan():
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert [type(fault) for fault in parse_fault_plan(example, "example").faults] == [Corrupt, Unplug]
