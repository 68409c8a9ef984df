"""The merged ladder: several venues' books as one, with the part that each of them has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.figures import basis_points
from wsdash.domain.merged import Best, Merged, Row
from wsdash.domain.numbers import EXACT
from wsdash.ui.snapshots.ladder_room import Sides
from wsdash.ui.snapshots.lines import Line, Span, first_fit, joined, line, spread, width_of
from wsdash.ui.snapshots.merged_rows import Columns, columns_of, header_row, percent, venue_row
from wsdash.ui.snapshots.numbers import (
    human,
    price_text,
    trimmed_note,
)
from wsdash.ui.snapshots.venues import Stand, legend

HEADED: Final = 10
"""Rows from which the columns have names."""


class MergedView(NamedTuple):
    """How the merged ladder is looked at.

    Attributes:
        cursor: the chosen row: 1 the best ask, -1 the best bid, and so on; 0 for none.
        digits: after the point of a price.
        note: what is to be said of the venues, such as that there is only one.
    """

    width: int
    height: int
    cursor: int = 0
    digits: int = 0
    note: str = ""


def side_rows(view: MergedView, stands: Sequence[Stand]) -> Sides:
    """Return how many rows of each side there is room for; none of them stays empty."""
    above = len(legend(stands, view.width, view.height, view.note)) + (view.height >= HEADED)
    below = 2 if view.cursor and view.height >= HEADED else 0
    room = view.height - above - below - 1
    return Sides(max(1, room // 2), max(1, room - room // 2))


def merged_rows(merged: Merged, stands: Sequence[Stand], view: MergedView) -> tuple[Line, ...]:
    """Return the ladder: the venues, asks, the best prices of all, bids.

    Args:
        merged: at most `side_rows` rows of each side are shown.
        stands: of every venue, in the merge or not, in the order of `merged.standings`.
        view: how it is looked at.
    """
    rows = list(legend(stands, view.width, view.height, view.note))
    if not merged.venues:
        return (*rows, (), (Span(" no venue is live", "dim"),))
    sides = side_rows(view, stands)
    letters = [stand.letter for stand in stands if stand.included]
    asks, bids = merged.asks[: sides.asks], merged.bids[: sides.bids]
    columns = columns_of([*asks, *bids], len(letters), view.width, view.digits)
    if view.height >= HEADED:
        rows.append(header_row(columns, letters))
    rows += _side(asks, sides.asks, columns, letters, view, up=True)
    rows.append(_middle(merged, dict(zip(merged.venues, letters, strict=True)), view))
    rows += _side(bids, sides.bids, columns, letters, view, up=False)
    chosen = chosen_row(merged, view)
    if chosen is not None and view.height >= HEADED:
        rows += [()] * (view.height - len(rows) - 2)
        rows += _readout(chosen, "ask" if view.cursor > 0 else "bid", letters, view)
    return tuple(rows)


def chosen_row(merged: Merged, view: MergedView) -> Row | None:
    """Return the row under the cursor."""
    side = merged.asks if view.cursor > 0 else merged.bids
    place = abs(view.cursor)
    return side[place - 1] if 0 < place <= len(side) else None


def _side(
    shown: Sequence[Row],
    count: int,
    columns: Columns,
    letters: Sequence[str],
    view: MergedView,
    *,
    up: bool,
) -> list[Line]:
    side = "ask" if up else "bid"
    rows = [
        venue_row(
            row,
            columns,
            letters,
            side,
            view.digits,
            chosen=view.cursor == (place if up else -place),
        )
        for place, row in enumerate(shown, 1)
    ] or [line(" ", Span(f"no {side}s", "dim"))]
    missing: list[Line] = [()] * (count - len(rows))
    return [*missing, *reversed(rows)] if up else [*rows, *missing]


def _middle(merged: Merged, letters: dict[str, str], view: MergedView) -> Line:
    bid, ask = merged.best_bid, merged.best_ask
    told: Line = ()
    if bid is not None and ask is not None:
        told = _apart(bid, ask, view.digits)
    brief: Line = ()
    full: Line = ()
    for name, best in (("bid", bid), ("ask", ask)):
        if best is not None:
            who = "".join(letters[venue] for venue in best.venues)
            gap = Span("  ") if told or brief else Span("")
            price = price_text(f"{best.price:f}", view.digits)
            brief = (*brief, gap, Span(f"{name} ", "dim"), Span(who, "bright"))
            full = (*full, gap, Span(f"{name} ", "dim"), Span(price, name), Span(f" {who}"))
    inner = first_fit(view.width - 6, [(*told, *full), (*told, *brief), brief[bool(told) :]])
    rest = max(0, view.width - width_of(inner) - 4)
    return (Span(" ─ ", "faint"), *inner, Span(" " + "─" * rest, "faint"))


def _apart(bid: Best, ask: Best, digits: int) -> Line:
    """How far the best prices are apart; where venues cross or lock each other, in words."""
    if bid.key == ask.key:
        return (Span("LOCKED", "bright"),)
    apart = EXACT.subtract(ask.price, bid.price)
    middle = EXACT.divide(EXACT.add(ask.price, bid.price), Decimal(2))
    points = Span(f" {abs(basis_points(apart, middle)):.2f}bp", "dim")
    word = (Span("CROSSED ", "bright"),) if apart < 0 else ()
    return (*word, Span(price_text(f"{abs(apart):f}", digits), "bright"), points)


def _readout(row: Row, side: str, letters: Sequence[str], view: MergedView) -> list[Line]:
    price = Span(f" {price_text(f'{row.price:f}', view.digits)}", side)
    size = Span(f" × {trimmed_note(row.size)}", "bright")
    total = line(Span("Σ ", "dim"), trimmed_note(row.total))
    exact, short = (
        joined(
            [
                (
                    Span(f"{letter} ", "bright"),
                    Span(say(size)),
                    Span(f" {percent(row, at)}", "dim"),
                )
                for at, (letter, size) in enumerate(zip(letters, row.sizes, strict=True))
                if size
            ],
            1_000,
        )
        for say in (trimmed_note, human)
    )
    space = Span(" ")
    return [
        spread((price, size), (*total, space), view.width),
        first_fit(view.width, [(space, *exact), (space, *short)]),
    ]
