"""Files that are there whole or not at all, and files that people edit too."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from wsdash.domain.text import clean

LARGEST: Final = 256 * 1024
"""Bytes of a file of the trader's that is read; a larger one is left alone."""

_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@contextlib.contextmanager
def whole(file: Path, *, durable: bool = True, new: bool = False) -> Iterator[BinaryIO]:
    """Write a file that only its owner can read, in place of what it was, or leave that be.

    Args:
        file: where it is to be; where that is a link, what it leads to is replaced.
        durable: wait until the disk has it.
        new: replace nothing, not even what came meanwhile.

    Raises:
        OSError: it cannot be written, or is there already; nothing half-written is left.
    """
    file = file if new else Path(os.path.realpath(file))
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as out:
            yield out
            if durable:
                out.flush()
                os.fsync(out.fileno())
        if new:
            _put_new(temporary, file)
        else:
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


def _put_new(temporary: Path, file: Path) -> None:
    """Give a file its name, if nothing else has it."""
    try:
        os.link(temporary, file, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # takes the name
        temporary.replace(file)
    else:
        temporary.unlink()


def head(file: Path, most: int) -> bytes | None:
    """Return the first bytes of a file, at most so many; None where there is no file.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except FileNotFoundError:
        return None


def lines_of(file: Path) -> list[str] | None:
    """Return the lines of a file, None where there is none; bytes that are no text stay so.

    Raises:
        OSError: it cannot be read, or is too large.
    """
    data = head(file, LARGEST + 1)
    if data is None:
        return None
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, "Too large")
    text = data.decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").split("\n") if text else []


def write_lines(file: Path, lines: list[str]) -> None:
    """Replace a file by lines as `lines_of` returns them; make its folder if need be.

    Raises:
        OSError: it cannot be written; it is as it was.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole(file) as out:
        out.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))


def said(file: Path, error: OSError) -> str:
    """Return what went wrong with a file, in words."""
    return clean(f"{file.name}: {(error.strerror or 'cannot be used').lower()}")


def aside(file: Path) -> str:
    """Put a file that makes no sense out of the way, under a name that is free; return the name.

    Raises:
        OSError: it cannot be renamed; it is where it was.
    """
    names = (f"{file.name}.damaged{f'-{number}' if number > 1 else ''}" for number in count(1))
    free = next(name for name in names if not os.path.lexists(file.with_name(name)))
    file.rename(file.with_name(free))
    return free
