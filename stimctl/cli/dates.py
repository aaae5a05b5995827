"""What time it is for records of people: the one place of the commands that asks."""

from datetime import UTC, date, datetime

from stimctl.care.person_file import stamp
from stimctl.errors import ConfigError

__all__ = ["DAY", "day", "now", "now_stamp"]

DAY = "YYYY-MM-DD"
_EARLIEST = date(2000, 1, 1)


def now() -> datetime:
    """Now, with a zone."""
    return datetime.now(UTC)


def now_stamp() -> str:
    """Now, as records have it."""
    return stamp(now())


def day(text: str | None = None) -> date:
    """The local day that `text` names, today if it is None. ConfigError for none, for one to come, or one long ago."""
    today = now().astimezone().date()
    if text is None:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day; write it as {DAY}, as in {today}") from None
    if not _EARLIEST <= found <= today:
        raise ConfigError(f"{found} {'is to come' if found > today else 'is too long ago'}: allowed is up to {today}")
    return found
