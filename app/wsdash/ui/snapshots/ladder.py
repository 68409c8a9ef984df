"""The depth ladder: asks above, bids below, the spread between them, sizes as bars."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.market import Market
from wsdash.ui.snapshots.bars import bar_left, bar_right, steady_scale
from wsdash.ui.snapshots.depth import Digits, Middle, Rung, digits_of, middle, rungs
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import Line, Span, first_fit, joined, line, width_of
from wsdash.ui.snapshots.numbers import Column, column_of, fixed, trimmed_note, zeros_back
from wsdash.ui.snapshots.picture import Picture, Verdict

MIRROR_WIDTH = 44
"""Cells from which bids and asks have their own columns at the two sides of the price."""

FINEST = 4
"""Digits after the point of a size at most; the read-out of the cursor is exact."""


class Sight(NamedTuple):
    """How the ladder is looked at.

    Attributes:
        ticks: ticks per row.
        cursor: the chosen row: 1 the best ask, -1 the best bid, and so on; 0 for none.
    """

    width: int
    height: int
    ticks: int = 1
    cursor: int = 0


class Columns(NamedTuple):
    """Where things stand in a row; all rows of one picture share them."""

    price: Column
    size: int
    total: int
    bar: int
    digits: int
    scale: float
    mirrored: bool


def market_title(market: Market | None, key: MarketKey) -> Line:
    """Return the name of a market and its venue."""
    known = market.instrument if market is not None else None
    name = clean(known.symbol if known is not None else key.name, 30)
    return (Span(name, "text"), Span(f" {clean(key.venue, 20)}", "dim"))


def ladder(
    market: Market | None, key: MarketKey, verdict: Verdict, sight: Sight, glow: Glow, now: float
) -> Picture:
    """Return the ladder of a market; without a book its rows are empty."""
    book = market.book if market is not None else None
    digits = digits_of(market.instrument if market is not None else None, book)
    header = sight.height >= 9
    count = max(1, (sight.height - 1 - header) // 2)
    bids = rungs(book.bids, count, digits, sight.ticks, up=False) if book else []
    asks = rungs(book.asks, count, digits, sight.ticks, up=True) if book else []
    figures = middle(book, digits)
    columns = _columns(bids, asks, digits, sight.width)
    rows: list[Line] = [_header(columns)] if header else []
    rows += _side(asks, count, columns, sight, glow, now, up=True, known=book is not None)
    rows.append(_middle(figures, sight.width))
    rows += _side(bids, count, columns, sight, glow, now, up=False, known=book is not None)
    chosen = _chosen(bids, asks, sight.cursor)
    sequence = market.streams["book"].sequence if market and "book" in market.streams else None
    return Picture(
        title=(*market_title(market, key), *_grouping(sight.ticks, digits)),
        rows=tuple(rows),
        verdict=verdict,
        notes=(*_readout(chosen), _imbalance(figures), _sequence(sequence)),
        figure=chosen.price if chosen is not None else figures.mid,
    )


def _columns(bids: Sequence[Rung], asks: Sequence[Rung], digits: Digits, width: int) -> Columns:
    both = [*bids, *asks]
    price = column_of([rung.price for rung in both]) if both else Column(8, 0)
    mirrored = width >= MIRROR_WIDTH + max(0, price.width - 10)
    scale = steady_scale(max((float(rung.size) for rung in both), default=0.0))
    largest = max((rung.total for rung in both), default=Decimal(1))
    side = (width - price.width - 4) // 2 if mirrored else width - price.width - 3
    whole = max(2, len(f"{int(scale):,}"))
    finest = min(digits.size, FINEST)
    size = min(max(6, side * 2 // 5), whole + 1 + finest)
    shown = max(0, min(finest, size - 1 - whole))
    total = max(6, min(side // 3, len(f"{int(largest):,}") + 1 + min(3, shown)))
    gap = 1 if mirrored else 2
    if side - size - total - gap < 3:
        total = 0
    bar = max(0, side - size - (total + gap if total else gap - 1))
    return Columns(price, size, total, bar, shown, scale, mirrored)


def _header(columns: Columns) -> Line:
    size = "size".rjust(columns.size)
    total = "Σ".rjust(columns.total) if columns.total else ""
    price = "price".rjust(columns.price.width)
    bar = " " * columns.bar
    if not columns.mirrored:
        return (Span(f" {price} {size} {bar} {total}".rstrip(), "off"),)
    lead, tail = (f"{total} ", f" {total}") if total else ("", "")
    return (Span(f" {lead}{size}{bar} {price} {bar}{size}{tail}", "off"),)


def _side(
    levels: Sequence[Rung],
    count: int,
    columns: Columns,
    sight: Sight,
    glow: Glow,
    now: float,
    *,
    up: bool,
    known: bool,
) -> list[Line]:
    side = "ask" if up else "bid"
    rows = []
    for index, rung in enumerate(levels, 1):
        size = fixed(rung.size, columns.digits, columns.size).rjust(columns.size)
        spans = glow.spans(f"{side} {rung.price}", size, "text", now)
        chosen = sight.cursor == (index if up else -index)
        rows.append(_row(rung, spans, columns, side, chosen=chosen))
    if known and not levels:
        rows.append(line(" ", Span(f"no {side}s", "dim")))
    missing: list[Line] = [()] * (count - len(rows))
    return [*missing, *reversed(rows)] if up else [*rows, *missing]


def _row(rung: Rung, size: Line, columns: Columns, side: str, *, chosen: bool) -> Line:
    price = zeros_back(columns.price.place(rung.price), side)
    if chosen:
        price = (Span(columns.price.place(rung.price), "cursor"),)
    share = float(rung.size) / columns.scale
    total: Line = ()
    if columns.total:
        digits = max(0, min(columns.digits, columns.total - 4))
        total = (Span(fixed(rung.total, digits, columns.total).rjust(columns.total), "dim"),)
    bar_role = f"{side}-bar"
    space = Span(" ")
    if not columns.mirrored:
        bar = bar_right(share, columns.bar, bar_role)
        return (space, *price, space, *size, space, *bar, *((space, *total) if total else ()))
    if side == "bid":
        bar = bar_left(share, columns.bar, bar_role)
        return (space, *((*total, space) if total else ()), *size, *bar, space, *price)
    before = (columns.total + 1 if columns.total else 0) + columns.size + columns.bar
    bar = bar_right(share, columns.bar, bar_role)
    tail = (space, *total) if total else ()
    return (Span(" " * (before + 2)), *price, space, *bar, *size, *tail)


def _middle(figures: Middle, width: int) -> Line:
    if not figures.mid:
        return (Span("─" * width, "faint"),)
    spread = line(Span(figures.spread, "bright"))
    basis = line(*spread, Span(f"  {figures.basis}bp", "dim"))
    mid = line(Span("mid ", "dim"), Span(figures.mid, "bright"))
    micro = line(Span("micro ", "dim"), Span(figures.micro, "text"))
    rule = Span(" ── ", "faint")
    inner = first_fit(
        width - 6,
        [(*basis, rule, *mid, rule, *micro), (*basis, rule, *mid), (*spread, rule, *mid), mid],
    )
    rest = max(0, width - width_of(inner) - 4)
    return (Span(" ─ ", "faint"), *inner, Span(" " + "─" * rest, "faint"))


def _chosen(bids: Sequence[Rung], asks: Sequence[Rung], cursor: int) -> Rung | None:
    levels = asks if cursor > 0 else bids
    return levels[abs(cursor) - 1] if 0 < abs(cursor) <= len(levels) else None


def _readout(chosen: Rung | None) -> tuple[Line, ...]:
    if chosen is None:
        return ()
    return (line(Span(f"{chosen.price} × {trimmed_note(chosen.size)}", "bright")),)


def _imbalance(figures: Middle) -> Line:
    if figures.imbalance is None:
        return ()
    role = "bid" if figures.imbalance >= 0 else "ask"
    return (Span("imb ", "dim"), Span(f"{figures.imbalance:+.2f}", role))


def _sequence(sequence: int | None) -> Line:
    return () if sequence is None else (Span(f"seq {sequence:,}", "dim"),)


def _grouping(ticks: int, digits: Digits) -> Line:
    if ticks == 1:
        return ()
    step = Decimal(digits.tick * ticks).scaleb(-18).normalize()
    return joined([(Span(f" ±{step:f}", "dim"),)], 20)
