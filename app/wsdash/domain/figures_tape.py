"""What prints add up to: volume at every price, and bands of size.

Prices are in quote units, sizes in base units. Sums are exact. History is for the caller to
leave out where it must not count, and no print may be given twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from wsdash.domain.numbers import EXACT, SCALE, price_key
from wsdash.domain.trades import Trade

MOST_PRICES: Final = 20_000
"""Prices of which volumes are kept; those that did not trade for longest are dropped."""

_NOTHING: Final = Decimal(0)


class AtPrice(NamedTuple):
    """What was traded at a price, in base units."""

    price: Decimal
    bought: Decimal = _NOTHING
    sold: Decimal = _NOTHING

    @property
    def total(self) -> Decimal:
        """What both sides took."""
        return EXACT.add(self.bought, self.sold)

    @property
    def delta(self) -> Decimal:
        """What buyers took more than sellers."""
        return EXACT.subtract(self.bought, self.sold)


class VolumeAtPrice:
    """What buyers and sellers took at every price.

    Args:
        step: gathers each `step` units of 10**-18 at the price below; 1 gathers none.
        limit: prices kept.

    Attributes:
        dropped: prices that were forgotten for others.
    """

    def __init__(self, step: int = 1, limit: int = MOST_PRICES) -> None:
        self.dropped = 0
        self._step = max(1, step)
        self._limit = max(1, limit)
        self._rows: dict[int, AtPrice] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, trade: Trade) -> None:
        """Take a print.

        Raises:
            BadNumber: its price is not above zero.
        """
        key = self._key(trade.price)
        row = self._rows.pop(key, None) or AtPrice(Decimal(key).scaleb(-SCALE, EXACT))
        size = Decimal(trade.size)
        if trade.side == "buy":
            row = AtPrice(row.price, EXACT.add(row.bought, size), row.sold)
        else:
            row = AtPrice(row.price, row.bought, EXACT.add(row.sold, size))
        self._rows[key] = row
        if len(self._rows) > self._limit:
            del self._rows[next(iter(self._rows))]
            self.dropped += 1

    def at(self, price: str) -> AtPrice | None:
        """Return what was traded at a price, None where nothing was.

        Raises:
            BadNumber: the price is not above zero.
        """
        return self._rows.get(self._key(price))

    def rows(self) -> list[AtPrice]:
        """Return what was traded at every price, lowest price first."""
        return [self._rows[key] for key in sorted(self._rows)]

    def _key(self, price: str) -> int:
        return price_key(price) // self._step * self._step


class Band(NamedTuple):
    """Prints of like size: from `low` on, below `high`; None where there is no end."""

    low: Decimal
    high: Decimal | None
    prints: int = 0
    bought: Decimal = _NOTHING
    sold: Decimal = _NOTHING


class SizeBands:
    """Prints sorted by their size into bands.

    Args:
        bounds: sizes at which the next band begins, rising and above 0.
        notional: sort by price times size, in quote units; the sums stay in base units.

    Raises:
        ValueError: the bounds do not rise, or begin at 0 or below.
    """

    def __init__(self, bounds: Sequence[Decimal], *, notional: bool = False) -> None:
        edges = [_NOTHING, *bounds]
        if any(low >= high for low, high in pairwise(edges)):
            raise ValueError("bounds must be above 0 and rise")
        self.bands = [Band(*pair) for pair in zip(edges, [*bounds, None], strict=True)]
        self._bounds = list(bounds)
        self._notional = notional

    def band_of(self, trade: Trade) -> int:
        """Return the index of the band that a print belongs to; the smallest are in 0."""
        size = Decimal(trade.size)
        if self._notional:
            size = EXACT.multiply(size, Decimal(trade.price))
        return bisect_right(self._bounds, size)

    def add(self, trade: Trade) -> int:
        """Take a print and return the index of its band."""
        index, size = self.band_of(trade), Decimal(trade.size)
        low, high, prints, bought, sold = self.bands[index]
        if trade.side == "buy":
            bought = EXACT.add(bought, size)
        else:
            sold = EXACT.add(sold, size)
        self.bands[index] = Band(low, high, prints + 1, bought, sold)
        return index


def usual_bounds(trades: Iterable[Trade], shares: Sequence[float] = (0.5, 0.9)) -> list[Decimal]:
    """Return sizes below which those shares of some prints are, as bounds for bands.

    Args:
        trades: such as the latest few hundred.
        shares: rising, 0 to 1; equal bounds are given once.
    """
    sizes = sorted(Decimal(trade.size) for trade in trades)
    if not sizes:
        return []
    last = len(sizes) - 1
    chosen = {sizes[min(last, max(0, int(len(sizes) * share)))] for share in shares}
    return sorted(size for size in chosen if size > 0)
