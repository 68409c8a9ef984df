"""The watchlist: a market a row, or two rows where there is room for a sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.ui.snapshots.bars import sparkline
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import Line, Span, shorten, spread, text_width, width_of
from wsdash.ui.snapshots.numbers import Column, column_of
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.prices import shown_price
from wsdash.ui.snapshots.watch_entry import Entry, Watch, change_of, head_of, name_of
from wsdash.ui.snapshots.watch_order import OWN
from wsdash.ui.snapshots.watch_table import WIDE, spread_text, table, volume_text

_STATE: Final = 9
"""Cells that a state usually takes: ``LIVE 0.2s``."""

_LEAST_TRAIL: Final = 8
"""Cells below which a sparkline says too little to give up figures for it."""


def watchlist(entries: Sequence[Entry], watch: Watch, glow: Glow, now: float) -> Picture:
    """Return the watchlist; the row under the cursor is always in sight."""
    if not entries:
        return Picture((Span("Watch"),), ((Span(f" {watch.empty}", "dim"),),))
    prices = {entry.key: shown_price(entry.market) for entry in entries}
    if watch.width >= WIDE and watch.height >= 2:
        most = watch.height - 1
        first = _first(len(entries), max(0, watch.chosen), most)
        rows = table(entries, prices, watch, first, glow, now)
    else:
        tall = len(entries) * 2 <= watch.height
        most = max(1, watch.height // (2 if tall else 1))
        first = _first(len(entries), max(0, watch.chosen), most)
        rows = _narrow(entries[first : first + most], prices, watch, first, glow, now, tall=tall)
    chosen = entries[min(max(0, watch.chosen), len(entries) - 1)]
    return Picture(
        (Span("Watch"),), tuple(rows), None, _notes(entries, watch, most), prices[chosen.key]
    )


def _notes(entries: Sequence[Entry], watch: Watch, most: int) -> tuple[Line, ...]:
    notes: list[Line] = []
    if watch.order.by != OWN or watch.order.turned:
        words = "own order" if watch.order.by == OWN else f"by {watch.order.by}"
        notes.append((Span(f"{words} {'▼' if watch.order.falling else '▲'}", "text"),))
    if len(entries) > most:
        notes.append((Span(f"{len(entries)} markets", "dim"),))
    return tuple(notes)


def _narrow(
    seen: Sequence[Entry],
    prices: Mapping[MarketKey, str],
    watch: Watch,
    first: int,
    glow: Glow,
    now: float,
    *,
    tall: bool,
) -> list[Line]:
    """Return a row a market, or two."""
    name_width = max(text_width(name_of(entry, watch.width)) for entry in seen)
    column = column_of(list(prices.values()))
    room = watch.width - name_width - watch.lead
    venues = {clean(entry.key.venue, 10) for entry in seen}
    venue = max(map(len, venues)) if len(venues) > 1 else 0
    rows: list[Line] = []
    for index, entry in enumerate(seen, first):
        head = head_of(entry, name_of(entry, watch.width), name_width, index, watch)
        price = _price(prices[entry.key], column, room, entry, glow, now)
        rows.append(_with_change(head, price, entry, watch.width))
        if tall:
            change = () if set(change_of(entry.market)) & set(rows[-1]) else change_of(entry.market)
            rows.append(_below(entry, watch, change, venue))
    return rows


def _first(count: int, chosen: int, height: int) -> int:
    return 0 if count <= height else min(max(0, chosen - height // 2), count - height)


def _price(text: str, column: Column, room: int, entry: Entry, glow: Glow, now: float) -> Line:
    aligned = column.place(text) if column.width + 9 <= room else text.rjust(min(room - 9, 12))
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


def _below(entry: Entry, watch: Watch, change: Line, venue: int) -> Line:
    """Return the second row: sparkline, as many figures as leave it room, and the state.

    A change over a day that the first row has no room for comes first, at any rate before a
    volume; `venue` is how wide the names of the venues are, 0 where there is only one.
    """
    volume, apart, believable = volume_text(entry), spread_text(entry), entry.verdict.believable
    wishes: dict[str, Line] = {
        "change": (Span(f"{change[0].text:>7} ", change[0].role),) if change and believable else (),
        "venue": (Span(f"{clean(entry.key.venue, 10):<{venue}} ", "dim"),) if venue else (),
        "volume": (Span(" vol ", "dim"), Span(f"{volume:>5}", _role(entry)))
        if volume != "—"
        else (),
        "spread": (Span(f" {apart:>8}", _role(entry)),) if apart != "—" else (),
    }
    room = watch.width - 2 - _STATE - 1
    shown: dict[str, Line] = {}
    for wish in sorted(wishes, key=lambda wish: wish != watch.order.by):
        least = 0 if wish == "change" else _LEAST_TRAIL
        if width_of(wishes[wish]) + least <= room:
            shown[wish] = wishes[wish]
            room -= width_of(wishes[wish])
    state = entry.verdict.line(max(8, watch.width // 2))
    trail = sparkline(entry.trail, max(0, room)).rjust(max(0, room))
    figures = (*shown.get("change", ()), *shown.get("venue", ()), Span(trail, "faint"))
    left = (Span("  "), *figures, *shown.get("volume", ()), *shown.get("spread", ()))
    if width_of(left) + width_of(state) + 1 > watch.width:
        left = (Span("  "), *shown.get("change", ()), *shown.get("venue", ()))
    return spread(left, state, watch.width)


def _role(entry: Entry) -> str:
    return "text" if entry.verdict.believable else "off"
