"""The rows of a ladder: one level, or one price, each, in columns that all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Final, NamedTuple

from wsdash.domain.figures_tape import AtPrice
from wsdash.ui.snapshots.bars import bar_left, bar_right, steady_scale
from wsdash.ui.snapshots.depth import Digits, Middle, Rung
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import Line, Span, first_fit, line, width_of
from wsdash.ui.snapshots.numbers import Column, column_of, fixed, human, zeros_back
from wsdash.ui.snapshots.stacking import Moved

MIRROR_WIDTH = 44
"""Cells from which bids and asks have their own columns at the two sides of the price."""

FINEST = 4
"""Digits after the point of a size at most; the read-out of the cursor is exact."""

MOST: Final = 7
"""Digits of a size in all: a hundredth of thousands says nothing, and a bar does."""

LARGE: Final = 5
"""How many times the median of the sizes in sight a level must have to be marked as large."""

FLOW_WIDTH: Final = 58
"""Cells from which there is room for what was traded, stacked and pulled at every price."""

UNPROVEN: Final = "·"
"""Marks the levels below those that the venue's checksum covers: a change of one of them that got
lost shows only when the level comes up."""

HUMAN: Final = -1
"""Digits of sums of which the largest has no room: all of them are humanised."""

_FLOW: Final = (8, 8, 9)
"""Cells of these columns: the longest figures are ``0.00591`` and ``+0.00591``, and a gap."""

_FLOWS: Final = sum(_FLOW)


class FlowRows(NamedTuple):
    """What happened at the prices of a ladder's rows, by their identities."""

    traded: Mapping[int, AtPrice] = {}
    moved: Mapping[int, Moved] = {}


class Columns(NamedTuple):
    """Where things stand in a row; all rows of one picture share them."""

    price: Column
    size: int
    total: int
    bar: int
    digits: int
    scale: float
    large: float
    mirrored: bool
    flow: FlowRows | None
    sums: int = 0


