"""The keys that open markets: by the finder, by number, by the cursor of the watchlist."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.domain.instrument import MarketKey
from wsdash.ui.catalogue import Catalogue
from wsdash.ui.screens.finder import Finder
from wsdash.ui.tools import Tools


class Opening(Tools):
    """Puts markets in focus."""

    _catalogue: Catalogue | None = None

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
        if self.desk.key is None and not listed:
            self.pick(number)
        elif number <= len(listed):
            self.open_market(listed[number - 1])

    def action_open(self) -> None:
        """Open the market under the cursor of the watchlist."""
        key = self.board_screen.cast.watch.chosen_key
        if self.board_screen.focused_name == "watch" and key is not None:
            self.open_market(key)

    def action_find(self) -> None:
        """Find a market in the lists of all venues; on the first screen, several."""
        if self.desk.key is None and not self.desk.watchlist:
            self.pick(0)
            return

        def chosen(keys: list[MarketKey]) -> None:
            if keys:
                self.open_market(keys[0])

        self.find("Find a market", chosen)

    def pick(self, number: int) -> None:
        """Let the trader pick the first markets, of a venue by its number, or of all."""
        raise NotImplementedError

    def find(
        self,
        title: str,
        found: Callable[[list[MarketKey]], None],
        venue: str = "",
        *,
        several: bool = False,
    ) -> None:
        """Let the trader find markets in the lists of all venues, or of one."""
        desk = self.desk
        if self._catalogue is None:
            self._catalogue = Catalogue(desk, self.kept)
        self._catalogue.begin(venue)
        desk.searching = True
        self.subscribe()

        def chosen(values: list[str] | None) -> None:
            desk.searching = False
            parts = [value.partition(":") for value in values or ()]
            found([MarketKey(at, name) for at, _, name in parts])

        self.push_screen(
            Finder(title, self._catalogue, ascii_only=desk.ascii_only, several=several), chosen
        )
