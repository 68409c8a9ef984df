"""The depth over time as a pane, on the price rows of the ladder."""

from __future__ import annotations

from wsdash.domain.numbers import SCALE
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.grid import Grid, settled
from wsdash.ui.snapshots.heat import Glyphs, HeatView, heat, words
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import key_text, price_text
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.themes import MONO
from wsdash.ui.widgets.ladder import LadderPane
from wsdash.ui.widgets.pane import Pane

FEW_COLOURS = frozenset({None, "standard", "windows"})
"""Colour systems that have no shades."""


class HeatPane(Pane):
    """What rested at every price, second by second."""

    pace = 0.2

    def __init__(self, desk: Desk, ladder: LadderPane, *, name: str) -> None:
        super().__init__(desk, name=name)
        self._ladder = ladder
        self._own: Grid | None = None
        self._kept_rows: tuple[object, tuple[Line, ...], float] = (None, (), 0.0)

    def picture(self, width: int, height: int) -> Picture:
        """Return the heat; where the ladder has fixed rows they are the same."""
        group = self.group
        group.look_at_flow()
        title: Line = (Span("Heat"),)
        grid = self._grid(height)
        verdict = group.verdict("book") if group.key is not None else None
        if grid is None:
            empty: Line = (Span(" no live book yet", "dim"),)
            return Picture(title, ((), empty), verdict, missing="levels")
        seconds = group.heat.seconds
        newest = (seconds[-1].at, seconds[-1].live) if seconds else None
        known = (width, height, grid, newest, self._glyphs(), group.key)
        if known != self._kept_rows[0]:
            rows, scale = heat(list(seconds), self._view(width, height, grid))
            self._kept_rows = (known, rows, scale)
        return Picture(title, self._kept_rows[1], verdict, words(self._kept_rows[2]))

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor of the ladder: the rows are the same."""
        self._ladder.move(dx, dy)

    def adjust(self, step: int) -> None:
        """Group as the ladder does."""
        self._ladder.adjust(step)

    def centre(self) -> None:
        """Put the middle of the book into the middle."""
        self._ladder.centre()
        self._own = None

    def reset(self) -> None:
        """Nothing of the other market stays."""
        self._own, self._kept_rows = None, (None, (), 0.0)

    def _grid(self, height: int) -> Grid | None:
        market = self.group.market
        book = market.book if market is not None else None
        step = digits_of(market.instrument if market else None, book).tick * self._ladder.ticks
        beside = self._ladder.place is not None and self._ladder.fixed
        if beside and self._ladder.grid is not None and self._ladder.grid.step == step:
            return self._ladder.grid
        self._own = settled(self._own, book, step, max(1, height - 1 - (height >= 9)))
        return self._own

    def _view(self, width: int, height: int, grid: Grid) -> HeatView:
        market = self.group.market
        digits = digits_of(market.instrument if market else None, market.book if market else None)
        texts = [key_text(grid.price(row), min(SCALE, digits.price)) for row in range(grid.height)]
        prices = [price_text(text, digits.price) for text in texts]
        return HeatView(width, height, grid, prices, self._glyphs(), height >= 9)

    def _glyphs(self) -> Glyphs:
        if self.desk.ascii_only:
            return "ascii"
        few = self.app.theme == MONO or self.app.console.color_system in FEW_COLOURS
        return "shades" if few else "colours"
