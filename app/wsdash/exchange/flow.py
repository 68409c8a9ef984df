"""Seeded order flow for one pair: what makes the book move like a market.

A hidden fair price wanders with waves of volatility and spells of momentum;
orders follow it. Market orders excite more of themselves, so activity comes in
bursts and lulls, and some of them sweep several levels.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from wsdash.exchange.book import Book, Fill, Side
from wsdash.exchange.chance import seeded
from wsdash.exchange.pairs import Pair
from wsdash.exchange.placement import STANDING, Placement

_DAY_ROOT = math.sqrt(86_400.0)
_HEAT_LIFE = 1.5
"""Seconds in which the excitement of a trade fades to a third."""


class Taken(NamedTuple):
    """The fills of one taker order."""

    side: Side
    order_type: str
    """``market`` or ``limit``, as Kraken's tape says."""
    fills: list[Fill]


class Flow:
    """Everyone else's orders in one pair; deterministic by seed and waiting times."""

    def __init__(self, pair: Pair, book: Book, seed: int) -> None:
        self._random = seeded(seed, pair.symbol)
        self._book = book
        self._pair = pair
        self._placement = Placement(pair, self._random)
        self._orders: list[int] = []
        self.fair = self._opening()
        self._anchor = self.fair
        self._wave = self._tempo = self._drift = self._heat = 0.0
        self._fill_book()
        self._crowd = len(self._orders)

    def wait(self, rate: float) -> float:
        """Return the seconds to the next event, and let that time pass for the fair price."""
        intensity = math.exp(0.5 * self._tempo) * (0.6 + 0.5 * self._heat)
        seconds = self._random.expovariate(self._pair.activity * rate * intensity)
        self._pass_time(seconds)
        return seconds

    def step(self) -> list[Taken]:
        """Do one event: place, cancel, replace or take; return what traded."""
        middle = self._middle()
        pressure = max(-3.0, min(3.0, (self.fair - middle) / self._placement.near))
        taking = 0.04 + 0.055 * abs(pressure) + 0.015 * self._heat
        leaving = 0.40 * min(1.8, len(self._book.orders) / max(1, self._crowd))
        chance = self._random.random()
        if chance < taking:
            return self._take(pressure)
        if chance < taking + leaving:
            self._leave(pressure)
            if self._random.random() > 0.25:
                return []
        return self._join(pressure)

    def _opening(self) -> float:
        return float(self._pair.opening)

    def _pass_time(self, seconds: float) -> None:
        normal = self._random.gauss
        root = math.sqrt(seconds)
        self._wave += -self._wave * seconds / 90.0 + 0.11 * root * normal(0.0, 1.0)
        self._tempo += -self._tempo * seconds / 15.0 + 0.25 * root * normal(0.0, 1.0)
        self._heat *= math.exp(-seconds / _HEAT_LIFE)
        if self._random.random() < seconds / 40.0:
            self._drift = self._random.choice((-0.14, -0.06, 0.0, 0.0, 0.06, 0.14))
        deviation = self._pair.volatility / _DAY_ROOT * math.exp(self._wave)
        pull = math.log(self._anchor / self.fair) / 7_200.0
        change = (self._drift * deviation + pull) * seconds + deviation * root * normal(0.0, 1.0)
        self.fair = max(60.0, self.fair * math.exp(max(-0.02, min(0.02, change))))

    def _middle(self) -> float:
        bid, ask = self._book.bids.best(), self._book.asks.best()
        if bid is None or ask is None:
            return self.fair
        return (bid + ask) / 2

    def _take(self, pressure: float) -> list[Taken]:
        lean = 1.0 / (1.0 + math.exp(-2.2 * pressure - 2.5 * self._drift))
        side: Side = "buy" if self._random.random() < lean else "sell"
        size = self._placement.taker_size()
        self._heat = min(3.0, self._heat + (0.2 if self._random.random() < 0.8 else 0.9))
        slip = self.fair * 0.004
        limit = int(self.fair + slip) if side == "buy" else max(1, int(self.fair - slip))
        fills = self._book.take(side, size, limit=limit)
        return [Taken(side, "market", fills)] if fills else self._join(pressure)

    def _leave(self, pressure: float) -> None:
        """Cancel an order: a quote the fair price left behind, or any."""
        order_id: int | None = None
        if abs(pressure) > 0.5 and self._random.random() < 0.7:
            half = self._book.asks if pressure > 0 else self._book.bids
            best = half.best()
            if best is not None:
                order = half.queues[best][next(reversed(half.queues[best]))]
                order_id = None if order.own else order.id
        if order_id is None:
            order_id = self._pick()
        if order_id is not None:
            self._book.cancel(order_id)

    def _pick(self) -> int | None:
        """Return a random resting order of the flow, forgetting those that are gone."""
        while self._orders:
            index = self._random.randrange(len(self._orders))
            order_id = self._orders[index]
            last = self._orders.pop()
            if order_id != last:
                self._orders[index] = last
            if order_id in self._book.orders:
                return order_id
        return None

    def _join(self, pressure: float) -> list[Taken]:
        side: Side = "buy" if self._random.random() < 0.5 + 0.12 * pressure else "sell"
        price, size = self._placement.quote(side, self.fair)
        opposite = self._book.asks if side == "buy" else self._book.bids
        best = opposite.best()
        if best is not None and self._random.random() > 0.02:  # few limit orders cross the spread
            price = min(price, best - 1) if side == "buy" else max(price, best + 1)
        order, fills = self._book.place(side, max(1, price), size)
        if order is not None:
            self._orders.append(order.id)
        return [Taken(side, "limit", fills)] if fills else []

    def _fill_book(self) -> None:
        """Rest orders until both sides have their opening depth."""
        levels = min(self._pair.levels, self._pair.opening - 100)
        sides: tuple[Side, Side] = ("buy", "sell")
        for side in sides:
            half = self._book.half(side)
            for _ in range(levels * 4):
                if len(half.prices) >= levels:
                    break
                price, size = self._placement.quote(side, self.fair, STANDING)
                price = min(price, int(self.fair) - 1) if side == "buy" else price
                order, _ = self._book.place(side, max(1, price), size)
                if order is not None:
                    self._orders.append(order.id)
        self._book.commit()
