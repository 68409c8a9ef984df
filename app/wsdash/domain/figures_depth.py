"""What lies deeper in a book: sums over its levels, and what an amount would cost.

Prices are in quote units, sizes in base units, notionals in quote units.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.figures import QUOTIENT, from_mid, mid, walked
from wsdash.domain.numbers import EXACT, SCALE, price_key
from wsdash.domain.trades import Aggressor

Unit: TypeAlias = Literal["base", "quote"]
"""What an amount is counted in: what is traded, or what it is priced in."""

_NOTHING: Final = Decimal(0)


class DepthRow(NamedTuple):
    """One level of a side, or several gathered at one price; sums are exact.

    Attributes:
        price: where it stands; of gathered levels the worst price that it can hold.
        size: what rests there.
        total: what rests from the best price to here.
        notional: the same in quote units, every level at its own price.
        bps: how far the price is from the mid, negative below; None without a mid.
    """

    price: Decimal
    size: Decimal
    total: Decimal
    notional: Decimal
    bps: float | None = None


class Fill(NamedTuple):
    """What an amount costs when it takes what rests, best price first.

    Attributes:
        price: average price of what is filled; None where nothing is.
        bps: cost against the mid, positive when worse; None without a mid or a price.
        filled: share of the amount that the book can fill, 0 to 1.
        base: how much is traded, in base units.
        quote: what it costs or brings, in quote units.
    """

    price: Decimal | None
    bps: float | None
    filled: float
    base: Decimal
    quote: Decimal


def depth_rows(
    side: BookSide,
    count: int,
    middle: Decimal | None = None,
    *,
    step: int = 1,
    up: bool = False,
) -> list[DepthRow]:
    """Return the best `count` rows of a side, best first, with the sums up to each.

    Args:
        side: read, not kept.
        count: rows at most.
        middle: the mid, for the distance from it.
        step: gathers the levels of each `step` units of 10**-18; 1 gathers none.
        up: gather at the price above, as asks are, so that no row promises a better
            price than there is; otherwise at the price below, as bids are.
    """
    rows: list[DepthRow] = []
    total = notional = _NOTHING
    last: int | None = None
    for text, size_text in walked(side):
        key, price, size = price_key(text), Decimal(text), Decimal(size_text)
        if step > 1:
            key = -(-key // step) * step if up else key // step * step
            price = Decimal(key).scaleb(-SCALE, EXACT)
        if key != last and len(rows) >= count:
            break
        total = EXACT.add(total, size)
        notional = EXACT.add(notional, EXACT.multiply(Decimal(text), size))
        if key == last:
            size = EXACT.add(rows.pop().size, size)
        bps = None if middle is None else from_mid(price, middle)
        rows.append(DepthRow(price, size, total, notional, bps))
        last = key
    return rows


def slippage(book: OrderBook, side: Aggressor, amount: Decimal, unit: Unit = "quote") -> Fill:
    """Return what it costs to trade an amount at once: a buyer takes asks, a seller bids.

    Args:
        book: read, not kept.
        side: who trades.
        amount: above zero; of quote units, the price is paid out of it.
        unit: what the amount is counted in.

    Raises:
        ValueError: the amount is zero, negative or no number.
    """
    if not amount.is_finite() or amount <= 0:
        raise ValueError("an amount must be above 0")
    base, quote = _taken(book.asks if side == "buy" else book.bids, amount, unit)
    if not base:
        return Fill(None, None, 0.0, base, quote)
    price = QUOTIENT.divide(quote, base)
    middle, bps = mid(book), None
    if middle is not None:
        bps = from_mid(price, middle) * (1 if side == "buy" else -1)
    share = QUOTIENT.divide(base if unit == "base" else quote, amount)
    return Fill(price, bps, float(share), base, quote)


def _taken(side: BookSide, amount: Decimal, unit: Unit) -> tuple[Decimal, Decimal]:
    """Return what an amount takes from a side, in base and in quote units."""
    base = quote = _NOTHING
    for price_text, size_text in walked(side):
        price, size = Decimal(price_text), Decimal(size_text)
        cost = EXACT.multiply(price, size)
        left = EXACT.subtract(amount, base if unit == "base" else quote)
        if left < (size if unit == "base" else cost):
            if unit == "base":
                return amount, EXACT.add(quote, EXACT.multiply(price, left))
            return EXACT.add(base, EXACT.divide(left, price)), amount
        base, quote = EXACT.add(base, size), EXACT.add(quote, cost)
    return base, quote
