"""The ledger of gaps: when data was missing, of what, for how long, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from wsdash.domain.text import clean
from wsdash.feed.gaps import Gap
from wsdash.ui.snapshots.clocks import clock, span
from wsdash.ui.snapshots.lines import Line, Span, first_fit, fit, shorten
from wsdash.ui.snapshots.picture import Picture

HOUR: Final = 3600.0
"""Seconds over which is added up what was missing."""

NARROW: Final = 60
"""Cells below which a gap takes two lines."""


def gap_sheet(
    gaps: Sequence[Gap], connections: Iterable[str], wall: float, size: tuple[int, int], skip: int
) -> Picture:
    """Return the ledger.

    Args:
        gaps: all gaps, newest first.
        connections: names of those there are; one without a gap says so.
        wall: seconds since the epoch.
        size: width and height of the body.
        skip: newest gaps that are scrolled out of sight.
    """
    width, height = size
    names = dict.fromkeys([*connections, *(gap.connection for gap in gaps)])
    most = max(1, height // 3 if gaps else height - 2)
    told = list(names) if len(names) <= most else _worst(names, gaps, wall)[:most]
    rows: list[Line] = [_total(name, gaps, wall, width) for name in told]
    if not gaps:
        rows += [(), (Span(" no gap so far", "dim"),)]
    else:
        seen = gaps[skip : skip + height]
        where = _where(seen)
        rows.append(_header(width, where))
        for gap in seen:
            rows += _gap(gap, wall, width, where)
    open_ = sum(1 for gap in gaps if gap.end is None)
    notes: tuple[Line, ...] = ((Span(f"{len(gaps)} in all", "dim"),),)
    if open_:
        notes = ((Span(f"{open_} open", "bad"),), *notes)
    return Picture((Span("Gaps"),), tuple(rows[:height]), None, notes)


def missing(gaps: Iterable[Gap], connection: str, wall: float) -> tuple[int, float]:
    """Return how many gaps of a connection the last hour saw, and the seconds they took.

    What overlaps (the connection's own gap and that of a market on it) counts once.
    """
    spans = sorted(
        (max(gap.start, wall - HOUR), wall if gap.end is None else min(gap.end, wall))
        for gap in gaps
        if gap.connection == connection and (gap.end is None or gap.end > wall - HOUR)
    )
    total, reached = 0.0, float("-inf")
    for start, end in spans:
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return len(spans), total


def _worst(names: Iterable[str], gaps: Sequence[Gap], wall: float) -> list[str]:
    """Return connections, those that missed most first: not all of them have room."""
    return sorted(names, key=lambda name: -missing(gaps, name, wall)[1])


def _total(name: str, gaps: Iterable[Gap], wall: float, width: int) -> Line:
    number, seconds = missing(gaps, name, wall)
    plural = "" if number == 1 else "s"
    told = f"{number} gap{plural}, {_seconds(seconds)} missing in the last hour"
    role = "look" if number else "dim"
    head = Span(f" {shorten(clean(name, 40), 20):<20} ", "text")
    short = f"{number} gap{plural}, {_seconds(seconds)} /h"
    return fit(first_fit(width, [(head, Span(told, role)), (head, Span(short, role))]), width)


class _Where(NamedTuple):
    """Cells of where something was missing: as wide as what is in sight, the cause has the rest."""

    connection: int
    market: int
    data: int


def _where(gaps: Sequence[Gap]) -> _Where:
    names = [len(clean(gap.connection, 40)) for gap in gaps]
    markets = [len(clean(gap.symbol, 11)) for gap in gaps]
    data = [len(", ".join(gap.channels)) for gap in gaps if gap.symbol]
    return _Where(min(18, max(10, *names)), max(6, *markets, 0), min(10, max([4, *data])))


def _header(width: int, cells: _Where) -> Line:
    if width < NARROW:
        return (Span(" " + "┈" * (width - 2), "faint"),)
    where = f"{'connection':<{cells.connection}} {'market':<{cells.market}} {'data':<{cells.data}} "
    return (Span(f" {'start':<8} {'end':<8} {'length':>6}  {where}cause", "off"),)


def _gap(gap: Gap, wall: float, width: int, cells: _Where) -> list[Line]:
    length = _seconds((wall if gap.end is None else gap.end) - gap.start)
    end = Span(f"{'open':<8} ", "bad") if gap.end is None else Span(f"{clock(gap.end):<8} ", "text")
    head = (Span(f" {clock(gap.start):<8} ", "text"), end, Span(f"{length:>6}  ", "text"))
    market = clean(gap.symbol, 11) if gap.symbol else "all"
    data = ", ".join(gap.channels) if gap.symbol else "all"
    cause = clean(gap.reason)
    if width < NARROW:
        told = f"{market} {data}" if gap.symbol and data else market
        below = f"   {clean(gap.connection, 20)} {told}: {cause}"
        return [fit(head, width), fit((Span(below, "dim"),), width)]
    name = shorten(clean(gap.connection, 40), cells.connection)
    data = shorten(data, cells.data)
    where = f"{name:<{cells.connection}} {market:<{cells.market}} {data:<{cells.data}} "
    return [fit((*head, Span(where, "dim"), Span(cause, "text")), width)]


def _seconds(seconds: float) -> str:
    return f"{max(0.0, seconds):.1f}s" if seconds < 9.95 else span(seconds)
