"""The keys that open markets: by the finder, by number, by the cursor of the watchlist."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.domain.instrument import MarketKey
from wsdash.ui.screens.finder import Finder
from wsdash.ui.snapshots.finder import Item, instrument_items
from wsdash.ui.tools import Tools


class Opening(Tools):
    """Puts markets in focus."""

    def open_market(self, key: MarketKey) -> None:
        """Put another market in focus; its title comes first, its numbers when they are there."""
        self.kept.opened(key, self.desk.feed.wall())
        if key != self.desk.key:
            self.desk.group.key = key
            self.board_screen.switch()
            self.subscribe()
        self.board_screen.focus_pane(self.board_screen.named("ladder"))

    def action_entry(self, number: int) -> None:
        """Open a market of the watchlist by its number, as they stand on the screen."""
        listed = self.board_screen.cast.watch.listed
        if number <= len(listed):
            self.open_market(listed[number - 1])

    def action_open(self) -> None:
        """Open the market under the cursor of the watchlist."""
        key = self.board_screen.cast.watch.chosen_key
        if self.board_screen.focused_name == "watch" and key is not None:
            self.open_market(key)

    def action_find(self) -> None:
        """Find a market in the lists of all venues."""

        def chosen(keys: list[MarketKey]) -> None:
            if keys:
                self.open_market(keys[0])

        self.find("Find a market", chosen)

    def find(self, title: str, found: Callable[[list[MarketKey]], None]) -> None:
        """Let the trader find markets in the lists of all venues."""
        self.desk.searching = True
        self.subscribe()

        def chosen(value: str | None) -> None:
            self.desk.searching = False
            if value is None:
                found([])
            else:
                venue, _, name = value.partition(":")
                found([MarketKey(venue, name)])

        def listed() -> list[Item]:
            return instrument_items(self.desk.feed.board.instruments)

        self.push_screen(
            Finder(
                title,
                listed,
                ascii_only=self.desk.ascii_only,
                empty="the venue's list is on its way",
            ),
            chosen,
        )
