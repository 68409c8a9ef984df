"""The order book: both sides of one market, exact, cheap to change and to read."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import Literal, TypeAlias

from wsdash.domain.numbers import is_zero, price_key, size_text

Level: TypeAlias = tuple[str, str]
"""A price and the size that rests there, both in the venue's own digits."""


class BookSide:
    """The levels of one side, best first.

    Levels are kept by price identity, with the identities in a sorted list:
    whoever reads the top pays nothing for the depth below it.
    """

    __slots__ = ("_levels", "_order", "_sign")

    def __init__(self, side: Literal["bid", "ask"]) -> None:
        self._sign = -1 if side == "bid" else 1
        self._levels: dict[int, Level] = {}
        self._order: list[int] = []

    def __len__(self) -> int:
        return len(self._order)

    def put(self, price: str, size: str) -> None:
        """Set the size at a price; zero deletes the level, deleting nothing is normal.

        Raises:
            BadNumber: a price or size no venue has reason to send.
        """
        key = price_key(price) * self._sign
        if is_zero(size_text(size)):
            if self._levels.pop(key, None) is not None:
                del self._order[bisect_left(self._order, key)]
            return
        if key not in self._levels:
            insort(self._order, key)
        self._levels[key] = (price, size)

    def truncate(self, depth: int) -> None:
        """Drop all levels beyond the best `depth`."""
        for key in self._order[depth:]:
            del self._levels[key]
        del self._order[depth:]

    def clear(self) -> None:
        """Drop every level."""
        self._levels.clear()
        self._order.clear()

    def top(self, depth: int) -> list[Level]:
        """Return the best `depth` levels, best first."""
        levels = self._levels
        return [levels[key] for key in self._order[:depth]]

    @property
    def best(self) -> Level | None:
        """The best level, or None where the side is empty."""
        return self._levels[self._order[0]] if self._order else None

    def key_at(self, depth: int) -> int | None:
        """Return the identity of the `depth`-th best price, None where there are not so many."""
        return self._order[depth - 1] * self._sign if depth <= len(self._order) else None

    @property
    def best_key(self) -> int | None:
        """Identity of the best price (units of 10**-18), or None where the side is empty."""
        return self._order[0] * self._sign if self._order else None


class OrderBook:
    """Both sides of one market.

    Attributes:
        proven: levels of each side of which the venue lets its clients find out that a change
            was missed; 0 for all of them.
    """

    __slots__ = ("asks", "bids", "proven")

    def __init__(self, proven: int = 0) -> None:
        self.proven = proven
        self.bids = BookSide("bid")
        self.asks = BookSide("ask")

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Set every given level, in order: the last word on a price counts.

        Raises:
            BadNumber: the book is then half changed and must be thrown away.
        """
        for price, size in bids:
            self.bids.put(price, size)
        for price, size in asks:
            self.asks.put(price, size)

    def replace(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Forget everything and set the given levels.

        Raises:
            BadNumber: the book is then incomplete and must be thrown away.
        """
        self.bids.clear()
        self.asks.clear()
        self.apply(bids, asks)

    def truncate(self, depth: int) -> None:
        """Keep the best `depth` levels of each side."""
        self.bids.truncate(depth)
        self.asks.truncate(depth)

    @property
    def crossed(self) -> bool:
        """Whether the best bid is above the best ask."""
        bid, ask = self.bids.best_key, self.asks.best_key
        return bid is not None and ask is not None and bid > ask
