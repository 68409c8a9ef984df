"""What the book really was at each sequence number, for a bounded past.

A delta for every sequence and a full copy now and then: any remembered book
is the copy before it with the deltas since applied.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from itertools import islice
from typing import NamedTuple

from wsdash.exchange.book import Book, Levels

COPY_EVERY = 256
"""Deltas between two full copies."""


class Delta(NamedTuple):
    """One change of a book: absolute sizes by price, 0 when the level is gone."""

    sequence: int
    time: int
    """Venue time in microseconds since 1970; strictly increasing within a pair."""
    bids: dict[int, int]
    asks: dict[int, int]


class _Copy(NamedTuple):
    sequence: int
    bids: dict[int, int]
    asks: dict[int, int]


class Truth:
    """The remembered past of one book."""

    def __init__(self, book: Book, sequence: int, time: int, remember: int = 8192) -> None:
        self._book = book
        self._deltas: deque[Delta] = deque(maxlen=remember)
        self._copies: deque[_Copy] = deque(maxlen=remember // COPY_EVERY + 1)
        self._copies.append(_Copy(sequence, dict(book.bids.sizes), dict(book.asks.sizes)))
        self._opened = (sequence, time)

    @property
    def sequence(self) -> int:
        """The sequence of the newest change."""
        return self._deltas[-1].sequence if self._deltas else self._opened[0]

    @property
    def time(self) -> int:
        """Venue time of the newest change in microseconds."""
        return self._deltas[-1].time if self._deltas else self._opened[1]

    @property
    def oldest(self) -> int:
        """The oldest sequence that `at` still knows."""
        first = self._deltas[0].sequence - 1 if self._deltas else self._opened[0]
        return next((c.sequence for c in self._copies if c.sequence >= first), self.sequence)

    def record(self, delta: Delta) -> None:
        """Remember a change that the book has just gone through."""
        self._deltas.append(delta)
        if delta.sequence - self._copies[-1].sequence >= COPY_EVERY:
            book = self._book
            self._copies.append(_Copy(delta.sequence, dict(book.bids.sizes), dict(book.asks.sizes)))

    def at(self, sequence: int) -> tuple[Levels, Levels]:
        """Return (bids, asks), best first, as they were after change `sequence`.

        Raises:
            LookupError: that sequence is forgotten or has not happened yet.
        """
        if not self.oldest <= sequence <= self.sequence:
            raise LookupError(f"sequence {sequence} is outside {self.oldest} to {self.sequence}")
        first = self._deltas[0].sequence - 1 if self._deltas else self._opened[0]
        index = bisect_right(self._copies, sequence, key=lambda copy: copy.sequence) - 1
        copy = self._copies[index]
        bids, asks = dict(copy.bids), dict(copy.asks)
        for delta in islice(
            self._deltas, copy.sequence - first, sequence - first
        ):  # sequences have no holes, so a delta's place follows from its number
            bids.update(delta.bids)
            asks.update(delta.asks)
        return (
            [(price, bids[price]) for price in sorted(bids, reverse=True) if bids[price]],
            [(price, asks[price]) for price in sorted(asks) if asks[price]],
        )

    def time_at(self, sequence: int) -> int:
        """Return the venue time in microseconds of change `sequence`, one that `at` knows."""
        first = self._deltas[0].sequence if self._deltas else sequence + 1
        return self._opened[1] if sequence < first else self._deltas[sequence - first].time

    def sequence_at(self, time: int) -> int:
        """Return the sequence whose change carries this venue time in microseconds.

        Raises:
            LookupError: no remembered change has exactly that time.
        """
        if time == self._opened[1]:
            return self._opened[0]
        index = bisect_left(self._deltas, time, key=lambda delta: delta.time)
        if index == len(self._deltas) or self._deltas[index].time != time:
            raise LookupError(f"no change has the venue time {time}")
        return self._deltas[index].sequence
