"""The watchlist: a market a row, or two rows where there is room for a sparkline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.market import Market
from wsdash.ui.snapshots.bars import sparkline
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import Line, Span, shorten, spread, text_width, width_of
from wsdash.ui.snapshots.numbers import Column, column_of
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.prices import shown_price


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
    """

    width: int
    height: int
    chosen: int
    shown: MarketKey | None


def watchlist(entries: Sequence[Entry], watch: Watch, glow: Glow, now: float) -> Picture:
    """Return the watchlist; the row under the cursor is always in sight."""
    if not entries:
        return Picture((Span("Watch"),), ((Span(" no markets: / finds one", "dim"),),))
    tall = len(entries) * 2 <= watch.height
    first = _first(len(entries), max(0, watch.chosen), watch.height // (2 if tall else 1))
    seen = entries[first : first + max(1, watch.height)]
    prices = {entry.key: shown_price(entry.market) for entry in entries}
    names = {entry.key: _name(entry, watch.width) for entry in entries}
    name_width = max(text_width(name) for name in names.values())
    column = column_of(list(prices.values()))
    room = watch.width - name_width - 1
    rows: list[Line] = []
    for index, entry in enumerate(seen, first):
        head = _head(entry, names[entry.key], name_width, index, watch)
        price = _price(prices[entry.key], column, room, entry, glow, now)
        rows.append(_with_change(head, price, entry, watch.width))
        if tall:
            rows.append(_below(entry, watch.width))
    chosen = entries[min(max(0, watch.chosen), len(entries) - 1)]
    hidden = len(entries) - len(seen)
    notes: tuple[Line, ...] = ((Span(f"{len(entries)} markets", "dim"),),) if hidden > 0 else ()
    return Picture((Span("Watch"),), tuple(rows), None, notes, prices[chosen.key])


def change_of(market: Market | None) -> Line:
    """Return the change over a day, with its sign."""
    text = market.ticker.change if market is not None and market.ticker is not None else None
    if text is None:
        return ()
    value = float(text)
    return (Span(f"{value:+.2f}%", "up" if value >= 0 else "down"),)


def _first(count: int, chosen: int, height: int) -> int:
    return 0 if count <= height else min(max(0, chosen - height // 2), count - height)


def _name(entry: Entry, width: int) -> str:
    known = entry.market.instrument if entry.market is not None else None
    name = clean(known.symbol if known is not None else entry.key.name, 30)
    return shorten(name, max(4, width // 3))


def _head(entry: Entry, name: str, width: int, index: int, watch: Watch) -> Line:
    mark = "▸" if entry.key == watch.shown else " "
    role = "cursor" if index == watch.chosen else "bright" if entry.key == watch.shown else "text"
    return (Span(mark, "bright"), Span(name + " " * (width - text_width(name)), role))


def _price(text: str, column: Column, room: int, entry: Entry, glow: Glow, now: float) -> Line:
    aligned = column.place(text) if column.width + 8 <= room else text.rjust(min(room - 8, 12))
    role = "text" if entry.verdict.believable else "off"
    return glow.spans(str(entry.key), aligned, role, now)


def _with_change(head: Line, price: Line, entry: Entry, width: int) -> Line:
    change = change_of(entry.market)
    tail = change
    if not entry.verdict.believable:
        tail = entry.verdict.line(7)
        if width_of(head) + width_of(price) + 10 > width:
            tail = (Span(shorten(entry.verdict.word, 6), entry.verdict.mood),)
    tail = (Span(" " * max(0, 7 - width_of(tail))), *tail)
    if width_of(head) + width_of(price) + width_of(tail) + 1 > width:
        tail = tuple(span for span in tail if span.text.strip())
    right = (*price, Span(" "), *tail) if tail else price
    if width_of(head) + width_of(right) + 1 > width:
        right = price if entry.verdict.believable else tail
    return spread(head, right, width)


def _below(entry: Entry, width: int) -> Line:
    state = entry.verdict.line(max(8, width // 2))
    room = max(0, width - width_of(state) - 6)
    trail = sparkline(entry.trail, room).rjust(room)
    return spread((Span("  "), Span(trail, "faint")), state, width)
