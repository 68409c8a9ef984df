"""The few ways in which books are kept in step with a venue.

Both kinds own the `OrderBook` they keep. After every message the book is either
verified, or it is lost and says why; nothing in between is ever published.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.numbers import BadNumber
from wsdash.venues.patience import Crossing, Newest, Patience

BUFFERED = 5_000
"""Changes kept while a snapshot is awaited."""

SETTLE = 0.25
"""Seconds of silence after a snapshot that count as proof that nothing was missed."""


class Result(Enum):
    """What a message did to a book."""

    WAITING = auto()
    SYNCED = auto()
    MOVED = auto()
    LOST = auto()


class ChecksumBook:
    """Snapshot and absolute changes on one channel, each with a checksum.

    There is no sequence: the checksum is the only thing that finds a lost message.

    Args:
        matches: whether a book agrees with a checksum.
        proven: levels of each side that the checksum covers; 0 for all.
    """

    def __init__(self, matches: Callable[[OrderBook, int], bool], proven: int = 0) -> None:
        self.book = OrderBook(proven)
        self.depth = 0
        self.synced = False
        self.reason = ""
        self.patience = Patience()
        self.crossing = Crossing()
        self.newest = Newest()
        self._matches = matches

    def snapshot(self, bids: Sequence[Level], asks: Sequence[Level], checksum: int) -> Result:
        """Replace the book. A new `OrderBook` is made: whoever holds the old keeps the old."""
        if not self.synced:
            self.book = OrderBook(self.book.proven)
        self.depth = self.depth or max(len(bids), len(asks))
        try:
            self.book.replace(bids, asks)
        except BadNumber as error:
            return self.lose(str(error))
        return self._verify(checksum, Result.SYNCED)

    def update(self, bids: Sequence[Level], asks: Sequence[Level], checksum: int) -> Result:
        """Apply a change, both sides, then keep to the depth, then verify."""
        if not self.synced:
            return Result.WAITING
        try:
            self.book.apply(bids, asks)
        except BadNumber as error:
            return self.lose(str(error))
        if self.depth:
            self.book.truncate(self.depth)
        return self._verify(checksum, Result.MOVED)

    def lose(self, reason: str) -> Result:
        """Distrust the book until the next snapshot."""
        self.synced, self.reason, self.crossing = False, reason, Crossing()
        return Result.LOST

    def _verify(self, checksum: int, result: Result) -> Result:
        empty = not len(self.book.bids) and not len(self.book.asks)
        if not empty and not self._matches(self.book, checksum):
            return self.lose("checksum")
        self.synced = True
        self.patience.release()
        return result


class Delta(NamedTuple):
    """A change of a book: update ids `first` to `last`, absolute levels."""

    first: int
    last: int
    bids: Sequence[Level]
    asks: Sequence[Level]


class DiffBook:
    """Changes on a channel with chained ids, and a snapshot fetched beside it.

    Source: Binance's "How to manage a local order book correctly", as corrected in
    November 2025: subscribe, buffer, fetch, drop what the snapshot holds, bridge, chain.
    """

    def __init__(self) -> None:
        self.book = OrderBook()
        self.synced = False
        self.sequence = 0
        self.reason = ""
        self.outdated = False
        self.renewing = False
        self.patience = Patience()
        self.crossing = Crossing()
        self._seeded_at: float | None = None
        self._edges: tuple[int | None, int | None] = (None, None)
        self._buffer: deque[Delta] = deque(maxlen=BUFFERED)

    def snapshot(
        self,
        last: int,
        bids: Sequence[Level],
        asks: Sequence[Level],
        now: float,
        limit: int = 0,
    ) -> Result:
        """Seed the book, or renew it. WAITING with `outdated` set asks for a newer snapshot.

        Args:
            last: the update id at which it was taken.
            bids: levels, best first.
            asks: levels, best first.
            now: monotonic seconds.
            limit: levels a side that were asked for; 0 for all there are.
        """
        if self.synced and not self.renewing:
            return Result.WAITING
        if self._buffer:
            self.outdated = self._buffer[0].first > last + 1
        else:
            self.outdated = self.synced and last < self.sequence
        if self.outdated:
            return Result.WAITING
        if self.synced and last > self.sequence:
            self._buffer.clear()  # all of it is in the snapshot
        self.renewing = False
        self.book = OrderBook()
        self.sequence = last
        self._seeded_at = now
        try:
            self.book.replace(bids, asks)
        except BadNumber as error:
            return self.lose(str(error))
        self._edges = _edges(self.book, limit)
        if self.synced:
            return self._drain()
        if not self._buffer:
            return Result.WAITING
        self.synced = True
        return self._drain()

    def update(self, delta: Delta, now: float) -> Result:
        """Take a change: apply it, or keep it until the snapshot is there."""
        if self.synced:
            if self.renewing:
                self._buffer.append(delta)
            return self._chain(delta)
        self._buffer.append(delta)
        if self._seeded_at is None:
            return Result.WAITING
        if delta.first > self.sequence + 1:
            self.outdated, self._seeded_at = True, None
            return Result.WAITING
        self.synced = True
        return self._drain()

    def renew(self) -> None:
        """Go on, but keep the changes from now on: a new snapshot is under way."""
        self.renewing = True
        self._buffer.clear()

    def holds(self, depth: int) -> bool:
        """Whether the best `depth` levels are known.

        A snapshot ends somewhere, and what rested beyond its end is not told again: when the
        price has gone there, levels are missing that nobody will send.
        """
        lowest, highest = self._edges
        bid, ask = self.book.bids.key_at(depth), self.book.asks.key_at(depth)
        return (lowest is None or (bid is not None and bid >= lowest)) and (
            highest is None or (ask is not None and ask <= highest)
        )

    def settle(self, now: float) -> Result:
        """Believe a snapshot after which the market stayed quiet."""
        seeded = self._seeded_at
        if self.synced or seeded is None or now - seeded < SETTLE:
            return Result.WAITING
        self.synced = True
        self.patience.release()
        return Result.SYNCED

    def lose(self, reason: str) -> Result:
        """Throw the book away; changes are buffered for the next snapshot."""
        self.synced, self.reason, self._seeded_at = False, reason, None
        self.renewing = False
        self.crossing = Crossing()
        self._buffer.clear()
        return Result.LOST

    @property
    def awaiting_snapshot(self) -> bool:
        """Whether a snapshot is still to come."""
        return not self.synced and self._seeded_at is None

    def _drain(self) -> Result:
        buffered = list(self._buffer)
        self._buffer.clear()
        self.patience.release()
        for index, delta in enumerate(buffered):
            if self._chain(delta) is Result.LOST:
                self._buffer.extend(buffered[index + 1 :])
                return Result.LOST
        return Result.SYNCED

    def _chain(self, delta: Delta) -> Result:
        if delta.last <= self.sequence:
            return Result.WAITING
        if delta.first > self.sequence + 1:
            expected = self.sequence + 1
            result = self.lose(f"gap {expected}-{delta.first - 1}")
            self._buffer.append(delta)
            return result
        try:
            self.book.apply(delta.bids, delta.asks)
        except BadNumber as error:
            return self.lose(str(error))
        self.sequence = delta.last
        return Result.MOVED


def _edges(book: OrderBook, limit: int) -> tuple[int | None, int | None]:
    """Return the worst prices of a snapshot that was cut off at so many levels."""
    bids, asks = len(book.bids), len(book.asks)
    return (
        book.bids.key_at(bids) if limit and bids >= limit else None,
        book.asks.key_at(asks) if limit and asks >= limit else None,
    )
