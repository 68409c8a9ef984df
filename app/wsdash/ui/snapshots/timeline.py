"""The last hour of a connection, a letter a minute, and the time below it."""

from __future__ import annotations

from typing import Final

from wsdash.ui.snapshots.lines import Line, Span, first_fit, fit, width_of

MINUTES: Final = 60
"""Minutes remembered."""

_GLYPHS: Final = {
    "l": ("▇", "strip-live"),
    "s": ("▄", "strip-stale"),
    "d": ("▁", "strip-down"),
}
"""Height says it where there is no colour; the ASCII for these is ``=``, ``-`` and ``_``."""

_LEGEND: Final[Line] = (
    Span("▇", "strip-live"),
    Span(" live  ", "dim"),
    Span("▄", "strip-stale"),
    Span(" stale or syncing  ", "dim"),
    Span("▁", "strip-down"),
    Span(" down", "dim"),
)


def strip(letters: str, width: int, cells: int = 1) -> Line:
    """Return the newest minutes of a connection in `width` cells, so that holes are seen.

    Args:
        letters: a letter a minute, oldest first.
        width: cells there are.
        cells: cells that a minute takes.
    """
    count = width // cells
    shown = letters[-count:].rjust(count) if count > 0 else ""
    spans: list[Span] = [Span(" " * (width - count * cells))] if width > count * cells else []
    for letter in shown:
        glyph, role = _GLYPHS.get(letter, (" ", "strip-live"))
        if spans and spans[-1].role == role:
            spans[-1] = Span(spans[-1].text + glyph * cells, role)
        else:
            spans.append(Span(glyph * cells, role))
    return tuple(spans)


def cells_per_minute(width: int) -> int:
    """Return how many cells a minute can have, 0 where an hour does not fit at all."""
    return min(2, width // MINUTES)


def axis(lead: int, width: int, cells: int) -> Line:
    """Return the time below strips that begin at column `lead`, and what their heights mean."""
    if not cells:
        return fit((Span(" " * lead), *first_fit(width - lead, [_LEGEND, ()])), width)
    text = " " * lead
    for minutes in (60, 45, 30, 15):
        at = lead + (MINUTES - minutes) * cells
        text = text.ljust(at) + f"│{minutes}m ago"
    end = lead + MINUTES * cells
    line: Line = (Span(text.ljust(end - 4)[: end - 4] + " now", "off"),)
    if end + 3 + width_of(_LEGEND) <= width:
        line = (*line, Span("   "), *_LEGEND)
    return fit(line, width)
