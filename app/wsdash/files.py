"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def whole(file: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Write a file that only its owner can read, in place of what it was, or leave that be.

    Args:
        file: where it is to be.
        durable: wait until the disk has it.

    Raises:
        OSError: it cannot be written; nothing half-written is left.
    """
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as out:
            yield out
            if durable:
                out.flush()
                os.fsync(out.fileno())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def aside(file: Path) -> str:
    """Put a file that makes no sense out of the way, under a name that is free; return the name.

    Raises:
        OSError: it cannot be renamed; it is where it was.
    """
    names = (f"{file.name}.damaged{f'-{number}' if number > 1 else ''}" for number in count(1))
    free = next(name for name in names if not os.path.lexists(file.with_name(name)))
    file.rename(file.with_name(free))
    return free
