"""What is wrong at one place of a program file, whoever found it: the schema, a mix-up of units, a rule of safety."""

from dataclasses import dataclass

__all__ = ["Finding", "Place"]

Place = tuple[str | int, ...]
"""Keys and indexes from 0, from the top of the document: `("phase", 1, "intensity_pct", 0)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `found` has its verb (`found 180`, `missing`); what is empty is not said.

    `rule` names the rule of safety that says so. `at_key` lets the caret stand under the key, not under the value.
    """

    place: Place
    found: str
    allowed: str = ""
    advice: str = ""
    rule: str = ""
    at_key: bool = False
