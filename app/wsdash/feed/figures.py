"""A recording's figures at full speed: one line for every market and interval of its time.

Every book is judged as the screen judges it: what is lost, stale or not synced has no figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from wsdash.domain.events import BookLost, BookMoved, BookSynced, Event, Printed, Refused
from wsdash.domain.figures_line import Flow, Line, line_of
from wsdash.domain.instrument import MarketKey, told_apart
from wsdash.feed import streams
from wsdash.feed.apply import apply
from wsdash.feed.freshness import QUIET_AFTER
from wsdash.feed.market import Board, ChannelState, Market, Stream
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Record, Recording
from wsdash.feed.survey import timed
from wsdash.venues.venue import Session, Venue

SHORTEST: Final = 0.001
"""Seconds of the shortest interval."""

LONGEST_SILENCE: Final = 86_400
"""Intervals without a record that are written; of a longer silence the rest is left out."""


class BadInterval(ValueError):
    """An interval of which no figures are given; the message is for people."""


class Figures:
    """The lines of a recording, in the order of time; to be iterated once.

    An interval holds its beginning and not its end. The last one ends after the last record.

    Args:
        path: the recording.
        venue: the venue of connections whose address does not tell.
        every: seconds of an interval; they begin at whole multiples of it.

    Attributes:
        recording: what is read; it knows afterwards how much of it was damaged.

    Raises:
        BadInterval: it is shorter than `SHORTEST`, or no number.
    """

    def __init__(self, path: Path, venue: Venue | None = None, every: float = 1.0) -> None:
        if not SHORTEST <= every < float("inf"):
            raise BadInterval(f"--every must be {SHORTEST} seconds or more")
        self.recording = _Noting(path)
        self._playback = Playback(venue)
        self._step = Decimal(repr(every))
        self._board = Board()
        self._followed: dict[MarketKey, _Followed] = {}

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines.

        Raises:
            RecordingError: it cannot be read, or is of a venue this program does not speak.
        """
        index: int | None = None
        end = 0.0
        for record in timed(self.recording):
            now = record.t or 0.0
            if index is None or now >= end:
                reached = int(Decimal(repr(now)) // self._step) + 1
                begun = reached if index is None else index
                for ended in range(begun, min(reached, begun + LONGEST_SILENCE)):
                    yield from self._lines(float(ended * self._step))
                index, end = reached, float(reached * self._step)
            self._take(record, now)
        for venue, event in self._playback.finish():
            self._apply(venue, event, end, None)
        yield from self._lines(end)

    def _take(self, record: Record, now: float) -> None:
        before = self._playback.sessions.get(record.conn)
        events = self._playback.feed(record)
        if record.dir == "link":
            self._turn(record, before, now)
        for venue, event in events:
            self._apply(venue, event, now, record)

    def _apply(self, venue: Venue, event: Event, now: float, record: Record | None) -> None:
        if not isinstance(event, BookMoved | Printed | BookSynced | BookLost | Refused):
            return
        key = MarketKey(venue.name, event.symbol)
        followed = self._followed.get(key)
        if followed is None:
            if isinstance(event, Refused):
                return
            followed = self._followed[key] = _Followed(self._board.market(key), now)
        if isinstance(event, BookSynced) and record is not None:
            followed.owner = self._session(venue, event.symbol, record)
        if self.recording.untimed and isinstance(event, BookMoved | BookSynced):
            event = msgspec.structs.replace(event, time=None)  # no clock to measure a delay by
        counted = followed.market.tape.count
        apply(self._board, venue.name, event, now)
        if isinstance(event, Printed) and followed.market.tape.count > counted:
            followed.flow.add(event.trade, now)

    def _session(self, venue: Venue, symbol: str, record: Record) -> Session | None:
        """The session that keeps a book which has just been synced."""
        playback = self._playback
        if record.dir == "in":
            return playback.sessions.get(record.conn)
        sessions = (s for conn, s in playback.sessions.items() if playback.venues[conn] is venue)
        return next((session for session in sessions if session.hears(symbol)), None)

    def _turn(self, record: Record, before: Session | None, now: float) -> None:
        """What a turn in a connection's life means for the books that came over it."""
        ends = before is not None and record.event in ("lost", "closed", "opened")
        begins = record.event == "opened" and record.role != "private"
        for key, followed in self._followed.items():
            stream = followed.market.streams["book"]
            if ends and followed.owner is before:
                followed.owner = None
                streams.lose(stream, now, record.event)
            if begins and key.venue == record.venue and followed.owner is None:
                streams.await_data(stream, now)

    def _lines(self, now: float) -> Iterator[Line]:
        names = told_apart(self._followed.keys())
        for key, followed in self._followed.items():
            market = followed.market
            state = _state(market.streams["book"], now)
            book = market.book if state in (ChannelState.LIVE, ChannelState.QUIET) else None
            yield line_of(now, names[key], state, book, followed.flow)


class _Noting(Recording):
    """A recording that tells whether the record it gave last had no time."""

    untimed = False

    def records(self, skip: int = 0) -> Iterator[Record]:
        for record in super().records(skip):
            self.untimed = record.t is None
            yield record


class _Followed:
    """A market, the session that keeps its book, and what its prints added up to."""

    __slots__ = ("flow", "market", "owner")

    def __init__(self, market: Market, now: float) -> None:
        market.streams = {"book": Stream("book", now), "trades": Stream("trades", now)}
        self.market = market
        self.owner: Session | None = None
        self.flow = Flow()


def _state(stream: Stream, now: float) -> ChannelState:
    """The word for a book at a moment; silence counts as it does on the screen."""
    silent = stream.age(now)
    if stream.state is not ChannelState.LIVE or silent is None or silent <= QUIET_AFTER:
        return stream.state
    return ChannelState.QUIET if silent <= stream.threshold else ChannelState.STALE
