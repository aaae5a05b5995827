"""May this person be given current now: what their answers come to, and what has to be asked again.

Rule 1: what is not answered, or was answered too long ago, has to be asked; nothing runs before that.
Rule 2: when an answer changes, all that was answered before it has to be asked again (how strong the pain is changes
        every day, and does not count).
Rule 3: an emergency, and what is never to be used, hold until answered otherwise; "only with a doctor's yes" until an
        approval names the question, and "see a doctor" until one of a doctor seen since it was first answered so.
Rule 4: after an emergency nothing runs without a doctor's approval that is newer, whatever is answered later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stimctl.care.questions import PAIN, QUESTIONS, Action, Question
from stimctl.care.records import Answered, Approved

__all__ = ["ASK_FIRST", "EMERGENCY", "NOTHING_IN_THE_WAY", "WHAT_TO_DO", "Concern", "Verdict", "screened"]

EMERGENCY = (
    "Stop. This can be an emergency: call your emergency number (112, 999 or 911), or go to an emergency department, "
    "now. Do not use the unit."
)
NOTHING_IN_THE_WAY = "Nothing that was asked stands in the way today."
WHAT_TO_DO = {
    Action.EMERGENCY: EMERGENCY,
    Action.DO_NOT_USE: "Do not use the unit while this is so.",
    Action.SEE_DOCTOR: "See a doctor soon (in the UK: or call 111), and do not use the unit until one has said yes.",
    Action.DOCTORS_YES: "Only with a doctor's yes, for this.",
}
# The question that asks whether a doctor was asked at all: any approval answers it.
ASK_FIRST = "28"
# So many are named by their numbers.
_FEW = 5
_GRAVEST_FIRST = tuple(Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An answer that stands in the way. `since` is when it was first answered so."""

    question: Question
    said: str
    action: Action
    since: datetime

    @property
    def sentence(self) -> str:
        """Question, answer, and what to do."""
        return f"{self.question.number}. {self.question.text} {self.said}. {WHAT_TO_DO[self.action]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`concerns`, the gravest first, and the questions `to_ask`. `after_emergency`: a doctor's newer yes is missing."""

    concerns: tuple[Concern, ...]
    to_ask: tuple[Question, ...]
    after_emergency: bool = False

    @property
    def may_run(self) -> bool:
        """Whether nothing stands in the way."""
        return not (self.concerns or self.to_ask or self.after_emergency)

    @property
    def gravest(self) -> Action | None:
        """The gravest of the concerns."""
        return self.concerns[0].action if self.concerns else None

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that stands in the way, in words."""
        said = [concern.sentence for concern in self.concerns]
        if self.after_emergency:
            said.append("An emergency was answered before: nothing runs until a doctor has said yes after it.")
        if self.to_ask:
            few = len(self.to_ask) <= _FEW
            numbers = f": {', '.join(question.number for question in self.to_ask)}" if few else ""
            many = "A question is" if len(self.to_ask) == 1 else f"{len(self.to_ask)} questions are"
            said.append(f"{many} to be answered, anew or for the first time{numbers}.")
        return tuple(said)


@dataclass(slots=True)
class _Given:
    """The last answer to a question: when, and since when it has led to the same."""

    key: str
    at: datetime
    since: datetime


def screened(
    answered: Sequence[Answered], approvals: Sequence[Approved], now: datetime, *, clinical: bool = False
) -> Verdict:
    """What `answered`, oldest first, comes to at `now` (with a zone). Answers nobody asked for are left out."""
    given: dict[str, _Given] = {}
    changed: datetime | None = None
    emergency: datetime | None = None
    for sitting in answered:
        at = datetime.fromisoformat(sitting.at)
        for question in QUESTIONS:
            key = sitting.answers.get(question.number)
            answer = question.answer(key) if key is not None else None
            if key is None or answer is None:
                continue
            before = given.get(question.number)
            if before is not None and before.key != key and question.number != PAIN:
                changed = at
            same = before is not None and _action(question, before.key, clinical) is _action(question, key, clinical)
            given[question.number] = _Given(key, at, before.since if before is not None and same else at)
            if answer.action is Action.EMERGENCY:
                emergency = at
    concerns: list[Concern] = []
    to_ask: list[Question] = []
    for question in QUESTIONS:
        last = given.get(question.number)
        if last is None:
            to_ask.append(question)
            continue
        action = _action(question, last.key, clinical)
        if action is not None and not _allowed(question, action, last.since, approvals):
            concerns.append(Concern(question=question, said=_said(question, last.key), action=action, since=last.since))
        elif _aged(question, last.at, now) or (changed is not None and last.at < changed):
            to_ask.append(question)
    concerns.sort(key=lambda concern: _GRAVEST_FIRST.index(concern.action))
    return Verdict(
        concerns=tuple(concerns),
        to_ask=tuple(to_ask),
        after_emergency=emergency is not None and not any(_given_at(one) > emergency for one in approvals),
    )


def _aged(question: Question, at: datetime, now: datetime) -> bool:
    """An answer from the future is as good as none."""
    return not at <= now + timedelta(minutes=1) or now - at > timedelta(hours=question.lasts_h)


def _allowed(question: Question, action: Action, since: datetime, approvals: Sequence[Approved]) -> bool:
    if action in (Action.EMERGENCY, Action.DO_NOT_USE):
        return False
    if question.number == ASK_FIRST:
        return bool(approvals)
    named = [approval for approval in approvals if question.number in approval.covers]
    return any(action is Action.DOCTORS_YES or _seen_since(approval, since) for approval in named)


def _seen_since(approval: Approved, since: datetime) -> bool:
    return _given_at(approval) >= since and date.fromisoformat(approval.on) >= since.astimezone().date()


def _given_at(approval: Approved) -> datetime:
    return datetime.fromisoformat(approval.at)


def _action(question: Question, key: str, clinical: bool) -> Action | None:
    answer = question.answer(key)
    if answer is None:
        return None
    return answer.clinical if clinical and answer.clinical is not None else answer.action


def _said(question: Question, key: str) -> str:
    answer = question.answer(key)
    return answer.said if answer is not None else key
