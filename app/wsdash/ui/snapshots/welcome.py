"""The first screen: what this is, how to begin, and where the settings live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, shorten, width_of

_PROMISE: Final = (
    "the terminal that always shows whether the numbers are true",
    "shows whether the numbers are true",
)
_PAD: Final = 6


class Offer(NamedTuple):
    """How one can begin.

    Attributes:
        venues: their titles, in the order of their numbers.
        find: the key that searches all of them.
        demo: the key that starts the demo; empty where there is none to start.
        help: the key that helps.
    """

    venues: Sequence[str]
    find: str
    demo: str
    help: str


def welcome(
    offer: Offer, settings: Sequence[tuple[str, str]], width: int, height: int
) -> tuple[Line, ...]:
    """Return the first screen, in the middle of what room there is."""
    promise = next((words for words in _PROMISE if len(words) + 4 <= width), "")
    venues = [_entry(str(number), title) for number, title in enumerate(offer.venues[:9], 1)]
    everywhere = _entry(offer.find, "finds a market, at any venue")
    demo = [_entry(offer.demo, "demo: a market of its own, offline")] if offer.demo else []
    head: list[Line] = [(Span("wsdash", "title"),), (Span(promise, "text"),)]
    ask: list[Line] = [(), (Span("Markets of which venue? Those you pick are kept.", "text"),)]
    more: list[Line] = [(), *demo, _entry(offer.help, "helps")]
    full = [*head, *ask, *venues, everywhere, *more]
    files = _files(settings)
    for rows in (
        [*full, *files],
        full,
        [row for row in full if row],
        [*head, *venues, everywhere, *demo],
        [*head, everywhere, *demo],
        [head[0], everywhere],
    ):
        if len(rows) + 1 <= height:
            break
    rows = [_cut(row, width - 2) for row in rows[:height]]
    lead = max(1, (width - max(map(width_of, rows), default=0)) // 2)
    above = max(0, (height - len(rows)) // 3)
    return (*((),) * above, *((Span(" " * lead), *row) if row else () for row in rows))


def _files(settings: Sequence[tuple[str, str]]) -> list[Line]:
    file = next((value for name, value in settings if name in {"file", "settings file"}), "")
    if not file:
        return []
    return [
        (),
        (Span("settings  ", "dim"), Span(clean(file, 200), "text")),
        (Span("or begin with  ", "dim"), Span("wsdash kraken:BTC/USD", "text")),
    ]


def _entry(key: str, words: str) -> Line:
    return (Span(f"{key:<{_PAD}} ", "bright"), Span(words, "dim"))


def _cut(row: Line, width: int) -> Line:
    """Return the row in at most `width` cells; of a path the end counts."""
    room = max(1, width)
    if width_of(row) <= room or not row:
        return row
    last = row[-1]
    left = max(1, room - width_of(row[:-1]))
    text = (
        f"…{last.text[1 - left :]}" if "/" in last.text and left > 1 else shorten(last.text, left)
    )
    return (*row[:-1], Span(text, last.role))
