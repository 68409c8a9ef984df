"""The depth ladder as a pane."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.domain.book import OrderBook
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.clocks import age, clock
from wsdash.ui.snapshots.depth import GROUPS, digits_of
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.grid import Grid, settled
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.ladder_room import Sides, grid_rows, side_rows
from wsdash.ui.snapshots.ladder_rows import FLOW_WIDTH, FlowRows
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.slippage import Amount
from wsdash.ui.widgets.pane import Pane


class LadderPane(Pane):
    """The book of the market in focus.

    Attributes:
        beside: tells whether a heat stands beside it, whose rows are prices.
        grid: rows that are prices.
        at: the chosen price in them.
        amount: of an order whose cost is told.
        moved: called when the rows are other ones.
    """

    channel = "book"
    names_market = True

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.ticks = 1
        self._coarse = False
        self.cursor = 0
        self.beside: Callable[[], bool] = lambda: False
        self._wish: bool | None = None
        self.grid: Grid | None = None
        self.at: int | None = None
        self.amount: Amount | None = None
        self.moved: Callable[[], object] = lambda: None
        self._reach, self._rows = Sides(1, 1), 1
        self._glow = Glow()

    @property
    def fixed(self) -> bool:
        """Whether its rows are fixed to prices: as the trader wishes, else beside a heat."""
        return self.beside() if self._wish is None else self._wish

    def picture(self, width: int, height: int) -> Picture:
        """Return the ladder; its title names the market, so that word and numbers agree."""
        desk, group = self.desk, self.group
        key = group.key
        if key is None:
            words = f" no market: {self.desk.press('find')} finds one"
            return Picture((Span("Ladder"),), ((Span(words, "dim"),),))
        amount = self.amount is not None
        self._reach = side_rows(height, chosen=True, amount=amount)
        self._rows = grid_rows(height, chosen=True, amount=amount)
        group.look_at_flow()
        now, verdict = desk.feed.now(), group.verdict("book")
        sight = self._sight(width, height)
        self._glow.off = desk.plain
        picture = ladder(group.market, key, verdict, sight, self._glow, now)
        if sight.flow is not None:
            picture = picture._replace(notes=(self._since(), *picture.notes))
        stream = group.stream("book")
        silent = stream.age(now) if stream is not None else None
        if silent is None or verdict.believable or verdict.word == "STALE":
            return picture
        return picture._replace(notes=((Span(f"{age(silent)} old", "look"),), *picture.notes))

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self._glow.due(self.desk.feed.now())

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor from level to level, over the spread as if it were not there.

        In fixed rows it goes from price to price, from the middle at first.
        """
        if self.grid is not None and dy:
            centre = self.grid.price((self.grid.height - 1) // 2)
            step = self.grid.step
            start = centre + (step if dy > 0 else -step) if self.at is None else self.at
            last = self.grid.price(min(self.grid.height, self._rows) - 1)
            self.at = max(last, min(self.grid.top, start - dy * step))
        elif dy:
            there = self.cursor - dy
            self.cursor = max(-self._reach.bids, min(self._reach.asks, there or -dy))

    def adjust(self, step: int) -> None:
        """Put more or fewer ticks in a row."""
        place = GROUPS.index(self.ticks) + step
        self.ticks = GROUPS[max(0, min(len(GROUPS) - 1, place))]
        self.at, self._coarse = None, False
        self._glow.forget()

    def turn(self) -> None:
        """Fix the rows to prices, or let each be a level."""
        self._wish = not self.fixed
        self.centre()

    def _coarsen(self, book: OrderBook | None, tick: int, rows: int) -> None:
        """Put as many ticks in a row as bring both best prices into sight, with half of the rows.

        That is done where nobody chose a grouping, and stays until `centre`.
        """
        bid, ask = (book.bids.best_key, book.asks.best_key) if book is not None else (None, None)
        if bid is None or ask is None or (self.ticks > 1 and not self._coarse):
            return
        wide = next((n for n in GROUPS if 2 * (ask - bid) <= rows * tick * n), GROUPS[-1])
        if wide > self.ticks:
            self.ticks, self._coarse = wide, True
            self._glow.forget()

    def _refine(self) -> None:
        """Have one tick a row again, where nobody chose another grouping."""
        if self._coarse:
            self.ticks, self._coarse = 1, False
            self._glow.forget()

    def fix(self) -> None:
        """Fix the rows to prices as long as a heat stands beside them."""
        if self._wish is False:
            self._wish = None
            self.centre()

    def centre(self) -> None:
        """Take the cursor away, and put the middle of the book into the middle."""
        self._refine()
        self.cursor, self.at, self.grid = 0, None, None

    def reset(self) -> None:
        """Forget grouping, cursor and digits of the other market."""
        self.ticks, self.amount, self._coarse = 1, None, False
        self.centre()
        self._glow.forget()

    def cut(self) -> None:
        """Forget the digits, and keep how it is looked at."""
        self._glow.forget()

    def _sight(self, width: int, height: int) -> Sight:
        market = self.group.market
        book = market.book if market is not None else None
        tick = digits_of(market.instrument if market else None, book).tick
        amount = self.amount is not None
        if not self.fixed:
            self.grid = self.at = None
            self._refine()
        else:
            self.cursor = 0
            self._coarsen(book, tick, grid_rows(height, chosen=False, amount=amount))
            rows = grid_rows(height, chosen=self.at is not None, amount=amount)
            self._settle(book, tick * self.ticks, rows)
        step = tick * self.ticks
        flow = None
        if width >= FLOW_WIDTH and not self.desk.plain:
            best = book.asks.best_key if book is not None else None
            apart = step if self.ticks > 1 or self.fixed else 1
            moved = self.group.stacking.gathered(apart, best)
            flow = FlowRows(self.group.traded.gathered(apart), moved)
        looked = (self.ticks, self.cursor, self.grid, self.at, self.amount)
        return Sight(width, height, *looked, flow, plain=self.desk.plain)

    def _settle(self, book: OrderBook | None, step: int, rows: int) -> None:
        before, self.grid = self.grid, settled(self.grid, book, step, rows)
        if self.grid != before:
            self.call_later(self.moved)
        if self.at is not None and not (self.grid and self.grid.holds(self.at)):
            self.at = None

    def _since(self) -> Line:
        traded = self.group.traded
        words = f"traded since {clock(traded.since)}"
        if traded.missed or self.group.holed(traded.since, "trades"):
            return (Span(f"{words}, gaps", "look"),)
        if self.group.holed(traded.since, "book"):  # what was stacked and pulled is not whole
            return (Span(f"{words}, book gaps", "look"),)
        return (Span(words, "dim"),)
