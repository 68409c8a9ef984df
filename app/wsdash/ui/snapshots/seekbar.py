"""The bar of a replay: where it is, from when to when it goes, and what there is to go to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from wsdash.domain.text import clean
from wsdash.feed.feed import Mark
from wsdash.ui.snapshots.clocks import clock, position
from wsdash.ui.snapshots.lines import Line, Span, fit, width_of

SIGNS: Final = {"gap": ("x", "bad"), "alert": ("!", "look"), "trade": ("$", "bright")}
"""How each kind of mark looks; where several fall together, the first of these is seen."""

SHORTEST: Final = 8
"""Cells without which a bar says nothing."""


class Reel(NamedTuple):
    """What the bar is made of; positions and duration in seconds, the start since the epoch.

    Attributes:
        seeking: share of a seek that is done, None while there is none.
        surveyed: share of the recording that has been looked through.
        chosen: the kind of marks that are gone to, empty for all.
        problem: what went wrong, in words.
        timed: whether the duration is known; else it is at least that.
    """

    playing: bool
    speed: float
    position: float
    start: float
    duration: float
    seeking: float | None = None
    surveyed: float = 1.0
    damaged: int = 0
    chosen: str = ""
    problem: str = ""
    timed: bool = True


def seek_line(reel: Reel, marks: Sequence[Mark], width: int) -> Line:
    """Return the bar in exactly `width` cells; its parts drop out from the least important."""
    more = "" if reel.timed else "+"
    where = Span(f"{position(reel.position)}/{position(reel.duration)}{more}", "bright")
    head: Line = (Span(" "), _state(reel), Span(" "), where, Span(" "))
    speed: Line = (Span(f" ×{reel.speed:g}".ljust(6), "text"),)
    ends = (
        (Span(f"{clock(reel.start)} ", "dim"),),
        (Span(f" {clock(reel.start + reel.duration)}", "dim"),),
    )
    notes = _notes(reel)
    for left, right in (
        ((*head, *ends[0]), (*ends[1], *speed, *notes)),
        ((*head, *ends[0]), (*ends[1], *speed)),
        (head, (*speed, *notes)),
        (head, speed),
        (head, ()),
    ):
        room = width - width_of(left) - width_of(right)
        if room >= (SHORTEST if right == speed or not right else 3 * SHORTEST):
            return (*left, *track(reel, marks, room), *right)
    return fit(head, width)


def track(reel: Reel, marks: Sequence[Mark], width: int) -> Line:
    """Return the recording as a line of `width` cells with everything that is marked on it."""
    at = cell_of(reel.position, reel.duration, width)
    cells = [("━", "text") if cell < at else ("─", "dim") for cell in range(width)]
    for kind in reversed(SIGNS):
        for mark in marks:
            if mark.kind == kind:
                first = cell_of(mark.start - reel.start, reel.duration, width)
                end = reel.start + reel.duration if mark.end is None else mark.end
                last = cell_of(end - reel.start, reel.duration, width)
                for cell in range(first, max(first, last) + 1):
                    cells[cell] = SIGNS[kind]
    if width:
        cells[at] = ("█", "focus")
    return tuple(Span(glyph, role) for glyph, role in cells)


def cell_of(seconds: float, duration: float, width: int) -> int:
    """Return the cell of a position, the first and the last for what is beyond the ends."""
    share = min(1.0, max(0.0, seconds / duration)) if duration > 0 else 0.0
    return min(max(0, width - 1), int(share * width))


def next_mark(marks: Sequence[Mark], kind: str, now: float, step: int) -> Mark | None:
    """Return the next mark after `now`, or before it where `step` is below zero.

    Args:
        marks: in order of time.
        kind: of which they are to be; empty for all.
        now: seconds since the epoch.
        step: the way to look.
    """
    fitting = [mark for mark in marks if kind in {"", mark.kind}]
    if step > 0:
        return next((mark for mark in fitting if mark.start > now + 1e-6), None)
    return next((mark for mark in reversed(fitting) if mark.start < now - 1e-6), None)


def _state(reel: Reel) -> Span:
    if reel.seeking is not None:
        return Span(f"SEEK {reel.seeking:>3.0%}", "look")
    return Span("playing " if reel.playing else "paused  ", "text" if reel.playing else "look")


def _notes(reel: Reel) -> Line:
    if reel.problem:
        return (Span(f"{clean(reel.problem, 60)} ", "bad"),)
    notes: Line = ()
    if reel.damaged:
        notes = (Span(f"{reel.damaged} damaged ", "bad"),)
    if reel.surveyed < 1:
        return (*notes, Span(f"reading {reel.surveyed:>3.0%} ", "dim"))
    if reel.chosen:
        sign, role = SIGNS[reel.chosen]
        return (*notes, Span(f"marks {sign} {reel.chosen}s ", role))
    return notes
