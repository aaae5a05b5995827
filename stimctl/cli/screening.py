"""Asking a person the questions of the screening: those that have aged, as one list, and what the answers come to."""

import json
import sys
from pathlib import Path

import click

from stimctl.care.questions import PAIN, Question
from stimctl.care.questions import question as question_of
from stimctl.care.screening import NOTHING_IN_THE_WAY, Verdict
from stimctl.cli.talk import talk
from stimctl.errors import ConfigError

__all__ = ["answers_in", "ask", "say_verdict"]

_NONE = "none"
_NOT_A_DIAGNOSIS = "These questions are precautions, taken together. They diagnose nothing, and replace nobody."


def ask(questions: tuple[Question, ...]) -> dict[str, str]:
    """The answers of whoever sits at the terminal, by number. ConfigError where nobody does."""
    if not sys.stdin.isatty():
        raise ConfigError("nobody is at a terminal to be asked; give the answers with --answers FILE")
    talk(f"{_NOT_A_DIAGNOSIS}\n\n")
    listed = [one for one in questions if one.harmless == "no"]
    answers: dict[str, str] = {}
    if listed:
        for one in listed:
            talk(f"{one.number:>4}  {one.text}\n")
        for number in _numbers(listed):
            answers[number] = _which(number)
        answers |= {one.number: one.harmless for one in listed if one.number not in answers}
    for one in questions:
        if one.number not in answers:
            answers[one.number] = _one(one)
    return answers


def answers_in(path: Path) -> dict[str, str]:
    """Answers in a JSON file: an object of numbers and keys. ConfigError says all that is wrong with it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise ConfigError(f"{path}: {why.strerror}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}: not JSON; allowed is an object of question numbers and answers") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: allowed is an object of question numbers and answers")
    wrong = []
    for number, key in found.items():
        one = question_of(number)
        if one is None:
            wrong.append(f"there is no question {number!r}")
        elif not isinstance(key, str) or one.answer(key) is None:
            wrong.append(f"question {number}: {key!r}, allowed are {', '.join(one.keys)}")
    if wrong:
        raise ConfigError(f"{path}: {'; '.join(wrong)}")
    return found


def say_verdict(verdict: Verdict) -> None:
    """What stands in the way, or that nothing does."""
    for sentence in verdict.sentences or (NOTHING_IN_THE_WAY,):
        talk(f"{sentence}\n")


def _numbers(listed: list[Question]) -> list[str]:
    """Which of them are so."""
    known = {one.number for one in listed}
    while True:
        typed = click.prompt(f"Which of these are so? Their numbers, or {_NONE}", err=True).replace(",", " ").split()
        if typed == [_NONE]:
            return []
        unknown = [number for number in typed if number not in known]
        if typed and not unknown:
            return typed
        talk(f"{' '.join(unknown) or 'nothing'}: not in the list; type numbers of it, or {_NONE}\n")


def _which(number: str) -> str:
    """Which of several answers, where there are several besides no."""
    one = question_of(number)
    assert one is not None
    so = [answer for answer in one.answers if answer.key != one.harmless]
    if len(so) == 1:
        return so[0].key
    for place, answer in enumerate(so, 1):
        talk(f"      {place}  {answer.said}\n")
    chosen = click.prompt(f"{number}: which", type=click.IntRange(1, len(so)), err=True)
    return so[chosen - 1].key


def _one(one: Question) -> str:
    if one.number == PAIN:
        return str(click.prompt(one.text, type=click.IntRange(0, 10), err=True))
    return "yes" if click.confirm(one.text, default=None, err=True) else "no"
