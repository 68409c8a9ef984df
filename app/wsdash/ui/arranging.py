"""The keys about layouts by name: load one, save what is on the screen, remove one."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.events import Mount, Unmount

from wsdash.domain.instrument import MarketKey
from wsdash.ui.layouts.library import Library
from wsdash.ui.layouts.presets import PRESETS, STANDARD, Layout
from wsdash.ui.layouts.text import BadLayout, named
from wsdash.ui.layouts.tree import leaves
from wsdash.ui.layouts.writer import Writer
from wsdash.ui.screens.ask import Ask
from wsdash.ui.screens.finder import Finder, Fixed
from wsdash.ui.snapshots.search import Item
from wsdash.ui.watching import Watching

LOAD, SAVE, REMOVE = "load ", "save", "remove "
SAID_FOR = 8.0
"""Seconds for which trouble with the file stands in the bottom line."""


class Shelf(Fixed):
    """What can be done with layouts; a name that none of them has is one to save this one under."""

    def search(self, query: str, limit: int) -> list[Item]:
        """Return the best matches of a query, and last what it would be the name of."""
        found = super().search(query, limit)
        try:
            name = named(query)
        except BadLayout:
            return found
        return [*found, Item(f"{SAVE}{name}", f"save this layout as {name}", "")]


class Arranging(Watching):
    """Loads, saves and removes layouts."""

    library: Library
    _writer: Writer

    @on(Mount)
    def restore_layout(self) -> None:
        """Show what was on the screen when the program last ended."""
        self._writer = Writer(self.library, lambda problem: self.say(problem, SAID_FOR))
        board = self.board_screen
        board.rearranged = self._kept
        if problem := self.library.load():
            self.say(problem, SAID_FOR)
        if (present := self.library.present) is not None:
            self._take_markets(present, first=True)
            board.begin_with(present)
        if self.library.order != board.cast.watch.order:
            board.cast.watch.order_by(self.library.order)

    @on(Unmount)
    async def keep_layout(self) -> None:
        """Have everything written before the program ends."""
        if (self.library.present or STANDARD) != self._present():
            self._kept()
        await self._writer.finish()

    def action_layout(self, number: int) -> None:
        """Load a layout by its number."""
        layouts = self.library.layouts
        if number <= len(layouts):
            self.load_layout(layouts[number - 1])
        else:
            self.say(f"there is no layout {number} yet: {self.desk.press('layouts')} saves one")

    def action_layouts(self) -> None:
        """Choose a layout to load; or save this one, or remove one."""

        def chosen(values: list[str] | None) -> None:
            for value in values or ():
                self.call_after_refresh(self.do_layout, value)

        items = Shelf(self.layout_items())
        self.push_screen(Finder("Layouts", items, ascii_only=self.desk.ascii_only), chosen)

    def layout_items(self) -> list[Item]:
        """Return what can be done with layouts, as items to be found."""
        now = self.board_screen.wish.layout
        items = []
        for number, layout in enumerate(self.library.layouts, 1):
            mark = " (on the screen)" if layout == now else ""
            mark = mark or (" (changed on the screen)" if layout.name == now.name else "")
            key = f"F{number + 1}" if number <= 8 else ""
            items.append(Item(f"{LOAD}{layout.name}", f"layout {layout.name}{mark}", key))
        items.append(Item(SAVE, "save this layout under a name", ""))
        for name in self.library.saved:
            again = "as it came" if name in {layout.name for layout in PRESETS} else "for good"
            items.append(Item(f"{REMOVE}{name}", f"remove layout {name} {again}", ""))
        return items

    def do_layout(self, value: str) -> None:
        """Do what an item of `layout_items` says."""
        if value == SAVE:
            self._ask_name()
        elif value.startswith(SAVE):
            self._save_as(value.removeprefix(SAVE))
        elif value.startswith(REMOVE):
            name = value.removeprefix(REMOVE)
            self.library.remove(name)
            self.say(f"layout {name} removed")
            self._kept({name})
        elif (layout := self.library.find(value.removeprefix(LOAD))) is not None:
            self.load_layout(layout)

    def load_layout(self, layout: Layout) -> None:
        """Show a layout."""
        self._take_markets(layout)
        self.board_screen.lay_out(layout)
        self.board_screen.regroup()
        self.say(f"layout {layout.name}")
        self._kept()

    def _ask_name(self) -> None:
        def wrong(text: str) -> str:
            try:
                named(text)
            except BadLayout as error:
                return str(error)
            return ""

        def typed(text: str | None) -> None:
            if text is not None:
                self._save_as(text)

        before = self.board_screen.wish.layout.name
        ask = Ask("Save layout as", "a name", wrong, before, ascii_only=self.desk.ascii_only)
        self.push_screen(ask, typed)

    def _save_as(self, name: str) -> None:
        layout = self._present()._replace(name=named(name))
        self.library.save(layout)
        self.board_screen.wish = self.board_screen.wish._replace(layout=layout)
        self.say(f"layout {layout.name} saved")
        self._kept({layout.name})

    def _take_markets(self, layout: Layout, *, first: bool = False) -> None:
        """Open the markets of a layout; at the start, the one that was opened stays."""
        for letter, text in layout.markets.items() if self.desk.feed.mode == "live" else ():
            venue, _, name = text.partition(":")
            group, key = self.desk.groups[letter], MarketKey(venue, name)
            known = venue in self.desk.feed.venues and bool(name)
            if known and key != group.key and not (first and group is self.desk.group):
                group.key = key
                for pane in self.board_screen.panes.values():
                    if pane.letter == letter:
                        pane.attempt(pane.switch)

    def _present(self) -> Layout:
        """Return the layout on the screen, with the markets of its groups."""
        layout = self.board_screen.present()
        if self.desk.feed.mode != "live":
            return layout
        letters = {leaf.group for tree in layout.trees.values() for leaf in leaves(tree)}
        markets = {
            group.letter: f"{group.key.venue}:{group.key.name}"
            for group in self.desk.groups
            if group.letter in letters and group.key is not None
        }
        return layout._replace(markets=markets)

    def action_sort(self) -> None:
        """Order the watchlist by the next figure, and keep that."""
        super().action_sort()
        self._kept()

    def action_turn_sort(self) -> None:
        """Order the watchlist the other way round, and keep that."""
        super().action_turn_sort()
        self._kept()

    def _kept(self, changed: Iterable[str] = ()) -> None:
        """Write what there is now."""
        self.library.present = self._present()
        self.library.order = self.board_screen.cast.watch.order
        self._writer.changed(changed)
