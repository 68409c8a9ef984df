"""What a ladder says of a book: grouped levels, sums, and the figures in the middle."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, NamedTuple

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.instrument import Instrument
from wsdash.domain.numbers import SCALE, decimals, price_key, trimmed
from wsdash.ui.snapshots.numbers import grouped, key_text, price_text

GROUPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""How many ticks one row of a ladder can stand for."""

IMBALANCE_DEPTH: Final = 10
"""Levels of each side that the imbalance weighs."""


class Rung(NamedTuple):
    """One row of a ladder: a price, what rests there, and what rests up to there."""

    price: str
    size: Decimal
    total: Decimal


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


def rungs(side: BookSide, count: int, digits: Digits, ticks: int, *, up: bool) -> list[Rung]:
    """Return the best `count` rows of a side, `ticks` ticks each, best first.

    Bids are gathered at the price below and asks at the price above, so that a
    row never promises a better price than there is.
    """
    step = digits.tick * ticks
    result: list[Rung] = []
    total = Decimal(0)
    last: int | None = None
    for price, text in side.top(len(side) if ticks > 1 else count):
        size = Decimal(text)
        key = price_key(price)
        if ticks > 1:
            key = -(-key // step) * step if up else key // step * step
        if key == last:
            total += size
            result[-1] = Rung(result[-1].price, result[-1].size + size, total)
            continue
        if len(result) == count:
            break
        total += size
        shown = price_text(price, digits.price) if ticks == 1 else grouped(_priced(key, digits))
        result.append(Rung(shown, size, total))
        last = key
    return result


def middle(book: OrderBook | None, digits: Digits) -> Middle:
    """Return spread, mid, microprice and imbalance of a book."""
    if book is None:
        return Middle()
    bids, asks = book.bids.top(IMBALANCE_DEPTH), book.asks.top(IMBALANCE_DEPTH)
    bought = sum((Decimal(size) for _, size in bids), Decimal(0))
    sold = sum((Decimal(size) for _, size in asks), Decimal(0))
    imbalance = float((bought - sold) / (bought + sold)) if bought + sold else None
    if not bids or not asks:
        return Middle(imbalance=imbalance)
    bid, ask = price_key(bids[0][0]), price_key(asks[0][0])
    bid_size, ask_size = Decimal(bids[0][1]), Decimal(asks[0][1])
    micro = (bid * ask_size + ask * bid_size) / (bid_size + ask_size)
    finer = min(SCALE, digits.price + 1)
    return Middle(
        spread=key_text(ask - bid, digits.price),
        basis=f"{(ask - bid) * 20_000 / (ask + bid):.2f}",
        mid=grouped(key_text((ask + bid) // 2, finer)),
        micro=grouped(key_text(int(micro), min(SCALE, digits.price + 2))),
        imbalance=imbalance,
    )


def _priced(key: int, digits: Digits) -> str:
    return key_text(key, digits.price)


def _tick(text: str) -> int:
    step = Decimal(text) * 10**SCALE
    rounded = step.to_integral_value(ROUND_FLOOR) or step.to_integral_value(ROUND_CEILING)
    return max(1, int(rounded))
