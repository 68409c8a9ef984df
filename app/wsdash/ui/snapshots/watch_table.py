"""The watchlist as a table, where it is wide: a market a row, under a row of headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.ui.snapshots.bars import sparkline
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import Line, Span, shorten, text_width
from wsdash.ui.snapshots.numbers import column_of, human
from wsdash.ui.snapshots.watch_entry import Entry, Watch, change_of, head_of, name_of
from wsdash.ui.snapshots.watch_order import spread_of, turnover_of

WIDE: Final = 58
"""Cells from which on the watchlist is a table."""

_STATE: Final = 11
_MOST_STATE: Final = 30
_LEAST_TRAIL: Final = 8
_MOST_TRAIL: Final = 60


class Cells(NamedTuple):
    """How wide each column is; 0 where there is no room for it."""

    name: int
    venue: int = 0
    price: int = 0
    change: int = 0
    spread: int = 0
    volume: int = 0
    trail: int = 0
    state: int = 0


def table(
    entries: Sequence[Entry],
    prices: Mapping[MarketKey, str],
    watch: Watch,
    first: int,
    glow: Glow,
    now: float,
) -> list[Line]:
    """Return the headings and the markets from `first` on, as many as there is room for."""
    cells = _cells(entries, prices, watch)
    column = column_of(list(prices.values()))
    rows = [_headings(cells, watch)]
    for index, entry in enumerate(entries[first : first + watch.height - 1], first):
        text = column.place(prices[entry.key])
        role = "text" if entry.verdict.believable else "off"
        price = glow.spans(str(entry.key), text, role, now)
        rows.append(_row(entry, index, cells, price, watch))
    return rows


def spread_text(entry: Entry) -> str:
    """Return the spread as it is shown, in basis points."""
    value = spread_of(entry.market)
    if value is None:
        return "—"
    return f"{value:.2f}bp" if value < 100 else f"{human(value)}bp"


def volume_text(entry: Entry) -> str:
    """Return what was traded in a day, in the quote currency."""
    value = turnover_of(entry.market)
    return "—" if value is None else human(value)


def _cells(entries: Sequence[Entry], prices: Mapping[MarketKey, str], watch: Watch) -> Cells:
    """Share the width out: what is looked for first gets its room first."""
    name = max(text_width(name_of(entry, watch.width)) for entry in entries)
    price = column_of(list(prices.values())).width
    left = watch.width - (name + watch.lead) - (price + 1) - (_STATE + 1)
    venues = {entry.key.venue for entry in entries}
    wishes = {"change": 9, "spread": 9, "volume": 8}
    if len(venues) > 1:
        wishes["venue"] = max(map(len, venues)) + 1
    got: dict[str, int] = {}
    for wish in sorted(wishes, key=lambda wish: wish != watch.order.by):
        if wishes[wish] <= left:
            got[wish] = wishes[wish] - 1
            left -= wishes[wish]
    trail = min(_MOST_TRAIL, left - 1) if left > _LEAST_TRAIL else 0
    left -= trail + 1 if trail else 0
    return Cells(name, price=price, trail=trail, state=min(_MOST_STATE, _STATE + left), **got)


def _headings(cells: Cells, watch: Watch) -> Line:
    by = watch.order.by
    words = {
        "name": f" {'market':<{cells.name}}",
        "venue": f" {'venue':<{cells.venue}}",
        "price": f" {'price':>{cells.price}}",
        "change": f" {'24 h':>{cells.change}}",
        "spread": f" {'spread':>{cells.spread}}",
        "volume": f" {'volume':>{cells.volume}}",
        "trail": f" {'':<{cells.trail}}",
        "state": " state",
    }
    shown = ((name, text) for name, text in words.items() if getattr(cells, name))
    lead = Span(" " * (watch.lead - 1))
    return lead, *(
        Span(text[: getattr(cells, name) + 1], "bright" if name == by else "dim")
        for name, text in shown
    )


def _row(entry: Entry, index: int, cells: Cells, price: Line, watch: Watch) -> Line:
    off = None if entry.verdict.believable else "off"
    row = [*head_of(entry, name_of(entry, watch.width), cells.name, index, watch)]
    if cells.venue:
        row.append(Span(f" {clean(entry.key.venue, cells.venue):<{cells.venue}}", "dim"))
    row += [Span(" "), *price]
    if cells.change:
        change = change_of(entry.market)
        text = change[0].text if change else "—"
        row.append(Span(f" {text:>{cells.change}}", off or (change[0].role if change else "dim")))
    if cells.spread:
        row.append(Span(f" {spread_text(entry):>{cells.spread}}", off or "text"))
    if cells.volume:
        row.append(Span(f" {volume_text(entry):>{cells.volume}}", off or "text"))
    if cells.trail:
        row.append(Span(f" {sparkline(entry.trail, cells.trail):>{cells.trail}}", "faint"))
    state = entry.verdict.line(cells.state)
    return (*row, Span(" "), *(Span(shorten(part.text, cells.state), part.role) for part in state))
