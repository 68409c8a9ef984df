"""``wsdash export``: a recording's prints, candles or gaps as a table, without a screen."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

from wsdash.domain.text import clean
from wsdash.feed.extract import Extract, What
from wsdash.feed.tables import FORMS, require_parquet, write_csv
from wsdash.files import whole
from wsdash.venues import registry

SPOKEN_AFTER: Final = 0.5
"""Seconds of work before its progress is told."""


class BadExport(ValueError):
    """An export that makes no sense; the message is for people."""


class NotExported(Exception):
    """An export that failed; the message is for people."""


class Progress:
    """Tells on a terminal how far it is, once it takes a while."""

    def __init__(self) -> None:
        self.records = 0
        self._due = time.monotonic() + SPOKEN_AFTER
        self._is_heard = sys.stderr.isatty()
        self._spoken = False

    def tick(self) -> None:
        """One more record was read."""
        self.records += 1
        if self._is_heard and not self.records % 256 and time.monotonic() >= self._due:
            self._due = time.monotonic() + SPOKEN_AFTER
            self._spoken = True
            sys.stderr.write(f"\r{self.records:,} records ")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave a clean line."""
        if self._spoken:
            sys.stderr.write("\r" + " " * 40 + "\r")
            sys.stderr.flush()


def run(file: Path, out: str, what: What, interval: str, venue: str | None) -> int:
    """Write the table and return the exit code.

    Args:
        file: the recording.
        out: a new file, ``.csv`` or ``.parquet``; ``-`` for CSV on stdout.
        what: kind of rows.
        interval: of candles.
        venue: of connections whose address does not tell.

    Raises:
        BadExport: the file is of no form there is.
        NotExported: it exists already, or cannot be written.
        NoParquet: the library for it is not installed.
        RecordingError: the recording cannot be read.
    """
    progress = Progress()
    known = registry.find(venue) if venue else None
    extract = Extract(file, known, progress.tick)
    table = extract.table(what, interval)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        if out == "-":
            rows = write_csv(table, sys.stdout.buffer)
        else:
            path = Path(out)
            write = FORMS.get(path.suffix.lower())
            if write is None:
                raise BadExport("--out must end with .csv or .parquet")
            if path.suffix.lower() == ".parquet":
                require_parquet()
            if path.exists():
                raise NotExported(f"{path} exists already; it is not overwritten")
            try:
                with whole(path, new=True) as target:
                    rows = write(table, target)
            except BrokenPipeError:
                raise
            except FileExistsError:
                raise NotExported(f"{path} came meanwhile; it is not overwritten") from None
            except OSError as error:
                raise NotExported(f"{path}: {error.strerror or error}") from None
    finally:
        progress.end()
    _tell(extract, out, rows, interval)
    return 0


def _tell(extract: Extract, out: str, rows: int, interval: str) -> None:
    name = "stdout" if out == "-" else out
    notes = []
    if extract.made:
        notes.append(f"{interval} candles made of prints: the venue's are not in the recording")
    if extract.recording.damaged:
        notes.append(f"{extract.recording.damaged} damaged lines left out")
    sys.stderr.write("".join(f"{clean(note)}\n" for note in notes))
    sys.stderr.write(f"{clean(name)}: {rows} rows\n")


def _end(number: int, _frame: FrameType | None) -> None:
    """Leave by a signal; what is half written goes with it."""
    raise SystemExit(128 + number)
