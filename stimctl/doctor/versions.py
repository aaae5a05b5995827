"""Python, stimctl, and what it is built on: which versions are here, and which were asked for."""

import re
from collections.abc import Mapping, Sequence
from importlib import metadata

from stimctl import __version__
from stimctl.doctor.finding import Finding, fine, problem, warning

__all__ = ["dependencies", "installed", "platform", "python", "required"]

# requires-python in pyproject.toml.
_OLDEST = (3, 11)
_PLATFORMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
_TERM = re.compile(r"(>=|<=|==|~=|!=|<|>)\s*([0-9][0-9.]*)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INSTALL = ("make venv",)


def python(version: Sequence[int]) -> Finding:
    """The interpreter."""
    said = ".".join(map(str, version[:3]))
    if tuple(version[:2]) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        return problem("python", f"Python {said}, needed is {oldest} or newer", "Install a newer one, then", _INSTALL)
    return fine("python", f"Python {said}, stimctl {__version__}")


def platform(name: str) -> Finding:
    """The system, as sys.platform has it."""
    said = _PLATFORMS.get(name, name)
    if name == "linux":
        return fine("platform", said)
    if name == "win32":
        return warning(
            "platform",
            f"{said}, on which no unit can be driven yet",
            "Checking and simulating programs is meant to work; for a unit take Linux.",
        )
    return warning(
        "platform", f"{said}, on which nobody has tested it", "Try it on the simulator first; for a unit take Linux."
    )


def required() -> list[str]:
    """What stimctl asks for, as its own metadata has it: `click>=8.2`. Empty where it is not installed."""
    try:
        asked = metadata.requires("stimctl") or []
    except metadata.PackageNotFoundError:
        return []
    # what comes with a condition is an extra, or for another platform
    return [one for one in asked if ";" not in one]


def installed(asked: Sequence[str]) -> dict[str, str | None]:
    """The version of each; None for one that is not there."""
    return {_name(one): _version(_name(one)) for one in asked}


def dependencies(asked: Sequence[str], found: Mapping[str, str | None]) -> Finding:
    """What was asked for against what is there."""
    if not asked:
        return problem("dependencies", "stimctl is not installed here, only lies here", "Install it:", _INSTALL)
    missing = [_name(one) for one in asked if found.get(_name(one)) is None]
    if missing:
        return problem("dependencies", f"not installed: {', '.join(missing)}", "Install what it needs:", _INSTALL)
    unfit = [f"{_name(one)} {found[_name(one)]} (asked for: {one})" for one in asked if not _fits(one, found)]
    if unfit:
        return warning("dependencies", "; ".join(unfit), "Nobody has tested these together. Install afresh:", _INSTALL)
    return fine("dependencies", ", ".join(f"{name} {version}" for name, version in sorted(found.items())))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _name(asked: str) -> str:
    found = _NAME.match(asked)
    return found[0] if found else asked


def _fits(asked: str, found: Mapping[str, str | None]) -> bool:
    have = _numbers(found[_name(asked)] or "")
    return all(_holds(have, sign, _numbers(bound)) for sign, bound in _TERM.findall(asked))


def _holds(have: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    match sign:
        case ">=" | "~=":
            return have >= bound
        case "<":
            return have < bound
        case "<=":
            return have <= bound
        case ">":
            return have > bound
        case "==":
            return have == bound
    return have != bound


def _numbers(version: str) -> tuple[int, ...]:
    """8.2 and 8.2.0 are the same, and 8.2.0rc1 is taken for it."""
    numbers = [int(part) for part in re.findall(r"^\d+|(?<=\.)\d+", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
