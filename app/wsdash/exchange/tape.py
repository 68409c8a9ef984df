"""Trades of one pair: the recent tape and the figures of the last 24 hours."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from wsdash.exchange.book import Side
from wsdash.exchange.candles import Candles
from wsdash.exchange.chance import seeded
from wsdash.exchange.pairs import Pair
from wsdash.exchange.past import Candle

REMEMBERED = 1000
DAY_MINUTES = 1440
_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Trade:
    """One print of the tape; price in ticks, size in lots, time in microseconds."""

    id: int
    price: int
    size: int
    side: Side
    """The aggressor."""
    time: int
    order_type: str = "market"
    aggregate: int = 0
    """Number of the taker order and price this print belongs to (Binance's ``a``)."""


@dataclass(frozen=True, slots=True)
class Day:
    """Figures over the last 24 hours."""

    open: int
    high: int
    low: int
    volume: int
    notional: int
    """Sum of price in ticks times size in lots."""
    count: int
    since: int
    """Start of the window in microseconds."""

    @property
    def vwap(self) -> int:
        """Volume-weighted average price in ticks."""
        return round(self.notional / self.volume) if self.volume else self.open


class Tape:
    """The last trades, in order, and what they add up to."""

    def __init__(self, pair: Pair, candles: Candles, seed: int, now: int) -> None:
        random = seeded(seed, pair.symbol, "tape")
        self.candles = candles
        self.trades: deque[Trade] = deque(maxlen=REMEMBERED)
        self._last_id = random.randrange(5_000_000, 90_000_000)
        self._last_aggregate = self._last_id // 2
        self._closed: tuple[int, Day] | None = None
        self._write_history(random, pair, now)

    @property
    def last(self) -> Trade:
        """The newest trade."""
        return self.trades[-1]

    def print(
        self, side: Side, order_type: str, fills: list[tuple[int, int]], time: int
    ) -> list[Trade]:
        """Add the fills of one taker as (price, size) and return their prints."""
        printed: list[Trade] = []
        for price, size in fills:
            self._last_id += 1
            if not printed or printed[-1].price != price:
                self._last_aggregate += 1
            trade = Trade(self._last_id, price, size, side, time, order_type, self._last_aggregate)
            printed.append(trade)
            self.candles.add(trade.time, price, size, bought=side == "buy")
        self.trades.extend(printed)
        return printed

    def day(self, now: int) -> Day:
        """Return the figures of the 24 hours up to `now` (microseconds)."""
        minute = now // _MINUTE * _MINUTE
        series = self.candles.minutes
        if self._closed is None or self._closed[0] != minute:
            past = [c for c in series if minute - DAY_MINUTES * _MINUTE < c.start < minute]
            self._closed = (minute, _sum(past, series[-1]))
        closed = self._closed[1]
        newest = series[-1]
        if newest.start < minute:
            return closed
        return Day(
            closed.open,
            max(closed.high, newest.high),
            min(closed.low, newest.low),
            closed.volume + newest.volume,
            closed.notional + newest.notional,
            closed.count + newest.count,
            closed.since,
        )

    def _write_history(self, random: Random, pair: Pair, now: int) -> None:
        """Invent the prints that led to the last candle's close."""
        price = self.candles.minutes[-1].close
        step = max(1.0, pair.opening * 2e-5)
        lots = pair.typical * 10**pair.size_places
        walk = [price]
        for _ in range(299):
            walk.append(max(1, round(walk[-1] + random.gauss(0.0, step))))
        gap = 1.0 / (pair.activity * 0.12)
        times = [now]
        for _ in walk[1:]:
            times.append(times[-1] - 1 - int(random.expovariate(1.0 / gap) * 1e6))
        previous = walk[-1]
        for ticks, time in zip(reversed(walk), reversed(times), strict=True):
            side: Side = "buy" if ticks > previous else "sell"
            if ticks == previous and random.random() < 0.5:
                side = "buy"
            size = max(1, int(lots * min(20.0, random.lognormvariate(-1.0, 1.1))))
            self._last_id += 1
            self._last_aggregate += 1
            self.trades.append(
                Trade(self._last_id, ticks, size, side, time, "market", self._last_aggregate)
            )
            previous = ticks


def _sum(candles: list[Candle], newest: Candle) -> Day:
    if not candles:
        return Day(newest.open, newest.high, newest.low, 0, 0, 0, newest.start)
    return Day(
        candles[0].open,
        max(candle.high for candle in candles),
        min(candle.low for candle in candles),
        sum(candle.volume for candle in candles),
        sum(candle.notional for candle in candles),
        sum(candle.count for candle in candles),
        candles[0].start,
    )
