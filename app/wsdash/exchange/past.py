"""One candle of the exchange, and the past that is invented for a pair.

It is decided by the seed, the pair and the interval alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wsdash.exchange.chance import seeded
from wsdash.exchange.pairs import Pair

_WILDER = 2.7
"""By how much waves and drift spread a day's change wider than the calm they are made from."""


@dataclass(slots=True)
class Candle:
    """One candle: prices in ticks, volume in lots, start in microseconds."""

    start: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    notional: int = 0
    """Sum of price in ticks times size in lots."""
    count: int = 0
    bought: int = 0
    """Volume in lots that takers bought."""
    bought_notional: int = 0
    first_trade: int = 0

    def add(self, price: int, size: int, *, bought: bool) -> None:
        """Count one trade."""
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += size
        self.notional += price * size
        self.count += 1
        if bought:
            self.bought += size
            self.bought_notional += price * size

    def merge(self, later: Candle) -> None:
        """Take in a later candle of a shorter interval."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.notional += later.notional
        self.count += later.count
        self.bought += later.bought
        self.bought_notional += later.bought_notional

    @property
    def vwap(self) -> int:
        """Volume-weighted average price in ticks; the close when nothing traded."""
        return round(self.notional / self.volume) if self.volume else self.close


def invent(
    pair: Pair, seed: int, price: int, end: int, interval: int, count: int, part: str = "candles"
) -> list[Candle]:
    """Return `count` candles before `end` whose last close is `price`, oldest first.

    Walks backwards from the price, with waves of volatility and of volume.

    Args:
        pair: whose candles they are.
        seed: of the market.
        price: in ticks.
        end: microseconds; whole intervals.
        interval: microseconds.
        count: how many.
        part: names a stretch of the past; each has its own chances.
    """
    random = seeded(seed, pair.chronicle, part, interval)
    calm = pair.volatility / _WILDER * math.sqrt(interval / 86_400e6)
    turnover = pair.activity * 0.14 * interval / 1e6
    lots = pair.typical * 10**pair.size_places
    invented: list[Candle] = []
    close, wave, drift = float(price), 0.0, 0.0
    for index in range(count):
        wave = 0.94 * wave + 0.22 * random.gauss(0.0, 1.0)
        if random.random() < 0.06:
            drift = random.choice((-0.5, -0.25, 0.0, 0.25, 0.5))
        deviation = calm * math.exp(wave)
        change = random.gauss(drift * deviation, deviation)
        opening = max(30.0, close * math.exp(-max(-0.2, min(0.2, change))))
        reach = abs(random.gauss(0.0, deviation * 0.6)) * close
        dip = abs(random.gauss(0.0, deviation * 0.6)) * close
        heavy = math.exp(0.7 * wave + 0.35 * random.gauss(0.0, 1.0) + 14.0 * abs(change))
        trades = max(1, int(turnover * min(heavy, 30.0)))
        invented.append(
            _shaped(
                end - (index + 1) * interval,
                (opening, max(opening, close) + reach, min(opening, close) - dip, close),
                max(1, int(trades * lots * 0.7)),
                trades,
                0.5 + max(-0.3, min(0.3, 6.0 * change)),
            )
        )
        close = opening
    invented.reverse()
    return invented


def _shaped(
    start: int,
    prices: tuple[float, float, float, float],
    volume: int,
    trades: int,
    bought: float,
) -> Candle:
    opening, high, low, close = (max(1, round(price)) for price in prices)
    mean = (opening + high + low + close) // 4
    return Candle(
        start,
        opening,
        high,
        low,
        close,
        volume,
        mean * volume,
        trades,
        int(volume * bought),
        int(volume * bought) * mean,
    )
