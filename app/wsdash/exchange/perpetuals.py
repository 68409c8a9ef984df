"""The perpetuals the embedded exchange lists, and what makes them follow spot."""

from __future__ import annotations

import math
from dataclasses import dataclass

from wsdash.exchange.book import Book, Side
from wsdash.exchange.flow import Flow, Taken
from wsdash.exchange.pairs import Pair

USUAL = 3e-4
"""How far a perpetual is above spot, as a share of its price, when nothing happens."""
WANDERS = 1.6e-4
"""Standard deviation of that over hours."""
MOST = 1.2e-3
"""It is never further from spot than this, either way."""
NOTICED = 1.5e-4
"""Share of the price by which the market is away from where it belongs when somebody acts on it."""
TAKEN = 4
"""Typical sizes that are taken then, at most."""
SLOW = 420.0
"""Seconds in which a distance out of the ordinary fades to a third."""


@dataclass(frozen=True, slots=True)
class Perpetual(Pair):
    """A contract on a pair's base asset, paid in USDT; its sizes are in the base asset."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", f"{self.base}/{self.quote}:{self.quote}")

    @property
    def spot(self) -> str:
        """The exchange's own symbol of the pair whose price it follows."""
        return f"{self.base}/USD"

    @property
    def chronicle(self) -> str:
        """Its past is that of spot."""
        return self.spot

    @property
    def bybit_symbol(self) -> str:
        """Bybit's name, the same as another venue's for spot."""
        return self.base + self.quote


PERPETUALS: tuple[Perpetual, ...] = (
    Perpetual("BTC", "USDT", 650_000, 1, 3, 45.0, 0.25, 0.030, 600),
    Perpetual("ETH", "USDT", 350_000, 2, 2, 30.0, 3.5, 0.040, 500),
    Perpetual("SOL", "USDT", 15_000, 2, 1, 20.0, 60.0, 0.055),
    Perpetual("XRP", "USDT", 5_200, 4, 1, 14.0, 4_000.0, 0.045, 300),
    Perpetual("DOGE", "USDT", 12_500, 5, 0, 12.0, 20_000.0, 0.060, 300),
)
"""The listing, busiest first."""


class Following(Flow):
    """Everyone's orders in a perpetual: its fair price is spot's, and a basis that wanders slowly.

    Args:
        spot: the orders of the pair it follows; they are read, never changed.
        scale: ticks of the perpetual to a tick of spot.
    """

    def __init__(self, pair: Pair, book: Book, seed: int, spot: Flow, scale: float) -> None:
        self._spot = spot
        self._scale = scale
        self.basis = USUAL
        super().__init__(pair, book, seed)

    def step(self) -> list[Taken]:
        """Do one event; whoever trades both markets takes what is too far from spot."""
        apart = self.fair - self._middle()
        if abs(apart) < self.fair * NOTICED or self._random.random() < 0.4:
            return super().step()
        side: Side = "buy" if apart > 0 else "sell"
        size = round(TAKEN * self._pair.typical * 10**self._pair.size_places)
        fills = self._book.take(side, size, limit=max(1, round(self.fair)))
        return [Taken(side, "market", fills)] if fills else super().step()

    def _opening(self) -> float:
        return self._spot.fair * self._scale * (1 + self.basis)

    def _pass_time(self, seconds: float) -> None:
        super()._pass_time(seconds)
        pull = (USUAL - self.basis) * min(1.0, seconds / SLOW)
        push = WANDERS * math.sqrt(2 * seconds / SLOW) * self._random.gauss(0.0, 1.0)
        self.basis = max(-MOST, min(MOST, self.basis + pull + push))
        self.fair = max(60.0, self._opening())
