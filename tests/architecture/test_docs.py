"""The pages against the code: functions that they name exist, states are those of the tables in code.

`python tests/architecture/test_docs.py` prints what docs/states.md is to show.
"""

import ast
import re

from source import ROOT

from firmware_protocol.stimlink import state as link
from stimctl.engine import session_state as session

DOCS = ROOT / "docs"
NAMED = re.compile(r"`([\w/]+\.py):([\w.]+)`")


def defined(path: str) -> set[str]:
    """Functions and classes of a file, methods as `Class.method`."""
    names: set[str] = set()

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    visit(node.body, f"{prefix}{node.name}.")

    file = ROOT / path
    if file.is_file():
        visit(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return names


def drawn(ways: list[tuple[str, str, str]]) -> str:
    """A state diagram in Mermaid: (from, what comes, to), several causes of one way on one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for before, cause, after in ways:
        arrows.setdefault((before, after), []).append(cause)
    lines = [f"    {one(before)} --> {one(after)}: {', '.join(causes)}" for (before, after), causes in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def one(name: str) -> str:
    """A state's name as one word."""
    return name.replace(" ", "_")


def grid(corner: str, rows: dict[str, dict[str, str]]) -> str:
    """A state a row, what comes a column; a cell says where it leads, or nothing where the table has no entry."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [f"| {corner} | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
    lines += [
        f"| **{state}** | {' | '.join(row.get(column, '') for column in columns)} |" for state, row in rows.items()
    ]
    return "\n".join(lines)


def pictures() -> list[str]:
    """What docs/states.md shows, in its order."""
    everywhere = (session.Cause.STOP, session.Cause.FAULT)
    moves = [(a, cause, b) for a, row in session.MOVES.items() for cause, b in row.items()]
    session_rows = {a.value: {cause.value: b.value for cause, b in row.items()} for a, row in session.MOVES.items()}
    link_ways = [(a.value, kind.__name__, b.value) for a, row in link.MOVES.items() for kind, b in row.items()]
    may_not = {
        state.value: {"may not be sent": ", ".join(sorted(kind.__name__ for kind in kinds)) or "nothing is forbidden"}
        for state, kinds in link.FORBIDDEN.items()
    }
    return [
        drawn([(a.value, cause.value, b.value) for a, cause, b in moves if cause not in everywhere and a is not b]),
        grid("in", session_rows),
        drawn(link_ways),
        grid("in", may_not),
    ]


def test_every_function_that_one_segment_names_exists():
    named = NAMED.findall((DOCS / "one-segment.md").read_text(encoding="utf-8"))
    assert len(named) > 30
    assert [f"{path}:{name}" for path, name in named if name not in defined(path)] == []


def test_the_states_on_the_page_are_those_of_the_code():
    page = (DOCS / "states.md").read_text(encoding="utf-8")
    assert [picture for picture in pictures() if picture not in page] == []


def test_every_decision_says_context_decision_and_consequences():
    for file in (DOCS / "decisions").glob("*.md"):
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {file.name[:4]} "), file.name
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), file.name


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


if __name__ == "__main__":
    print("\n\n".join(pictures()))
