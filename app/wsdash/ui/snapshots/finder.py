"""Fuzzy search: over the venues' instruments, and over whatever else has a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import NamedTuple

from wsdash.domain.instrument import Instrument
from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, shorten, spread


class Item(NamedTuple):
    """Something that can be found.

    Attributes:
        value: what is returned when it is chosen.
        name: what is searched in and shown.
        note: what is shown beside it.
    """

    value: str
    name: str
    note: str = ""


def instrument_items(listed: Mapping[str, Mapping[str, Instrument]]) -> list[Item]:
    """Return every instrument of every venue; its value is ``venue:name``."""
    return [
        Item(
            str(instrument.key),
            clean(instrument.symbol, 30),
            clean(
                instrument.venue
                if instrument.status == "online"
                else f"{instrument.status} {instrument.venue}",
                30,
            ),
        )
        for instruments in listed.values()
        for instrument in instruments.values()
    ]


def found(items: Iterable[Item], query: str, limit: int) -> list[Item]:
    """Return the best `limit` matches of a query, best first.

    The letters of the query must occur in order; blanks part the query into
    words that may match anywhere, so ``btc kr`` finds BTC/USD at kraken.
    """
    words = query.casefold().replace(":", " ").split()
    scored = []
    for order, item in enumerate(items):
        score = _score(item, words)
        if score is not None:
            scored.append((score, len(item.name), order, item))
    return [item for _, _, _, item in nsmallest(limit, scored)]


def finder_rows(items: Sequence[Item], chosen: int, width: int, height: int) -> list[Line]:
    """Return matches as rows, the chosen one always in sight."""
    if not items:
        return [(Span(" nothing found", "dim"),)]
    first = min(max(0, chosen - height // 2), max(0, len(items) - height))
    rows: list[Line] = []
    for index, item in enumerate(items[first : first + height], first):
        role = "cursor" if index == chosen else "text"
        name = Span(f" {shorten(item.name, max(6, width - 14))} ", role)
        note: Line = (Span(f"{shorten(item.note, width // 2)} ", "dim"),)
        rows.append(spread((name,), note, width))
    return rows


def _score(item: Item, words: Sequence[str]) -> int | None:
    name, whole = item.name.casefold(), f"{item.name} {item.note}".casefold()
    bare = name.replace("/", "").replace("-", "")
    total = 0
    for word in words:
        plain = word.replace("/", "").replace("-", "")
        if bare.startswith(plain):
            total += 0 if bare == plain else 1
        elif plain in bare:
            total += 4
        elif word in whole:
            total += 6
        else:
            gaps = _scattered(plain, bare)
            if gaps is None:
                return None
            total += 10 + gaps
    return total


def _scattered(word: str, name: str) -> int | None:
    """Return how many letters lie between those of `word` in `name`, None if not in order."""
    at, gaps = -1, 0
    for letter in word:
        place = name.find(letter, at + 1)
        if place < 0:
            return None
        gaps += place - at - 1
        at = place
    return gaps
