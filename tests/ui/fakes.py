"""A scripted feed: everything that a screen may ask of a feed, without a socket or a clock."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from wsdash.domain.account import Account, Balance
from wsdash.domain.book import Level, OrderBook
from wsdash.domain.candles import Candle, CandleSeries
from wsdash.domain.events import Channel, TickerMoved
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.trades import Trade
from wsdash.feed.feed import Follower, LinkReport, Mark
from wsdash.feed.gaps import Gap
from wsdash.feed.link import Link, LinkState
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.venues.venue import Subscription

START = 1_795_608_271.0
"""Wall seconds at which a fake feed begins: 12:04:31 UTC."""

BTC = MarketKey("kraken", "BTC/USD")
ETH = MarketKey("kraken", "ETH/USD")
SHIB = MarketKey("kraken", "SHIB/USD")

MARKETS: dict[MarketKey, tuple[Instrument, float]] = {
    MarketKey("kraken", name): (
        Instrument("kraken", name, name.split("/")[0], "USD", tick, price, size),
        around,
    )
    for name, tick, price, size, around in (
        ("BTC/USD", "0.1", 1, 8, 65_000.2),
        ("ETH/USD", "0.01", 2, 8, 1_877.47),
        ("SOL/USD", "0.001", 3, 8, 77.26),
        ("DOGE/USD", "0.000001", 6, 8, 0.07054),
        ("SHIB/USD", "0.00000001", 8, 5, 0.00000812),
    )
}


class FakeFeed:
    """A feed that does what a test says."""

    def __init__(self, mode: Literal["live", "demo", "replay"] = "demo") -> None:
        self.mode: Literal["live", "demo", "replay"] = mode
        self.board = Board()
        self.log: deque[LinkEvent] = deque(maxlen=500)
        self.venues: Sequence[str] = ("kraken", "binance")
        self.time = 1_000.0
        self.links: dict[str, LinkReport] = {}
        self.wanted: list[tuple[str, Subscription]] = []
        self.resynced: list[MarketKey] = []
        self.reconnected: list[str] = []
        self.older_asked: list[tuple[MarketKey, str]] = []
        self.acts: list[tuple[str, str]] = []
        self._revision = 0
        self._changed = asyncio.Event()
        self._trades = 0

    # ------------------------------------------------------------------- the protocol

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return START + self.time - 1_000.0

    def reports(self) -> list[LinkReport]:
        return list(self.links.values())

    async def links_changed(self, seen: int) -> int:
        while self._revision == seen:
            self._changed.clear()
            await self._changed.wait()
        return self._revision

    def want(self, wanted: Iterable[tuple[str, Subscription]]) -> None:
        self.wanted = list(wanted)
        for venue, subscription in self.wanted:
            if subscription.channel == "account":
                self.board.account_streams.setdefault(venue, Stream("account", self.time))
            elif subscription.channel != "instruments":
                self.stream(MarketKey(venue, subscription.symbol), subscription.channel)

    def resync(self, key: MarketKey) -> None:
        self.resynced.append(key)

    def older(self, key: MarketKey, interval: str) -> None:
        self.older_asked.append((key, interval))

    def reconnect(self, venue: str) -> None:
        self.reconnected.append(venue)

    def retry(self, name: str) -> None:
        self.acts.append(("retry", name))

    def drop(self, name: str) -> None:
        self.acts.append(("drop", name))

    def park(self, name: str) -> None:
        self.acts.append(("park", name))

    def rotate(self, name: str) -> None:
        self.acts.append(("rotate", name))

    # --------------------------------------------------------------------- the script

    def stream(self, key: MarketKey, channel: Channel) -> Stream:
        return self.board.market(key).streams.setdefault(channel, Stream(channel, self.time))

    def touch(self, key: MarketKey, channel: Channel) -> None:
        stream = self.stream(key, channel)
        stream.enter(ChannelState.LIVE, self.time)
        stream.heard(self.time, self.wall() - 0.038)

    def list_instruments(self, instruments: Iterable[Instrument]) -> None:
        for instrument in instruments:
            venue = self.board.instruments.setdefault(instrument.venue, {})
            venue[instrument.name] = instrument
            self.board.market(instrument.key).instrument = instrument

    def book(self, key: MarketKey, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        market = self.board.market(key)
        market.book = market.book or OrderBook()
        market.book.replace(bids, asks)
        stream = self.stream(key, "book")
        stream.sequence = (stream.sequence or 481_845) + 1
        self.touch(key, "book")

    def trade(self, key: MarketKey, price: str, size: str, side: Literal["buy", "sell"]) -> None:
        self._trades += 1
        trade = Trade(str(self._trades), price, size, side, self.wall() - 0.02)
        self.board.market(key).tape.add(trade)
        self.touch(key, "trades")

    def ticker(self, key: MarketKey, last: str, change: str) -> None:
        market = self.board.market(key)
        market.ticker = TickerMoved(key.name, last, last, last, change, "1000", self.wall())
        self.touch(key, "ticker")

    def candles(self, key: MarketKey, interval: str, candles: Iterable[Candle]) -> None:
        series = self.board.market(key).candles.setdefault(interval, CandleSeries(interval))
        series.update(candles)
        self.touch(key, "candles")

    def account(self, venue: str, balances: Iterable[Balance]) -> None:
        self.board.accounts.setdefault(venue, Account()).replace(balances)
        stream = self.board.account_streams.setdefault(venue, Stream("account", self.time))
        stream.enter(ChannelState.LIVE, self.time)
        stream.heard(self.time, None)

    def state(
        self, key: MarketKey, channel: Channel, state: ChannelState, reason: str = ""
    ) -> None:
        self.stream(key, channel).enter(state, self.time, reason)

    def link(
        self, name: str, state: LinkState = LinkState.LIVE, reason: str = "", **more: float
    ) -> None:
        before = self.links.get(name)
        retry = self.time + more.get("wait", 0.0) if "wait" in more else None
        link = Link(
            name,
            name.partition(" ")[0],
            state,
            self.time,
            int(more.get("attempt", 0)),
            retry,
            reason,
            self.time - 8_040 if state is LinkState.LIVE else None,
        )
        letters = {LinkState.LIVE: "l", LinkState.SYNCING: "s"}
        strip = (before.strip if before else "l" * 52 + "d" + "l" * 6) + letters.get(state, "d")
        self.links[name] = LinkReport(
            link, self.time, 214.0, 0.031, max(1, link.attempt), 15, 0, 0, strip[-60:]
        )
        self.log.append(
            LinkEvent(self.time, self.wall(), name, "", state.value, reason or "as it should be")
        )
        self._revision += 1
        self._changed.set()

    def heard(self) -> None:
        """Every live link has just received something."""
        for name, report in self.links.items():
            if report.link.state is LinkState.LIVE:
                self.links[name] = msgspec.structs.replace(report, received_at=self.time)


class Scene:
    """A whole market day in miniature on a fake feed, the same for the same seed."""

    def __init__(self, feed: FakeFeed, seed: int = 7) -> None:
        self.feed = feed
        self._random = random.Random(seed)
        self._prices = {key: around for key, (_, around) in MARKETS.items()}

    def begin(self) -> None:
        feed = self.feed
        feed.list_instruments(instrument for instrument, _ in MARKETS.values())
        feed.list_instruments(
            Instrument("binance", f"{base}USDT", base, "USDT", "0.01", 2, 5)
            for base in ("BTC", "ETH", "SOL", "XRP")
        )
        feed.link("kraken public")
        feed.link("kraken private")
        feed.link(
            "binance public",
            LinkState.BACKOFF,
            "connection refused (127.0.0.1:9443)",
            wait=22.0,
            attempt=2,
        )
        feed.account(
            "kraken",
            [
                Balance("BTC", "0.4123450000", "0.4000000000"),
                Balance("ETH", "3.2000000000", "3.2000000000"),
                Balance("USD", "15400.1200", "15400.1200"),
                Balance("KFEE", "12.00", None),
            ],
        )
        wall = int(feed.wall())
        feed.board.gaps.gaps.append(
            Gap(wall - 20.0, wall - 18.0, "kraken public", "", "connection lost")
        )
        for key in MARKETS:
            self._history(key)
        for _ in range(40):
            self.step(0.4)

    def step(self, seconds: float) -> None:
        """Let some time go by, and every market move a little."""
        feed = self.feed
        feed.time += seconds
        feed.heard()
        for key, (_, around) in MARKETS.items():
            self._prices[key] *= 1 + self._random.gauss(0, 0.00004)
            price = self._text(key, self._prices[key])
            feed.ticker(key, price, f"{(self._prices[key] / around - 1) * 100 + 1.24:.2f}")
            self._book(key)
            if self._random.random() < 0.7:
                size = self._size()
                side: Literal["buy", "sell"] = "buy" if self._random.random() < 0.6 else "sell"
                feed.trade(key, price, size, side)
            self._candle(key, price)

    def _book(self, key: MarketKey) -> None:
        instrument = MARKETS[key][0]
        tick = float(instrument.tick_size)
        middle = round(self._prices[key] / tick)
        chooser = random.Random(middle)
        asks, bids, ask, bid = [], [], middle + 1, middle
        for _ in range(60):
            asks.append((self._text(key, ask * tick), self._size(chooser)))
            bids.append((self._text(key, bid * tick), self._size(chooser)))
            ask += chooser.choice((1, 1, 2, 3))
            bid -= chooser.choice((1, 1, 2, 3))
        place = self._random.randrange(8)
        bids[place] = (bids[place][0], self._size())
        self.feed.book(key, [level for level in bids if float(level[0]) > 0], asks)

    def _history(self, key: MarketKey) -> None:
        start = int(self.feed.wall()) // 60 * 60
        price = self._prices[key]
        candles = []
        for index in range(200):
            close = price * (1 + self._random.gauss(0, 0.0003))
            high = max(price, close) * (1 + abs(self._random.gauss(0, 0.0002)))
            low = min(price, close) * (1 - abs(self._random.gauss(0, 0.0002)))
            opened, top, bottom, closed = (
                self._text(key, value) for value in (close, high, low, price)
            )
            volume = f"{self._random.expovariate(0.1):.4f}"
            candles.append(
                Candle(start - index * 60, opened, top, bottom, closed, volume, index > 0)
            )
            price = close
        self.feed.candles(key, "1m", reversed(candles))
        self.feed.candles(key, "5m", list(reversed(candles))[::5])

    def _candle(self, key: MarketKey, price: str) -> None:
        series = self.feed.board.market(key).candles["1m"]
        last = series.last(1)[0]
        start = int(self.feed.wall()) // 60 * 60
        if last.start < start:
            last = Candle(start, price, price, price, price, "0")
        high = max(last.high, price, key=float)
        low = min(last.low, price, key=float)
        volume = f"{float(last.volume) + 0.1:.4f}"
        self.feed.candles(key, "1m", [Candle(start, last.open, high, low, price, volume)])

    def _text(self, key: MarketKey, price: float) -> str:
        return f"{price:.{MARKETS[key][0].price_decimals}f}"

    def _size(self, chooser: random.Random | None = None) -> str:
        return f"{(chooser or self._random).lognormvariate(-1, 1.3) + 0.001:.4f}0000"


class FakePlayer:
    """The controls of a replay that remember what was done."""

    def __init__(self) -> None:
        self.playing = True
        self.speed = 1.0
        self.start = START
        self.position = 12.0
        self.duration = 180.0
        self.seeking: float | None = None
        self.surveyed = 1.0
        self.timed = True
        self.damaged = 0
        self.problem = ""
        self.cuts = 0
        self.news = Stream("account", 0.0)
        self.follower: Follower | None = None
        self.markets: Sequence[MarketKey] = ()
        self.found: list[Mark] = []
        self.steps = 0

    def toggle(self) -> None:
        self.playing = not self.playing

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def step(self, frames: int = 1) -> None:
        self.steps += frames

    def seek(self, position: float) -> None:
        self.position = position

    def follow(self, make: Callable[[bool], Follower]) -> None:
        self.follower = make(True)

    def marks(self, key: MarketKey | None) -> Sequence[Mark]:
        return [mark for mark in self.found if key is not None]
