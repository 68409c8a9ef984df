"""Writes what the trader wants to keep: new files, for their owner only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from wsdash.domain.text import SafeText, clean
from wsdash.files import whole


def write_new(folder: Path, stem: str, wall: float, suffix: str, data: bytes) -> Path:
    """Write a file that did not exist before, and return where it is.

    Args:
        folder: made where it does not exist.
        stem: the beginning of its name.
        wall: seconds since the epoch, for its name.
        suffix: the end of its name.
        data: what goes into it.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for again in _agains():
        path = folder / f"{stem}-{_stamp(wall)}{again}{suffix}"
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        break
    return path


def write_whole(
    folder: Path, stem: str, wall: float, suffix: str, write: Callable[[BinaryIO], int]
) -> tuple[Path, int]:
    """Have a new file written, which is there whole or not at all.

    Args:
        folder: made where it does not exist.
        stem: the beginning of its name.
        wall: seconds since the epoch, for its name.
        suffix: the end of its name.
        write: writes it, and returns how much that was.

    Returns:
        Where it is, and what `write` returned.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = (folder / f"{stem}-{_stamp(wall)}{again}{suffix}" for again in _agains())
    path = next(name for name in names if not name.exists())
    with whole(path, durable=False, new=True) as out:
        return path, write(out)


def _agains() -> Iterator[str]:
    return chain([""], (f"-{number}" for number in count(2)))


def _stamp(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y%m%d-%H%M%S")


def why_not(error: Exception) -> str:
    """Return why something could not be written, without anything that was to be written."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__


def at_home(path: Path, room: int) -> SafeText:
    """Return a path as people write it, in at most `room` characters: its end counts."""
    try:
        text = f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        text = str(path)
    text = clean(text, 400)
    return SafeText(text if len(text) <= room else f"…{text[1 - max(2, room) :]}")
