"""The connections of a recording, as far as it tells of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from wsdash.domain.text import clean
from wsdash.feed import streams
from wsdash.feed.feed import LinkReport
from wsdash.feed.history import LinkHistory
from wsdash.feed.link import Link, LinkState
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board, Stream
from wsdash.feed.recording import Record
from wsdash.venues.venue import Venue

_STATES: Final = {state.lower(): state for state in LinkState}


class _Line:
    """A recorded connection."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.history = LinkHistory()
        self.frames = 0
        self.received_at: float | None = None


class RecordedLinks:
    """Follows the recorded turns, and marks on the board what they cost.

    Args:
        board: whose streams and gaps they are.
        log: takes a line for every turn.
        now: the recording's time, seconds since the epoch.
    """

    def __init__(self, board: Board, log: deque[LinkEvent], now: Callable[[], float]) -> None:
        self.changed = Stream("account", 0.0)
        self._board, self._log, self._now = board, log, now
        self._lines: dict[str, _Line] = {}

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
            for _, stream in streams.of_venue(self._board, venue.name):
                streams.lose(stream, now, reason)
        elif record.event == "opened":
            line.link = msgspec.structs.replace(line.link, state=LinkState.LIVE, since=now)
            self._board.gaps.close(line.link.name, "", now)
            for _, stream in streams.of_venue(self._board, venue.name):
                streams.await_data(stream, now)
        elif record.event in _STATES:
            state = _STATES[record.event]
            line.link = msgspec.structs.replace(line.link, state=state, since=now, reason=reason)
        self.log(line.link.name, "", clean(record.event, 20), reason)

    def _line(self, record: Record, venue: Venue) -> _Line:
        if record.conn not in self._lines:
            name = f"{venue.name} {record.role or 'public'}"
            link = Link(name, venue.name, state=LinkState.LIVE, since=self._now())
            self._lines[record.conn] = _Line(msgspec.structs.replace(link, opened_at=self._now()))
            self.changed.touch()
        return self._lines[record.conn]

    def log(self, connection: str, subject: str, state: str, text: str) -> None:
        """Put a line into the log; in a recording there is only its own time."""
        self._log.append(LinkEvent(self._now(), self._now(), connection, subject, state, text))
        self.changed.touch()
