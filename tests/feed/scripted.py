"""A scripted venue: a session that speaks in plain words, fake sockets, and a server behind them.

Frames are words: ``ack book BTC``, ``book BTC 7``, ``trade BTC 3``, ``lost BTC gap``, ``beat``,
``refused book BTC why``, ``listed BTC ETH``, ``denied why``, and ``boom``, at which the session
crashes.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from tests.virtual import VirtualClock
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from wsdash.domain.book import OrderBook
from wsdash.domain.events import (
    AuthFailed,
    BookLost,
    BookMoved,
    BookSynced,
    Event,
    Heartbeat,
    Listed,
    Printed,
    Refused,
    Subscribed,
)
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Trade
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.connection import Connection
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import Board
from wsdash.feed.observer import Tools
from wsdash.feed.supervisor import Supervisor
from wsdash.venues import registry
from wsdash.venues.subscriptions import Subscriptions
from wsdash.venues.venue import (
    Answer,
    Budget,
    Liveness,
    Progress,
    Request,
    Restated,
    Step,
    Subscription,
    Tally,
    Venue,
)

BOOK = Subscription("book", "BTC")
TAPE = Subscription("trades", "BTC")


class Words:
    """A session that understands the words above."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._subs = Subscriptions()
        self._books: dict[str, OrderBook] = {}
        self._open = False

    @property
    def progress(self) -> Progress:
        return self._subs.progress(lambda symbol: symbol in self._books)

    def hears(self, symbol: str) -> bool:
        return symbol in self._books

    def restate(self) -> list[Restated]:
        return [
            Restated("in", "", f"book {symbol} {book.bids.top(1)[0][1]}")
            for symbol, book in self._books.items()
        ]

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        added, removed = self._subs.change(subscriptions)
        for sub in removed:
            self._books.pop(sub.symbol, None)
        if not self._open:
            return Step()
        gone = [f"unsubscribe {sub.channel} {sub.symbol}" for sub in removed]
        return Step(send=gone + self._ask(added, now))

    def opened(self, now: float) -> Step:
        self._open = True
        return Step(send=self._ask(list(self._subs.standing), now))

    def ticked(self, now: float) -> Step:
        return Step(send=self._ask(self._subs.overdue(now), now))

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        if answer.body == b"boom":
            raise KeyError("answer")
        return Step()

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        if subscription not in self._subs:
            return Step()
        step = Step(send=self._ask([subscription], now))
        if subscription.channel == "book":
            self._books.pop(subscription.symbol, None)
            step.events.append(BookLost(subscription.symbol, reason))
        return step

    def received(self, frame: bytes, now: float) -> Step:
        word, *rest = frame.decode().split()
        return Step(events=list(getattr(self, f"_{word}")(*rest)))

    def _ask(self, subs: Iterable[Subscription], now: float) -> list[str]:
        subs = list(subs)
        self._subs.asked(subs, self._subs.next_id(), now)
        return [f"subscribe {sub.channel} {sub.symbol}" for sub in subs]

    def _ack(self, channel: str, symbol: str = "") -> Iterable[Event]:
        sub = next(s for s in self._subs.standing if (s.channel, s.symbol) == (channel, symbol))
        self._subs.confirm(sub)
        yield Subscribed(sub.channel, symbol)

    def _book(self, symbol: str, sequence: str) -> Iterable[Event]:
        if symbol in self._books:
            yield BookMoved(symbol, int(sequence), None)
        else:
            book = self._books[symbol] = OrderBook()
            book.apply([("1", sequence)], [])
            yield BookSynced(symbol, book, int(sequence), None)

    def _trade(self, symbol: str, number: str) -> Iterable[Event]:
        yield Printed(symbol, Trade(number, "1", "1", "buy", None))

    def _lost(self, symbol: str, reason: str) -> Iterable[Event]:
        self._books.pop(symbol, None)
        yield BookLost(symbol, reason)

    def _refused(self, channel: str, symbol: str, reason: str) -> Iterable[Event]:
        sub = next(s for s in self._subs.standing if (s.channel, s.symbol) == (channel, symbol))
        self._subs.refuse(sub)
        yield Refused(sub.channel, symbol, reason)

    def _listed(self, *symbols: str) -> Iterable[Event]:
        yield Listed(tuple(Instrument("toy", name, name, "USD", "1", 0, 0) for name in symbols))

    def _beat(self) -> Iterable[Event]:
        yield Heartbeat()

    def _denied(self, reason: str) -> Iterable[Event]:
        yield AuthFailed(reason)

    def _boom(self) -> Iterable[Event]:
        raise KeyError("a bug")


