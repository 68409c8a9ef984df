"""The first screen: what this is, how to begin, and where the settings live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, shorten, width_of

_PROMISE: Final = (
    "the terminal that always shows whether the numbers are true",
    "shows whether the numbers are true",
)


def welcome(settings: Sequence[tuple[str, str]], width: int, height: int) -> tuple[Line, ...]:
    """Return the first screen, in the middle of what room there is."""
    promise = next((words for words in _PROMISE if len(words) + 4 <= width), "")
    file = next((value for name, value in settings if name in {"file", "settings file"}), "")
    begin: list[Line] = [
        (Span("wsdash", "title"),),
        (Span(promise, "text"),),
        (),
        _entry("/", "finds a market, at any venue", 3),
        _entry("?", "helps", 3),
        _entry("q", "quits", 3),
    ]
    more: list[Line] = [
        (),
        _entry("wsdash demo", "a whole market on this machine, no network", 22),
        _entry("wsdash kraken:BTC/USD", "begins with that market", 22),
    ]
    if file:
        more += [(), (Span("settings  ", "dim"), Span(clean(file, 200), "text"))]
    rows = [*begin, *more] if height >= len(begin) + len(more) + 1 else begin
    rows = rows if height >= len(rows) else [row for row in rows if row][:height]
    rows = [_cut(row, width - 2) for row in rows]
    lead = max(1, (width - max(map(width_of, rows))) // 2)
    above = max(0, (height - len(rows)) // 3)
    return (*((),) * above, *((Span(" " * lead), *row) if row else () for row in rows))


def _entry(key: str, words: str, width: int) -> Line:
    return (Span(f"{key:<{width}} ", "bright"), Span(words, "dim"))


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
