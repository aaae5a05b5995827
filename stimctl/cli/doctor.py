"""`stimctl doctor`: whether this computer is fit for sessions, and what to do where it is not.

Plain letters only, so that it can be read in the very terminal that it finds fault with.
"""

import sys
from collections import Counter
from textwrap import wrap

import click

from stimctl import __version__
from stimctl.doctor.examination import examination, packages
from stimctl.doctor.finding import Finding, Status, verdict
from stimctl.errors import ExitCode
from stimctl.history.lines import shown
from stimctl.model.as_json import json_line, plain

__all__ = ["doctor", "finding_lines"]

_WIDTH = 80
_MARKS = {Status.OK: "ok", Status.NOT_APPLICABLE: "-", Status.WARN: "warn", Status.PROBLEM: "PROBLEM"}
_NAME, _MARK = 14, 8
_INDENT = " " * (_NAME + _MARK)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def doctor(as_json: bool) -> None:
    """Look at this computer: ports, who else takes them, terminal, disk, clocks, and a session on the simulator.

    Nothing is changed, and no port is opened. Where something stands in the way it says what to do; a line that
    begins with $ is to be typed.

    Exit code 0: all well, or warnings only. 1: something is a problem.
    """
    findings = []
    for finding in examination():
        findings.append(finding)
        if not as_json:
            sys.stdout.write("".join(f"{line}\n" for line in finding_lines(finding)))
            sys.stdout.flush()
    worst = verdict(findings)
    if as_json:
        versions = {"stimctl": __version__, "python": ".".join(map(str, sys.version_info[:3])), **packages()}
        said = {"verdict": worst.value, "platform": sys.platform, "versions": versions, "checks": plain(findings)}
        sys.stdout.write(json_line({"version": 1, **said}) + "\n")
    else:
        sys.stdout.write(f"\n{_summary(findings)}\n")
    sys.exit(int(ExitCode.FAULT if worst is Status.PROBLEM else ExitCode.DONE))


def finding_lines(finding: Finding) -> list[str]:
    """A finding in plain letters, at most 80 columns but for what is to be typed, which is never broken."""
    head = f"{_MARKS[finding.status]:<{_MARK}}{finding.name:<{_NAME}}"
    lines = _wrapped(finding.found, head, _INDENT)
    if finding.advice:
        lines += _wrapped(finding.advice, f"{_INDENT}> ", f"{_INDENT}  ")
    return lines + [f"{_INDENT}  $ {_plain_letters(command)}" for command in finding.commands]


def _summary(findings: list[Finding]) -> str:
    count = Counter(finding.status for finding in findings)
    problems, warnings = count[Status.PROBLEM], count[Status.WARN]
    if problems:
        return f"{_counted(problems, 'problem')} to be put right, {_counted(warnings, 'warning')}"
    if warnings:
        return f"no problem, {_counted(warnings, 'warning')}"
    return "all well"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return wrap(
        _plain_letters(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain_letters(text: str) -> str:
    return shown(text).encode("ascii", "replace").decode("ascii")
