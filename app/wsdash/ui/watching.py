"""The keys that change the watchlist; every change is kept where the list is the trader's own."""

from __future__ import annotations

from collections.abc import Sequence

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.kept_list import MOST_MARKETS
from wsdash.ui.opening import Opening
from wsdash.ui.snapshots.watch_order import Order
from wsdash.ui.widgets.watch import WatchPane


class Watching(Opening):
    """Adds, removes, moves and orders what is watched.

    Attributes:
        demo_wanted: whether the trader left for the demo.
    """

    demo_wanted = False
    _taken: tuple[tuple[int, MarketKey], ...] = ()

    @property
    def _watch(self) -> WatchPane:
        return self.board_screen.cast.watch

    def action_keep(self) -> None:
        """Put the market in focus on the watchlist, or take it off."""
        key = self.desk.key
        if key is None:
            self.say("no market is open")
        elif key in self.desk.watchlist:
            self._take(key)
        else:
            self.watch_also([key])

    def action_add(self) -> None:
        """Find markets and put them on the watchlist."""
        self.find("Add markets", self.watch_also, several=True)

    def action_remove(self) -> None:
        """Take the market under the cursor off the watchlist."""
        key = self._watch.chosen_key
        if key is not None:
            self._take(key)

    def action_restore(self) -> None:
        """Put the market that was taken off last back where it was."""
        if not self._taken:
            self.say("nothing was taken off")
            return
        *before, (place, key) = self._taken
        self._taken = tuple(before)
        listed = [other for other in self.desk.watchlist if other != key]
        self._changed([*listed[:place], key, *listed[place:]], f"{_name(key)} is back", key)

    def action_shift(self, step: int) -> None:
        """Move the market under the cursor up or down in the trader's own order."""
        pane, listed = self._watch, list(self.desk.watchlist)
        key = pane.chosen_key
        if key is None:
            return
        if not pane.is_own:
            self.say("only in your own order can markets be moved")
            return
        place = listed.index(key)
        other = max(0, min(len(listed) - 1, place + step))
        if other != place:
            listed[place], listed[other] = listed[other], listed[place]
            self._changed(listed, "", key)

    def action_sort(self) -> None:
        """Order the watchlist by the next figure."""
        self._watch.order_by(self._watch.order.next())
        by = self._watch.order.by
        self.say("in your own order" if by == Order().by else f"by {by}")

    def action_turn_sort(self) -> None:
        """Order the watchlist the other way round."""
        order = self._watch.order
        self._watch.order_by(order._replace(turned=not order.turned))

    def watch_also(self, keys: Sequence[MarketKey]) -> None:
        """Put markets on the watchlist, behind those that are there."""
        listed = self.desk.watchlist
        new = [key for key in dict.fromkeys(keys) if key not in listed]
        new = new[: max(0, MOST_MARKETS - len(listed))]
        if new:
            words = _name(new[0]) if len(new) == 1 else f"{len(new)} markets"
            self._changed([*listed, *new], f"added {words}", new[-1])
        elif keys:
            full = len(listed) >= MOST_MARKETS
            self.say("the watchlist is full" if full else f"{_name(keys[0])} is on it already")

    def pick(self, number: int) -> None:
        """Let the trader pick the first markets, of a venue by its number, or of all."""
        venues = self.desk.feed.venues

        def picked(keys: list[MarketKey]) -> None:
            if keys:
                self.watch_also(keys)
                self.open_market(keys[0])

        if number <= len(venues):
            venue = venues[number - 1] if number else ""
            self.find("Pick markets", picked, venue, several=True)

    def action_demo(self) -> None:
        """Leave for the demo, where this is the first screen of live markets."""
        if self.desk.feed.mode == "live":
            self.demo_wanted = True
            self.exit()
        else:
            self.say("this is no live screen")

    def _take(self, key: MarketKey) -> None:
        place = self.desk.watchlist.index(key)
        self._taken = (*self._taken[-99:], (place, key))
        listed = [other for other in self.desk.watchlist if other != key]
        self._changed(listed, f"took off {_name(key)}", None)

    def _changed(self, listed: list[MarketKey], words: str, chosen: MarketKey | None) -> None:
        """Another list from here on: draw it, subscribe it, keep it."""
        self.desk.watchlist[:] = listed
        self.kept.listed(listed)
        self._watch.choose(chosen)
        self.board_screen.work.follow_desk()
        self.subscribe()
        self.board_screen.arrange_anew()
        if words:
            passing = f", {self.kept.passing}" if self.kept.passing else ""
            self.say(f"{words}{passing}", 4.0)


def _name(key: MarketKey) -> str:
    return clean(str(key), 40)
