"""The flight recorder: the last minutes of raw frames, packed in memory, written out by key.

The bundle is a zip file that `wsdash replay` opens: the frames and the turns of the
connections, the gaps, the supervisor's log, the books as they stand, and the settings
without secrets.
"""

from __future__ import annotations

import asyncio
import json
import platform
import zipfile
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
from wsdash.feed.spool import Piece, Spool, joined
from wsdash.files import whole
from wsdash.venues.venue import Request

MINUTES = 5.0
"""Minutes that are remembered."""

CAPACITY = 32 * 1024 * 1024
"""Bytes that they may take at most: these minutes at some three thousand frames a second."""

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
        self._spool = Spool(CAPACITY, MINUTES * 60)
        self._restated: dict[str, float] = {}

    def fact(self, venue: str, event: Event) -> None:
        """Frames are remembered, not what was made of them."""

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        """Streams follow from frames."""

    def link(self, connection: Connection, before: Link) -> None:
        """Remember a turn; a connection's first frames are where a replay can begin."""
        if connection.role == "public":
            for record in self._labels.turns(connection, before, self._clock.wall()):
                if record.event == "opened":
                    self._restated[record.conn] = self._clock.monotonic()
                self._spool.keep(record)

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """Remember a frame, and from time to time the books before it."""
        if connection.role != "public":
            return
        label, now = self._labels.of(connection), self._clock.monotonic()
        if now - self._restated.get(label, -RESTATE_EVERY) >= RESTATE_EVERY:
            self._restated[label] = now
            for restated in self._labels.restated(connection, self._clock.wall()):
                self._spool.keep(restated)
        self._spool.keep(Record(self._clock.wall(), label, direction, data))

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """Remember the body of an answer."""
        record = self._labels.answer(connection, request, body, self._clock.wall())
        if record is not None:
            self._spool.keep(record)

    async def write(self, folder: Path) -> Path:
        """Write a bundle into a folder and return its path.

        What goes into it is as of now; it is packed beside the event loop, on which feeds go on.

        Raises:
            OSError: it cannot be written; nothing half-written is left.
        """
        wall = self._clock.wall()
        pieces, papers = self._spool.pieces(), self._papers(wall)
        return await asyncio.to_thread(_write, folder, wall, pieces, papers)

    def _papers(self, wall: float) -> dict[str, Any]:
        return {
            "about.json": {
                "wsdash": __version__,
                "python": platform.python_version(),
                "system": platform.platform(terse=True),
                "written": wall,
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


def _write(folder: Path, wall: float, pieces: tuple[Piece, ...], papers: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"incident-{datetime.fromtimestamp(wall, UTC):%Y%m%d-%H%M%S}.zip"
    with whole(file, durable=False) as out, zipfile.ZipFile(out, "w") as bundle:
        bundle.writestr(BUNDLED, joined(pieces))
        for name, value in papers.items():
            bundle.writestr(name, json.dumps(value, indent=1), zipfile.ZIP_DEFLATED)
    return file
