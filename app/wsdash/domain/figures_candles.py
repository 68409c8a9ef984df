"""Candles made of prints: what no venue sends, such as of one second.

Prices are in quote units, volumes in base units, times in seconds since the epoch.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import islice

from wsdash.domain.candles import SERIES_LENGTH, Candle
from wsdash.domain.numbers import EXACT, price_key
from wsdash.domain.trades import Trade


class _Span:
    """A candle in the making: the earliest print opens it, the latest closes it."""

    __slots__ = ("_first", "_high", "_last", "_low", "close", "high", "low", "open", "volume")

    def __init__(self, price: str, time: float) -> None:
        self.open = self.high = self.low = self.close = price
        self.volume = Decimal(0)
        self._high = self._low = price_key(price)
        self._first = self._last = time

    def add(self, price: str, size: str, time: float) -> None:
        """Take a print."""
        key = price_key(price)
        if key > self._high:
            self.high, self._high = price, key
        if key < self._low:
            self.low, self._low = price, key
        if time < self._first:
            self.open, self._first = price, time
        if time >= self._last:
            self.close, self._last = price, time
        self.volume = EXACT.add(self.volume, Decimal(size))

    def candle(self, start: int, *, closed: bool) -> Candle:
        """Return it as a candle."""
        volume = format(self.volume, "f")
        return Candle(start, self.open, self.high, self.low, self.close, volume, closed)


class TradeCandles:
    """The candles of the prints that were added, by their start; volumes are exact.

    Spans without a print have no candle. History is as good as live prints here, but no
    print may be given twice.

    Args:
        seconds: length of a candle, 1 or more.
        limit: candles kept; the oldest are dropped.

    Raises:
        ValueError: the length is below 1.
    """

    def __init__(self, seconds: int, limit: int = SERIES_LENGTH) -> None:
        if seconds < 1:
            raise ValueError("a candle lasts at least one second")
        self.seconds = seconds
        self._limit = max(1, limit)
        self._spans: dict[int, _Span] = {}
        self._newest = -1

    def __len__(self) -> int:
        return len(self._spans)

    def add(self, trade: Trade) -> None:
        """Take a print; without a time, or before all candles that are kept, it is left out.

        Raises:
            BadNumber: its price is not above zero.
        """
        if trade.time is None:
            return
        start = int(trade.time // self.seconds) * self.seconds
        span = self._spans.get(start) or self._begin(start, trade.price, trade.time)
        if span is not None:
            span.add(trade.price, trade.size, trade.time)

    def last(self, count: int, now: float | None = None) -> list[Candle]:
        """Return the newest `count` candles, oldest first.

        Args:
            count: candles at most.
            now: by the venue's clock; the newest candle is closed once its span is over.
        """
        newest = self._newest
        over = now is not None and now >= newest + self.seconds
        return [
            span.candle(start, closed=over or start != newest)
            for start, span in islice(self._spans.items(), max(0, len(self) - count), None)
        ]

    def take(self, count: int) -> list[Candle]:
        """Return the oldest `count` candles, oldest first, and keep them no longer."""
        taken = list(islice(self._spans.items(), max(0, count)))
        for start, _ in taken:
            del self._spans[start]
        return [span.candle(start, closed=start != self._newest) for start, span in taken]

    def _begin(self, start: int, price: str, time: float) -> _Span | None:
        is_full = len(self._spans) >= self._limit
        if is_full and start < next(iter(self._spans)):
            return None
        span = self._spans[start] = _Span(price, time)
        if start < self._newest:
            self._spans = dict(sorted(self._spans.items()))
        if is_full:
            del self._spans[next(iter(self._spans))]
        self._newest = max(self._newest, start)
        return span
