"""The figures of a watched market, and the orders in which the watchlist can stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.figures import basis_points
from wsdash.domain.instrument import MarketKey
from wsdash.feed.market import Market

OWN: Final = "own"

ORDERS: Final = (OWN, "name", "change", "volume", "spread")
"""The orders that a key goes through; each begins with what one looks for first."""

_LARGEST_FIRST: Final = frozenset({"change", "volume"})


class Order(NamedTuple):
    """An order of the watchlist.

    Attributes:
        by: one of `ORDERS`.
        turned: the other way round.
    """

    by: str = OWN
    turned: bool = False

    @property
    def falling(self) -> bool:
        """Whether the largest comes first."""
        return (self.by in _LARGEST_FIRST) != self.turned

    def next(self) -> Order:
        """Return the next order, the way round that it begins with."""
        return Order(ORDERS[(ORDERS.index(self.by) + 1) % len(ORDERS)])


def order_of(plain: object) -> Order:
    """Return an order from plain data; the trader's own where it makes no sense."""
    if not isinstance(plain, dict) or plain.get("by") not in ORDERS:
        return Order()
    return Order(plain["by"], plain.get("turned") is True)


def ordered(
    keys: Sequence[MarketKey], order: Order, market_of: Callable[[MarketKey], Market | None]
) -> list[MarketKey]:
    """Return markets in an order; those whose figure is not known come last, as they stand."""
    if order.by == OWN:
        return list(reversed(keys)) if order.turned else list(keys)
    if order.by == "name":
        return sorted(keys, key=lambda key: (key.name, key.venue), reverse=order.turned)
    figures = {key: figure(order.by, market_of(key)) for key in keys}
    known = [(value, key) for key, value in figures.items() if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=order.falling)
    return [key for _, key in known] + [key for key, value in figures.items() if value is None]


def figure(by: str, market: Market | None) -> float | None:
    """Return what a market is ordered by; None where it is not known."""
    if by == "change":
        text = market.ticker.change if market is not None and market.ticker is not None else None
        return None if text is None else float(text)
    if by == "spread":
        return spread_of(market)
    value = turnover_of(market)
    return None if value is None else float(value)


def spread_of(market: Market | None) -> float | None:
    """Return the spread in basis points of the mid, as the ticker tells it."""
    ticker = market.ticker if market is not None else None
    if ticker is None or ticker.bid is None or ticker.ask is None:
        return None
    bid, ask = Decimal(ticker.bid), Decimal(ticker.ask)
    middle = (bid + ask) / 2
    return basis_points(ask - bid, middle) if middle > 0 else None


def turnover_of(market: Market | None) -> Decimal | None:
    """Return what was traded in a day, in the quote currency, at the last price."""
    ticker = market.ticker if market is not None else None
    if ticker is None or ticker.volume is None or ticker.last is None:
        return None
    return Decimal(ticker.volume) * Decimal(ticker.last)