def columns_of(
    shown: Sequence[Rung],
    prices: Sequence[str],
    digits: Digits,
    width: int,
    flow: FlowRows | None,
    *,
    plain: bool = False,
) -> Columns:
    """Return the columns for some levels and some prices, levels or not.

    Plain ones are without bars and sums, of which most change with every level.
    """
    width -= _FLOWS if flow is not None else 0
    price = column_of(prices) if prices else Column(8, 0)
    mirrored = width >= MIRROR_WIDTH + max(0, price.width - 10)
    sizes = [float(rung.size) for rung in shown]
    scale = steady_scale(max(sizes, default=0.0))
    largest = max((rung.total for rung in shown), default=Decimal(1))
    side = (width - price.width - 4) // 2 if mirrored else width - price.width - 3
    whole = max(2, len(f"{int(scale):,}"))
    finest = min(digits.size, FINEST, max(0, MOST - len(f"{int(scale)}")))
    size = min(max(6, side * 2 // 5), whole + 1 + finest)
    shown_digits = max(0, min(finest, size - 1 - whole))
    total = max(6, min(side // 3, len(f"{int(largest):,}") + 1 + min(3, shown_digits)))
    gap = 1 if mirrored else 2
    if plain or side - size - total - gap < 3:
        total = 0
    bar = 0 if plain else max(0, side - size - (total + gap if total else gap - 1))
    large = median(sizes) * LARGE if sizes else 0.0
    rest = total - len(f"{int(largest):,}")
    sums = max(0, min(shown_digits, total - 4, rest - 1)) if rest >= 0 else HUMAN
    return Columns(price, size, total, bar, shown_digits, scale, large, mirrored, flow, sums)


def header_row(columns: Columns, width: int) -> Line:
    """Return the names of the columns."""
    size = "size".rjust(columns.size)
    total = "Σ".rjust(columns.total) if columns.total else ""
    price = "price".rjust(columns.price.width)
    bar = " " * columns.bar
    if not columns.mirrored:
        named = f" {price} {size} {bar} {total}".rstrip()
    else:
        lead, tail = (f"{total} ", f" {total}") if total else ("", "")
        named = f" {lead}{size}{bar} {price} {bar}{size}{tail}"
    if columns.flow is None:
        return (Span(named, "off"),)
    names = "".join(map(str.rjust, ("sold", "bought", "±stack"), _FLOW))
    return (Span(named[: width - _FLOWS].ljust(width - _FLOWS) + names, "off"),)


def level_row(
    rung: Rung, columns: Columns, side: str, glow: Glow, now: float, width: int, *, chosen: bool
) -> Line:
    """Return the row of a level."""
    large = float(rung.size) >= columns.large > 0
    text = fixed(rung.size, columns.digits, columns.size).rjust(columns.size)
    size: Line = glow.spans(f"{side} {rung.price}", text, "text", now)
    size = (Span(text, "bright"),) if large else size
    price = zeros_back(columns.price.place(rung.price), side)
    if chosen:
        price = (Span(columns.price.place(rung.price), "cursor"),)
    share = float(rung.size) / columns.scale
    total: Line = ()
    if columns.total:
        brief = columns.sums == HUMAN
        told = human(rung.total) if brief else fixed(rung.total, columns.sums, columns.total)
        total = (Span(told.rjust(columns.total), "dim"),)
    bar_role = side if large else f"{side}-bar"
    space = Span(" ")
    if not columns.mirrored:
        bar = bar_right(share, columns.bar, bar_role)
        row: Line = (space, *price, space, *size, space, *bar, *((space, *total) if total else ()))
    elif side == "bid":
        bar = bar_left(share, columns.bar, f"{side}-bar") if not large else _solid(share, columns)
        row = (space, *((*total, space) if total else ()), *size, *bar, space, *price)
    else:
        bar = bar_right(share, columns.bar, bar_role)
        tail = (space, *total) if total else ()
        row = (Span(" " * _before(columns)), *price, space, *bar, *size, *tail)
    return _with_flow(row, rung.key, columns, width)


def unproven(row: Line) -> Line:
    """Return a level's row with the mark of what no checksum covers, in its first cell."""
    first, *rest = row
    return (Span(UNPROVEN, "faint"), Span(first.text[1:], first.role), *rest)


def middle_row(figures: Middle, width: int) -> Line:
    """Return the row between the two sides."""
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


def price_row(price: str, key: int, columns: Columns, width: int, *, chosen: bool) -> Line:
    """Return the row of a price at which nothing rests."""
    lead = " " * (_before(columns) if columns.mirrored else 1)
    text = Span(columns.price.place(price), "cursor" if chosen else "dim")
    return _with_flow((Span(lead), text), key, columns, width)


def _before(columns: Columns) -> int:
    return (columns.total + 1 if columns.total else 0) + columns.size + columns.bar + 2


def _solid(share: float, columns: Columns) -> Line:
    """A bar that grows to the left in whole cells, in the side's own colour."""
    cells = max(1, min(columns.bar, round(share * columns.bar)))
    return (Span(" " * (columns.bar - cells)), Span("█" * cells, "bid")) if columns.bar else ()


def _with_flow(row: Line, key: int, columns: Columns, width: int) -> Line:
    if columns.flow is None:
        return row
    traded, moved = columns.flow.traded.get(key), columns.flow.moved.get(key)
    gap = Span(" " * max(0, width - _FLOWS - width_of(row)))
    sold = human(traded.sold) if traded is not None and traded.sold else ""
    bought = human(traded.bought) if traded is not None and traded.bought else ""
    net, role = "", "dim"
    if moved is not None and moved.net:
        net = f"{'+' if moved.net > 0 else ''}{human(moved.net)}"
        role = "text" if moved.net > 0 else "dim"
    sold, bought, net = map(str.rjust, (sold, bought, net), _FLOW)
    return (*row, gap, Span(sold, "ask"), Span(bought, "bid"), Span(net, role))
