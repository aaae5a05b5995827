"""Where each key and each value of a TOML text stands, found by tree-sitter. Imported only when something is wrong.

Rule 1: lines and columns count from 1, columns in characters; a byte order mark is none.
Rule 2: never raises, whatever the text is: what cannot be found has no position of its own, and its table's is given.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from stimctl.program.finding import Place

__all__ = ["Positions", "Span", "as_parsed", "positions"]

# The deepest place of a program has seven parts; what is deeper is no program, and recursion has to end.
_DEEPEST = 30
_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_NO_VALUES = frozenset({"comment", "ERROR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where something begins, and of how many characters it is; those of further lines count, with their line ends."""

    line: int
    column: int
    length: int


_TOP = Span(line=1, column=1, length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """What stands where. `values` of tables are their headers; `repeated` is what was written again, in file order."""

    values: Mapping[Place, Span]
    keys: Mapping[Place, Span]
    repeated: tuple[tuple[Place, Span], ...]

    def value(self, place: Place) -> Span:
        """Where this value stands, or else the header of the table that it is missing from, or else the top."""
        for length in range(len(place), 0, -1):
            span = self.values.get(place[:length]) or self.keys.get(place[:length])
            if span:
                return span
        return _TOP

    def key(self, place: Place) -> Span:
        """Where the key of this value stands; without one, as `value`."""
        return self.keys.get(place) or self.value(place)


def as_parsed(text: str) -> str:
    """`text` as a TOML parser reads it: without a byte order mark, lines ended by a line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def positions(text: str) -> Positions:
    """Where everything stands in `text`, as far as it can be read."""
    # half a surrogate pair becomes one question mark, and no column moves
    source = as_parsed(text).encode("utf-8", "replace")
    reading = _Reading(source)
    reading.read(Parser(Language(tree_sitter_toml.language())).parse(source).root_node)
    return Positions(values=reading.values, keys=reading.keys, repeated=tuple(reading.repeated))


class _Reading:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines = source.split(b"\n")
        self._headers: set[Place] = set()
        # how many tables each [[array]] has so far
        self._elements: dict[Place, int] = {}
        self.values: dict[Place, Span] = {}
        self.keys: dict[Place, Span] = {}
        self.repeated: list[tuple[Place, Span]] = []

    def read(self, root: Node) -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)

    def _table(self, node: Node) -> None:
        parts = next((self._parts(child) for child in node.named_children if child.type in _KEYS), [])
        closed = next((child for child in node.children if child.type in ("]", "]]")), node)
        header = self._span(node, closed.end_byte)
        is_element = node.type == "table_array_element"
        place: Place = ()
        for count, (name, key) in enumerate(parts, start=1):
            place = (*place, name)
            self.keys.setdefault(place, key)
            if is_element and count == len(parts):
                self.values.setdefault(place, header)
                index = self._elements.get(place, 0)
                self._elements[place] = index + 1
                place = (*place, index)
            elif place in self._elements:
                place = (*place, self._elements[place] - 1)
        # [x] after [[x]] is a mistake of another kind
        if place in self._headers and not isinstance(place[-1], int):
            self.repeated.append((place, header))
        self._headers.add(place)
        self.values.setdefault(place, header)
        for child in node.named_children:
            if child.type == "pair":
                self._pair(child, place)

    def _pair(self, node: Node, table: Place) -> None:
        of = [child for child in node.named_children if child.type not in _NO_VALUES]
        if len(of) != 2 or of[0].type not in _KEYS:
            return
        place = table
        for name, key in self._parts(of[0]):
            place = (*place, name)
            written_before = place in self.values
            self.keys.setdefault(place, key)
        if written_before:
            self.repeated.append((place, key))
            return
        self._value(of[1], place)

    def _value(self, node: Node, place: Place) -> None:
        self.values.setdefault(place, self._span(node, node.end_byte))
        if len(place) >= _DEEPEST:
            return
        inside = [child for child in node.named_children if child.type not in _NO_VALUES]
        if node.type == "array":
            for index, child in enumerate(inside):
                self._value(child, (*place, index))
        elif node.type == "inline_table":
            for child in inside:
                self._pair(child, place)

    def _parts(self, key: Node) -> list[tuple[str, Span]]:
        """The names of a key with dots between them, at least one; of very many only the last."""
        parts = [(self._name(node), self._span(node, node.end_byte)) for node in _undotted(key)]
        return parts[::-1]

    def _name(self, key: Node) -> str:
        text = self._source[key.start_byte : key.end_byte].decode("utf-8", "replace")
        if key.type != "quoted_key":
            return text
        try:
            return next(iter(tomllib.loads(f"{text} = 0")))
        except ValueError:
            return text

    def _span(self, node: Node, end_byte: int) -> Span:
        row, before = node.start_point
        line = self._lines[row] if row < len(self._lines) else b""
        return Span(
            line=row + 1,
            column=len(line[:before].decode("utf-8", "replace")) + 1,
            length=len(self._source[node.start_byte : end_byte].decode("utf-8", "replace")),
        )


def _undotted(key: Node) -> Iterator[Node]:
    """The parts of a key from the last to the first: the grammar nests them to the left."""
    for _ in range(_DEEPEST):
        if key.type != "dotted_key":
            break
        children = key.named_children
        yield children[-1]
        key = children[0]
    if key.type != "dotted_key":
        yield key
