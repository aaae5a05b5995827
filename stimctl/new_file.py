"""A file for somebody to keep: never over one that is there, and on the disk before it is said to be written."""

import os
from pathlib import Path

from stimctl.errors import ConfigError

__all__ = ["free_name", "write_new"]


def write_new(path: Path, text: str) -> None:
    """A file that is not there yet, to the disk. ConfigError where that cannot be."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise ConfigError(f"{path} is there already; choose another name, or remove it") from None
    except OSError as why:
        raise ConfigError(f"{path} cannot be written: {why.strerror}") from None


def free_name(path: Path) -> Path:
    """`path`, or with a number at its end where that is there already."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 1_000))
    return next((one for one in (path, *numbered) if not one.exists()), path)
