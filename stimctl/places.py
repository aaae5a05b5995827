"""Where things are kept: one function a place, from STIMCTL_HOME or from the system's own customs.

Nothing here creates anything but through `private_directory`.
"""

import os
from datetime import datetime
from pathlib import Path

from platformdirs import user_config_path, user_data_path

__all__ = ["config_dir", "data_dir", "journal_path", "private_directory", "run_dir"]


def data_dir() -> Path:
    """Journals and logs."""
    home = os.environ.get("STIMCTL_HOME")
    return Path(home) / "data" if home else user_data_path("stimctl")


def config_dir() -> Path:
    """What a person has set: keys of the screen."""
    home = os.environ.get("STIMCTL_HOME")
    return Path(home) / "config" if home else user_config_path("stimctl")


def run_dir() -> Path:
    """Locks and control sockets of running sessions."""
    home = os.environ.get("STIMCTL_HOME")
    if home:
        return Path(home).absolute() / "run"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "stimctl" if runtime else data_dir() / "run"


def journal_path(begun: datetime, session_id: str) -> Path:
    """`<data>/sessions/YYYY-MM-DD/HHMMSS-<id>.jsonl`, in local time."""
    return data_dir() / "sessions" / f"{begun:%Y-%m-%d}" / f"{begun:%H%M%S}-{session_id}.jsonl"


def private_directory(path: Path) -> Path:
    """`path`, made with all that is missing above it, readable by nobody else."""
    missing = [path, *path.parents]
    for directory in reversed(missing):
        if not directory.exists():
            directory.mkdir(mode=0o700, exist_ok=True)
    return path
