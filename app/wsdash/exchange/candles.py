"""Candles of one pair in every interval, with a past as long as a chart is wide.

One-minute candles are kept from the start; any other interval is built from
them the first time somebody asks, extended into an older, invented past, and
then kept up to date by trades.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from wsdash.exchange.chance import seeded
from wsdash.exchange.pairs import Pair

MINUTE = 60_000_000
KEPT = 1500
"""Candles remembered per interval."""


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


class Candles:
    """All series of one pair."""

    def __init__(self, pair: Pair, price: int, now: int, seed: int) -> None:
        self._pair = pair
        self._seed = seed
        begin = now // MINUTE * MINUTE
        self.minutes = self._invent(price, begin + MINUTE, MINUTE, KEPT)
        self._series: dict[int, deque[Candle]] = {MINUTE: self.minutes}

    def series(self, interval: int) -> deque[Candle]:
        """Return the candles of an interval given in microseconds, oldest first."""
        known = self._series.get(interval)
        if known is None:
            known = self._series[interval] = self._build(interval)
        return known

    def add(self, time: int, price: int, size: int, *, bought: bool) -> None:
        """Count a trade in every series somebody has asked for."""
        for interval, series in self._series.items():
            start = begin(time, interval)
            if start > series[-1].start:
                self.roll(interval, time, flat=interval == MINUTE)
            if start > series[-1].start:
                series.append(Candle(start, price, price, price, price))
            series[-1].add(price, size, bought=bought)

    def roll(self, interval: int, time: int, *, flat: bool = True) -> list[Candle]:
        """Close every candle that ended by `time` and return those closed.

        Intervals without a trade become flat candles at the last close.
        """
        series = self.series(interval)
        closed: list[Candle] = []
        start = begin(time, interval)
        while flat and series[-1].start + interval <= start:
            last = series[-1]
            closed.append(last)
            price = last.close
            series.append(Candle(last.start + interval, price, price, price, price))
        return closed

    def _build(self, interval: int) -> deque[Candle]:
        if interval < MINUTE:
            last = self.minutes[-1]
            return deque([Candle(last.start, last.close, last.close, last.close, last.close)], KEPT)
        built: deque[Candle] = deque(maxlen=KEPT)
        for minute in self.minutes:
            start = begin(minute.start, interval)
            if built and built[-1].start == start:
                built[-1].merge(minute)
            else:
                built.append(
                    Candle(
                        start,
                        minute.open,
                        minute.high,
                        minute.low,
                        minute.close,
                        minute.volume,
                        minute.notional,
                        minute.count,
                        minute.bought,
                        minute.bought_notional,
                    )
                )
        older = self._invent(built[0].open, built[0].start, interval, KEPT - len(built))
        return deque([*older, *built], KEPT)

    def _invent(self, price: int, end: int, interval: int, count: int) -> deque[Candle]:
        """Return `count` candles before `end` whose last close is `price`.

        Walks backwards from the price, with waves of volatility and of volume.
        """
        random = seeded(self._seed, self._pair.symbol, "candles", interval)
        calm = self._pair.volatility * math.sqrt(interval / 86_400e6)
        turnover = self._pair.activity * 0.14 * interval / 1e6
        lots = self._pair.typical * 10**self._pair.size_places
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
        return deque(invented, KEPT)


def begin(time: int, interval: int) -> int:
    """Return the start of the interval that holds `time`; weeks start on Monday."""
    offset = 4 * 86_400_000_000 if interval == 7 * 86_400_000_000 else 0
    return (time - offset) // interval * interval + offset


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
