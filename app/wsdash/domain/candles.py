"""Candles: open, high, low, close and volume of equal spans of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import msgspec

INTERVALS: Final = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}
"""Spans a chart can show, in seconds."""

SERIES_LENGTH = 1_500
"""Candles a series keeps of what comes by itself; the oldest are dropped."""

LONGEST_SERIES = 20_000
"""Candles a series keeps once older ones were fetched."""


class Candle(msgspec.Struct, frozen=True):
    """One candle; prices in quote units, volume in base units, as text.

    Attributes:
        start: beginning of its span, seconds since the epoch.
        closed: whether its span is over and the venue has said its last word.
    """

    start: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    closed: bool = False


class CandleSeries:
    """The candles of one market and interval, by their start."""

    def __init__(self, interval: str) -> None:
        self.interval = interval
        self._candles: dict[int, Candle] = {}
        self._limit = SERIES_LENGTH

    def __len__(self) -> int:
        return len(self._candles)

    @property
    def oldest(self) -> int | None:
        """Start of the oldest candle, None where there is none."""
        return next(iter(self._candles), None)

    @property
    def is_full(self) -> bool:
        """Whether no older candle would be kept."""
        return len(self) >= LONGEST_SERIES

    def update(self, candles: Iterable[Candle]) -> None:
        """Take new words on candles, in any order; the last word on a start counts.

        Only the newest candle can be open: some venues say of none that it is closed.
        """
        sort = False
        newest = next(reversed(self._candles), None)
        for candle in candles:
            if newest is not None and candle.start > newest:
                self._candles[newest] = _closed(self._candles[newest])
            older = newest is not None and candle.start < newest
            sort = sort or older
            self._candles[candle.start] = _closed(candle) if older else candle
            newest = candle.start if newest is None else max(newest, candle.start)
        if sort:
            self._candles = dict(sorted(self._candles.items()))
        self._trim()

    def fill(self, candles: Iterable[Candle]) -> int:
        """Take candles of the past; return how many of them were not known yet.

        What is known stays as it is, and nothing becomes the newest candle: a page of
        history may be older than what came by itself in the meantime.
        """
        newest = next(reversed(self._candles), None)
        if newest is None:
            return 0
        fresh = {
            candle.start: _closed(candle)
            for candle in candles
            if candle.start < newest and candle.start not in self._candles
        }
        self._limit = LONGEST_SERIES
        self._candles = dict(sorted((fresh | self._candles).items()))
        self._trim()
        return len(fresh)

    def join(self, candles: Sequence[Candle]) -> None:
        """Forget what a history does not go on from: a hole between would look like no trades.

        Args:
            candles: in any order; a single one is news and no history.
        """
        first = min((candle.start for candle in candles), default=0)
        if len(candles) < 2 or first in self._candles:
            return
        before = [start for start in self._candles if start < first]
        if before and first - before[-1] > INTERVALS.get(self.interval, first):
            for start in before:
                del self._candles[start]

    def last(self, count: int) -> list[Candle]:
        """Return the newest `count` candles, oldest first."""
        return list(self._candles.values())[-count:] if count > 0 else []

    def _trim(self) -> None:
        for start in list(islice(self._candles, max(0, len(self) - self._limit))):
            del self._candles[start]


def _closed(candle: Candle) -> Candle:
    return candle if candle.closed else msgspec.structs.replace(candle, closed=True)
