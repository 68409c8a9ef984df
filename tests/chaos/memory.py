"""The embedded exchange in memory and in virtual time: its market, dialects and faults without
sockets, so that minutes take seconds and a seed repeats a run to the last bit.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from tests.feed.scripted import FakeSocket
from tests.virtual import VirtualClock
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.http11 import Response

from wsdash.domain.instrument import MarketKey
from wsdash.exchange import handshake
from wsdash.exchange.book import Levels
from wsdash.exchange.client import Client
from wsdash.exchange.desk import Desk
from wsdash.exchange.faults import parse_rule
from wsdash.exchange.kraken import KrakenSession
from wsdash.exchange.kraken_rest import KrakenRest
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import PAIRS, Pair
from wsdash.exchange.perpetuals import PERPETUALS
from wsdash.exchange.plan import Plan, fits
from wsdash.exchange.rest import BinanceRest
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.connection import Connection
from wsdash.feed.live import LiveFeed
from wsdash.feed.observer import Tools
from wsdash.feed.supervisor import Supervisor
from wsdash.venues import registry
from wsdash.venues.venue import Answer, Budget, Request, Subscription

STEP = 0.02
"""Seconds between two looks of the market at the clock."""

PAIR_OF: dict[MarketKey, Pair] = {
    **{MarketKey("kraken", pair.symbol): pair for pair in PAIRS},
    **{MarketKey("binance", pair.binance_symbol): pair for pair in PAIRS},
    **{MarketKey("bybit", pair.bybit_symbol): pair for pair in PERPETUALS},
}


PATHS = {
    "kraken": handshake.KRAKEN_PUBLIC,
    "binance": "/stream",
    "bybit": handshake.BYBIT_LINEAR,
}
"""Where each venue's public connections go."""


@dataclass
class Path:
    """What lies between a client and the exchange.

    Attributes:
        delay: seconds that every frame takes.
        jitter: seconds more, at random; order is kept, as TCP keeps it.
        per_second: characters a second that get through; 0 for all.
    """

    delay: float = 0.0
    jitter: float = 0.0
    per_second: float = 0.0


class _Near(FakeSocket):
    """The client's end."""

    far: _Far

    def abort(self) -> None:
        super().abort()
        self.far.hung_up()


class _Far:
    """The exchange's end: as much of a server connection as the exchange uses."""

    def __init__(self, near: _Near, path: Path, chance: random.Random) -> None:
        self.near = near
        self.transport = self
        self._path, self._chance = path, chance
        self._heard: asyncio.Queue[str | None] = asyncio.Queue()
        self._due = 0.0

    def get_extra_info(self, name: str) -> None:
        del name

    def is_closing(self) -> bool:
        return self.near.ended

    def abort(self) -> None:
        self.near.end(ConnectionClosedError(None, None))
        self.hung_up()

    def hung_up(self) -> None:
        self._heard.put_nowait(None)

    def hear(self, socket: FakeSocket, text: str) -> None:
        del socket
        self._heard.put_nowait(text)

    async def __aiter__(self) -> AsyncIterator[str]:
        while (text := await self._heard.get()) is not None:
            yield text

    async def send(self, text: str) -> None:
        if self.near.ended:
            raise ConnectionClosedError(None, None)
        path, loop = self._path, asyncio.get_running_loop()
        if not (path.delay or path.jitter or path.per_second):
            self.near.say(text)
            return
        took = len(text) / path.per_second if path.per_second else 0.0
        now = loop.time()
        soonest = now + path.delay + self._chance.uniform(0, path.jitter)
        self._due = max(self._due + took + 1e-6, soonest)  # never two at once: order is kept
        loop.call_at(self._due, self.near.say, text)

    async def close(self, code: int, reason: str = "") -> None:
        self.near.close_with(code, reason)
        self.hung_up()

    async def ping(self) -> None:
        pass


