"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
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
