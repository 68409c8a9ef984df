"""What a ladder says of a book: grouped levels, sums, and the figures in the middle."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.figures import IMBALANCE_DEPTH, NO_BOOK, book_figures
from wsdash.domain.figures_depth import depth_rows
from wsdash.domain.instrument import Instrument
from wsdash.domain.numbers import EXACT, SCALE, decimals, trimmed
from wsdash.ui.snapshots.numbers import grouped, price_text

GROUPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""How many ticks one row of a ladder can stand for."""


EVERY: Final = 10**40
"""An identity above that of every price."""


class Rung(NamedTuple):
    """One row of a ladder, or what is told of one.

    Attributes:
        price: as it is shown.
        size: what rests there.
        total: what rests from the best price to here.
        notional: the same in quote units.
        bps: basis points from the mid, where they were asked for.
        key: identity of the price.
    """

    price: str
    size: Decimal
    total: Decimal
    notional: Decimal = Decimal(0)
    bps: float | None = None
    key: int = 0


class Middle(NamedTuple):
    """The figures between the two sides; empty texts where a side is empty.

    Attributes:
        basis: the spread in hundredths of a percent of the mid.
        imbalance: -1 (all asks) to 1 (all bids), None where both sides are empty.
    """

    spread: str = ""
    basis: str = ""
    mid: str = ""
    micro: str = ""
    imbalance: float | None = None


class Digits(NamedTuple):
    """Digits after the point of prices and sizes, and the tick as a price identity."""

    price: int
    size: int
    tick: int


def digits_of(instrument: Instrument | None, book: OrderBook | None) -> Digits:
    """Return how to write a market's numbers: as listed, or else as they came."""
    if instrument is not None:
        return Digits(
            instrument.price_decimals, instrument.size_decimals, _tick(instrument.tick_size)
        )
    levels = [] if book is None else book.bids.top(20) + book.asks.top(20)
    price = max((decimals(trimmed(price)) for price, _ in levels), default=0)
    size = max((decimals(trimmed(size)) for _, size in levels), default=0)
    return Digits(price, size, 10 ** (SCALE - price))


def rungs(
    side: BookSide,
    count: int,
    digits: Digits,
    ticks: int,
    *,
    up: bool,
    middle: Decimal | None = None,
) -> list[Rung]:
    """Return the best `count` rows of a side, `ticks` ticks each, best first.

    Bids are gathered at the price below and asks at the price above, so that a
    row never promises a better price than there is.

    Args:
        side: read, not kept.
        count: rows at most.
        digits: of the market.
        ticks: ticks per row; 1 gathers nothing.
        up: gather at the price above.
        middle: the mid, where the distance from it is wanted.
    """
    step = digits.tick * ticks if ticks > 1 else 1
    return [
        Rung(price_text(f"{row.price:f}", digits.price), *row[1:], key=units(row.price))
        for row in depth_rows(side, count, middle, step=step, up=up)
    ]


def proven_edges(book: OrderBook | None) -> tuple[int, int]:
    """Return the lowest bid and the highest ask, as identities, that the venue proves."""
    if book is None or not book.proven:
        return 0, EVERY
    bid, ask = book.bids.key_at(book.proven), book.asks.key_at(book.proven)
    return (0 if bid is None else bid), (EVERY if ask is None else ask)


def units(price: Decimal) -> int:
    """Return the identity of a price that is a level's, or a multiple of ticks."""
    return int(price.scaleb(SCALE, EXACT))


def middle(book: OrderBook | None, digits: Digits) -> Middle:
    """Return spread, mid, microprice and imbalance of a book."""
    figures = NO_BOOK if book is None else book_figures(book, IMBALANCE_DEPTH)
    mid, spread, micro = figures.mid, figures.spread, figures.microprice
    if mid is None or spread is None or micro is None or figures.spread_bps is None:
        return Middle(imbalance=figures.imbalance)
    return Middle(
        spread=rounded(spread, digits.price),
        basis=f"{figures.spread_bps:.2f}",
        mid=grouped(rounded(mid, min(SCALE, digits.price + 1))),
        micro=grouped(rounded(micro, min(SCALE, digits.price + 2))),
        imbalance=figures.imbalance,
    )


def rounded(value: Decimal, digits: int) -> str:
    """Return a decimal in plain digits, half to even."""
    return f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, EXACT):f}"


def exact_price(value: float, digits: int) -> str:
    """Return an average of prices with one digit more than prices have."""
    return grouped(rounded(Decimal(value), min(SCALE, digits + 1)))


def _tick(text: str) -> int:
    step = Decimal(text) * 10**SCALE
    rounded = step.to_integral_value(ROUND_FLOOR) or step.to_integral_value(ROUND_CEILING)
    return max(1, int(rounded))
