"""Basis: how far apart one asset trades at two places, now and over the last hour.

Two venues, or spot and perpetual: whatever two books there are of one asset.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from decimal import Decimal
from itertools import combinations
from math import fsum
from typing import Final, NamedTuple

from wsdash.domain.book import OrderBook
from wsdash.domain.figures import BASIS_POINTS, QUOTIENT, mid
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.numbers import EXACT

Alike = Collection[Collection[str]]
"""Sets of assets that are held to be one, such as ``[{"USD", "USDT"}]``."""

DOLLARS: Final[Alike] = (frozenset({"USD", "USDT", "USDC"}),)
"""The quotes that stand for a dollar: compared with each other, and each said by its name."""

EVERY = 1.0
"""Seconds between two points of a history at least."""

LENGTH = 3_600
"""Points a history keeps; older ones are dropped."""

BREAK = 3.0
"""Seconds without a point after which the next one begins a new run: nobody looked between."""

LIVE: Final = frozenset({"LIVE"})
"""States of a book in which it can stand in a history."""


class Leg(NamedTuple):
    """One of the two books, and its state in the words of the feed."""

    book: OrderBook | None
    state: str


class Basis(NamedTuple):
    """How far the first mid is above the second; negative where it is below.

    Attributes:
        absolute: in quote units, exact.
        bps: in basis points of the second mid.
    """

    absolute: Decimal
    bps: Decimal


class Summary(NamedTuple):
    """What a history was, in basis points."""

    low: float
    mean: float
    high: float


class Point(NamedTuple):
    """One point of a history.

    Attributes:
        time: seconds, of the clock that the history is fed with.
        bps: basis points.
        begins: whether the time before it is unknown, so that no line leads to it.
    """

    time: float
    bps: float
    begins: bool


def same_asset(base: str, quote: str, other_base: str, other_quote: str, alike: Alike) -> bool:
    """Tell whether two markets trade one asset in one quote, or in quotes that count as one."""
    return base == other_base and (
        quote == other_quote or any(quote in one and other_quote in one for one in alike)
    )


def measure(own: Leg, other: Leg, states: Collection[str] = LIVE) -> Basis | None:
    """Return the basis of two books; None unless both are in one of `states` and have a mid.

    A book that is crossed has none.
    """
    if own.book is None or other.book is None:
        return None
    if own.state not in states or other.state not in states:
        return None
    first, second = mid(own.book), mid(other.book)
    if first is None or second is None or own.book.crossed or other.book.crossed:
        return None
    apart = EXACT.subtract(first, second)
    return Basis(apart, QUOTIENT.divide(EXACT.multiply(apart, BASIS_POINTS), second))


def pairs(
    instruments: Iterable[Instrument], alike: Alike = ()
) -> list[tuple[MarketKey, MarketKey]]:
    """Return every two instruments of one asset, each pair once, in the order given.

    Args:
        instruments: of any venues; two of one venue are a pair too (spot and perpetual).
        alike: quotes that are held to be one.
    """
    return [
        (one.key, two.key)
        for one, two in combinations(instruments, 2)
        if one.key != two.key and same_asset(one.base, one.quote, two.base, two.quote, alike)
    ]


class BasisHistory:
    """What the basis of one pair was; what is not known of it stays open.

    Attributes:
        points: oldest first.
        now: the basis as it was last noted, None while it is unknown.
    """

    def __init__(self, length: int = LENGTH) -> None:
        self.points: deque[Point] = deque(maxlen=length)
        self.now: Basis | None = None
        self._begins = True

    def note(self, time: float, own: Leg, other: Leg) -> Basis | None:
        """Look at both books; keep a point if both are LIVE and a second has passed.

        Args:
            time: seconds that only move forward.
            own: the book whose distance is measured.
            other: the book it is measured from.
        """
        self.now = measure(own, other)
        if self.now is None:
            self._begins = True
            return None
        since = time - self.points[-1].time if self.points else EVERY
        if since >= EVERY:
            begins = self._begins or since > BREAK
            self.points.append(Point(time, float(self.now.bps), begins))
            self._begins = False
        return self.now

    def summary(self) -> Summary | None:
        """Return the lowest, the mean and the highest of all points, None where there is none."""
        values = [point.bps for point in self.points]
        if not values:
            return None
        return Summary(min(values), fsum(values) / len(values), max(values))

    def runs(self) -> list[list[Point]]:
        """Return the points in unbroken runs, oldest first: lines to be drawn one by one."""
        runs: list[list[Point]] = []
        for point in self.points:
            if point.begins or not runs:
                runs.append([])
            runs[-1].append(point)
        return runs
