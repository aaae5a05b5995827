"""Where keys and values stand: the spellings that TOML allows, and texts that are no TOML at all."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimctl.program.positions import Positions, positions

# What TOML is made of, so that random texts come near it.
PIECES = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    '"',
    '"""',
    "'",
    "'''",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\\",
]
PIECES += [
    "\ufeff",
    "\x00",
    "a",
    "phase",
    "1",
    "1e9",
    "inf",
    "2020-01-01",
    "é",
    "日本",
    "\ud800",
    "\U0001f600",
    "\u0301",
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))

KEYS = st.sampled_from(["a", "b c", "é", "1", "x.y", ""])
values = st.recursive(
    st.sampled_from(["1", "-2.5", '"é"', "true", "'''\nx'''", "2020-01-01"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[\n\t{' , '.join(items)} ]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda of: "{ " + ", ".join(f'"{key}" = {value}' for key, value in of.items()) + " }"
        ),
    ),
    max_leaves=6,
)


def at(text: str, *place: str | int) -> tuple[int, int, int]:
    span = positions(text).value(place)
    return span.line, span.column, span.length


def key_at(text: str, *place: str | int) -> tuple[int, int, int]:
    span = positions(text).key(place)
    return span.line, span.column, span.length


@pytest.mark.parametrize(
    ("text", "place", "span"),
    [
        ("a = 12", ("a",), (1, 5, 2)),
        ('a = "x y" # more', ("a",), (1, 5, 5)),
        ("\n\na = [1, 22]", ("a", 1), (3, 9, 2)),
        ("a = [\n  1,\n  22,\n]", ("a", 1), (3, 3, 2)),
        ("a = { b = 1, c = [2, 3] }", ("a", "c", 1), (1, 22, 1)),
        ("a.b.c = 5", ("a", "b", "c"), (1, 9, 1)),
        ("a . b = 5", ("a", "b"), (1, 9, 1)),
        ('"a b"."c\\u00e9" = 5', ("a b", "cé"), (1, 19, 1)),
        ("'a.b' = 5", ("a.b",), (1, 9, 1)),
        ("[t]\nx = 1\n[t.u]\ny = 2", ("t", "u", "y"), (4, 5, 1)),
        ("[[p]]\nx = 1\n[[p]]\nx = 2", ("p", 1, "x"), (4, 5, 1)),
        ("[[p]]\n[[p]]\n[p.r]\ns = 1", ("p", 1, "r", "s"), (4, 5, 1)),
        ("[[p]]\n[[p.q]]\n[[p.q]]\nx = 1", ("p", 0, "q", 1, "x"), (4, 5, 1)),
        ("a = 1\r\nb = 22\r\n", ("b",), (2, 5, 2)),
        ("\ufeffa = 1", ("a",), (1, 5, 1)),
        ("a\t=\t7", ("a",), (1, 5, 1)),
        ('a = { "ü" = "日本", b = 4 }', ("a", "b"), (1, 23, 1)),
        ('a = """\nx\n"""', ("a",), (1, 5, 9)),
    ],
)
def test_a_value_is_found_where_it_stands(text, place, span):
    assert at(text, *place) == span


@pytest.mark.parametrize(
    ("text", "place", "span"),
    [
        ("  minuets = 5", ("minuets",), (1, 3, 7)),
        ("[[phase]]\nramp = { second = 5 }", ("phase", 0, "ramp", "second"), (2, 10, 6)),
        ("[phase.ramp]", ("phase", "ramp"), (1, 8, 4)),
        ("ramp.shape = 1", ("ramp",), (1, 1, 4)),
    ],
)
def test_a_key_is_found_where_it_stands(text, place, span):
    assert key_at(text, *place) == span


@pytest.mark.parametrize(
    ("text", "place", "span"),
    [
        ("x = 1\n[[phase]]\nname = 1", ("phase", 0, "depth"), (2, 1, 9)),
        ("[[phase]]\n[ phase.ramp ] # slow", ("phase", 0, "ramp", "shape"), (2, 1, 14)),
        ("[[phase]]\nramp = { }", ("phase", 0, "ramp", "shape"), (2, 8, 3)),
        ("[[phase]]\nramp.shape = 1", ("phase", 0, "ramp", "seconds"), (2, 1, 4)),
        ("x = 1", ("title",), (1, 1, 1)),
        ("", ("title",), (1, 1, 1)),
    ],
)
def test_what_is_missing_is_looked_for_in_its_table(text, place, span):
    assert at(text, *place) == span


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = 1\nb = 2\na = 3", ("a",), 3),
        ("[t]\nx = 1\n[t]\n", ("t",), 3),
        ("a = { b = 1, b = 2 }", ("a", "b"), 1),
    ],
)
def test_what_is_written_twice_is_found_the_second_time(text, place, line):
    assert [(where, span.line) for where, span in positions(text).repeated] == [(place, line)]


@given(texts)
@settings(derandomize=True, max_examples=1_000, deadline=None)
def test_any_text_has_an_answer(text):
    assert isinstance(positions(text), Positions)


ENDLESS = {
    "unclosed arrays": "[" * 60_000,
    "arrays": "a = " + "[" * 3_000 + "]" * 3_000,
    "tables": "a = " + "{ a = " * 3_000 + "1" + " }" * 3_000,
    "dots": "a." * 30_000 + "b = 1",
    "values": "a = [" + "1," * 40_000,
    "quotes": '"' * 9_999,
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_text_without_end_has_an_answer(text):
    assert isinstance(positions(text), Positions)


@given(st.dictionaries(KEYS, values, max_size=4), st.sampled_from(["\n", "\r\n"]))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_every_value_that_tomllib_reads_stands_where_it_is_said_to(pairs, end):
    text = "".join(f'"{key}" = {value}\n' for key, value in pairs.items()).replace("\n", end)
    plain = text.replace("\r\n", "\n")
    stands = positions(text)
    for place, value in leaves(tomllib.loads(text), ()):
        span = stands.values[place]
        begin = sum(len(line) + 1 for line in plain.split("\n")[: span.line - 1]) + span.column - 1
        assert tomllib.loads(f"x = {plain[begin : begin + span.length]}") == {"x": value}


def leaves(value, place):
    yield from [(place, value)] if place else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, below in inside:
        yield from leaves(below, (*place, part))
