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
    seen = items[first : first + height]
    forms = _alike(seen, [beside(item) if beside else [note(item, width)] for item in seen], width)
    rows: list[Line] = []
    for index, (item, right) in enumerate(zip(seen, forms, strict=True), first):
        role = "cursor" if index == chosen else "bright" if item.value in marked else "text"
        mark = "+" if item.value in marked else " "
        name = shorten(item.name, max(_NAME, width - width_of(right) - 3))
        rows.append(spread((Span(f"{mark}{name} ", role),), right, width))
    return rows


def _alike(items: Sequence[Item], choices: Sequence[Sequence[Line]], width: int) -> list[Line]:
    """Return what stands beside each item: of as many forms the same one, so that columns stand."""
    worst: dict[int, int] = {}
    for item, forms in zip(items, choices, strict=True):
        room = width - max(_NAME, min(len(item.name), width // 2)) - 3
        fitting = next((at for at, line in enumerate(forms) if width_of(line) <= room), len(forms))
        worst[len(forms)] = max(fitting, worst.get(len(forms), 0))
    return [next(iter(forms[worst[len(forms)] :]), ()) for forms in choices]


def note(item: Item, width: int) -> Line:
    """Return the note of an item, in at most half of the width."""
    return (Span(f"{shorten(item.note, width // 2)} ", "dim"),)


def pending_row(venue: str, words: str, width: int) -> Line:
    """Return that the list of a venue is not there yet, and why."""
    return fit((Span(f" {clean(venue, 20)}: ", "dim"), Span(clean(words, 120), "look")), width)
