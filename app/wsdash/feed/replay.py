"""A recording as a feed: the same board, moved by the recording's time instead of the clock's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal

from wsdash.domain.events import BalancesMoved, BalancesStated, BookLost, BookSynced, Event
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.apply import apply
from wsdash.feed.clock import Clock
from wsdash.feed.feed import LinkReport
from wsdash.feed.log import new_log
from wsdash.feed.market import Board, Stream
from wsdash.feed.playback import Playback
from wsdash.feed.recorded_links import RecordedLinks
from wsdash.feed.recording import Record, Recording, RecordingError
from wsdash.feed.survey import channel_of, survey, timed
from wsdash.venues import registry
from wsdash.venues.venue import Subscription, Venue

FRAME = 1 / 30
"""Seconds between two steps of the player."""

SLOWEST: Final = 0.1
FASTEST: Final = 100.0


UNTIMED = 1e6
"""Seconds since the epoch before which no recording began: its times are made up."""

BATCH = 500
"""Records played between two looks at the rest of the program."""


class ReplayFeed:
    """Plays a recording.

    Args:
        recording: what to play.
        clock: by which playing moves on.
        venue: the venue of connections whose address does not tell.

    Raises:
        RecordingError: it cannot be read.
    """

    def __init__(self, recording: Recording, clock: Clock, venue: Venue | None = None) -> None:
        self.mode: Literal["live", "demo", "replay"] = "replay"
        self.board = Board()
        self.log = new_log()
        self.playing = True
        self.speed = 1.0
        self.markets, self.start, self.duration = survey(recording, venue)
        self.venues: Sequence[str] = tuple(dict.fromkeys(key.venue for key in self.markets))
        self.position = 0.0
        self._clock = clock
        self._playback = Playback(venue)
        self._records = timed(recording)
        self._next: Record | None = next(self._records, None)
        self._links = RecordedLinks(self.board, self.log, self.now)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep playing while in the context."""
        player = asyncio.create_task(self._play(), name="player")
        try:
            yield
        finally:
            player.cancel()
            await asyncio.gather(player, return_exceptions=True)

    def now(self) -> float:
        """Seconds of the recording since the epoch: they serve as its monotonic time."""
        return self.start + self.position

    def wall(self) -> float:
        """Seconds since the epoch, of the recording."""
        return self.start + self.position

    def want(self, wanted: Iterable[tuple[str, Subscription]]) -> None:
        """A recording holds what it holds."""

    def resync(self, key: MarketKey) -> None:
        """A recording cannot be asked anew."""

    def older(self, key: MarketKey, interval: str) -> None:
        """A recording holds the candles that were fetched."""

    def reconnect(self, venue: str) -> None:
        """A recording has no connection."""

    def retry(self, name: str) -> None:
        """As above: what happened has happened."""

    def drop(self, name: str) -> None:
        """As above."""

    def park(self, name: str) -> None:
        """As above."""

    def rotate(self, name: str) -> None:
        """As above."""

    def reports(self) -> list[LinkReport]:
        """The recorded connections."""
        bad = sum(session.tally.unparsed for session in self._playback.all_sessions())
        return self._links.reports(bad)

    async def links_changed(self, seen: int) -> int:
        """Wait until a recorded link changed."""
        return await self._links.changed.changed(seen)

    def toggle(self) -> None:
        """Play or pause."""
        self.playing = not self.playing and self._next is not None

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as it was recorded."""
        self.speed = min(max(speed, SLOWEST), FASTEST)

    def step(self, frames: int = 1) -> None:
        """Play the next `frames` records."""
        for _ in range(frames):
            if self._next is None:
                return
            self.position = max(self.position, (self._next.t or 0.0) - self.start)
            self._take()
            if self._next is None:
                self._end()

    @property
    def ended(self) -> bool:
        """Whether every record was played."""
        return self._next is None

    async def _play(self) -> None:
        last = self._clock.monotonic()
        while True:
            await self._clock.sleep(FRAME)
            now = self._clock.monotonic()
            elapsed, last = now - last, now
            if self.playing:
                await self._advance(min(elapsed, 1.0) * self.speed)
            self._links.look()

    async def _advance(self, seconds: float) -> None:
        target = self.position + seconds
        played = 0
        while self._next is not None and (self._next.t or 0.0) - self.start <= target:
            self.position = max(self.position, (self._next.t or 0.0) - self.start)
            self._take()
            played += 1
            if played % BATCH == 0:
                await self._clock.sleep(0)
        self.position = min(target, self.duration)
        if self._next is None:
            self._end()

    def _end(self) -> None:
        self.position, self.playing = self.duration, False
        for venue, event in self._playback.finish():
            self._apply(venue, event)
        self._links.changed.touch()

    def _take(self) -> None:
        record, self._next = self._next, next(self._records, None)
        if record is None:
            return
        if record.dir == "link":
            known = self._playback.venues.get(record.conn)
            self._links.turn(record, known or registry.VENUES.get(record.venue))
        try:
            events = self._playback.feed(record)
        except RecordingError as error:  # the survey did not look that far
            self._links.log("replay", "", "BAD", clean(str(error)))
            return
        venue = self._playback.venues.get(record.conn)
        if venue is not None and record.dir == "in":
            self._links.heard(record, venue)
        for source, event in events:
            self._apply(source, event)

    def _apply(self, venue: Venue, event: Event) -> None:
        now = self.now()
        channel = channel_of(event)
        symbol = getattr(event, "symbol", "")
        if channel is not None:
            market = self.board.market(MarketKey(venue.name, symbol))
            if channel not in market.streams:
                market.streams[channel] = Stream(channel, now, timed=self.start > UNTIMED)
                known = self.board.instruments.get(venue.name, {})
                market.instrument = market.instrument or known.get(symbol)
        elif isinstance(event, BalancesStated | BalancesMoved):
            self.board.account_streams.setdefault(venue.name, Stream("account", now))
        changed = apply(self.board, venue.name, event, now)
        name = f"{venue.name} public"
        if isinstance(event, BookLost):
            self.board.gaps.open(name, symbol, now, clean(event.reason), ("book",))
        elif isinstance(event, BookSynced):
            self.board.gaps.close(name, symbol, now, ("book",))
        if changed is not None and changed.state != "QUIET":
            subject = clean(f"{symbol} {changed.channel}")
            self._links.log(name, subject, changed.state, changed.reason)
