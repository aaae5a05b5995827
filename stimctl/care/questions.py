"""What a person is asked before the first session, in plain words, and what each answer leads to.

Rule 1: a question has one answer; where two fit, the first that fits counts, and the graver ones come first.
Rule 2: an answer that leads to nothing is the last one.
Rule 3: how long an answer holds is written beside it: until tomorrow, for a week, for three months (proposed here).
The questions are precautions taken together, and diagnose nothing: single signs say little (Finucane et al., JOSPT
2020;50:350). Metal in the area is disputed between makers; at home the stricter counts.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["EACH_DAY_H", "OURS", "PAIN", "QUESTIONS", "Action", "Answer", "Question", "question"]

EACH_DAY_H = 12
_WEEK_H = 7 * 24
_MONTHS_H = 90 * 24

# What no source that was read stands behind is said to be our own caution.
OURS = "our own caution"
_NHS = "NHS wording, as quoted by pages linked to the NHS"
_FDA = "FDA, guidance for powered muscle stimulators, 1999"
_OTC = "warnings printed on stimulators sold over the counter"
_COMPEX = "Compex manuals"
_SWELLING = f"{_FDA}; PEACE and LOVE, BJSM 2019"

PAIN = "29"
_PATIENTS = "pages for patients, read second-hand"


class Action(Enum):
    """What an answer leads to, the gravest first."""

    EMERGENCY = "emergency"
    DO_NOT_USE = "do not use"
    SEE_DOCTOR = "see a doctor"
    DOCTORS_YES = "only with a doctor's yes"


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a question's answers. `clinical` is what it leads to under the clinical profile, where that differs."""

    key: str
    said: str
    action: Action | None = None
    clinical: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`number` as on the page; `lasts_h` is how long an answer holds; `source` is what it rests on."""

    number: str
    text: str
    answers: tuple[Answer, ...]
    lasts_h: int
    source: str

    def answer(self, key: str) -> Answer | None:
        """The answer of that key, or None if it has none."""
        return next((one for one in self.answers if one.key == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """What may be answered."""
        return tuple(one.key for one in self.answers)

    @property
    def harmless(self) -> str:
        """The key of the answer that leads to nothing."""
        return next(one.key for one in self.answers if one.action is None)


_NO = Answer("no", "No")


def _ask(number: int | str, text: str, yes: Action, lasts_h: int, source: str) -> Question:
    return Question(
        number=str(number), text=text, answers=(Answer("yes", "Yes", yes), _NO), lasts_h=lasts_h, source=source
    )


def _pain(score: int) -> Answer:
    return Answer(str(score), str(score), Action.DOCTORS_YES if score >= 7 else None)


_E, _N, _U, _D = Action.EMERGENCY, Action.DO_NOT_USE, Action.SEE_DOCTOR, Action.DOCTORS_YES

QUESTIONS: tuple[Question, ...] = (
    _ask(1, "Numb or tingling between the legs, or around the bottom or genitals?", _E, EACH_DAY_H, _NHS),
    _ask(2, "New trouble starting to pee, leaking, or not feeling the bowel?", _E, EACH_DAY_H, _NHS),
    _ask(3, "Weak, numb or tingling in both legs, or unsteady on them?", _E, EACH_DAY_H, _NHS),
    _ask(4, "Chest pain now?", _E, EACH_DAY_H, _NHS),
    Question(
        number="5",
        text="Did it start with a crash, a fall from a height or a hard blow?",
        answers=(
            Answer("serious", "Yes, a serious one", _E),
            Answer("yes", "Yes, a lesser one", _U),
            _NO,
        ),
        lasts_h=_MONTHS_H,
        source=_NHS,
    ),
    _ask(6, "A new problem with erection or sexual feeling?", _E, EACH_DAY_H, _NHS),
    _ask(7, "A fever, or feeling ill with it?", _U, EACH_DAY_H, _NHS),
    Question(
        number="8",
        text="Losing weight without trying, or ever had cancer?",
        answers=(
            Answer("near", "Cancer in or near the back or belly", _N),
            Answer("yes", "Losing weight, or cancer elsewhere", _U),
            _NO,
        ),
        lasts_h=_WEEK_H,
        source=f"{_NHS}; {_FDA}",
    ),
    _ask(9, "Is the pain worse at night, or never eased by rest?", _U, _WEEK_H, _NHS),
    _ask(10, "A lump, a swelling, or has the back changed its shape?", _U, EACH_DAY_H, _NHS),
    _ask(11, "Thin bones, steroid tablets, a weak immune system, or injected drugs?", _U, _MONTHS_H, OURS),
    Question(
        number="12",
        text="Under 18, or over 55 with the first back pain ever?",
        answers=(
            Answer("under-18", "Under 18", _N),
            Answer("first-over-55", "Over 55, and the first ever", _U),
            Answer("no", "Neither"),
        ),
        lasts_h=_MONTHS_H,
        source=f"{_FDA} (children); {OURS} (age)",
    ),
    _ask(13, "Pain down one leg, with weakness or numbness?", _U, EACH_DAY_H, _NHS),
    _ask(14, "A pacemaker, a defibrillator, a pump or any implant with electronics?", _N, _MONTHS_H, f"{_FDA}; {_OTC}"),
    Question(
        number="15",
        text="Metal in the area of the pads (pins, plates, screws)?",
        answers=(Answer("yes", "Yes", _N, clinical=_D), _NO),
        lasts_h=_MONTHS_H,
        source=f"{_OTC}; {_COMPEX} say otherwise, and the stricter counts",
    ),
    _ask(16, "Pregnant, or might you be?", _N, _WEEK_H, f"{_FDA}; an Enraf-Nonius manual"),
    _ask(17, "Heart trouble, or an irregular heartbeat?", _D, _MONTHS_H, _FDA),
    _ask(18, "Epilepsy or fits?", _D, _MONTHS_H, _FDA),
    Question(
        number="19",
        text="A blood clot, a swollen painful leg, an inflamed vein, or blood thinners?",
        answers=(
            Answer("clot", "A clot, a swollen painful leg or an inflamed vein", _N),
            Answer("thinners", "Blood thinners", _D),
            Answer("no", "None of them"),
        ),
        lasts_h=_WEEK_H,
        source=f"{_FDA} (inflamed veins); {OURS} (clots, thinners)",
    ),
    _ask(20, "Bleeding or a big bruise after this injury, or is it less than 72 hours old?", _N, EACH_DAY_H, _SWELLING),
    _ask(21, "Broken, sore, red or infected skin where the pads go?", _N, EACH_DAY_H, _FDA),
    _ask(22, "Numb skin where the pads go?", _N, EACH_DAY_H, _FDA),
    _ask(23, "An operation in the last 6 months, or a hernia?", _D, _MONTHS_H, _COMPEX),
    Question(
        number="24",
        text="Can you feel it, and tell us, if it hurts?",
        answers=(Answer("no", "No", _N), Answer("yes", "Yes")),
        lasts_h=EACH_DAY_H,
        source=OURS,
    ),
    _ask(25, "Driving, working a machine, in water or about to fall asleep?", _N, EACH_DAY_H, f"{_FDA}; {_OTC}"),
    Question(
        number="26",
        text="Wearing a medical monitor, or a medicine patch near the pads?",
        answers=(
            Answer("monitor", "A monitor", _N),
            Answer("patch", "A medicine patch", _D),
            Answer("no", "Neither"),
        ),
        lasts_h=EACH_DAY_H,
        source=_OTC,
    ),
    _ask(27, "Did you ever get a rash from pads like these?", _D, _MONTHS_H, _FDA),
    Question(
        number="28",
        text="Has a doctor said that massage is all right for this?",
        answers=(Answer("no", "No, or not asked", _D), Answer("yes", "Yes")),
        lasts_h=_MONTHS_H,
        source=OURS,
    ),
    Question(
        number=PAIN,
        text="How strong is the pain now, 0 to 10?",
        answers=tuple(_pain(score) for score in range(11)),
        lasts_h=EACH_DAY_H,
        source=OURS,
    ),
    # the second half of the same question
    _ask("29b", "Has this pain been there for six weeks or more?", _U, _WEEK_H, _PATIENTS),
)


def question(number: str) -> Question | None:
    """The question of that number, or None."""
    return next((one for one in QUESTIONS if one.number == number), None)
