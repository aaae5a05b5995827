"""Values as their owner wrote them: TOML, short, and nothing in it that a terminal would obey."""

from collections.abc import Mapping

__all__ = ["printable", "quoted"]

# What is longer is recognised by its beginning.
_LONGEST = 60
_MOST_PARTS = 20
_DEEPEST = 4
# Python refuses to print numbers of more than 4300 digits, and nobody reads the last of sixty.
_LONGEST_NUMBER_BITS = 200


def quoted(value: object) -> str:
    """`value` in TOML, at most 60 characters."""
    text = _in_toml(value, 0)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def printable(text: str) -> str:
    """`text` with a question mark for each character that would not be seen. Tabs stay."""
    return "".join(one if one.isprintable() or one == "\t" else "?" for one in text)


def _in_toml(value: object, depth: int) -> str:
    if depth > _DEEPEST:
        return "…"
    match value:
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > _LONGEST_NUMBER_BITS:
            return f"a whole number of about {value.bit_length() * 30_103 // 100_000 + 1} digits"
        case str():
            return f'"{_escaped(value[:_LONGEST])}"'
        case list():
            return f"[{', '.join(_in_toml(one, depth + 1) for one in value[:_MOST_PARTS])}]"
        case Mapping():
            pairs = [f"{printable(str(key))} = {_in_toml(one, depth + 1)}" for key, one in value.items()]
            return f"{{ {', '.join(pairs[:_MOST_PARTS])} }}" if pairs else "{}"
        case _:
            return str(value)


def _escaped(text: str) -> str:
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return "".join(short.get(one, one if one.isprintable() else f"\\u{ord(one):04x}") for one in text)
