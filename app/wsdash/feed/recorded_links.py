"""The connections of a recording, as far as it tells of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final, Literal

import msgspec

from wsdash.domain.events import Channel
from wsdash.domain.text import clean
from wsdash.feed import streams
from wsdash.feed.feed import LinkReport
from wsdash.feed.history import LinkHistory
from wsdash.feed.link import Link, LinkState
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board, Stream
from wsdash.feed.playback import is_private
from wsdash.feed.recording import Record
from wsdash.venues.venue import Venue

_STATES: Final = {state.lower(): state for state in LinkState}


def _nobody(*_: object) -> None:
    """Nobody wants to know."""


class _Line:
    """A recorded connection."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.history = LinkHistory()
        self.frames = 0
        self.received_at: float | None = None
        self.carries: dict[tuple[str, Channel], None] = {}


class RecordedLinks:
    """Follows the recorded turns, and marks on the board what they cost.

    A connection carries the streams whose data came over it last: its turns are theirs, and
    nothing to the streams of other connections to the same venue.

    Args:
        board: whose streams and gaps they are.
        log: takes a line for every turn.
        now: the recording's time, seconds since the epoch.

    Attributes:
        moved: is told of every stream whose state a turn changed: venue, symbol, stream.
        turned: is told of every turn: the role of the connection, and its link.
    """

    def __init__(self, board: Board, log: deque[LinkEvent], now: Callable[[], float]) -> None:
        self.changed = Stream("account", 0.0)
        self._board, self._log, self._now = board, log, now
        self._lines: dict[str, _Line] = {}
        self._carriers: dict[tuple[str, str, Channel], _Line] = {}
        self.moved: Callable[[str, str, Stream], None] = _nobody
        self.turned: Callable[[Literal["public", "private"], Link], None] = _nobody

    def name(self, conn: str, venue: Venue) -> str:
        """The name of a connection; a venue's own where nothing was heard of this one."""
        line = self._lines.get(conn)
        return line.link.name if line is not None else f"{venue.name} public"

    def carry(self, conn: str, venue: Venue, symbol: str, channel: Channel) -> None:
        """Data of a stream came over a connection."""
        line, stream = self._lines.get(conn), (venue.name, symbol, channel)
        if line is None or self._carriers.get(stream) is line:
            return
        if stream in self._carriers:
            self._carriers[stream].carries.pop((symbol, channel), None)
        self._carriers[stream] = line
        line.carries[symbol, channel] = None

    def heard(self, record: Record, venue: Venue) -> None:
        """A frame came in."""
        line = self._line(record, venue)
        line.frames += 1
        line.received_at = self._now()

    def look(self) -> None:
        """Keep the last hour of every connection."""
        for line in self._lines.values():
            line.history.note(line.link, line.frames, self._now())

    def reports(self, bad: int) -> list[LinkReport]:
        """The recorded connections; `bad` frames were not understood."""
        return [
            LinkReport(
                link=line.link,
                received_at=line.received_at,
                rate=line.history.rate,
                rtt=None,
                attempts=0,
                budget=0,
                resyncs=line.history.resyncs,
                bad=bad,
                strip=str(line.history.strip),
            )
            for line in self._lines.values()
        ]

    def turn(self, record: Record, venue: Venue | None) -> None:
        """Take a recorded turn in the life of a connection."""
        if venue is None or record.event == "restated":
            return
        if record.event == "closed":
            self._lines.pop(record.conn, None)
            self.changed.touch()
            return
        line, now, reason = self._line(record, venue), self._now(), clean(record.reason)
        if record.event == "lost":
            line.link = msgspec.structs.replace(
                line.link, state=LinkState.BACKOFF, since=now, reason=reason
            )
            self._board.gaps.open(line.link.name, "", now, reason)
            self._mark(line, lambda stream: streams.lose(stream, now, reason))
        elif record.event == "opened":
            line.link = msgspec.structs.replace(line.link, state=LinkState.LIVE, since=now)
            self._board.gaps.close(line.link.name, "", now)
            self._mark(line, lambda stream: streams.await_data(stream, now))
        elif record.event in _STATES:
            state = _STATES[record.event]
            line.link = msgspec.structs.replace(line.link, state=state, since=now, reason=reason)
        self.turned(record.role or "public", line.link)
        self.log(line.link.name, "", clean(record.event, 20), reason)

    def _mark(self, line: _Line, mark: Callable[[Stream], bool]) -> None:
        venue = line.link.venue
        for symbol, channel in line.carries:
            stream = streams.find(self._board, venue, symbol, channel)
            if stream is not None and mark(stream):
                self.moved(venue, symbol, stream)

    def _line(self, record: Record, venue: Venue) -> _Line:
        if record.conn not in self._lines:
            role = record.role or ("private" if is_private(record.conn) else "public")
            name = self._free(f"{venue.name} {role}")
            link = Link(name, venue.name, state=LinkState.LIVE, since=self._now())
            self._lines[record.conn] = _Line(msgspec.structs.replace(link, opened_at=self._now()))
            self.changed.touch()
        return self._lines[record.conn]

    def _free(self, name: str) -> str:
        """A name that no other connection has; the second gets a number."""
        taken = {line.link.name for line in self._lines.values()}
        numbers = (f"{name} {number}" if number > 1 else name for number in count(1))
        return next(one for one in numbers if one not in taken)

    def log(self, connection: str, subject: str, state: str, text: str) -> None:
        """Put a line into the log; in a recording there is only its own time."""
        self._log.append(LinkEvent(self._now(), self._now(), connection, subject, state, text))
        self.changed.touch()
