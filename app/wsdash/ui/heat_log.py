"""How the book of the market in focus was, second by second; only while it was live."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.numbers import price_key

DEPTH: Final = 100
"""Levels of each side that are remembered."""

KEPT: Final = 320
"""Seconds that are remembered."""


class Second:
    """The book at the beginning of a second; without levels where it was not live.

    Attributes:
        at: the second.
        live: whether the book could be believed all through it, as far as anybody looked.
    """

    __slots__ = ("_asks", "_bids", "_rows", "_step", "at", "live")

    def __init__(self, at: int, book: OrderBook | None) -> None:
        self.at = at
        self.live = book is not None
        self._bids = _levels(book.bids) if book is not None else {}
        self._asks = _levels(book.asks) if book is not None else {}
        self._step = 0
        self._rows: dict[int, float] = {}

    def lose(self) -> None:
        """The book could not be believed at some time of this second."""
        self.live = False
        self._bids, self._asks, self._rows = {}, {}, {}

    def rows(self, step: int) -> Mapping[int, float]:
        """Return what rested at every row of a ladder: asks above zero, bids below.

        Args:
            step: of a row in units of 10**-18.
        """
        if step != self._step:
            rows: dict[int, float] = {}
            for key, size in self._bids.items():
                place = key // step * step
                rows[place] = rows.get(place, 0.0) - size
            asks: dict[int, float] = {}
            for key, size in self._asks.items():
                place = -(-key // step) * step
                asks[place] = asks.get(place, 0.0) + size
            self._step, self._rows = step, rows | asks
        return self._rows


class HeatLog:
    """Remembers a book once a second."""

    def __init__(self) -> None:
        self.seconds: deque[Second] = deque(maxlen=KEPT)

    def look(self, book: OrderBook | None, wall: float) -> None:
        """Take the book as it is.

        Args:
            book: None while it cannot be believed.
            wall: seconds since the epoch.
        """
        now = int(wall)
        newest = self.seconds[-1].at if self.seconds else now - 1
        if now < newest:
            self.seconds.clear()  # the clock, or a replay, went back
        if book is None and not self.seconds:
            return  # nothing is missing before there was anything
        if not self.seconds or now > newest:
            self.seconds.append(Second(now, book))
        elif book is None and self.seconds[-1].live:
            self.seconds[-1].lose()


def _levels(side: BookSide) -> dict[int, float]:
    return {price_key(price): float(size) for price, size in side.top(DEPTH)}
