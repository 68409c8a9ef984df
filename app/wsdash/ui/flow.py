"""What the prints of the market in focus add up to since it was opened, or since a reset."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.figures_candles import TradeCandles
from wsdash.domain.figures_line import Flow
from wsdash.domain.figures_tape import AtPrice, VolumeAtPrice
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import EXACT, price_key
from wsdash.domain.trades import Trade
from wsdash.feed.market import Market

SAMPLES: Final = 7_200
"""Seconds of averages that are remembered."""

SECONDS: Final = {"1s": 1, "5s": 5, "15s": 15}
"""Candles that are made of prints, in seconds."""


class Sample(NamedTuple):
    """The averages and the delta after the last print of a second."""

    second: int
    ewma: float
    vwap: float
    delta: Decimal


class Traded:
    """Follows a tape: takes every live print once, in the order in which they came.

    History is left out of sums, and makes candles all the same.

    Attributes:
        since: wall seconds from which volumes at price count.
        begun: wall seconds from which averages and delta count.
        missed: whether prints fell off the tape before they were counted.
        candles: made of prints, by the name of their interval.

    Args:
        whole: it looks on from the very beginning: the first prints count too.
    """

    def __init__(
        self, key: MarketKey | None = None, wall: float = 0.0, *, whole: bool = False
    ) -> None:
        self.key = key
        self.begun = self.since = wall
        self.missed = False
        self.sums = Flow()
        self.samples: deque[Sample] = deque(maxlen=SAMPLES)
        self.candles = {name: TradeCandles(seconds) for name, seconds in SECONDS.items()}
        self.at_price = VolumeAtPrice()
        self._gathered: tuple[int, dict[int, AtPrice]] = (0, {})
        self._newest: Trade | None = None
        self._started = whole

    def follow(self, market: Market | None, now: float) -> list[Trade]:
        """Take what is new on the tape, and return it, oldest first."""
        prints = market.tape.prints if market is not None else ()
        fresh: list[Trade] = []
        for trade in prints:
            if trade is self._newest:
                break
            fresh.append(trade)
        else:
            self.missed = self.missed or self._newest is not None
        fresh.reverse()
        if fresh:
            self._newest = fresh[-1]
        for trade in fresh:
            for candles in self.candles.values():
                candles.add(trade)
        begins, self._started = not self._started, self._started or market is not None
        live = [] if begins else [trade for trade in fresh if not trade.history]
        for trade in live:
            self._count(trade, now)
        return live

    def gathered(self, step: int) -> dict[int, AtPrice]:
        """Return what was traded at every row of a ladder: bought above, sold below, as it rests.

        Args:
            step: of a row in units of 10**-18; 1 gathers none.
        """
        if self._gathered[0] != step:
            self._gathered = (step, {})
            for row in self.at_price.rows():
                self._gather(int(row.price.scaleb(18, EXACT)), row.bought, row.sold)
        return self._gathered[1]

    def reset(self, wall: float) -> None:
        """Count volumes at price from zero."""
        self.at_price, self._gathered = VolumeAtPrice(), (0, {})
        self.since, self.missed = wall, False

    def _count(self, trade: Trade, now: float) -> None:
        self.sums.add(trade, now)
        self.at_price.add(trade)
        size, nothing = Decimal(trade.size), Decimal(0)
        bought, sold = (size, nothing) if trade.side == "buy" else (nothing, size)
        if self._gathered[0]:
            self._gather(price_key(trade.price), bought, sold)
        ewma, vwap = self.sums.ewma.value, self.sums.vwap.value
        if trade.time is None or ewma is None or vwap is None:
            return
        sample = Sample(int(trade.time), ewma, float(vwap), self.sums.volumes.delta)
        if self.samples and self.samples[-1].second >= sample.second:
            sample = sample._replace(second=self.samples.pop().second)
        self.samples.append(sample)

    def _gather(self, key: int, bought: Decimal, sold: Decimal) -> None:
        step, rows = self._gathered
        above, below = -(-key // step) * step, key // step * step
        for place, up, down in ((above, bought, Decimal(0)), (below, Decimal(0), sold)):
            if up or down:
                price = Decimal(place).scaleb(-18, EXACT)
                row = rows.get(place) or AtPrice(price)
                rows[place] = AtPrice(price, EXACT.add(row.bought, up), EXACT.add(row.sold, down))