class FakeSocket:
    """A socket in memory. Its closing handshake never ends: nobody may wait for it."""

    latency = 0.05

    def __init__(self, hear: Callable[[FakeSocket, str], None] | None = None) -> None:
        self.sent: list[str] = []
        self.aborted = False
        self.blocked = False
        self._hear = hear
        self._frames: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._end: Exception | None = None

    @property
    def ended(self) -> bool:
        return self._end is not None

    def say(self, text: str) -> None:
        """The venue sends a frame."""
        if self._end is None:
            self._frames.append(text.encode())
            self._news.set()

    def end(self, error: Exception) -> None:
        """The connection is over, with the exception that the reader gets."""
        self._end = self._end or error
        self._news.set()

    def close_with(self, code: int | None, reason: str = "") -> None:
        """The venue closes, or with None goes away without a close frame."""
        frame = None if code is None else Close(code, reason)
        self.end(ConnectionClosedError(frame, frame, rcvd_then_sent=True if frame else None))

    async def recv(self, decode: bool | None = None) -> str | bytes:
        while not self._frames:
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()
        return self._frames.popleft()

    async def send(self, message: str) -> None:
        if self.blocked:
            await asyncio.get_running_loop().create_future()
        self.sent.append(message)
        if self._hear is not None:
            self._hear(self, message)

    async def ping(self) -> Awaitable[float]:
        answer = asyncio.get_running_loop().create_future()
        if not self.blocked:
            answer.set_result(0.05)
        return answer

    async def close(self) -> None:
        await asyncio.get_running_loop().create_future()

    def abort(self) -> None:
        self.aborted = True
        self.end(ConnectionClosedError(None, None))


Meeting = Callable[["Network"], Awaitable[FakeSocket]]
"""How an attempt to connect is met: returns a socket, or raises."""


class Network:
    """What attempts to connect meet; remembers when each was made."""

    def __init__(self, meet: Meeting) -> None:
        self.meet = meet
        self.connects: list[float] = []
        self.sockets: list[FakeSocket] = []

    async def open(self, address: str, max_size: int) -> FakeSocket:
        self.connects.append(asyncio.get_running_loop().time())
        socket = await self.meet(self)
        self.sockets.append(socket)
        return socket


@dataclass
class Server:
    """A healthy venue: it acknowledges, sends books, and beats once a second.

    Attributes:
        muted: words it does not say, such as ``beat`` or ``book BTC``.
        period: seconds between two changes of a book.
    """

    muted: set[str] = field(default_factory=set)
    period: float = 0.5
    sequence: int = 0
    heard: list[str] = field(default_factory=list)

    async def __call__(self, network: Network) -> FakeSocket:
        socket = FakeSocket(self._hear)
        self._beat(socket)
        return socket

    def say(self, socket: FakeSocket, text: str) -> None:
        if not any(text == word or text.startswith(f"{word} ") for word in self.muted):
            socket.say(text)

    def _hear(self, socket: FakeSocket, message: str) -> None:
        self.heard.append(message)
        verb, channel, symbol = [*message.split(" "), ""][:3]
        if verb == "subscribe":
            self.say(socket, f"ack {channel} {symbol}")
            if channel == "book":
                self._move(socket, symbol)

    def _move(self, socket: FakeSocket, symbol: str) -> None:
        if not socket.ended:
            self.sequence += 1
            self.say(socket, f"book {symbol} {self.sequence}")
            asyncio.get_running_loop().call_later(self.period, self._move, socket, symbol)

    def _beat(self, socket: FakeSocket) -> None:
        if not socket.ended:
            self.say(socket, "beat")
            asyncio.get_running_loop().call_later(1.0, self._beat, socket)


class NoRest:
    """Requests that never get an answer, or the one given."""

    def __init__(self, body: bytes | None = None) -> None:
        self.body = body
        self.closed = False

    async def fetch(self, request: Request) -> Answer:
        if self.body is None:
            await asyncio.get_running_loop().create_future()
        return Answer(200, self.body or b"")

    async def close(self) -> None:
        self.closed = True


def toy(
    *,
    connects: Budget = registry.KRAKEN.connects,
    messages: Budget = registry.KRAKEN.messages,
    heartbeat: float = 5.0,
) -> Venue:
    """A venue that speaks in words, with Kraken's budgets unless said otherwise."""
    return replace(
        registry.KRAKEN,
        name="toy",
        connects=connects,
        messages=messages,
        liveness=Liveness(heartbeat),
        public=Words,
    )


def line(
    network: Network,
    *,
    venue: Venue | None = None,
    supervisor: Supervisor | None = None,
    seed: int = 1,
    budget: ConnectBudget | None = None,
    rest: NoRest | None = None,
) -> Connection:
    """A public connection over a scripted network, under a supervisor."""
    clock = VirtualClock()
    venue = venue or toy()
    own = supervisor or Supervisor(Board(), clock)
    connection = Connection(
        venue=venue,
        role="public",
        address="wss://toy.example/v2",
        make_session=venue.public,
        budget=budget or ConnectBudget(venue.connects, clock),
        rest=rest or NoRest(),
        tools=Tools(
            clock=clock,
            uniform=random.Random(seed).uniform,
            open_socket=network.open,
            observer=own,
        ),
    )
    if supervisor is None:
        own.add(connection)
    return connection


@asynccontextmanager
async def running(connection: Connection) -> AsyncIterator[None]:
    """Run a connection with the quarter-second looks that it expects."""

    async def look() -> None:
        while True:
            await asyncio.sleep(0.25)
            connection.tick(asyncio.get_running_loop().time())

    tasks = [asyncio.create_task(connection.run()), asyncio.create_task(look())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if not isinstance(result, asyncio.CancelledError):
                raise AssertionError(f"died: {result!r}")


def feed(
    network: Network, *, venue: Venue | None = None, seed: int = 1, rest: NoRest | None = None
) -> LiveFeed:
    """A live feed of one scripted venue, ``toy``."""

    def connect(name: str, supervisor: Supervisor) -> list[Connection]:
        return [line(network, venue=venue, supervisor=supervisor, seed=seed, rest=rest)]

    return LiveFeed(clock=VirtualClock(), connect=connect, venues=("toy",))
