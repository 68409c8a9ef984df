"""What a book says of its market at one moment: mid, spread, microprice, imbalance.

Prices are in quote units, sizes in base units. Sums and differences are exact; a quotient
keeps `DIGITS` significant digits, and a float is the nearest one to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Final, NamedTuple

from wsdash.domain.book import BookSide, Level, OrderBook
from wsdash.domain.numbers import EXACT, trimmed

DIGITS: Final = 50
"""Significant digits of a quotient."""

QUOTIENT: Final = Context(prec=DIGITS)

BASIS_POINTS: Final = Decimal(10_000)
"""Basis points of the whole."""

IMBALANCE_DEPTH: Final = 10
"""Levels of each side that the imbalance weighs."""

_FIRST_LOOK: Final = 32
"""Levels taken from a side at once; most questions need no more."""


class BookFigures(NamedTuple):
    """What a book says of its market; None where a side that it takes is empty.

    Attributes:
        best_bid: the best bid, in the venue's own digits.
        best_ask: the best ask, in the venue's own digits.
        mid: halfway between the best prices; exact.
        spread: best ask less best bid, below zero where the book is crossed; exact.
        spread_bps: the spread in basis points of the mid.
        microprice: the best prices, each weighted by the size at the other.
        imbalance: 1 where only bids rest, -1 where only asks do.
    """

    best_bid: Level | None = None
    best_ask: Level | None = None
    mid: Decimal | None = None
    spread: Decimal | None = None
    spread_bps: float | None = None
    microprice: Decimal | None = None
    imbalance: float | None = None


NO_BOOK: Final = BookFigures()
"""The figures of a book that is not there, or not to be believed."""


def book_figures(book: OrderBook, depth: int = IMBALANCE_DEPTH) -> BookFigures:
    """Return the figures of a book.

    Args:
        book: read, not kept.
        depth: levels of each side that the imbalance weighs.
    """
    bid, ask = book.bids.best, book.asks.best
    weighed = imbalance(book, depth)
    if bid is None or ask is None:
        return BookFigures(bid, ask, imbalance=weighed)
    middle, gap = mid_of(bid, ask), EXACT.subtract(Decimal(ask[0]), Decimal(bid[0]))
    return BookFigures(
        best_bid=bid,
        best_ask=ask,
        mid=middle,
        spread=gap,
        spread_bps=basis_points(gap, middle),
        microprice=microprice(bid, ask),
        imbalance=weighed,
    )


def mid(book: OrderBook) -> Decimal | None:
    """Return the price halfway between the best bid and the best ask, None without both."""
    bid, ask = book.bids.best, book.asks.best
    return None if bid is None or ask is None else mid_of(bid, ask)


def mid_of(bid: Level, ask: Level) -> Decimal:
    """Return the price halfway between two levels; exact."""
    return EXACT.multiply(EXACT.add(Decimal(bid[0]), Decimal(ask[0])), Decimal("0.5"))


def microprice(bid: Level, ask: Level) -> Decimal:
    """Return two prices weighted by the size at the other: the heavier side pushes."""
    bid_size, ask_size = Decimal(bid[1]), Decimal(ask[1])
    weighted = EXACT.add(
        EXACT.multiply(Decimal(bid[0]), ask_size), EXACT.multiply(Decimal(ask[0]), bid_size)
    )
    return QUOTIENT.divide(weighted, EXACT.add(bid_size, ask_size))


def imbalance(book: OrderBook, depth: int = IMBALANCE_DEPTH) -> float | None:
    """Return (bids - asks) / (bids + asks) of the best sizes, None where there are none."""
    bids, asks = resting(book.bids, depth), resting(book.asks, depth)
    both = EXACT.add(bids, asks)
    return float(QUOTIENT.divide(EXACT.subtract(bids, asks), both)) if both else None


def resting(side: BookSide, depth: int) -> Decimal:
    """Return the exact sum of the sizes of the best `depth` levels."""
    total = Decimal(0)
    for _, size in side.top(depth):
        total = EXACT.add(total, Decimal(size))
    return total


def basis_points(difference: Decimal, of: Decimal) -> float:
    """Return a difference in basis points of a price above zero."""
    return float(QUOTIENT.divide(EXACT.multiply(difference, BASIS_POINTS), of))


def from_mid(price: Decimal, middle: Decimal) -> float:
    """Return how far a price is from the mid in basis points; below the mid it is negative."""
    return basis_points(EXACT.subtract(price, middle), middle)


def walked(side: BookSide) -> Iterator[Level]:
    """The levels of a side, best first; who stops early has not paid for the depth below.

    The side must not change while it is walked.
    """
    taken, wanted = 0, _FIRST_LOOK
    while taken < len(side):
        yield from side.top(wanted)[taken:]
        taken, wanted = wanted, wanted * 8


def exact_text(value: Decimal) -> str:
    """Return a decimal in plain digits, without zeros that say nothing."""
    return trimmed(format(value, "f"))
