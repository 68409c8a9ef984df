"""The rows of a merged ladder: size, the venues that have a part of it, and what rests up to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.merged import Row
from wsdash.ui.snapshots.bars import steady_scale
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import Column, column_of, fixed, price_text, zeros_back

SHARE: Final = 5
"""Cells of a venue's share in percent."""

_MANY: Final = 10_000
"""Sums from which nobody looks at hundredths."""

_LONGEST: Final = 9
"""Cells of a sum at most; a longer one is humanised."""

_HUES: Final = ("", "text", "dim", "bright")
"""Roles of the venues' letters in a bar; the first has the colour of the side."""


class Columns(NamedTuple):
    """Where things stand in a row; all rows of one picture share them."""

    price: Column
    size: int
    total: int
    bar: int
    shares: bool
    finest: int
    sums: int
    scale: float


def columns_of(shown: Sequence[Row], venues: int, width: int, digits: int) -> Columns:
    """Return the columns for some rows; what there is no room for is left out."""
    price = column_of([price_text(f"{row.price:f}", digits) for row in shown] or ["0"])
    scale = steady_scale(max((float(row.size) for row in shown), default=0.0))
    largest = max((row.total for row in shown), default=Decimal(1))
    whole = len(f"{int(scale):,}")
    finest = max(0, (4 if width >= 44 else 3) - max(0, whole - 3))
    size = max(7, whole + 1 + finest)
    sums = 2 if largest < _MANY else 0
    total = max(6, min(_LONGEST, len(f"{int(largest):,}") + 3))
    rest = width - price.width - size - total - 4
    shares = venues > 1 and rest - SHARE * venues >= 8
    rest -= SHARE * venues if shares else 0
    if rest < 6:
        total, rest = 0, rest + total + 1
    return Columns(price, size, total, max(0, rest), shares, finest, sums, scale)


def header_row(columns: Columns, letters: Sequence[str]) -> Line:
    """Return the names of the columns."""
    shares = "".join(letter.rjust(SHARE) for letter in letters) if columns.shares else ""
    total = f" {'Σ':>{columns.total}}" if columns.total else ""
    named = f" {'price':>{columns.price.width}} {'size':>{columns.size}}"
    return (Span(f"{named} {'venues':<{columns.bar}.{columns.bar}}{shares}{total}", "off"),)


def venue_row(
    row: Row,
    columns: Columns,
    letters: Sequence[str],
    side: str,
    digits: int,
    *,
    chosen: bool,
) -> Line:
    """Return a row; one that could trade with the other side at once has a mark."""
    text = columns.price.place(price_text(f"{row.price:f}", digits))
    price: Line = (Span(text, "cursor"),) if chosen else zeros_back(text, side)
    size = fixed(row.size, columns.finest, columns.size).rjust(columns.size)
    spans = [Span("×" if row.crossed else " ", "bright"), *price, Span(f" {size} ", "text")]
    spans += _bar(row, columns, letters, side)
    if columns.shares:
        spans += [Span(percent(row, at).rjust(SHARE), "dim") for at in range(len(letters))]
    if columns.total:
        spans.append(
            Span(f" {fixed(row.total, columns.sums, columns.total):>{columns.total}}", "dim")
        )
    return tuple(spans)


def _bar(row: Row, columns: Columns, letters: Sequence[str], side: str) -> list[Span]:
    """A bar as long as the row is large, written in the letters of those who have a part of it."""
    present = sum(1 for size in row.sizes if size)
    cells = round(float(row.size) / columns.scale * columns.bar)
    cells = min(columns.bar, max(present, cells))
    parts = segments(row.sizes, cells)
    spans = [
        Span(letter * part, _HUES[at % len(_HUES)] or side)
        for at, (letter, part) in enumerate(zip(letters, parts, strict=True))
        if part
    ]
    return [*spans, Span(" " * (columns.bar - cells))]


def percent(row: Row, at: int) -> str:
    """A share of 0 or 100 percent is nothing, or all; what is almost that is 1 or 99."""
    if not row.sizes[at] or row.sizes[at] == row.size:
        return "100%" if row.sizes[at] else "·"
    return f"{min(99, max(1, round(row.share(at) * 100)))}%"


def segments(sizes: Sequence[Decimal], cells: int) -> list[int]:
    """Return how many of some cells each size has: its share, rounded so that all are given out.

    Whoever has a part at all has a cell, as long as there are enough of them.
    """
    total = sum(sizes)
    if not total:
        return [0] * len(sizes)
    exact = [size * cells / total for size in sizes]
    given = [int(part) for part in exact]
    order = sorted(range(len(sizes)), key=lambda at: given[at] - exact[at])
    for at in order[: cells - sum(given)]:
        given[at] += 1
    for at, size in enumerate(sizes):
        largest = max(range(len(sizes)), key=given.__getitem__)
        if size and not given[at] and given[largest] > 1:
            given[largest] -= 1
            given[at] = 1
    return given
