"""The venues of one asset, as the panes that show several name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, first_fit, shorten
from wsdash.ui.snapshots.picture import Verdict

STATE: Final = 16
"""Cells of a state where several stand in one row."""

LISTED: Final = 12
"""Rows from which every venue may have a row of its own."""

_LONGEST: Final = 14


class Stand(NamedTuple):
    """How a venue stands in a pane that shows several.

    Attributes:
        letter: stands for it in bars.
        venue: its name.
        quote: what its prices are counted in.
        verdict: how true its book is.
        included: whether it counts.
        why: why it does not, where its state does not say that.
    """

    letter: str
    venue: str
    quote: str
    verdict: Verdict
    included: bool
    why: str = ""


def letters_of(venues: Iterable[str]) -> dict[str, str]:
    """Return a letter for each venue, the same whoever stands beside it wherever that can be."""
    taken: dict[str, str] = {}
    for venue in venues:
        initials = [part[:1] for part in reversed(venue.split("_"))]
        choices = [mark.upper() for mark in (*initials, *venue) if mark.isascii()]
        spare = [*choices, *map(chr, range(ord("A"), ord("Z") + 1))]
        free = [mark for mark in spare if mark.isalpha() and mark not in taken.values()]
        taken[venue] = free[0] if free else "?"
    return taken


def legend(stands: Sequence[Stand], width: int, height: int, note: str = "") -> tuple[Line, ...]:
    """Return who is in, with the state of each, and who is out and why.

    How many rows that takes does not depend on the states, so that nothing jumps with them.
    """
    said: tuple[Line, ...] = ((Span(f" {note}", "dim"),),) if note else ()
    wide = sum(len(_name(stand)) + len(stand.quote) + STATE + 7 for stand in stands)
    if wide <= width:
        return (_beside([_entry(stand, STATE) for stand in stands]), *said)
    if height >= LISTED:
        names = max(len(_name(stand)) for stand in stands)
        quotes = max(len(clean(stand.quote, 6)) for stand in stands)
        room = width - names - quotes - 6
        return (*(_entry(stand, room, names, quotes) for stand in stands), *said)
    choices = [_beside([_brief(stand, room) for stand in stands]) for room in (STATE, 10, 6)]
    return (first_fit(width, choices),)


def _entry(stand: Stand, room: int, name: int = 0, quote: int = 0) -> Line:
    mark = stand.letter if stand.included else " "
    named = f"{_name(stand):<{name}} "
    head: Line = (Span(f" {mark} ", "bright"), Span(named, "text" if stand.included else "dim"))
    head = (*head, Span(f"{clean(stand.quote, 6):<{quote}} ", "dim"))
    return (*head, *_state(stand, room))


def _brief(stand: Stand, room: int) -> Line:
    return (Span(f" {stand.letter if stand.included else _name(stand)} ", "bright"),
            *_state(stand, room))  # fmt: skip


def _state(stand: Stand, room: int) -> Line:
    if stand.included:
        return stand.verdict.line(room)
    if stand.why:
        return (Span("out: ", "look"), Span(shorten(stand.why, max(3, room - 5)), "look"))
    return (Span("out: ", "look"), *stand.verdict.line(max(3, room - 5)))


def _beside(parts: Sequence[Line]) -> Line:
    row: Line = ()
    for part in parts:
        row = (*row, Span(" "), *part) if row else part
    return row


def _name(stand: Stand) -> str:
    return clean(stand.venue, _LONGEST)