class MemoryExchange:
    """An exchange whose clients are in this process; see `wsdash.exchange.server.Exchange`.

    Args:
        seed: decides every event of the market.
        rate: events, as a multiple of the ordinary.
        symbols: what is listed.
        market: one that was opened before, instead of a new one.
    """

    def __init__(
        self,
        seed: int,
        rate: float = 1.0,
        symbols: tuple[str, ...] = ("BTC/USD", "ETH/USD"),
        market: Market | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.clock = VirtualClock()
        pairs = tuple(pair for pair in PAIRS if pair.symbol in symbols)
        contracts = tuple(pair for pair in PERPETUALS if pair.spot in symbols)
        opened = int(self.clock.wall() * 1e6)
        self.market = market or Market(seed, rate, opened, pairs, contracts)
        self.plan = Plan([], loop.time())
        self.path = Path()
        self.is_up = True
        self.connects: list[tuple[float, str]] = []
        self.clients: dict[Client, asyncio.Task[None]] = {}
        self._chance = random.Random(seed)
        self._desk = Desk(self.market, seed, self._stale)
        self._began = loop.time()
        self._flapping: dict[str, int] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MemoryExchange]:
        """Let the market move while in the context."""
        play = asyncio.create_task(self._play())
        try:
            yield self
        finally:
            for client in list(self.clients):
                client.abort()
            tasks = [play, *self.clients.values()]
            play.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def truth(self, symbol: str, sequence: int) -> tuple[Levels, Levels]:
        """Return (bids, asks) in ticks and lots after change `sequence`."""
        return self.market.truth(symbol, sequence)

    def sequence_at(self, symbol: str, time: int) -> int:
        """Return the sequence whose change has this venue time in microseconds."""
        return self.market.listings[symbol].truth.sequence_at(time)

    def inject(self, rule: dict[str, Any]) -> None:
        """Add a fault; its times and counts begin now."""
        now = asyncio.get_running_loop().time()
        budget = self.plan.add(parse_rule(rule, len(self.plan.budgets)), now)
        for client in self.clients:
            door = handshake.door(client.path)
            if door is not None and fits(budget.rule, *door):
                client.gate.add(budget, now)

    def calm(self) -> None:
        """Take every fault away."""
        self.plan.budgets.clear()
        for client in self.clients:
            client.gate._watches.clear()

    def drop_all(self) -> None:
        """Reset every connection at once."""
        for client in list(self.clients):
            client.abort()

    async def connect(self, address: str, max_size: int) -> FakeSocket:
        """Be the network of a feed: open a socket to the exchange."""
        del max_size
        loop = asyncio.get_running_loop()
        path = urlsplit(address).path
        door = handshake.door(path)
        assert door is not None
        self.connects.append((loop.time(), door.venue))
        await asyncio.sleep(0.005 + 2 * self.path.delay)
        if not self.is_up:
            raise ConnectionRefusedError(111, "refused")
        rule = self.plan.handshake(*door, loop.time())
        near = _Near()
        near.far = far = _Far(near, self.path, self._chance)
        near._hear = far.hear
        if rule is not None and rule.action == "status":
            retry = {} if rule.retry_after is None else {"Retry-After": f"{rule.retry_after:g}"}
            raise InvalidStatus(Response(int(rule.number), "", Headers(retry), b""))
        if rule is not None and rule.action == "flap":
            near.close_with(int(rule.number), rule.text)
            return near
        client = Client(cast("ServerConnection", far), door.venue, path)
        client.session = self._desk.session(client, door)
        self.plan.arm(client.gate, door.venue, door.where, client.opened)
        self.clients[client] = asyncio.create_task(self._serve(client))
        return near

    async def _serve(self, client: Client) -> None:
        try:
            await client.run()
        finally:
            self.clients.pop(client, None)

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        beat = loop.time() + 1.0
        while True:
            self.market.advance(loop.time() - self._began)
            self._desk.tick()
            if loop.time() >= beat:
                beat += 1.0
                for client in list(self.clients):
                    if isinstance(client.session, KrakenSession):
                        client.session.beat()
            await asyncio.sleep(STEP)

    def _stale(self, venue: str, where: str, symbol: str) -> int:
        return self.plan.stale(venue, where, symbol, asyncio.get_running_loop().time())

    def rest(self, venue: str) -> MemoryRest:
        """Return what makes a venue's REST requests."""
        desk = self._desk
        if venue == "bybit":
            bybit = desk.bybit_rest()
            return MemoryRest(
                self, venue, lambda request: bybit.answer(request.path, dict(request.query))
            )
        keys = desk._keys[venue]
        if venue == "binance":
            binance = BinanceRest(desk._queries, keys)

            def ask(request: Request) -> tuple[int, str]:
                query = dict(request.query)
                response = binance.answer(request.path, query, {}, urlencode(query))
                return response.status, response.text or ""

            return MemoryRest(self, venue, ask)
        kraken = KrakenRest(
            self.market, keys, desk._tokens, lambda symbol: self._stale("kraken", "rest", symbol)
        )
        return MemoryRest(
            self, venue, lambda request: (200, kraken.answer(request.path, {}, {}, ""))
        )


class MemoryRest:
    """Requests that meet the exchange's REST side, and its faults."""

    def __init__(
        self, exchange: MemoryExchange, venue: str, ask: Callable[[Request], tuple[int, str]]
    ) -> None:
        self._exchange, self._venue, self._ask = exchange, venue, ask

    async def fetch(self, request: Request) -> Answer:
        """Answer as the exchange would."""
        await asyncio.sleep(0.03 + 2 * self._exchange.path.delay)
        if not self._exchange.is_up:
            return Answer(0, b"")
        now = asyncio.get_running_loop().time()
        rule = self._exchange.plan.handshake(self._venue, "rest", now)
        if rule is not None:
            return Answer(int(rule.number) if rule.action == "status" else 503, b"")
        status, text = self._ask(request)
        return Answer(status, text.encode())

    async def close(self) -> None:
        """Nothing is open."""


def memory_feed(exchange: MemoryExchange, seed: int, *, connects: Budget | None = None) -> LiveFeed:
    """A live feed of all venues on an exchange in memory.

    Args:
        seed: of the waits' random part.
        connects: the venues' own budgets, or this one.
    """
    clock = exchange.clock
    chance = random.Random(seed)

    def connect(name: str, supervisor: Supervisor) -> list[Connection]:
        venue = registry.find(name)
        venue = replace(venue, connects=connects or venue.connects)
        path = PATHS[name]
        return [
            Connection(
                venue=venue,
                role="public",
                address=f"ws://127.0.0.1:1{path}",
                make_session=venue.public,
                budget=ConnectBudget(venue.connects, clock),
                rest=exchange.rest(name),
                tools=Tools(
                    clock=clock,
                    uniform=chance.uniform,
                    open_socket=exchange.connect,
                    observer=supervisor,
                ),
            )
        ]

    return LiveFeed(clock=clock, connect=connect, venues=tuple(PATHS))


def everything(*keys: MarketKey) -> list[tuple[str, Subscription]]:
    """The subscriptions of a dashboard on these markets."""
    return [
        (key.venue, Subscription(channel, key.name))
        for key in keys
        for channel in ("book", "trades", "ticker")
    ]
