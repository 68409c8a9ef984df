"""A market of the watchlist, and what every form of the list shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.market import Market
from wsdash.ui.snapshots.lines import Line, Span, shorten, text_width
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.watch_order import Order


class Entry(NamedTuple):
    """One market of the watchlist.

    Attributes:
        trail: prices of the last while, oldest first.
    """

    key: MarketKey
    market: Market | None
    verdict: Verdict
    trail: Sequence[float] = ()


class Watch(NamedTuple):
    """How the watchlist is looked at.

    Attributes:
        chosen: index of the row under the cursor.
        shown: the market that the other panes show.
        order: what it is ordered by.
        empty: what to do where there is no market, in words.
        others: the letters of groups that are not in focus, by what their panes show.
    """

    width: int
    height: int
    chosen: int
    shown: MarketKey | None
    order: Order = Order()
    empty: str = "no markets: a adds some"
    others: Mapping[MarketKey, str] = {}

    @property
    def lead(self) -> int:
        """Cells before a name: a letter must not be read as a part of it."""
        return 2 if self.others else 1


def change_of(market: Market | None) -> Line:
    """Return the change over a day, with its sign."""
    text = market.ticker.change if market is not None and market.ticker is not None else None
    if text is None:
        return ()
    value = float(text)
    return (Span(f"{value:+.2f}%", "up" if value >= 0 else "down"),)


def name_of(entry: Entry, width: int) -> str:
    """Return what a market is called, in at most a third of the width."""
    known = entry.market.instrument if entry.market is not None else None
    name = clean(known.symbol if known is not None else entry.key.name, 30)
    room = max(4, width // 3)
    if known is not None and text_width(name) > room:
        name = clean(known.short, 30)
    return shorten(name, room)


def head_of(entry: Entry, name: str, width: int, index: int, watch: Watch) -> Line:
    """Return the mark of the market in focus or the letter of another group's, and the name."""
    if entry.key == watch.shown:
        mark = Span("▸".ljust(watch.lead), "bright")
    else:
        mark = Span(watch.others.get(entry.key, " ").ljust(watch.lead), "dim")
    role = "cursor" if index == watch.chosen else "bright" if entry.key == watch.shown else "text"
    return (mark, Span(name + " " * (width - text_width(name)), role))
