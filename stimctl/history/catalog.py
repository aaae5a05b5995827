"""The index of past sessions: rows made from journals, so that a question costs the same with 100 and with 100 000.

Rule 1: journals are the truth. The index can be thrown away at any time and made anew; nothing is only here.
Rule 2: a day whose directory has changed, or in which a session had not ended, is read again; the others are not. For
        a few rows only the newest days are looked at, and the rows themselves: if a file is another one or gone, all.
Rule 3: SQLite in WAL with synchronous FULL, in the data directory, unless a URL names another database.
Rule 4: an index of a newer version is refused, and one that is damaged is told with what makes it anew.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from stimctl.errors import ConfigError
from stimctl.history.index import summary_of
from stimctl.history.running import running_id
from stimctl.history.summary import Fate, Summary
from stimctl.places import data_dir, private_directory

__all__ = ["Catalog", "Found"]

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 10
# Sessions are written into these; one that runs over midnight, into the one before.
_NEWEST = 2
# No directory was changed then.
_UNREAD = -1
# So many rows are held against their files; for more, all days are looked at.
_FEW = 500
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_URL = "STIMCTL_HISTORY_URL"
_TABLES = sa.MetaData()
_DAYS = sa.Table(
    "days",
    _TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("changed_ns", sa.BigInteger),
    sa.Column("open", sa.Boolean),
)
_SESSIONS = sa.Table(
    "sessions",
    _TABLES,
    sa.Column("path", sa.Text, primary_key=True),
    *(
        sa.Column(name, sa.Text)
        for name in ("day", "id", "person", "course", "begun", "title", "unit", "fate", "reason")
    ),
    *(sa.Column(name, sa.BigInteger) for name in ("changed_ns", "bytes", "duration_ms", "planned_ms", "exit_code")),
    *(sa.Column(name, sa.Boolean) for name in ("simulated", "zero_confirmed")),
    sa.Column("scale", sa.Text),
    sa.Column("peak", sa.Float),
    sa.Column("why", sa.Text),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A row. `begun` is UTC, ISO 8601; `peak` in the session's scale, None where nothing is known of it. `why` is why
    the file cannot be read as a session; then the rest is empty.
    """

    path: str
    id: str
    person: str
    course: str
    begun: str
    title: str
    unit: str
    simulated: bool
    duration_ms: int
    planned_ms: int
    fate: str
    exit_code: int | None
    reason: str
    zero_confirmed: bool
    scale: str
    peak: float | None
    why: str


