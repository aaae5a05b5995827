"""A program's text under another name: its title new, its id gone, everything else as it was."""

import re
import tomllib

from stimctl.program.positions import Span, as_parsed, positions

__all__ = ["SCHEMA_LINE", "copied", "is_name"]

SCHEMA_LINE = "#:schema ./program.schema.json"
"""The first line of a file, from which editors know its schema."""

# Long enough to say something, short enough for every file system and one line of a list.
_LONGEST_NAME = 60
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_name(text: str) -> bool:
    """Whether it can be a program's name: small letters, digits and hyphens between them, at most 60."""
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def copied(text: str, name: str) -> str | None:
    """`text` with the title that `name` stands for and without its id; None if that cannot be done without loss."""
    source = as_parsed(text)
    title = name.replace("-", " ").capitalize()
    stands = positions(source)
    lines = source.split("\n")
    # from the end, so that no position moves before it is used
    for key in sorted(("id", "title"), key=lambda key: -stands.value((key,)).line):
        if (key,) not in stands.values:
            continue
        value = stands.values[key,]
        row = value.line - 1
        if key == "title":
            lines[row] = _with(lines[row], value, f'"{title}"')
        elif _is_alone(lines[row], stands.keys[key,], value):
            del lines[row]
        else:
            lines[row] = lines[row][value.column - 1 + value.length :].lstrip()
    if not lines[0].startswith("#:schema"):
        lines.insert(0, SCHEMA_LINE)
    result = "\n".join(lines)
    return result if _says_the_same(source, result, title) else None


def _with(line: str, span: Span, new: str) -> str:
    begin = span.column - 1
    return line[:begin] + new + line[begin + span.length :]


def _is_alone(line: str, key: Span, value: Span) -> bool:
    """Whether key and value are all that stands on the line."""
    return not (line[: key.column - 1] + line[value.column - 1 + value.length :]).strip()


def _says_the_same(before: str, after: str, title: str) -> bool:
    """Whether `after` is `before` but for title and id: what was changed as text is read as TOML once more."""
    wanted = {**tomllib.loads(before), "title": title}
    wanted.pop("id", None)
    try:
        return tomllib.loads(after) == wanted
    except ValueError:
        return False
