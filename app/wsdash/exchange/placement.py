"""Where orders go and how large they are: the shape of a book.

Most quotes crowd near the fair price, a tail reaches far from it; sizes grow
with the distance, and round prices far away carry walls.
"""

from __future__ import annotations

import math
from random import Random

from wsdash.exchange.book import Side
from wsdash.exchange.pairs import Pair

_CAP = 40.0
"""No order is larger than this many typical ones, walls aside."""
_LIVE = (0.46, 0.36, 0.18)
STANDING = (0.02, 0.28, 0.70)
"""A book that has stood for hours is thin at the touch: what was near has traded."""


class Placement:
    """Draws prices in ticks and sizes in lots for one pair."""

    def __init__(self, pair: Pair, random: Random) -> None:
        self._random = random
        self._lots = pair.typical * 10**pair.size_places
        opening = pair.opening
        self.near = max(1.5, opening * 4.5e-5)
        """Ticks from the fair price within which the touch lies."""
        self._reaches = (self.near, max(4.0, opening * 6e-4), max(14.0, opening * 1.2e-2))
        self._round = max(10, 5 * 10 ** (int(math.log10(opening)) - 2))

    def quote(
        self, side: Side, fair: float, shares: tuple[float, float, float] = _LIVE
    ) -> tuple[int, int]:
        """Return price and size of a passive order; `shares` weigh near, middle and far."""
        random = self._random
        reach = random.choices(self._reaches, shares)[0]
        away = 0.35 * self.near + random.expovariate(1.0) * reach
        factor = 1.0 + 0.9 * math.log1p(away / self.near)
        price = fair - away if side == "buy" else fair + away
        if reach == self._reaches[2] and random.random() < 0.22:
            price = round(price / self._round) * self._round
            factor *= random.uniform(3.0, 18.0)
        ticks = math.floor(price) if side == "buy" else math.ceil(price)
        return max(1, ticks), self._size(factor, 0.9)

    def taker_size(self) -> int:
        """Return the size of a market order; a few are large enough to sweep levels."""
        large = self._random.random() < 0.06
        return self._size(self._random.uniform(4.0, 14.0) if large else 0.55, 1.1)

    def _size(self, factor: float, spread: float) -> int:
        multiple = min(_CAP, self._random.lognormvariate(-0.4, spread)) * factor
        lots = max(1, int(self._lots * multiple))
        if self._random.random() < 0.35:  # people type round sizes, machines do not
            grain = 10 ** max(0, len(str(lots)) - 2)
            lots = max(grain, lots // grain * grain)
        return lots
