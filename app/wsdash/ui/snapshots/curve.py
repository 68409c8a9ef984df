"""A curve: the depth of the book, or who has been buying, drawn by plotext.

It is drawn about once a second: one drawing costs as much as fifty of the ladder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from threading import Lock
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.domain.book import BookSide, OrderBook
from wsdash.domain.trades import Trade
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import human

Role: TypeAlias = Literal["bid", "ask", "text", "dim"]

_FINEST: Final = 8

DEPTH = 100
"""Levels of each side that the depth curve goes."""

_SGR = re.compile("\x1b\\[([0-9;]*)m")
_COLORS: Final = {"bid": "green", "ask": "red", "text": "cyan", "dim": "magenta"}
_ROLES: Final = {
    **dict.fromkeys(("38;5;2", "38;5;10"), "bid"),
    **dict.fromkeys(("38;5;1", "38;5;9"), "ask"),
    **dict.fromkeys(("38;5;6", "38;5;14"), "text"),
}
_FIGURE: Final = Lock()


class Points(NamedTuple):
    """What a curve goes through; its role is that of its colour."""

    x: Sequence[float]
    y: Sequence[float]
    role: Role
    dotted: bool = False


class Curve(NamedTuple):
    """Curves of one figure, and what is written below it at which place.

    Attributes:
        span: the first and the last place, where that is not where the curves begin and end.
    """

    points: tuple[Points, ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    span: tuple[float, float] | None = None


def depth_curve(book: OrderBook | None, digits: int) -> Curve:
    """Return what rests up to every price, for both sides."""
    if book is None:
        return Curve()
    sides = [side for side in (_resting(book.bids, "bid"), _resting(book.asks, "ask")) if side.x]
    places = sorted(x for side in sides for x in side.x)
    if not places:
        return Curve()
    marks = [(place, f"{place:,.{digits}f}") for place in (places[0], places[-1])]
    if len(sides) == 2:
        mid = (sides[0].x[0] + sides[1].x[0]) / 2
        marks.insert(1, (mid, f"{mid:,.{digits}f}"))
    return Curve(tuple(sides), tuple(marks))


def delta_curve(prints: Sequence[Trade]) -> Curve:
    """Return what buyers took more than sellers, print by print; `prints` newest first."""
    if len(prints) < 2:
        return Curve()
    signed = [float(trade.size) * (1 if trade.side == "buy" else -1) for trade in prints]
    sums = list(accumulate(reversed(signed)))
    role: Role = "bid" if sums[-1] >= 0 else "ask"
    last = float(len(sums) - 1)
    points = Points([float(index) for index in range(len(sums))], sums, role)
    return Curve((points,), ((0.0, f"{len(sums)} prints ago"), (last, "now")))


def curve_rows(curve: Curve, width: int, height: int, *, ascii_only: bool) -> list[Line]:
    """Return a figure drawn in `width` by `height` cells.

    plotext has one global figure, and it stays as it was built until it is cleared: whoever
    draws, from whatever thread, has it alone.
    """
    if not curve.points or width < 24 or height < 4:
        words = " too small to draw" if curve.points else " nothing to draw yet"
        return [(), (Span(words, "dim"),)]
    with _FIGURE:
        built = _built(curve, width, height, ascii_only=ascii_only)
    return [_row(text) for text in built.split("\n")][:height]


def _built(curve: Curve, width: int, height: int, *, ascii_only: bool) -> str:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, height)
    plotext.frame(False)
    plotext.xaxes(False, False)
    plotext.grid(False, False)
    for points in curve.points:
        line = "*" if ascii_only else "braille"
        plotext.plot(
            list(points.x),
            list(points.y),
            color=_COLORS[points.role],
            marker="." if points.dotted else line,
        )
    heights = _heights(curve, height)
    plotext.yticks(heights, _labels(heights))
    plotext.xticks([place for place, _ in curve.marks], [text for _, text in curve.marks])
    if curve.span is not None:
        plotext.xlim(*curve.span)
    built: str = plotext.build()
    plotext.clear_figure()
    return built


def _labels(heights: Sequence[float]) -> list[str]:
    """Return heights in as few digits as tell them apart."""
    labels = [human(value) for value in heights]
    digits = 0
    while len(set(labels)) < len(labels) and digits <= _FINEST:
        labels = [f"{value:,.{digits}f}" for value in heights]
        digits += 1
    return labels


def _resting(side: BookSide, role: Role) -> Points:
    """A staircase: what rests at a price rests there at once."""
    x: list[float] = []
    y: list[float] = []
    total = 0.0
    for price, size in side.top(DEPTH):
        x += [float(price)] * 2
        y += [total, total + float(size)]
        total += float(size)
    return Points(x, y, role)


def _heights(curve: Curve, height: int) -> list[float]:
    low = min(min(points.y) for points in curve.points)
    high = max(max(points.y) for points in curve.points)
    if high <= low:
        return [low]
    count = max(2, min(5, height // 3))
    return [low + (high - low) * index / (count - 1) for index in range(count)]


def _row(text: str) -> Line:
    """Return a line of plotext's with our roles in place of its colours."""
    spans: list[Span] = []
    role = "dim"
    for index, piece in enumerate(_SGR.split(text)):
        if index % 2:
            role = _ROLES.get(piece, "dim")
        elif piece:
            spans.append(Span(piece, role))
    return tuple(spans)
