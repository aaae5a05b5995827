"""The sentences of the terminal front end, in one place."""

from typing import TYPE_CHECKING

from stimctl.tui.standing import Standing

if TYPE_CHECKING:
    from stimctl.engine.messages import Waiting
    from stimctl.program.dials import DialSetting
    from stimctl.tui.picture import SessionPicture

__all__ = [
    "CHECKS",
    "HELP_EVERYWHERE",
    "NOT_A_MEDICAL_DEVICE",
    "NO_CALIBRATION_IN_LEVELS",
    "QUICK_NOTES",
    "boot_words",
    "clock",
    "dial_checks",
    "dials_words",
    "hint_of",
]

NOT_A_MEDICAL_DEVICE = "Comfort and research software, not a medical device; it treats nothing."

# What a person says yes to before a real unit is armed, one by one.
CHECKS = (
    "Pads flat on whole, dry skin of the low back, 5 to 15 cm apart",
    "Nothing across the chest; no water, no driving, nobody asleep",
    "No pacemaker or other implant, no pregnancy",
    "I can reach the unit's own switch and the pads",
)

# Where calibration would be, on a unit that is driven in levels.
NO_CALIBRATION_IN_LEVELS = (
    "a unit that is driven in levels is not calibrated here yet: type in the levels that you found"
)

# By number key while a session runs.
QUICK_NOTES = (
    "pleasant",
    "feels weaker than before",
    "feels stronger than before",
    "muscle twitches",
    "muscle holds",
    "uneven, left and right",
    "stings at a pad",
    "warm under a pad",
    "pain spreads",
)

_NOT_ZERO = "Zero is NOT confirmed: switch the unit off and take the pads off, now."

_PUT_IT_BACK = "put back, the unit is found again, at zero and not armed"

# Below the help of every place.
HELP_EVERYWHERE = """
## Everywhere

**STOP**: while output may flow, Space, Esc, F12, Ctrl+C and a click on row 1 are a stop and nothing else, also in a
field or a list. At zero F12, Ctrl+C and Ctrl+Z still send one. On most terminals Esc is a tenth of a second later
than the others.

**F2** session, **F3** programs, **F4** unit, **F5** past sessions, **F6** people and courses, **Ctrl+P** commands,
**Ctrl+Q** quits by way of zero, **Ctrl+Z** stops and goes to the shell.
"""


def clock(ms: int) -> str:
    """25:10."""
    seconds = max(0, ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def boot_words(waiting: "Waiting") -> str:
    """How far the unit's boot is."""
    return f"the unit boots: {waiting.waited_ms // 1000} of about {-(-waiting.expected_ms // 1000)} s"


def dials_words(setting: "DialSetting") -> str:
    """What a person does before a phase."""
    return f"set the unit's dials to {setting} for {setting.name}"


def dial_checks(settings: "tuple[DialSetting, ...]") -> tuple[str, ...]:
    """What a person says yes to of a unit's own dials, before it starts; what comes later is not among it."""
    if not settings:
        return ()
    return (
        f"Dials set to {settings[0]}, pulses biphasic, symmetrical",
        "Intensity dial turned up from zero, level 1 on, to below tingling",
    )


def hint_of(picture: "SessionPicture") -> str:
    """What a person can do now, or what has just been done, in one or two sentences."""
    match picture.standing:
        case Standing.NO_UNIT:
            return picture.advice
        case Standing.LOOKING if picture.waiting is not None:
            return f"Nothing flows; {boot_words(picture.waiting)}."
        case Standing.LOOKING:
            return "Looking for the unit. Nothing flows."
        case Standing.READY if picture.advice:
            return f"{picture.advice}. Enter goes back."
        case Standing.READY:
            return "The unit is there, at zero and not armed. Enter goes back."
        case Standing.CHECKING | Standing.CHECKED | Standing.ARMING:
            return "The plan is put to every rule and the unit's clock has to settle: about six seconds. Nothing flows."
        case Standing.ARMED:
            return "Armed, at zero. Press s to START. F12 or Enter lets go again."
        case Standing.RAMPING | Standing.HOLD if picture.by_hand:
            return "Up is one step of 0.5 mA, and nothing rises by itself. Stop where it is too much."
        case Standing.RAMPING | Standing.HOLD:
            return "Less is at once and stays; up is one step a press, never above the plan."
        case Standing.PAUSING:
            return "Ramping down to zero."
        case Standing.PAUSED if picture.dials is not None:
            return "At zero. d says that the dials are set; then r goes on. Stop keys stop."
        case Standing.PAUSED:
            return "Paused, at zero. r goes on from zero; Enter leaves."
        case Standing.STOPPING:
            return "STOP was sent; waiting for the unit to confirm zero."
        case Standing.STOPPED if picture.by_hand:
            return f"{_zero_words(picture)} a arms again; Esc leaves."
        case Standing.STOPPED:
            return f"{_zero_words(picture)} Enter goes back."
        case Standing.DONE:
            return f"The session is complete. {_zero_words(picture)} Enter goes back."
        case Standing.FAULT:
            return f"{_zero_words(picture)} {picture.advice}."
        case Standing.NOT_ZERO if picture.another_answers and not picture.over:
            return f"{_NOT_ZERO} Another unit answers: F4 and u, to go on with it."
        case Standing.NOT_ZERO if picture.cable_out and picture.unit is not None:
            lets_go = f"By itself it lets go within {picture.unit.release_ms} ms."
            return f"{_NOT_ZERO} {lets_go} The cable is out: {_PUT_IT_BACK}."
        case Standing.NOT_ZERO:
            return f"{_NOT_ZERO} {'Space tries to stop it' if picture.over else 'It is told to stop'} again."
    return ""


def _zero_words(picture: "SessionPicture") -> str:
    ended = picture.ended
    if picture.zero is not None and picture.zero.confirmed:
        return f"Zero, confirmed by the unit after {picture.zero.after_ms} ms."
    if ended is not None and ended.zero_confirmed:
        return "Zero, confirmed by the unit."
    if picture.unit is None:
        return f"{ended.reason if ended else 'No unit was found'}."
    return "Zero is NOT confirmed: switch the unit off, take the pads off."
