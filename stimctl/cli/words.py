"""The sentences of the command line, in one place."""

from stimctl.engine.messages import Dials, Ended, Sample, Session, Unit
from stimctl.model.scale import Scale

__all__ = [
    "MODEL",
    "NOT_A_MEDICAL_DEVICE",
    "PAUSED_KEYS",
    "RUN_KEYS",
    "STOP_KEYS",
    "amount",
    "checklist",
    "clock",
    "dials",
    "found",
    "result",
]

NOT_A_MEDICAL_DEVICE = "stimctl is comfort and research software, not a medical device; it treats nothing."
MODEL = "The session is the real thing; the unit is simulated; skin, feeling and muscle are a model and predict nobody."
STOP_KEYS = "; Space or Ctrl-C stops"
RUN_KEYS = "Space or Ctrl-C stops · p pauses · - less · + one step back up"
PAUSED_KEYS = "r goes on, from zero · Space or Ctrl-C stops"


def found(unit: Unit) -> str:
    """The unit that answered."""
    kind = "simulated " if unit.simulated else ""
    return f"{kind}{unit.family} unit {unit.serial_number}, firmware {unit.firmware}, {unit.channels} channels"


def checklist(session: Session) -> str:
    """What a person confirms before a real unit is armed."""
    peaks = ", ".join(_peaks(session))
    return (
        f"{NOT_A_MEDICAL_DEVICE}\n"
        f"About to run {session.title!r}, {clock(session.duration_ms)}, on {session.unit}: up to {peaks}.\n"
        "  [ ] both pads lie flat on whole, dry skin of the low back, 5 to 15 cm apart, never across the chest\n"
        "  [ ] no pacemaker or other implant, no pregnancy, no driving, no water, nobody asleep\n"
        "  [ ] a doctor has said that this is all right\n"
        "  [ ] you can reach the unit's own switch and the pads\n"
        f"{''.join(f'  [ ] {line}{chr(10)}' for line in _by_hand(session))}"
        f"{''.join(f'  not checked: {line}{chr(10)}' for line in session.unchecked)}"
        "Type arm to go on, anything else to leave: "
    )


def _peaks(session: Session) -> list[str]:
    if session.scale is Scale.LEVEL:
        return [f"level {peak:g} on channel {channel}" for channel, peak in session.peak_level.items()]
    return [f"{peak:g} mA on channel {channel}" for channel, peak in session.peak_ma.items()]


def _by_hand(session: Session) -> list[str]:
    """What is set on the unit itself before it starts, and what comes later."""
    if not session.dials:
        return []
    first, *others = session.dials
    lines = [
        f"the unit's dials are set to {first}, pulses balanced (biphasic, symmetrical)",
        "its intensity dial was turned up from zero with level 1 on, and stands just below the first tingling",
    ]
    if others:
        lines.append(f"they are set again before {', '.join(f'{one.name} ({one})' for one in others)}, at zero")
    return lines


def dials(telling: Dials) -> str:
    """What a person does before the next phase, and types."""
    setting = telling.setting
    return (
        f"At zero. Set the unit's dials to {setting} for {setting.name}.\n"
        "Type set when they are, anything else to stop: "
    )


def amount(sample: Sample) -> str:
    """What flows on one channel."""
    return f"level {sample.level:.0f}" if sample.level is not None else f"{sample.amount:.1f} mA"


def result(ended: Ended, *, unit_found: bool) -> str:
    """The last line for a person. Where no unit was found no current was in question."""
    zero = "\nzero confirmed by the unit" if ended.zero_confirmed else "\nzero was NOT confirmed by the unit"
    journal = f"\njournal: {ended.journal}" if ended.journal else ""
    return f"{ended.reason}{zero if unit_found else ''}{journal}"


def clock(ms: int) -> str:
    """25:10."""
    seconds = max(0, ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"
