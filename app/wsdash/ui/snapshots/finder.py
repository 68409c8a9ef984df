"""What the finder shows: matches as rows, and what is still to come below them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, fit, shorten, spread, width_of
from wsdash.ui.snapshots.search import Item

_NAME: Final = 6
"""Cells that a name keeps, whatever is beside it."""


def finder_rows(
    items: Sequence[Item],
    chosen: int,
    width: int,
    height: int,
    *,
    marked: Collection[str] = (),
    beside: Callable[[Item], Sequence[Line]] | None = None,
) -> list[Line]:
    """Return matches as rows, the chosen one always in sight.

    Args:
        items: the matches.
        chosen: the row under the cursor.
        width: cells.
        height: rows.
        marked: values that are to be taken together.
        beside: returns what can stand beside an item, the longest first.
    """
    if not items:
        return [(Span(" nothing found", "dim"),)]
    first = min(max(0, chosen - height // 2), max(0, len(items) - height))
    rows: list[Line] = []
    for index, item in enumerate(items[first : first + height], first):
        role = "cursor" if index == chosen else "bright" if item.value in marked else "text"
        mark = "+" if item.value in marked else " "
        choices = beside(item) if beside is not None else [note(item, width)]
        room = width - max(_NAME, min(len(item.name), width // 2)) - 3
        right = next((line for line in choices if width_of(line) <= room), ())
        name = shorten(item.name, max(_NAME, width - width_of(right) - 3))
        rows.append(spread((Span(f"{mark}{name} ", role),), right, width))
    return rows


def note(item: Item, width: int) -> Line:
    """Return the note of an item, in at most half of the width."""
    return (Span(f"{shorten(item.note, width // 2)} ", "dim"),)


def pending_row(venue: str, words: str, width: int) -> Line:
    """Return that the list of a venue is not there yet, and why."""
    return fit((Span(f" {clean(venue, 20)}: ", "dim"), Span(clean(words, 120), "look")), width)
