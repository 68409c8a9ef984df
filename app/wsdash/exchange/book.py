"""A price-time matching engine in whole ticks and lots.

Orders at one price queue in the order they came; a taker walks the opposite
side from the best price. The engine remembers which levels changed since the
last `commit`, so that one commit is one delta of the published book.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["buy", "sell"]
Levels = list[tuple[int, int]]
"""Price levels as (price in ticks, size in lots), best first."""


@dataclass(slots=True, eq=False)
class Order:
    """A resting order; `size` is what is left of it."""

    id: int
    side: Side
    price: int
    size: int
    own: bool
    """Belongs to the exchange's one account."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One match: a taker met one resting order."""

    price: int
    size: int
    taker: Side
    maker_id: int
    maker_own: bool


@dataclass(slots=True)
class Half:
    """One side of the book: sorted prices and a queue of orders at each."""

    side: Side
    prices: list[int] = field(default_factory=list)
    """Ascending, on both sides."""
    queues: dict[int, dict[int, Order]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    """Total size at each price."""
    touched: set[int] = field(default_factory=set)

    def best(self) -> int | None:
        """Return the best price in ticks, or None on an empty side."""
        if not self.prices:
            return None
        return self.prices[-1] if self.side == "buy" else self.prices[0]

    def top(self, depth: int) -> Levels:
        """Return up to `depth` levels, best first."""
        sizes = self.sizes
        if self.side == "buy":
            return [(price, sizes[price]) for price in reversed(self.prices[-depth:])]
        return [(price, sizes[price]) for price in self.prices[:depth]]

    def add(self, order: Order) -> None:
        """Put an order at the end of the queue of its price."""
        queue = self.queues.get(order.price)
        if queue is None:
            queue = self.queues[order.price] = {}
            self.sizes[order.price] = 0
            insort(self.prices, order.price)
        queue[order.id] = order
        self.sizes[order.price] += order.size
        self.touched.add(order.price)

    def reduce(self, order: Order, size: int) -> None:
        """Take `size` lots off an order, and the order off the book when nothing is left."""
        order.size -= size
        self.sizes[order.price] -= size
        self.touched.add(order.price)
        if order.size:
            return
        queue = self.queues[order.price]
        del queue[order.id]
        if not queue:
            del self.queues[order.price], self.sizes[order.price]
            del self.prices[bisect_left(self.prices, order.price)]


class Book:
    """Both sides of one pair, with matching.

    >>> book = Book()
    >>> _ = book.place("sell", 101, 5)
    >>> [(fill.price, fill.size) for fill in book.place("buy", 102, 3)[1]]
    [(101, 3)]
    """

    def __init__(self) -> None:
        self.bids = Half("buy")
        self.asks = Half("sell")
        self.orders: dict[int, Order] = {}
        self._last_id = 0

    def half(self, side: Side) -> Half:
        """Return the side on which an order of `side` rests."""
        return self.bids if side == "buy" else self.asks

    def place(
        self, side: Side, price: int, size: int, *, own: bool = False
    ) -> tuple[Order | None, list[Fill]]:
        """Match a limit order and rest what is left.

        Returns the resting order, None when nothing is left, and the fills.

        Raises:
            ValueError: price or size is not positive.
        """
        if price <= 0 or size <= 0:
            raise ValueError("an order needs a positive price and size")
        fills = self.take(side, size, limit=price)
        left = size - sum(fill.size for fill in fills)
        if not left:
            return None, fills
        self._last_id += 1
        order = Order(self._last_id, side, price, left, own)
        self.orders[order.id] = order
        self.half(side).add(order)
        return order, fills

    def take(self, side: Side, size: int, limit: int | None = None) -> list[Fill]:
        """Match a market order, or one that must not trade beyond `limit` ticks."""
        opposite = self.asks if side == "buy" else self.bids
        fills: list[Fill] = []
        while size > 0:
            price = opposite.best()
            if price is None or (limit is not None and _beyond(side, price, limit)):
                break
            maker = next(iter(opposite.queues[price].values()))
            matched = min(size, maker.size)
            size -= matched
            opposite.reduce(maker, matched)
            if not maker.size:
                del self.orders[maker.id]
            fills.append(Fill(price, matched, side, maker.id, maker.own))
        return fills

    def cancel(self, order_id: int) -> Order | None:
        """Take an order off the book; None when it is not there any more."""
        order = self.orders.pop(order_id, None)
        if order is not None:
            left = order.size
            self.half(order.side).reduce(order, left)
            order.size = left
        return order

    def commit(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the levels changed since the last commit: price to size, 0 when gone."""
        changed: list[dict[int, int]] = []
        for half in (self.bids, self.asks):
            sizes = half.sizes
            changed.append({price: sizes.get(price, 0) for price in sorted(half.touched)})
            half.touched.clear()
        return changed[0], changed[1]


def _beyond(side: Side, price: int, limit: int) -> bool:
    return price > limit if side == "buy" else price < limit
