"""Rows that are fixed to prices: the book moves in them, they do not move."""

from __future__ import annotations

from typing import NamedTuple

from wsdash.domain.book import OrderBook
from wsdash.domain.numbers import SCALE


class Grid(NamedTuple):
    """Rows fixed to prices, in units of 10**-18.

    Attributes:
        top: price of the first row.
        step: from one row to the next.
        height: how many rows.
    """

    top: int
    step: int
    height: int

    def price(self, row: int) -> int:
        """Return the price of a row."""
        return self.top - row * self.step

    def row(self, price: int) -> int:
        """Return the row at or above which a price is; it may be out of sight."""
        return (self.top - price) // self.step

    def holds(self, price: int) -> bool:
        """Tell whether a row is in sight that is exactly this price."""
        row, rest = divmod(self.top - price, self.step)
        return not rest and 0 <= row < self.height


def centre_of(book: OrderBook | None) -> int | None:
    """Return the price that should be in the middle: the mid, or the only best price."""
    if book is None:
        return None
    best = [key for key in (book.bids.best_key, book.asks.best_key) if key is not None]
    return sum(best) // len(best) if best else None


def settled(grid: Grid | None, book: OrderBook | None, step: int, count: int) -> Grid | None:
    """Return the rows for a book: the same as before while its middle is in their middle half.

    Args:
        grid: the rows of before; None to put the middle of the book into the middle.
        book: None while there is none; the rows stay then.
        step: from one row to the next.
        count: rows there is room for.
    """
    centre = centre_of(book)
    if grid is not None and grid.step == step:
        grid = grid._replace(height=count)
        if centre is None or count // 4 <= grid.row(centre) < count - count // 4:
            return grid
    if centre is None:
        return None
    top = -(-centre // step) * step + (count - 1) // 2 * step
    lowest = count * step
    return Grid(min(max(top, lowest), 10 ** (2 * SCALE) // step * step), step, count)
