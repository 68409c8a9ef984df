"""Lines over the candles: averages of prints, and below them what buyers took more than sellers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.ui.flow import Sample
from wsdash.ui.snapshots.bars import column_rows
from wsdash.ui.snapshots.candle_cells import Scale
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.depth import exact_price
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import human

Name: TypeAlias = Literal["ewma", "vwap", "cvd"]
"""What can be drawn with the candles."""

LINES: Final[dict[str, tuple[str, str, str]]] = {
    "ewma": ("~", "bright", "EWMA"),
    "vwap": ("=", "text", "VWAP"),
}
"""Glyph, role and name of each line."""

DELTA_ROWS: Final = 2
"""Rows of the delta."""


class Overlay(NamedTuple):
    """What is drawn with the candles.

    Attributes:
        names: what the trader wants.
        samples: oldest first.
        since: wall seconds from which prints are counted.
        holed: whether prints are missing since then.
    """

    names: frozenset[str] = frozenset()
    samples: Sequence[Sample] = ()
    since: float = 0.0
    holed: bool = False


def by_slot(samples: Sequence[Sample], starts: Sequence[int], step: int) -> list[Sample | None]:
    """Return the last sample of every span of time, None where there was no print."""
    seconds = [sample.second for sample in samples]
    found: list[Sample | None] = []
    for start in starts:
        place = bisect_left(seconds, start + step)
        inside = place > 0 and seconds[place - 1] >= start
        found.append(samples[place - 1] if inside else None)
    return found


def marks(
    overlay: Overlay, found: Sequence[Sample | None], scale: Scale
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return glyph and role for places (slot, row); what is off the scale is not drawn."""
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    for name, (glyph, role, _) in LINES.items():
        if name in overlay.names:
            for index, sample in enumerate(found):
                price = None if sample is None else sample.ewma if name == "ewma" else sample.vwap
                if price is not None and scale.low <= price <= scale.high:
                    cells[index, scale.row(price)] = (glyph, role)
    return cells


def delta_rows(
    overlay: Overlay, found: Sequence[Sample | None], spacing: int, lead: int
) -> list[Line]:
    """Return the delta as columns between its lowest and its highest."""
    if "cvd" not in overlay.names:
        return []
    values = [None if sample is None else float(sample.delta) for sample in found]
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = (high - low) or 1.0
    shares = [0.0 if value is None else 0.1 + (value - low) / span * 0.9 for value in values]
    rows: list[Line] = []
    labels = (human(high) if known else "", "CVD")
    for number, text in enumerate(column_rows(shares, DELTA_ROWS)):
        cells = [Span(" " * max(0, lead))]
        for value, glyph in zip(values, text, strict=True):
            role = "faint" if value is None else "bid-bar" if value >= 0 else "ask-bar"
            cells.append(Span(glyph + " " * (spacing - 1), role))
        label = labels[number] if number < len(labels) else ""
        rows.append((*cells, Span("┤" if label else "│", "faint"), Span(label, "dim")))
    return rows


def words(overlay: Overlay, digits: int) -> tuple[Line, ...]:
    """Return the figures of the lines as they are now, and since when they count."""
    if not overlay.names:
        return ()
    since = f"since {clock(overlay.since)}" + (", gaps" if overlay.holed else "")
    told: list[Line] = []
    newest = overlay.samples[-1] if overlay.samples else None
    for name, (glyph, role, title) in LINES.items():
        if name in overlay.names:
            price = None if newest is None else newest.ewma if name == "ewma" else newest.vwap
            text = "-" if price is None else exact_price(price, digits)
            told.append((Span(f"{glyph} ", role), Span(f"{title} {text}", "dim")))
    if "cvd" in overlay.names:
        delta = "-" if newest is None else f"{newest.delta:+f}"
        told.append((Span(f"CVD {delta}", "dim"),))
    told.append((Span(since, "look" if overlay.holed else "dim"),))
    return tuple(told)
