"""The state that screens look at: one `Market` a symbol, and the `Board` that holds them all."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from wsdash.domain.account import Account
from wsdash.domain.book import OrderBook
from wsdash.domain.candles import CandleSeries
from wsdash.domain.events import Channel, TickerMoved
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.trades import Tape
from wsdash.feed.freshness import Cadence, Delay
from wsdash.feed.gaps import Ledger
from wsdash.feed.past import Past


class ChannelState(StrEnum):
    """States of a channel; the words are the same on screen, in logs and in JSON."""

    SYNCING = "SYNCING"
    LIVE = "LIVE"
    QUIET = "QUIET"
    STALE = "STALE"
    RESYNC = "RESYNC"
    PARKED = "PARKED"


class Stream:
    """One channel of one market: its state, its freshness, and who waits for it.

    Times are monotonic seconds unless said otherwise. Whoever draws computes the
    age itself from `received_at`, so that a dead watchdog cannot hide a dead feed.
    """

    def __init__(self, channel: Channel, now: float, *, timed: bool = True) -> None:
        self.channel = channel
        self._timed = timed
        self.state = ChannelState.SYNCING
        self.reason = ""
        self.since = now
        self.received_at: float | None = None
        self.venue_time: float | None = None
        self.sequence: int | None = None
        self.cadence = Cadence()
        self.behind = 0.0
        self._delay = Delay()
        self.messages = 0
        self.revision = 0
        self._waiters: list[asyncio.Future[None]] = []

    def __getstate__(self) -> dict[str, object]:
        """A copy has nobody who waits for it."""
        return {**self.__dict__, "_waiters": []}

    def touch(self) -> None:
        """Something of it changed: wake whoever draws it. Costs next to nothing else."""
        self.revision += 1
        if self._waiters:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()

    async def changed(self, seen: int) -> int:
        """Wait until the revision is no longer `seen`, and return it."""
        while self.revision == seen:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:  # whoever gives up waiting leaves nothing behind
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
        return self.revision

    def heard(self, now: float, venue_time: float | None) -> bool:
        """Data came: count it, learn from it, wake whoever draws it.

        Returns:
            Whether that ended a quiet time.
        """
        self.received_at = now
        if venue_time is not None:
            self.venue_time = venue_time
            self.behind = self._delay.note(now, venue_time) if self._timed else 0.0
        self.messages += 1
        self.cadence.heard(now)
        was_quiet = self.state is ChannelState.QUIET
        if was_quiet:
            self.state, self.since = ChannelState.LIVE, now
        self.touch()
        return was_quiet

    def enter(self, state: ChannelState, now: float, reason: str = "") -> bool:
        """Enter a state; tell whether anything changed."""
        if (state, reason) == (self.state, self.reason):
            return False
        if state is not self.state:
            self.since = now
        self.state, self.reason = state, reason
        self.touch()
        return True

    @property
    def is_late(self) -> bool:
        """Whether it is stale because its data comes too late, not because none comes."""
        return self.state is ChannelState.STALE and self.reason.startswith("lagging")

    @property
    def threshold(self) -> float:
        """Seconds of silence after which it is stale."""
        return self.cadence.limit

    def age(self, now: float) -> float | None:
        """Seconds since data last came, or None before the first."""
        return None if self.received_at is None else now - self.received_at


class Market:
    """Everything known of one market, each part with its own stream state."""

    def __init__(self, key: MarketKey) -> None:
        self.key = key
        self.instrument: Instrument | None = None
        self.book: OrderBook | None = None
        self.tape = Tape()
        self.candles: dict[str, CandleSeries] = {}
        self.past: dict[str, Past] = {}
        self.ticker: TickerMoved | None = None
        self.streams: dict[Channel, Stream] = {}


class Board:
    """All markets, accounts and instrument lists, by venue."""

    def __init__(self) -> None:
        self.markets: dict[MarketKey, Market] = {}
        self.accounts: dict[str, Account] = {}
        self.account_streams: dict[str, Stream] = {}
        self.key_warnings: dict[str, str] = {}
        self.clocks: dict[str, float] = {}
        self.instruments: dict[str, dict[str, Instrument]] = {}
        self.gaps = Ledger()

    def market(self, key: MarketKey) -> Market:
        """Return the market of `key`, made on first use."""
        if key not in self.markets:
            self.markets[key] = Market(key)
        return self.markets[key]
