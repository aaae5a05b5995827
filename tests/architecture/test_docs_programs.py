"""docs/programs.md against the code: its examples are right or wrong as it says; keys, rules and output are real.

`python tests/architecture/test_docs_programs.py` prints what its commands say today.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from source import ROOT

from stimctl.cli.main import stimctl
from stimctl.errors import StimctlError
from stimctl.model.limits import CLINICAL, CONSUMER
from stimctl.program import loader
from stimctl.program.json_schema import program_schema
from stimctl.program.lint import RULES

PAGE = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*?) \| .* \|$", re.MULTILINE)
WHOLE, *PARTS = [body for language, body in BLOCKS if language == "toml"]
# What single lines are tried in: `at the top` above its phases, `of a phase` in its second one.
TRIED_IN = """
format = 1
title = "Mine"
class = "twitch"
profiles = ["consumer", "clinical"]
channels = [1, 2]
""", """
[[phase]]
name = "warm-up"
depth = "surface"
minutes = 3
intensity_pct = [20, 40]
rate_hz = 80
phase_duration_us = 100
[[phase]]
""", """
name = "work"
depth = "deep"
minutes = 5
intensity_pct = [40, 55]
rate_hz = 80
phase_duration_us = 100
envelope = { kind = "train", up_s = 1, hold_s = 3, down_s = 1, off_s = 1 }
""", """
[[phase]]
name = "cool-down"
depth = "cool-down"
minutes = 3
intensity_pct = [40, 15]
rate_hz = 80
phase_duration_us = 100
"""  # fmt: skip


def with_line(keys: str, line: str) -> str:
    """`keys` with this line in place of the one that gives the same key."""
    key = line.split("=")[0]
    return "".join(f"{own}\n" for own in keys.splitlines() if own.split("=")[0] != key) + line + "\n"


def tried() -> list[tuple[str, str, str]]:
    """Every example but the whole one: what it is, a file that holds it, and the words that refuse it, if any."""
    top, before, phase, after = TRIED_IN
    found = []
    for part in PARTS:
        first, *lines = part.splitlines()
        if first.startswith("["):
            found.append((first, top + before + phase + part + after, ""))
            continue
        assert first in ("# at the top", "# of a phase"), first
        for line in lines:
            example, _, said = line.partition("# refused: ")
            if first == "# at the top":
                found.append((line, with_line(top, example) + before + phase + after, said))
            else:
                found.append((line, top + before + with_line(phase, example) + after, said))
    return found


def answer_to(text: str, path: Path) -> str:
    """What is wrong with a program of this text; nothing where it is right."""
    path.write_text(text, encoding="utf-8")
    try:
        loader.check_file(path)
    except StimctlError as wrong:
        return str(wrong)
    return ""


@pytest.mark.parametrize(("text", "said"), [of[1:] for of in tried()], ids=[of[0].strip() for of in tried()])
def test_an_example_is_right_or_wrong_as_the_page_of_programs_says(tmp_path, text, said):
    answer = answer_to(text, tmp_path / "mine.toml")
    assert said in answer if said else answer == ""


def test_every_key_of_the_format_is_on_the_page_of_programs():
    schema = program_schema()
    tables = [schema, *schema["$defs"].values()]
    keys = {key for table in tables for key in table.get("properties", {})}
    words = {one for table in tables for of in table.get("properties", {}).values() for one in of.get("enum", [])}
    assert len(keys) > 30
    assert len(words) > 10
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b( = |`|\]|\.)", PAGE)] == []
    assert [word for word in sorted(words) if word not in PAGE] == []


def test_the_page_of_programs_has_every_rule_of_the_linter_with_its_figures():
    rows = {row[0]: row for row in ROW.findall(PAGE)}
    assert list(rows) == list(RULES)
    for column, limits in ((1, CONSUMER), (2, CLINICAL)):
        for rule, figure in (
            ("rate-within-profile", f"{1_000_000 // limits.shortest_period_us} Hz"),
            ("phase-duration-within-profile", f"{limits.shortest_phase_us} to {limits.phase_duration_us} µs"),
            ("contraction-is-let-go", f"{limits.fused_hold_ms // 1000} s"),
            ("train-edges-are-slow", f"{1 / limits.returns_per_s:g} s"),
        ):
            assert rows[rule][column].startswith(figure), (rule, limits)


def shown() -> list[tuple[str, str]]:
    """Every output on the page of a single `check` or `simulate`, and the program that it is about."""
    found, program = [], WHOLE
    for language, body in BLOCKS:
        if language == "diff":
            changes = body.splitlines()
            program = WHOLE
            for old, new in zip(changes[::2], changes[1::2], strict=True):
                assert (old[0], new[0]) == ("-", "+")
                assert f"\n{old[1:]}\n" in program
                program = program.replace(f"\n{old[1:]}\n", f"\n{new[1:]}\n", 1)
        elif body.startswith(("$ stimctl check", "$ stimctl simulate")) and body.count("$ ") == 1:
            found.append((program, body))
            program = WHOLE
    return found


def said_by(command: str, program: str, directory: Path) -> list[str]:
    """What `$ stimctl …` prints for this program, as my-waves.toml, in a terminal of 80 columns."""
    (directory / "my-waves.toml").write_text(program, encoding="utf-8")
    arguments = [str(directory / word) if word.endswith(".toml") else word for word in command.split()[2:]]
    result = CliRunner().invoke(stimctl, arguments, env={"COLUMNS": "80"})
    # `main` says what a StimctlError says; the runner is below it
    lines = [*result.output.splitlines(), *f"stimctl: {result.exception}".splitlines()]
    return [line.rstrip().replace(f"{directory}/", "") for line in lines]


@pytest.mark.parametrize(("program", "output"), shown(), ids=[output.splitlines()[0] for _, output in shown()])
def test_output_on_the_page_of_programs_is_that_of_the_command(tmp_path, program, output):
    command, *lines = output.splitlines()
    said = said_by(command, program, tmp_path)
    assert [line for line in lines if line != "…" and line not in said] == []


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        for program, output in shown():
            command = output.splitlines()[0]
            print(command, *said_by(command, program, Path(directory)), sep="\n")
