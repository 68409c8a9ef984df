"""Writes what the trader wants to keep: new files, for their owner only."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from wsdash.domain.text import SafeText, clean


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
    moment = datetime.fromtimestamp(wall, UTC).strftime("%Y%m%d-%H%M%S")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for number in count(1):
        again = f"-{number}" if number > 1 else ""
        path = folder / f"{stem}-{moment}{again}{suffix}"
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        break
    return path


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
