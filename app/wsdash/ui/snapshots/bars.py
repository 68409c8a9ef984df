"""Bars and sparklines by eighth blocks."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from wsdash.ui.snapshots.lines import Line, Span

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"


def bar_right(share: float, width: int, role: str) -> Line:
    """Return a bar that grows to the right, in exactly `width` cells."""
    full, rest = _eighths(share, width)
    text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return (Span(text.ljust(width), role),) if width else ()


def bar_left(share: float, width: int, role: str) -> Line:
    """Return a bar that grows to the left, in exactly `width` cells.

    There are no blocks that fill a cell from its right by eighths, so the
    partial cell is the rest of the cell in reverse.
    """
    full, rest = _eighths(share, width)
    blank = width - full - (1 if rest else 0)
    spans = [Span(" " * blank)] if blank else []
    if rest:
        spans.append(Span(_EIGHTHS[8 - rest], f"{role}-rev"))
    if full:
        spans.append(Span("█" * full, role))
    return tuple(spans)


def sparkline(values: Sequence[float | None], width: int) -> str:
    """Return the newest `width` values as heights between their lowest and highest.

    A value that is not known is a blank.
    """
    shown = values[-width:] if width > 0 else []
    known = [value for value in shown if value is not None]
    if not known:
        return " " * len(shown)
    low, high = min(known), max(known)
    apart = high - low
    return "".join(
        " " if value is None else
        _HEIGHTS[1 + int((value - low) / apart * 7)] if apart > 0 else "▄"
        for value in shown
    )  # fmt: skip


def column_rows(shares: Sequence[float], height: int) -> list[str]:
    """Return columns, one per share of the whole, as `height` rows of text, top first."""
    eighths = [0 if share <= 0 else max(1, round(share * height * 8)) for share in shares]
    return [
        "".join(_HEIGHTS[min(8, max(0, value - 8 * (height - 1 - row)))] for value in eighths)
        for row in range(height)
    ]


def steady_scale(largest: float) -> float:
    """Return a round figure (1, 2 or 5 of its power) not below `largest`.

    Bars measured by it do not all jump whenever the largest changes a little.
    """
    if largest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(largest))
    return next((step * power for step in (1.0, 2.0, 5.0) if step * power >= largest), 10.0 * power)


def _eighths(share: float, width: int) -> tuple[int, int]:
    share = min(1.0, max(0.0, share))
    eighths = round(share * width * 8)
    if share > 0 and not eighths:
        eighths = 1
    return divmod(min(eighths, width * 8), 8)
