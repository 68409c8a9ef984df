"""Candles: open, high, low, close and volume of equal spans of time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

import msgspec

INTERVALS: Final = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}
"""Spans a chart can show, in seconds."""

SERIES_LENGTH = 1_500
"""Candles a series keeps; the oldest are dropped."""


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

    def __len__(self) -> int:
        return len(self._candles)

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
        for start in list(islice(self._candles, max(0, len(self) - SERIES_LENGTH))):
            del self._candles[start]

    def last(self, count: int) -> list[Candle]:
        """Return the newest `count` candles, oldest first."""
        return list(self._candles.values())[-count:] if count > 0 else []


def _closed(candle: Candle) -> Candle:
    return candle if candle.closed else msgspec.structs.replace(candle, closed=True)
