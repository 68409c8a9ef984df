"""The whole feed against the embedded exchange, with the exchange's own book as the judge."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from wsdash.domain.book import Level
from wsdash.domain.events import BookMoved, BookSynced, Event
from wsdash.domain.instrument import MarketKey
from wsdash.exchange.pairs import PAIRS, Pair
from wsdash.exchange.perpetuals import PERPETUALS
from wsdash.exchange.server import Exchange
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.clock import SystemClock
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link, LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState, Stream
from wsdash.feed.observer import Tools
from wsdash.feed.rest import HttpRest
from wsdash.feed.sockets import opener
from wsdash.feed.supervisor import Supervisor
from wsdash.venues import registry
from wsdash.venues.venue import Budget, Request, Subscription

PAIR_OF = {("kraken", pair.symbol): pair for pair in PAIRS} | {
    ("binance", pair.binance_symbol): pair for pair in PAIRS
}
PAIR_OF |= {("bybit", pair.bybit_symbol): pair for pair in PERPETUALS}
VENUES = ("kraken", "binance", "bybit")
TOP = 10

BTC = {
    "kraken": MarketKey("kraken", "BTC/USD"),
    "binance": MarketKey("binance", "BTCUSDT"),
    "bybit": MarketKey("bybit", "BTCUSDT"),
}
ETH = {
    "kraken": MarketKey("kraken", "ETH/USD"),
    "binance": MarketKey("binance", "ETHUSDT"),
    "bybit": MarketKey("bybit", "ETHUSDT"),
}


@dataclass
class Oracle:
    """Compares every book that is shown as LIVE with the exchange's own, and keeps a diary.

    Attributes:
        compared: books that were the exchange's, level by level.
        wrong: what was shown instead.
        states: (venue, symbol, channel, state, reason), in order.
        links: (venue, state, reason), in order.
    """

    feed: LiveFeed
    exchange: Exchange
    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    states: list[tuple[str, str, str, ChannelState, str]] = field(default_factory=list)
    links: list[tuple[str, LinkState, str]] = field(default_factory=list)

    def fact(self, venue: str, event: Event) -> None:
        if isinstance(event, BookMoved | BookSynced):
            self._compare(venue, event)

    def _compare(self, venue: str, event: BookMoved | BookSynced) -> None:
        market = self.feed.board.market(MarketKey(venue, event.symbol))
        stream = market.streams.get("book")
        if stream is None or stream.state is not ChannelState.LIVE or market.book is None:
            return
        pair = PAIR_OF[venue, event.symbol]
        try:
            if event.sequence is not None:
                sequence = event.sequence
            else:  # Kraken has no sequence, but no two changes of a market have the same time
                sequence = self.exchange.sequence_at(pair.symbol, round((event.time or 0) * 1e6))
            truth = self.exchange.truth(pair.symbol, sequence)
        except LookupError as error:
            self.wrong.append(f"{venue} {event}: {error}")
            return
        for shown, real in zip((market.book.bids, market.book.asks), truth, strict=True):
            if _plain(shown.top(TOP), pair) != real[:TOP]:
                self.wrong.append(f"{venue} {event.symbol} at {sequence}: {shown.top(3)}")
                return
        self.compared += 1

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        venue = connection.venue.name
        self.states.append((venue, symbol, stream.channel, stream.state, stream.reason))

    def link(self, connection: Connection, before: Link) -> None:
        link = connection.link
        if link.state is not before.state:
            self.links.append((link.venue, link.state, link.reason))

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        pass

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        pass

    async def reached(self, venue: str, state: LinkState) -> str:
        """Wait until a link was in a state; return the reason it gave."""
        while True:
            for name, seen, reason in self.links:
                if (name, seen) == (venue, state):
                    return reason
            await asyncio.sleep(0.005)

    def book_states(self, key: MarketKey) -> list[tuple[ChannelState, str]]:
        """What the book of a market went through."""
        return [
            (state, reason)
            for venue, symbol, channel, state, reason in self.states
            if (venue, symbol, channel) == (key.venue, key.name, "book")
        ]


def _plain(levels: list[Level], pair: Pair) -> list[tuple[int, int]]:
    """Levels in whole ticks and lots."""
    price, size = Decimal(10) ** pair.price_places, Decimal(10) ** pair.size_places
    return [(int(Decimal(p) * price), int(Decimal(s) * size)) for p, s in levels]


@asynccontextmanager
async def house(exchange: Exchange, seed: int = 1) -> AsyncIterator[tuple[LiveFeed, Oracle]]:
    """A running feed of both venues on an exchange.

    The connect budgets are wide, so that many faults fit into one test; the clocks are real.
    """
    clock = SystemClock()
    urls = exchange.urls
    chance = random.Random(seed)

    def connect(name: str, supervisor: Supervisor) -> list[Connection]:
        venue = replace(registry.find(name), connects=Budget(100, 10))
        return [
            Connection(
                venue=venue,
                role="public",
                address=urls[name]["ws_url"],
                make_session=venue.public,
                budget=ConnectBudget(venue.connects, clock),
                rest=HttpRest(urls[name]["rest_url"]),
                tools=Tools(
                    clock=clock,
                    uniform=chance.uniform,
                    open_socket=opener(),
                    observer=supervisor,
                ),
            )
        ]

    feed = LiveFeed(clock=clock, connect=connect, venues=VENUES)
    oracle = Oracle(feed, exchange)
    async with feed.running():
        feed.supervisor.listeners.append(oracle)
        yield feed, oracle


def books(*keys: MarketKey) -> list[tuple[str, Subscription]]:
    return [(key.venue, Subscription("book", key.name)) for key in keys]


def everything(*keys: MarketKey) -> list[tuple[str, Subscription]]:
    return [
        (key.venue, Subscription(channel, key.name, "1m" if channel == "candles" else ""))
        for key in keys
        for channel in ("book", "trades", "ticker", "candles")
    ]


def state(feed: LiveFeed, key: MarketKey) -> ChannelState:
    return feed.board.market(key).streams["book"].state


def link(feed: LiveFeed, venue: str) -> Link:
    return next(report.link for report in feed.reports() if report.link.venue == venue)


async def until(condition: Callable[[], bool], patience: float = 25.0) -> None:
    """Wait until something is so; polled, since that is how a screen sees it."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.005)


async def all_live(feed: LiveFeed, *keys: MarketKey, patience: float = 25.0) -> None:
    """Wait until all books are whole and shown as such."""
    await until(lambda: all(state(feed, key) is ChannelState.LIVE for key in keys), patience)
