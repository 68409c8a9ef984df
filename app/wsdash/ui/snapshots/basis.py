"""How far one asset is apart at every two venues: figures now, and what they were."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from wsdash.domain.basis import Basis, Summary
from wsdash.ui.snapshots.bars import sparkline
from wsdash.ui.snapshots.depth import rounded
from wsdash.ui.snapshots.lines import Line, Span, first_fit, fit, shorten, spread, width_of
from wsdash.ui.snapshots.numbers import grouped
from wsdash.ui.snapshots.picture import Verdict

WIDE: Final = 112
"""Cells from which a pair takes one row."""

CURVE: Final = 6
"""Rows that the curve needs at least."""

_NAME: Final = 30
_MID: Final = 13
_APART: Final = 11
_POINTS: Final = 10
_SUMMARY: Final = 8
_TRAIL: Final = 40
_SHORTEST: Final = 4


class PairView(NamedTuple):
    """Two markets of one asset.

    Attributes:
        own: name of the one whose distance is measured.
        other: name of the one it is measured from.
        mids: of both, None where a book cannot be believed or has none.
        digits: after the point of a mid.
        basis: None while either book cannot be believed.
        why: the state of the one that cannot.
        summary: of its history, in basis points.
        points: the history, oldest first: time, basis points, whether a hole is before it.
    """

    own: str
    other: str
    mids: tuple[Decimal | None, Decimal | None]
    digits: int
    basis: Basis | None
    why: Verdict | None
    summary: Summary | None
    points: Sequence[tuple[float, float, bool]] = ()


class BasisView(NamedTuple):
    """How the pairs are looked at; `chosen` is the index of the one whose curve is drawn."""

    width: int
    height: int
    chosen: int
    cursor: bool = False


def rows_per_pair(width: int) -> int:
    """Return how many rows a pair takes."""
    return 1 if width >= WIDE else 3


def list_height(pairs: int, width: int, height: int) -> int:
    """Return how many rows the pairs have; what is left belongs to the curve."""
    each = rows_per_pair(width)
    names = 1 if each == 1 else 0
    wanted = pairs * each + names
    return min(wanted, max(each + names, height - CURVE)) if height >= each + CURVE else height


def basis_rows(pairs: Sequence[PairView], view: BasisView) -> tuple[Line, ...]:
    """Return the pairs; the chosen one is always in sight."""
    each = rows_per_pair(view.width)
    rows: list[Line] = [_header(view.width)] if each == 1 else []
    room = max(1, (view.height - len(rows)) // each)
    first = max(0, min(view.chosen - room // 2, len(pairs) - room))
    for index, pair in enumerate(pairs[first : first + room], first):
        marked = view.cursor and index == view.chosen and len(pairs) > 1
        rows += [_one(pair, view.width, marked)] if each == 1 else _three(pair, view.width, marked)
    return tuple(rows[: view.height])


def trail_of(points: Sequence[tuple[float, float, bool]], cells: int) -> list[float | None]:
    """Return points (time, value, whether the time before is unknown) as so many values at most.

    Where there are more, each is the mean of several; one next to a hole is a hole.
    """
    values: list[float | None] = []
    for _, value, begins in points:
        values += [None, value] if begins and values else [value]
    if len(values) <= cells or cells < 1:
        return values
    edges = [round(index * len(values) / cells) for index in range(cells + 1)]
    return [_mean(values[start:end]) for start, end in pairwise(edges)]


def signed(value: float | Decimal) -> str:
    """Return basis points with their sign; what rounds to nothing has none below it."""
    text = f"{value:+.2f}"
    return "+0.00" if text == "-0.00" else text


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) and known else None


def _header(width: int) -> Line:
    names = f" {'pair':<{_NAME}}{'mid':>{_MID}}{'mid':>{_MID}}{'basis':>{_APART}}{'bp':>{_POINTS}}"
    more = "".join(name.rjust(_SUMMARY) for name in ("min", "mean", "max"))
    return fit((Span(f"{names}{more}", "off"),), width)


def _one(pair: PairView, width: int, marked: bool) -> Line:
    named = _named(pair, _NAME, marked)
    row: Line = (*named, Span(" " * (_NAME + 1 - width_of(named))))
    row = (*row, *(Span(text.rjust(_MID), "text") for text in _mids(pair)))
    if pair.basis is not None:
        row = (
            *row,
            Span(_apart(pair).rjust(_APART), "text"),
            Span(_bps(pair).rjust(_POINTS), "bright"),
        )
    else:
        why = _why(pair, _APART + _POINTS - 1)
        row = (*row, Span(" " * (_APART + _POINTS - width_of(why))), *why)
    row = (*row, *(Span(text.rjust(_SUMMARY), "dim") for _, text in _summary(pair)))
    room = width - width_of(row) - 3
    return (*row, Span(f"  {sparkline(trail_of(pair.points, room), room)}", "dim"))


def _three(pair: PairView, width: int, marked: bool) -> list[Line]:
    figure: Line = (Span(f"{_bps(pair)} ", "bright"),) if pair.basis is not None else ()
    name = _named(pair, width - width_of(figure) - 2, marked)
    mids = "  ".join(text for text in _mids(pair) if text)
    apart = f"  {_apart(pair)}" if pair.basis is not None else ""
    figures = first_fit(width, [(Span(f"   {mids}{apart}"),), (Span(f"   {mids}"),)])
    room = min(width - width_of(figures) - 3, _TRAIL)
    if pair.basis is None:
        beside = (*_why(pair, max(_SHORTEST, room)), Span(" "))
    else:
        trail = sparkline(trail_of(pair.points, room), room) if room >= _SHORTEST else ""
        beside = (Span(f"{trail} ", "dim"),)
    return [
        spread(name, figure, width),
        spread(figures, beside, width),
        _told(_summary(pair), width),
    ]


def _told(summary: Sequence[tuple[str, str]], width: int) -> Line:
    """The figures with their names; where there is no room for three, the two ends."""
    choices: list[Line] = []
    for chosen in (summary, summary[::2]):
        spans = [Span("  ")]
        for label, text in chosen:
            spans += [Span(f" {label} ", "off"), Span(text, "dim")]
        choices.append(tuple(spans))
    return first_fit(width, choices)


def _named(pair: PairView, room: int, marked: bool) -> Line:
    names = f"{pair.own} / {pair.other}"
    if width_of((Span(names),)) > room:  # the venues alone
        names = f"{_venue(pair.own)} / {_venue(pair.other)}"
    name = shorten(names, room)
    return (Span("▸" if marked else " ", "bright"), Span(name, "cursor" if marked else "text"))


def _venue(name: str) -> str:
    """The venue alone of a name, but for what is not spot there."""
    return name.partition(" ")[0] + (" perp" if name.endswith(" perp") else "")


def _mids(pair: PairView) -> list[str]:
    return ["—" if mid is None else grouped(rounded(mid, pair.digits)) for mid in pair.mids]


def _apart(pair: PairView) -> str:
    if pair.basis is None:
        return ""
    text = rounded(pair.basis.absolute, pair.digits)
    return grouped(text) if text.startswith("-") else f"+{grouped(text)}"


def _bps(pair: PairView) -> str:
    return "" if pair.basis is None else f"{signed(pair.basis.bps)}bp"


def _why(pair: PairView, room: int) -> Line:
    return (Span("no basis", "dim"),) if pair.why is None else pair.why.line(room)


def _summary(pair: PairView) -> list[tuple[str, str]]:
    if pair.summary is None:
        return [("min", "—"), ("mean", "—"), ("max", "—")]
    low, mean, high = pair.summary
    return [("min", signed(low)), ("mean", signed(mean)), ("max", signed(high))]
