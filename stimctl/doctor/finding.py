"""A finding: what was looked at, how it is, what was found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "Status", "fine", "not_applicable", "problem", "verdict", "warning"]


class Status(Enum):
    """How it is. A warning may stand in the way some day; a problem does now."""

    OK = "ok"
    NOT_APPLICABLE = "not applicable"
    WARN = "warn"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`commands` are to be typed or pasted as they are, one a line; `advice` says what for."""

    name: str
    status: Status
    found: str
    advice: str = ""
    commands: tuple[str, ...] = ()


def fine(name: str, found: str, advice: str = "", commands: Iterable[str] = ()) -> Finding:
    """As it should be; advice is for who wants more."""
    return Finding(name=name, status=Status.OK, found=found, advice=advice, commands=tuple(commands))


def warning(name: str, found: str, advice: str, commands: Iterable[str] = ()) -> Finding:
    """Something that may stand in the way."""
    return Finding(name=name, status=Status.WARN, found=found, advice=advice, commands=tuple(commands))


def problem(name: str, found: str, advice: str, commands: Iterable[str] = ()) -> Finding:
    """Something that stands in the way."""
    return Finding(name=name, status=Status.PROBLEM, found=found, advice=advice, commands=tuple(commands))


def not_applicable(name: str, why: str) -> Finding:
    """Nothing to look at here."""
    return Finding(name=name, status=Status.NOT_APPLICABLE, found=why)


def verdict(findings: Iterable[Finding]) -> Status:
    """The worst of them; OK where nothing is wrong."""
    statuses = {one.status for one in findings}
    return next((status for status in (Status.PROBLEM, Status.WARN) if status in statuses), Status.OK)