class Catalog:
    """`directory` is that of the journals; `url` a database's: unless given what STIMCTL_HISTORY_URL says, or a file
    beside the journals. Opens when asked.
    """

    def __init__(self, directory: Path | None = None, url: str | None = None) -> None:
        self._directory = directory or data_dir() / "sessions"
        url = url or os.environ.get(_URL)
        self._file = None if url else self._directory.parent / "history.sqlite"
        self._url = url or f"sqlite:///{self._file}"

    def rebuild(self) -> int:
        """Throw it away and make it anew; how many rows there are."""
        if self._file is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        with self._open() as connection:
            connection.execute(sa.delete(_SESSIONS))
            connection.execute(sa.delete(_DAYS))
            self._refresh(connection)
            return int(connection.execute(sa.select(sa.func.count()).select_from(_SESSIONS)).scalar_one())

    def sessions(
        self, *, person: str | None = None, since: str | None = None, until: str | None = None, most: int | None = None
    ) -> list[Found]:
        """Newest first, after what has changed on disk was read. `since` and `until` are instants, UTC."""
        wanted = sa.select(*(_SESSIONS.c[name] for name in Found.__slots__)).order_by(_SESSIONS.c.begun.desc())
        if person is not None:
            wanted = wanted.where(_SESSIONS.c.person == person)
        if since is not None:
            wanted = wanted.where(_SESSIONS.c.begun >= since)
        if until is not None:
            wanted = wanted.where(_SESSIONS.c.begun < until)
        with self._open() as connection:
            few = most is not None and most <= _FEW
            if not (few and self._refresh_newest(connection)):
                self._refresh(connection)
            found = [Found(**row) for row in connection.execute(wanted.limit(most)).mappings()]
            changed = self._changed_days(connection, found) if few else []
            if changed:
                # a file that was written anew changes nothing of its directory
                connection.execute(sa.update(_DAYS).where(_DAYS.c.name.in_(changed)).values(changed_ns=_UNREAD))
                self._refresh(connection)
                found = [Found(**row) for row in connection.execute(wanted.limit(most)).mappings()]
            return found

    def refresh(self) -> None:
        """Read what has changed on disk: rows of files that are gone go too."""
        with self._open() as connection:
            self._refresh(connection)

    @contextmanager
    def _open(self) -> Iterator[sa.Connection]:
        """A transaction on the newest schema. ConfigError for a newer one, a damaged one, a disk that says no."""
        try:
            if self._file is not None:
                private_directory(self._file.parent)
                # readable by nobody else, from the beginning
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            engine = sa.create_engine(self._url, connect_args={"timeout": _BUSY_S} if self._file else {})
            if self._file is not None:
                sa.event.listen(engine, "connect", _as_safe_as_journals)
            try:
                with engine.begin() as connection:
                    _migrate(connection, self._url)
                    yield connection
            finally:
                engine.dispose()
        except ImportError as why:
            raise ConfigError(f"{_URL}: the driver of that database is not installed ({why.name})") from None
        except (sa.exc.SQLAlchemyError, OSError) as why:
            told = str(getattr(why, "orig", None) or why).splitlines()[0]
            mends = "stimctl history rebuild makes it anew from the journals" if self._file else f"look at {_URL}"
            raise ConfigError(
                f"the index {self._file or 'of the history'} cannot be used: {told}; nothing is lost: {mends}"
            ) from None

    def _refresh_newest(self, connection: sa.Connection) -> bool:
        """Read the newest days, and those in which a session ran; False where days have come or gone besides."""
        days = [name for name in _names(self._directory) if _A_DAY.fullmatch(name)]
        newest = set(nlargest(_NEWEST, days))
        running = running_id()
        still_open = connection.execute(sa.select(_DAYS.c.name).where(_DAYS.c.open)).scalars()
        for name in newest | set(still_open):
            known = connection.execute(sa.select(_DAYS).where(_DAYS.c.name == name)).one_or_none()
            try:
                changed_ns = os.stat(self._directory / name).st_mtime_ns
            except FileNotFoundError:
                return False
            if known is None or known.open or known.changed_ns != changed_ns:
                self._read_day(connection, name, changed_ns, running)
        return connection.execute(sa.select(sa.func.count()).select_from(_DAYS)).scalar_one() == len(days)

    def _changed_days(self, connection: sa.Connection, found: Sequence[Found]) -> list[str]:
        """The days of those rows that are not of the files that are there."""
        columns = (_SESSIONS.c.path, _SESSIONS.c.day, _SESSIONS.c.changed_ns, _SESSIONS.c.bytes)
        rows = connection.execute(sa.select(*columns).where(_SESSIONS.c.path.in_([one.path for one in found])))
        return [row.day for row in rows if (row.changed_ns, row.bytes) != _on_disk(row.path)]

    def _refresh(self, connection: sa.Connection) -> None:
        known = {row.name: row for row in connection.execute(sa.select(_DAYS))}
        days = {entry.name: entry.stat().st_mtime_ns for entry in _entries(self._directory) if entry.is_dir()}
        gone = [name for name in known if name not in days]
        for name in gone:
            connection.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.day == name))
            connection.execute(sa.delete(_DAYS).where(_DAYS.c.name == name))
        running = running_id()
        for name, changed_ns in days.items():
            before = known.get(name)
            if before is None or before.open or before.changed_ns != changed_ns:
                self._read_day(connection, name, changed_ns, running)

    def _read_day(self, connection: sa.Connection, day: str, changed_ns: int, running: str | None) -> None:
        columns = (_SESSIONS.c.path, _SESSIONS.c.changed_ns, _SESSIONS.c.bytes, _SESSIONS.c.fate)
        known = {row.path: row for row in connection.execute(sa.select(*columns).where(_SESSIONS.c.day == day))}
        found = {entry.path: entry.stat() for entry in _entries(self._directory / day) if _is_journal(entry)}
        rows = []
        for path, stat in found.items():
            row = known.get(path)
            same = row is not None and (row.changed_ns, row.bytes) == (stat.st_mtime_ns, stat.st_size)
            if not same or (row is not None and row.fate == Fate.RUNNING.value):
                rows.append(_row(Path(path), day, stat, running))
        _remove(connection, [path for path in known if path not in found] + [str(row["path"]) for row in rows])
        if rows:
            connection.execute(sa.insert(_SESSIONS), rows)
        unfinished = connection.execute(
            sa.select(sa.func.count())
            .select_from(_SESSIONS)
            .where(_SESSIONS.c.day == day, _SESSIONS.c.fate == Fate.RUNNING.value)
        ).scalar_one()
        connection.execute(sa.delete(_DAYS).where(_DAYS.c.name == day))
        connection.execute(sa.insert(_DAYS).values(name=day, changed_ns=changed_ns, open=bool(unfinished)))


def _as_safe_as_journals(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    # what was deleted is overwritten
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _migrate(connection: sa.Connection, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    steps = ScriptDirectory.from_config(config)
    now = MigrationContext.configure(connection).get_current_revision()
    if now == steps.get_current_head():
        return
    if now is not None and now not in {one.revision for one in steps.walk_revisions()}:
        raise ConfigError(
            f"the index of the history is of a newer stimctl (step {now}); nothing is lost: stimctl history rebuild "
            "makes one that this stimctl can read"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _remove(connection: sa.Connection, paths: Sequence[str]) -> None:
    for path in paths:
        connection.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.path == path))


def _on_disk(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_journal(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".jsonl") and entry.is_file()


def _row(path: Path, day: str, stat: os.stat_result, running: str | None) -> dict[str, object]:
    one = summary_of(path, running)
    row: dict[str, object] = {
        "path": str(path),
        "day": day,
        "changed_ns": stat.st_mtime_ns,
        "bytes": stat.st_size,
        **dict.fromkeys(("id", "person", "course", "title", "unit", "reason", "scale"), ""),
        **dict.fromkeys(("simulated", "zero_confirmed"), False),
        **dict.fromkeys(("duration_ms", "planned_ms"), 0),
        "begun": _utc(one.begun),
        "fate": "unreadable",
        "exit_code": None,
        "peak": None,
        "why": "",
    }
    if not isinstance(one, Summary):
        return {**row, "why": one.why}
    return {
        **row,
        **{name: getattr(one, name) for name in ("id", "person", "course", "title", "unit", "simulated", "reason")},
        **{name: getattr(one, name) for name in ("duration_ms", "planned_ms", "exit_code", "zero_confirmed")},
        "fate": one.fate.value,
        "scale": one.scale.value,
        "peak": max(one.peak.values(), default=None),
    }


def _utc(begun: datetime | None) -> str:
    return "" if begun is None else begun.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
