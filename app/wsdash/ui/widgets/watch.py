"""The watchlist as a pane: its cursor, its order, and its own keys."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import BindingType

from wsdash.domain.instrument import MarketKey
from wsdash.ui.desk import Desk
from wsdash.ui.keys import bindings
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.watch_entry import Entry, Watch
from wsdash.ui.snapshots.watch_order import OWN, Order, ordered
from wsdash.ui.snapshots.watchlist import watchlist
from wsdash.ui.widgets.pane import Pane

SETTLE: Final = 5.0
"""Seconds for which an order by figures stands, so that rows do not dance."""


class WatchPane(Pane):
    """The watchlist.

    Attributes:
        order: what it is ordered by.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("watch")]

    channel = "ticker"
    of_market = False
    pace = 0.1

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.order = Order()
        self._chosen: MarketKey | None = None
        self._place = 0
        self._glow = Glow()
        self._stood: tuple[MarketKey, ...] = ()
        self._listed: tuple[MarketKey, ...] = ()
        self._since = 0.0

    @property
    def listed(self) -> tuple[MarketKey, ...]:
        """The markets as they stand on the screen."""
        now, listed = self.desk.feed.now(), tuple(self.desk.watchlist)
        if listed != self._listed or now - self._since >= SETTLE:
            self._listed, self._since = listed, now
            self._stood = tuple(ordered(listed, self.order, self.desk.market_of))
        return self._stood

    @property
    def chosen(self) -> int:
        """The row under the cursor: it stays on its market, or where that was."""
        listed = self.listed
        if self._chosen in listed:
            self._place = listed.index(self._chosen)
        self._place = max(0, min(len(listed) - 1, self._place))
        return self._place

    @property
    def chosen_key(self) -> MarketKey | None:
        """The market under the cursor."""
        return self.listed[self.chosen] if self.listed else None

    def choose(self, key: MarketKey | None) -> None:
        """Put the cursor on a market; None leaves it in its row."""
        self._chosen = key
        self.draw()

    def order_by(self, order: Order) -> None:
        """Take another order; the cursor stays on its market."""
        self._chosen = self.chosen_key
        self.order = order
        self._listed = ()
        self.draw()

    def picture(self, width: int, height: int) -> Picture:
        """Return the watchlist."""
        desk = self.desk
        entries = [
            Entry(
                key,
                desk.market_of(key),
                desk.price_verdict(key),
                list(desk.trails.get(key, ())),
            )
            for key in self.listed
        ]
        chosen = self.chosen if self.has_focus else -1
        empty = f"no markets: {desk.press('watch.add')} adds some"
        self._glow.off = desk.plain
        watch = Watch(width, height, chosen, desk.key, self.order, empty, desk.groups.others())
        return watchlist(entries, watch, self._glow, desk.feed.now())

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self._glow.due(self.desk.feed.now())

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor."""
        listed = self.listed
        if listed:
            self._chosen = listed[max(0, min(len(listed) - 1, self.chosen + dy))]

    def centre(self) -> None:
        """Put the cursor on the market in focus."""
        self._chosen = self.desk.key

    @property
    def is_own(self) -> bool:
        """Whether it stands in the trader's own order."""
        return self.order.by == OWN and not self.order.turned
