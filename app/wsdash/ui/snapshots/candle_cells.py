"""Candles by half cells: which glyph stands in each cell of a candle's column."""

from __future__ import annotations

from typing import NamedTuple

from wsdash.domain.candles import Candle

_GLYPHS = {
    # (upper half, lower half): 0 nothing, 1 wick, 2 body
    (0, 0): " ",
    (0, 1): "╷",
    (1, 0): "╵",
    (1, 1): "│",
    (0, 2): "╻",
    (2, 0): "╹",
    (2, 2): "┃",
    (1, 2): "╽",
    (2, 1): "╿",
}


class Bar(NamedTuple):
    """A candle in numbers fit to draw."""

    start: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def role(self) -> str:
        """Whether it rose or fell."""
        return "up" if self.close >= self.open else "down"

    @property
    def bar_role(self) -> str:
        """The same, of its volume."""
        return "bid-bar" if self.close >= self.open else "ask-bar"


class Scale(NamedTuple):
    """From prices to half cells, counted from the top."""

    low: float
    high: float
    rows: int

    def half(self, price: float) -> int:
        """Return the half cell of a price."""
        halves = self.rows * 2
        if self.high <= self.low:
            return halves // 2
        place = (self.high - price) / (self.high - self.low) * halves
        return min(halves - 1, max(0, int(place)))

    def row(self, price: float) -> int:
        """Return the row of a price."""
        return self.half(price) // 2

    def price(self, row: int) -> float:
        """Return the price in the middle of a row."""
        return self.high - (row + 0.5) / self.rows * (self.high - self.low)


def bar_of(candle: Candle) -> Bar:
    """Return a candle as numbers."""
    return Bar(
        candle.start,
        float(candle.open),
        float(candle.high),
        float(candle.low),
        float(candle.close),
        float(candle.volume),
    )


def column(bar: Bar, scale: Scale) -> list[str]:
    """Return the glyphs of a candle's column, top first."""
    top, bottom = scale.half(bar.high), scale.half(bar.low)
    first = scale.half(max(bar.open, bar.close))
    last = scale.half(min(bar.open, bar.close))
    halves = [
        2 if first <= half <= last else 1 if top <= half <= bottom else 0
        for half in range(scale.rows * 2)
    ]
    return [_GLYPHS[halves[2 * row], halves[2 * row + 1]] for row in range(scale.rows)]
