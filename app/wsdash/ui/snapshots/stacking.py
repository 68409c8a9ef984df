"""What was stacked and what was pulled at every price: how the book changed without trades."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.numbers import EXACT, price_key
from wsdash.domain.trades import Trade

WATCHED: Final = 100
"""Levels of each side that are compared."""

PATIENCE: Final = 1.0
"""Seconds for which a print and the change of the book that it made wait for each other."""

_NOTHING: Final = Decimal(0)


class Moved(NamedTuple):
    """What came to rest at a price and what went away from it without a trade, in base units."""

    stacked: Decimal = _NOTHING
    pulled: Decimal = _NOTHING

    @property
    def net(self) -> Decimal:
        """What was stacked more than pulled."""
        return EXACT.subtract(self.stacked, self.pulled)

    def plus(self, other: Moved) -> Moved:
        """Return the sum of both."""
        stacked = EXACT.add(self.stacked, other.stacked)
        return Moved(stacked, EXACT.add(self.pulled, other.pulled))


class Stacking:
    """Compares a book with how it was at the last look.

    What comes and goes between two looks is not seen. Levels that only came into sight, or
    went out of it below the last one, neither stack nor pull.
    """

    def __init__(self) -> None:
        self.rows: dict[int, Moved] = {}
        self._before: dict[str, tuple[int, dict[int, str]]] = {}
        self._traded: dict[int, tuple[Decimal, float]] = {}
        self._pulled: dict[int, tuple[Decimal, float]] = {}

    def look(self, book: OrderBook | None, prints: Iterable[Trade], now: float) -> None:
        """Take the book as it is, and the prints since the last look.

        Args:
            book: None while it cannot be believed: what happens meanwhile is not counted.
            prints: each once.
            now: seconds.
        """
        for trade in prints:
            self._took(price_key(trade.price), Decimal(trade.size), now)
        if book is None:
            self._before.clear()
            return
        self._compare("bid", book.bids, -1, now)
        self._compare("ask", book.asks, 1, now)

    def gathered(self, step: int, best_ask: int | None) -> dict[int, Moved]:
        """Return the sums for every row of a ladder.

        Args:
            step: of a row in units of 10**-18; 1 gathers none.
            best_ask: from here on prices are gathered above, and below it below.
        """
        if step <= 1:
            return self.rows
        rows: dict[int, Moved] = {}
        for key, moved in self.rows.items():
            up = best_ask is not None and key >= best_ask
            place = -(-key // step) * step if up else key // step * step
            rows[place] = rows.get(place, Moved()).plus(moved)
        return rows

    def reset(self) -> None:
        """Count from zero."""
        self.rows.clear()

    def _compare(self, side: str, levels: BookSide, sign: int, now: float) -> None:
        top = {price_key(price): size for price, size in levels.top(WATCHED)}
        worst = max((key * sign for key in top), default=-(10**40))
        limit, before = self._before.get(side, (worst, top))
        self._before[side] = (worst, top)
        if before is top:
            return
        reach = min(limit, worst)
        for key in before.keys() | top.keys():
            old, new = before.get(key, "0"), top.get(key, "0")
            if old != new and key * sign <= reach:
                self._change(key, EXACT.subtract(Decimal(new), Decimal(old)), now)

    def _change(self, key: int, change: Decimal, now: float) -> None:
        if change >= 0:
            self._add(key, Moved(change, _NOTHING))
            return
        credit, since = self._traded.pop(key, (_NOTHING, now))
        explained = min(-change, credit) if now - since <= PATIENCE else _NOTHING
        if credit > explained:
            self._traded[key] = (EXACT.subtract(credit, explained), since)
        pulled = EXACT.subtract(-change, explained)
        self._add(key, Moved(_NOTHING, pulled))
        self._pulled[key] = (pulled, now)

    def _took(self, key: int, size: Decimal, now: float) -> None:
        """A print: it explains what has just gone, or what will go."""
        pulled, since = self._pulled.pop(key, (_NOTHING, now))
        late = min(pulled, size) if now - since <= PATIENCE else _NOTHING
        if late:
            self._add(key, Moved(_NOTHING, -late))
            self._pulled[key] = (EXACT.subtract(pulled, late), since)
        before, at = self._traded.get(key, (_NOTHING, now))
        before = before if now - at <= PATIENCE else _NOTHING
        self._traded[key] = (EXACT.add(before, EXACT.subtract(size, late)), now)

    def _add(self, key: int, moved: Moved) -> None:
        if moved.stacked or moved.pulled:
            self.rows[key] = self.rows.get(key, Moved()).plus(moved)
