"""Candles of one pair in every interval, with a past as long as a chart is scrolled.

One-minute candles are kept from the start. Any other interval is built the first time
somebody asks: of the next shorter one as far as that goes back, before that invented, and
from then on kept up to date by trades. So all intervals tell one story.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from wsdash.exchange.pairs import Pair
from wsdash.exchange.past import Candle, invent

MINUTE = 60_000_000

OPENED_WITH = 1_500
"""One-minute candles there are at the open; the older past is invented when it is asked for."""

PAST = 3_000
"""Candles of an interval that its past is long."""

KEPT = 10_000
"""Candles remembered per interval."""

_MADE_OF = tuple(minutes * MINUTE for minutes in (1, 5, 15, 60, 240, 1440))
"""Intervals that longer ones are built of."""


class Candles:
    """All series of one pair."""

    def __init__(self, pair: Pair, price: int, now: int, seed: int) -> None:
        self._pair = pair
        self._seed = seed
        end = begin(now, MINUTE) + MINUTE
        made = invent(pair, seed, price, end, MINUTE, OPENED_WITH)
        self.minutes = deque(made, KEPT)
        self._series: dict[int, deque[Candle]] = {MINUTE: self.minutes}
        self._is_deep = False

    def series(self, interval: int) -> deque[Candle]:
        """Return the candles of an interval given in microseconds, oldest first."""
        known = self._series.get(interval)
        if known is None:
            known = self._series[interval] = self._build(interval)
        return known

    def whole(self, interval: int) -> deque[Candle]:
        """Return the candles of an interval with all of its past, oldest first."""
        self._deepen()
        return self.series(interval)

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

    def _deepen(self) -> None:
        """Put the older past before the minutes, once; what was dropped meanwhile stays so."""
        if self._is_deep:
            return
        self._is_deep = True
        first, missing = self.minutes[0], PAST - OPENED_WITH
        if len(self.minutes) + missing <= KEPT:
            older = invent(
                self._pair, self._seed, first.open, first.start, MINUTE, missing, "older candles"
            )
            self.minutes.extendleft(reversed(older))

    def _build(self, interval: int) -> deque[Candle]:
        if interval < MINUTE:
            last = self.minutes[-1]
            return deque([Candle(last.start, last.close, last.close, last.close, last.close)], KEPT)
        shorter = max(made for made in _MADE_OF if made < interval and interval % made == 0)
        built: list[Candle] = []
        for candle in self.whole(shorter):
            start = begin(candle.start, interval)
            if built and built[-1].start == start:
                built[-1].merge(candle)
            else:
                built.append(replace(candle, start=start))
        first, missing = built[0], PAST - len(built)
        older = invent(self._pair, self._seed, first.open, first.start, interval, missing)
        return deque([*older, *built], KEPT)


def begin(time: int, interval: int) -> int:
    """Return the start of the interval that holds `time`; weeks start on Monday."""
    offset = 4 * 86_400_000_000 if interval == 7 * 86_400_000_000 else 0
    return (time - offset) // interval * interval + offset
