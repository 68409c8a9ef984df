"""The flight recorder: the last minutes of raw frames in memory, written out by key.

The bundle is a zip file that `wsdash replay` opens: the frames and the turns of the
connections, the gaps, the supervisor's log, the books as they stand, and the settings
without secrets.
"""

from __future__ import annotations

import json
import platform
import zipfile
import zlib
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from wsdash import __version__
from wsdash.domain.events import Event
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.labels import Labels
from wsdash.feed.link import Link
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board, Stream
from wsdash.feed.recording import BUNDLED, Record
from wsdash.feed.rest import HttpRest
from wsdash.files import whole
from wsdash.venues.venue import Request

MINUTES = 5.0
"""Minutes that are remembered."""

CAPACITY = 32 * 1024 * 1024
"""Bytes of frames that are remembered at most."""

RESTATE_EVERY = 30.0
"""Seconds between two restatements of the books, from which a replay can begin."""

DEPTH = 50
"""Levels of each side of the books in the bundle."""


class FlightRecorder:
    """A listener that remembers the public connections' last minutes.

    Args:
        board: whose books and gaps go into a bundle.
        log: the supervisor's.
        clock: wall time goes into the records.
        about: settings as names and values, without secrets.
    """

    def __init__(
        self,
        board: Board,
        log: deque[LinkEvent],
        clock: Clock,
        about: Callable[[], list[tuple[str, str]]],
    ) -> None:
        self._board, self._log, self._clock, self._about = board, log, clock, about
        self._labels = Labels()
        self._records: deque[tuple[Record, bool]] = deque()
        self._size = 0
        self._restated: dict[str, float] = {}

    def fact(self, venue: str, event: Event) -> None:
        """Frames are remembered, not what was made of them."""

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        """Streams follow from frames."""

    def link(self, connection: Connection, before: Link) -> None:
        """Remember a turn; a connection's first frames are where a replay can begin."""
        if connection.role == "public":
            for record in self._labels.turns(connection, before, self._clock.wall()):
                begins = record.event == "opened"
                if begins:
                    self._restated[record.conn] = self._clock.monotonic()
                self._keep(record, begins=begins)

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """Remember a frame, and from time to time the books before it."""
        if connection.role != "public":
            return
        label, now = self._labels.of(connection), self._clock.monotonic()
        if now - self._restated.get(label, -RESTATE_EVERY) >= RESTATE_EVERY:
            self._restated[label] = now
            self._restate(connection, label)
        self._keep(Record(self._clock.wall(), label, direction, data))

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """Remember the body of an answer."""
        record = self._labels.answer(connection, request, body, self._clock.wall())
        if record is not None:
            self._keep(record)

    def write(self, folder: Path) -> Path:
        """Write a bundle into a folder and return its path.

        Raises:
            OSError: it cannot be written; nothing half-written is left.
        """
        folder.mkdir(parents=True, exist_ok=True)
        moment = datetime.fromtimestamp(self._clock.wall(), UTC)
        file = folder / f"incident-{moment:%Y%m%d-%H%M%S}.zip"
        with whole(file, durable=False) as out, zipfile.ZipFile(out, "w") as bundle:
            bundle.writestr(BUNDLED, self._packed())
            for name, value in self._papers().items():
                bundle.writestr(name, json.dumps(value, indent=1), zipfile.ZIP_DEFLATED)
        return file

    def _keep(self, record: Record, *, begins: bool = False) -> None:
        self._records.append((record, begins))
        self._size += len(record.data)
        oldest = self._clock.wall() - MINUTES * 60
        while self._size > CAPACITY or (self._records[0][0].t or 0.0) < oldest:
            self._size -= len(self._records.popleft()[0].data)
            if not self._records:
                break

    def _restate(self, connection: Connection, label: str) -> None:
        if connection.session is None or not isinstance(connection.rest, HttpRest):
            return
        wall = self._clock.wall()
        self._keep(
            Record(
                wall, label, "link", venue=connection.venue.name, role="public", event="restated"
            ),
            begins=True,
        )
        for restated in connection.session.restate():
            where = connection.rest.root + restated.path if restated.dir == "rest" else label
            self._keep(Record(wall, where, restated.dir, restated.data))

    def _packed(self) -> bytes:
        """The records from the first moment on at which each connection can be understood."""
        packer = zlib.compressobj(wbits=31)
        begun: set[str] = set()
        parts = []
        for record, begins in self._records:
            if begins:
                begun.add(record.conn)
            if record.conn in begun or record.dir in ("link", "rest"):
                parts.append(packer.compress(msgspec.json.encode(record) + b"\n"))
        return b"".join((*parts, packer.flush()))

    def _papers(self) -> dict[str, Any]:
        return {
            "about.json": {
                "wsdash": __version__,
                "python": platform.python_version(),
                "system": platform.platform(terse=True),
                "written": self._clock.wall(),
            },
            "settings.json": dict(self._about()),
            "events.json": msgspec.to_builtins(list(self._log)),
            "gaps.json": msgspec.to_builtins(list(self._board.gaps)),
            "books.json": {
                str(key): {
                    "state": market.streams["book"].state,
                    "reason": market.streams["book"].reason,
                    "sequence": market.streams["book"].sequence,
                    "bids": market.book.bids.top(DEPTH),
                    "asks": market.book.asks.top(DEPTH),
                }
                for key, market in self._board.markets.items()
                if market.book is not None and "book" in market.streams
            },
        }
