"""Writes recordings while a feed runs. What it cannot write it says, and the feed goes on."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from wsdash.domain.events import Event
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.gaps import Gap
from wsdash.feed.labels import Labels
from wsdash.feed.link import Link
from wsdash.feed.market import Stream
from wsdash.feed.recording import Record, RecordingError
from wsdash.venues.venue import Request

FLUSH_EVERY = 1.0
"""Seconds of recording that a crash can cost."""


class Recorder:
    """A listener that records the public connections: frames, answers, and their turns.

    The account's connection is left out: its frames hold balances and tokens.

    Args:
        file: must not exist yet; packed with gzip when its name ends with ``.gz``.
        clock: wall time goes into the file.

    Raises:
        RecordingError: the file exists, or cannot be made.
    """

    def __init__(self, file: Path, clock: Clock) -> None:
        try:
            self._file: BinaryIO | None = file.open("xb")
        except FileExistsError:
            raise RecordingError(f"{file} exists already; it is not overwritten") from None
        except OSError as error:
            raise RecordingError(f"{file}: {error.strerror}") from None
        self.problem = ""
        self.records = 0
        self._clock = clock
        self._packer = zlib.compressobj(wbits=31) if file.suffix == ".gz" else None
        self._flushed = clock.monotonic()
        self._labels = Labels()

    def begin(self, connections: Iterable[Connection]) -> None:
        """Begin in the middle of connections' lives, with how their books stand."""
        for connection in connections:
            if connection.role == "public":
                for record in self._labels.restated(connection, self._clock.wall()):
                    self._write(record)

    def fact(self, venue: str, event: Event) -> None:
        """Frames are recorded, not what was made of them."""

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        """Streams follow from frames."""

    def link(self, connection: Connection, before: Link) -> None:
        """Record a turn in the life of a connection."""
        if connection.role == "public":
            for record in self._labels.turns(connection, before, self._clock.wall()):
                self._write(record)

    def gap(self, gap: Gap) -> None:
        """Record a hole in the data; `conn` is the name of the connection."""
        text = msgspec.json.encode(gap).decode()
        self._write(
            Record(self._clock.wall(), gap.connection, "link", text, event="gap", reason=gap.reason)
        )

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """Record a frame."""
        if connection.role == "public":
            self._write(Record(self._clock.wall(), self._labels.of(connection), direction, data))

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """Record the body of an answer under the address that was asked."""
        record = self._labels.answer(connection, request, body, self._clock.wall())
        if record is not None:
            self._write(record)

    def close(self) -> None:
        """Finish the file."""
        if self._file is None:
            return
        try:
            if self._packer is not None:
                self._file.write(self._packer.flush())
            self._file.flush()
        except OSError as error:
            self._stop(error)
        else:
            self._file.close()
            self._file = None

    def _write(self, record: Record) -> None:
        if self._file is None:
            return
        line = msgspec.json.encode(record) + b"\n"
        now = self._clock.monotonic()
        try:
            if self._packer is None:
                self._file.write(line)
            else:
                self._file.write(self._packer.compress(line))
            if now - self._flushed >= FLUSH_EVERY:
                self._flushed = now
                if self._packer is not None:
                    self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
                self._file.flush()
            self.records += 1
        except OSError as error:
            self._stop(error)

    def _stop(self, error: OSError) -> None:
        """Give the file up; what could not be written is dropped with it."""
        self.problem = f"recording stopped: {error.strerror}"
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
