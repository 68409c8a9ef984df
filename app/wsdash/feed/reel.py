"""A replay at one moment: everything that the records up to it make, and nothing else.

Whatever depends on time is looked at on a grid of the recording's own time, so that a moment
is the same however it was reached: played slowly, at full speed, or step by step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, Literal, Protocol

from wsdash.domain.alerts import Fired
from wsdash.domain.events import (
    BalancesMoved,
    BalancesStated,
    BookLost,
    BookSynced,
    Channel,
    Event,
    Printed,
)
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.apply import apply
from wsdash.feed.feed import Follower, LinkReport
from wsdash.feed.log import new_log
from wsdash.feed.market import Board, Stream
from wsdash.feed.playback import Playback
from wsdash.feed.recorded_links import RecordedLinks
from wsdash.feed.recording import Record, RecordingError
from wsdash.feed.survey import channel_of
from wsdash.venues import registry
from wsdash.venues.venue import Venue

TICK: Final = 0.25
"""Seconds between two looks at what only time changes."""

STILL: Final = 120.0
"""Seconds without a record after which there are fewer looks."""

RARE_TICK: Final = 4.0
"""Seconds between two looks then."""

DEAD: Final = 3_600.0
"""Seconds without a record after which there is no look at all until the next one."""

UNTIMED: Final = 1e6
"""Seconds since the epoch before which no recording began: its times are made up."""


class Watch(Protocol):
    """Who watches the rules of alerts in a recording."""

    log: deque[Fired]
    """What fired, oldest first."""

    def fact(self, venue: str, event: Event) -> None:
        """A venue said something; the board knows it already."""

    def moved(self, venue: str, symbol: str, stream: Stream) -> None:
        """A stream is in another state."""

    def passed(self, now: float, *, tick: bool) -> None:
        """A record was taken, or time went by."""


class Reel:
    """What there is at one moment of a recording.

    Args:
        venue: the venue of connections whose address does not tell.
        start: seconds since the epoch of the first record.

    Attributes:
        taken: records that were taken.
        ended: whether there are no more.
        heard_at: the time of the last record.
        follower: looks on, and remembers what it wants; it belongs to this moment too.
        watch: the alerts, if any.
    """

    def __init__(self, venue: Venue | None, start: float) -> None:
        self.mode: Literal["live", "demo", "replay"] = "replay"
        self.board = Board()
        self.log = new_log()
        self.taken = 0
        self.ended = False
        self.start = self.heard_at = start
        self.follower: Follower | None = None
        self.watch: Watch | None = None
        self.playback = Playback(venue)
        self.links = RecordedLinks(self.board, self.log, self.now)
        self.links.moved = self._moved
        self._at = self._ticked = start

    @property
    def position(self) -> float:
        """Seconds of the recording."""
        return self._at - self.start

    def now(self) -> float:
        """Seconds of the recording since the epoch: they serve as its monotonic time."""
        return self._at

    def wall(self) -> float:
        """Seconds since the epoch, of the recording."""
        return self._at

    def reports(self) -> list[LinkReport]:
        """The recorded connections."""
        bad = sum(session.tally.unparsed for session in self.playback.all_sessions())
        return self.links.reports(bad)

    def pass_time(self, until: float) -> None:
        """Let the recording's time go on to `until`, seconds since the epoch."""
        while (tick := self._next_tick()) is not None and tick <= until:
            self._at = self._ticked = tick
            self.links.look()
            if self.watch is not None:
                self.watch.passed(tick, tick=True)
            if self.follower is not None:
                self.follower.look(self)
        self._at = max(self._at, until)

    def take(self, record: Record) -> Sequence[tuple[Venue, Event]]:
        """Take the next record and return what it said."""
        at = self._at if record.t is None else record.t
        self.pass_time(at)
        if self._next_tick() is None:
            self._ticked = at
        self.taken += 1
        self.heard_at = self._at
        said = self._heard(record)
        conn, printed = self.playback.speaker, False
        for venue, event in said:
            self._apply(conn, venue, event)
            printed = printed or isinstance(event, Printed)
        if self.watch is not None:
            self.watch.passed(self._at, tick=False)
        if printed and self.follower is not None:
            self.follower.printed(self)
        return said

    def end(self) -> None:
        """There are no more records: quiet books are believed by now."""
        if not self.ended:
            self.ended = True
            for venue, event in self.playback.finish():
                self._apply("", venue, event)
            self.links.changed.touch()

    def _heard(self, record: Record) -> list[tuple[Venue, Event]]:
        if record.dir == "link":
            known = self.playback.venues.get(record.conn)
            self.links.turn(record, known or registry.VENUES.get(record.venue))
        try:
            events = self.playback.feed(record)
        except RecordingError as error:  # the first look did not look that far
            self.links.log("replay", "", "BAD", clean(str(error)))
            return []
        venue = self.playback.venues.get(record.conn)
        if venue is not None and record.dir == "in":
            self.links.heard(record, venue)
        return events

    def _next_tick(self) -> float | None:
        silent = self._ticked - self.heard_at
        if silent >= DEAD:
            return None
        return self._ticked + (TICK if silent < STILL else RARE_TICK)

    def _moved(self, venue: str, symbol: str, stream: Stream) -> None:
        if self.watch is not None:
            self.watch.moved(venue, symbol, stream)

    def _apply(self, conn: str, venue: Venue, event: Event) -> None:
        now = self._at
        channel = channel_of(event)
        symbol = getattr(event, "symbol", "")
        if channel is not None:
            self._stream(venue, symbol, channel)
            self.links.carry(conn, venue, symbol, channel)
        elif isinstance(event, BalancesStated | BalancesMoved):
            self.board.account_streams.setdefault(venue.name, Stream("account", now))
            self.links.carry(conn, venue, "", "account")
        changed = apply(self.board, venue.name, event, now)
        name = f"{venue.name} public"  # of all its connections: another one may end the gap
        if isinstance(event, BookLost):
            self.board.gaps.open(name, symbol, now, clean(event.reason), ("book",))
        elif isinstance(event, BookSynced):
            self.board.gaps.close(name, symbol, now, ("book",))
        if self.watch is not None:
            self.watch.fact(venue.name, event)
        if changed is not None:
            self._moved(venue.name, symbol, changed)
            if changed.state != "QUIET":
                subject = clean(f"{symbol} {changed.channel}")
                self.links.log(self.links.name(conn, venue), subject, changed.state, changed.reason)

    def _stream(self, venue: Venue, symbol: str, channel: Channel) -> None:
        """Streams are made by their first data: a recording tells of no wishes."""
        market = self.board.market(MarketKey(venue.name, symbol))
        if channel not in market.streams:
            market.streams[channel] = Stream(channel, self._at, timed=self.start > UNTIMED)
            known = self.board.instruments.get(venue.name, {})
            market.instrument = market.instrument or known.get(symbol)
