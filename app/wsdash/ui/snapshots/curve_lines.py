"""Curves of figures over time: where a figure was not known, its line is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.curve import Curve, Points, Role

FEWEST: Final = 2
"""Points from which there is something to draw."""

Spot = tuple[float, float]
"""Time and value."""


class Series(NamedTuple):
    """One figure over time, in unbroken runs; dotted where it must be told from another."""

    runs: Sequence[Sequence[Spot]]
    role: Role = "text"
    dotted: bool = False


def runs_of(points: Iterable[tuple[float, float, bool]]) -> list[list[Spot]]:
    """Return points (time, value, whether the time before is unknown) in unbroken runs."""
    runs: list[list[Spot]] = []
    for time, value, begins in points:
        if begins or not runs:
            runs.append([])
        runs[-1].append((time, value))
    return runs


def time_curve(series: Sequence[Series], now: float, wall: float, columns: int) -> Curve:
    """Return the lines from their first point to now.

    Args:
        series: lines of one unit.
        now: seconds, of the clock of the points.
        wall: the same moment in seconds since the epoch.
        columns: cells; what would fall into one place is thinned to its lowest and highest.
    """
    runs = [(one, run) for one in series for run in one.runs if run]
    if sum(len(run) for _, run in runs) < FEWEST:
        return Curve()
    first = min(run[0][0] for _, run in runs)
    width = max(now - first, 1.0) / max(1, columns * 2)
    points = []
    for one, run in runs:
        spots = thinned(run, width)
        x, y = [time - now for time, _ in spots], [value for _, value in spots]
        points.append(Points(x, y, one.role, one.dotted))
    marks = tuple((moment - now, clock(wall + moment - now)) for moment in (first, now))
    return Curve(tuple(points), marks, (first - now, 0.0))


def thinned(run: Sequence[Spot], width: float) -> list[Spot]:
    """Return the lowest and the highest of every `width` seconds, in their order in time."""
    kept: list[Spot] = []
    start = 0
    while start < len(run):
        place, end = int(run[start][0] / width), start + 1
        while end < len(run) and int(run[end][0] / width) == place:
            end += 1
        here = run[start:end]
        both = {min(here, key=lambda spot: spot[1]), max(here, key=lambda spot: spot[1])}
        kept += sorted(both)
        start = end
    return kept
