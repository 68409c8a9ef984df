"""Make before break: a second connection is opened, synced and compared before the first goes.

For venues that end connections after a day, for announced shutdowns, and by key. Until
the swap the new connection changes nothing that is drawn, except that trades are taken
from both: each has an id and counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

from wsdash.domain.book import OrderBook
from wsdash.domain.events import (
    BalancesMoved,
    BalancesStated,
    BookLost,
    BookMoved,
    BookSynced,
    Event,
    Printed,
)
from wsdash.domain.instrument import MarketKey
from wsdash.feed.connection import Connection
from wsdash.feed.link import LinkState
from wsdash.feed.market import Board, ChannelState
from wsdash.venues.venue import Subscription

COMPARED = 25
"""Levels of each side that must be the same in both books."""

PATIENCE = 30.0
"""Seconds a new connection has to become as good as the old one."""

AGAIN_AFTER = 300.0
"""Seconds until the next attempt after one that failed."""

APART = 60.0
"""Seconds between the beginnings of two rotations at one venue."""

EARLY = 3600.0
"""Seconds before a venue's limit at which a connection is due at the latest; at the earliest
it is twice that."""


@dataclass(slots=True)
class Standby:
    """A book of the new connection, and where it stands."""

    book: OrderBook
    sequence: int | None
    time: float | None


class Rotation:
    """One change of connections under way.

    Args:
        new: the connection that is to take over.
        wanted: what the old one carries.
        now: monotonic seconds.
        reason: why, in words.
    """

    def __init__(
        self, new: Connection, wanted: frozenset[Subscription], now: float, reason: str
    ) -> None:
        self.new, self.began, self.reason = new, now, reason
        self._venue = new.venue.name
        self._wanted = {sub.symbol for sub in wanted if sub.channel == "book"}
        self._books: dict[str, Standby] = {}
        self._equal: set[str] = set()
        self._account: list[Event] = []

    def take(self, events: list[Event]) -> list[Event]:
        """Note what the new connection says; return what may be applied at once."""
        at_once: list[Event] = []
        for event in events:
            match event:
                case BookSynced():
                    self._books[event.symbol] = Standby(event.book, event.sequence, event.time)
                case BookMoved() if event.symbol in self._books:
                    standby = self._books[event.symbol]
                    standby.sequence, standby.time = event.sequence, event.time
                case BookLost():
                    self._books.pop(event.symbol, None)
                    self._equal.discard(event.symbol)
                case Printed() if not event.trade.history:
                    at_once.append(event)
                case BalancesStated() | BalancesMoved():
                    self._account.append(event)
                case _:
                    pass
        return at_once

    def compare(self, board: Board) -> None:
        """Compare the books that stand at the same sequence in both connections."""
        for symbol in self._wanted - self._equal:
            standby, market = self._books.get(symbol), board.markets.get(self._key(symbol))
            stream = market.streams.get("book") if market else None
            if standby is None or market is None or market.book is None or stream is None:
                continue
            if stream.sequence == standby.sequence and _same(market.book, standby.book):
                self._equal.add(symbol)

    def is_ready(self, board: Board, old: Connection) -> bool:
        """Whether the new connection is as good as the old one, or better than none."""
        if self.new.link.state is not LinkState.LIVE:
            return False
        live = {symbol for symbol in self._wanted if self._is_live(board, symbol)}
        return not old.is_live or live <= self._equal

    def swap(self, board: Board, now: float) -> list[Event]:
        """Point the board at the new books; return the account's events that are to be applied."""
        for symbol, standby in self._books.items():
            market = board.markets.get(self._key(symbol))
            stream = market.streams.get("book") if market else None
            if market is None or stream is None:
                continue
            market.book = standby.book
            stream.sequence = standby.sequence
            stream.heard(now, standby.time)
            stream.enter(ChannelState.LIVE, now)
        return self._account

    def _is_live(self, board: Board, symbol: str) -> bool:
        market = board.markets.get(self._key(symbol))
        stream = market.streams.get("book") if market else None
        return stream is not None and stream.state in (ChannelState.LIVE, ChannelState.QUIET)

    def _key(self, symbol: str) -> MarketKey:
        return MarketKey(self._venue, symbol)


def _same(one: OrderBook, other: OrderBook) -> bool:
    return (one.bids.top(COMPARED), one.asks.top(COMPARED)) == (
        other.bids.top(COMPARED),
        other.asks.top(COMPARED),
    )
