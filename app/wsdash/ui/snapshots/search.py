"""Fuzzy search over many names, fast enough to run at every letter typed.

Names are made ready once; a query that goes on from the last one looks only at what matched that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import Final, NamedTuple, TypeAlias

SCATTERED: Final = 1000
"""The score from which on the letters of a word do not stand together."""

Rank: TypeAlias = tuple[int, float, int, int]
"""How good a match is, the smaller the better: class, use, score and length, place."""


class Item(NamedTuple):
    """Something that can be found.

    Attributes:
        value: what is returned when it is chosen.
        name: what is searched in and shown.
        note: what is shown beside it, and searched in as a whole.
    """

    value: str
    name: str
    note: str = ""


class Match(NamedTuple):
    """A match and how good it is."""

    rank: Rank
    item: Item


class Index:
    """Items made ready to be searched."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self.items = items
        self._bare = [_bare(item.name.casefold()) for item in items]
        self._notes = [item.note.casefold() for item in items]
        self._names = [item.name.casefold() for item in items]
        self._lengths = [len(item.name) for item in items]
        self._by_length = sorted(range(len(items)), key=self._lengths.__getitem__)
        self._places = {item.value: at for at, item in enumerate(items)}
        self._last: tuple[str, list[int]] = ("", self._by_length)

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.items)

    def search(
        self, query: str, limit: int, weights: Mapping[str, float] | None = None
    ) -> list[Match]:
        """Return the best matches of a query, best first.

        The letters of the query must occur in order; blanks part the query into words that
        may match anywhere. What was used (`weights`, by value) and has all words in one piece
        comes before the rest, the more used the earlier; an exact name comes before anything.
        """
        weights = weights or {}
        words = query.casefold().replace(":", " ").split()
        if not words:
            return self._unasked(limit, weights)
        text = " ".join(words)
        last, among = self._last
        scores = self._scores(words, among if text.startswith(last) else self._by_length)
        self._last = (text, list(scores))
        used = {at for value in weights if (at := self._places.get(value)) is not None}
        fresh = ((score, self._lengths[at], at) for at, score in scores.items())
        best = [at for _, _, at in nsmallest(limit, fresh)]
        places = dict.fromkeys([*best, *(at for at in used if at in scores)])
        return sorted(self._match(at, scores[at], weights) for at in places)[:limit]

    def _unasked(self, limit: int, weights: Mapping[str, float]) -> list[Match]:
        self._last = ("", self._by_length)
        used = [at for value in weights if (at := self._places.get(value)) is not None]
        places = dict.fromkeys([*used, *self._by_length[:limit]])
        return sorted(self._match(at, 1, weights) for at in places)[:limit]

    def _match(self, at: int, score: int, weights: Mapping[str, float]) -> Match:
        item = self.items[at]
        weight = weights.get(item.value, 0.0)
        kind = 0 if score == 0 else 1 if weight > 0 and score < SCATTERED else 2
        length = min(999, self._lengths[at])
        return Match((kind, -weight, score * 1000 + length, at), item)

    def _scores(self, words: Sequence[str], among: Sequence[int]) -> dict[int, int]:
        scores = dict.fromkeys(among, 0)
        for word in words:
            scores = self._narrowed(word, scores)
        return scores

    def _narrowed(self, word: str, scores: Mapping[int, int]) -> dict[int, int]:
        """Return what has a word as well, with what that adds to its score."""
        bare, plain, kept = self._bare, _bare(word), {}
        scattered = re.compile("(.*?)".join(map(re.escape, plain))).search
        for at, score in scores.items():
            name = bare[at]
            if plain in name:
                worth = 4 if not name.startswith(plain) else 0 if name == plain else 1
            elif word in self._names[at] or word in self._notes[at]:
                worth = 6 if len(word) > 1 else SCATTERED
            elif (found := scattered(name)) is not None:
                worth = SCATTERED + sum(map(len, found.groups()))
            else:
                continue
            kept[at] = score + worth
        return kept


def found(items: Sequence[Item], query: str, limit: int) -> list[Item]:
    """Return the best `limit` matches of a query, best first."""
    return [match.item for match in Index(items).search(query, limit)]


def _bare(name: str) -> str:
    return name.replace("/", "").replace("-", "")
