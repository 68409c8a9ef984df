"""Books kept by a snapshot and numbered changes on one channel: the third way beside `sync`.

The `OrderBook` is owned here; after every message it is either verified, or lost and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.numbers import BadNumber
from wsdash.venues.patience import Crossing, Newest, Patience
from wsdash.venues.sync import Result


class Numbered(NamedTuple):
    """A snapshot or a change of a book.

    Attributes:
        update: counts messages of this channel, one by one; what finds a lost one.
        moment: only ever grows, with holes, for all channels of a market together.
    """

    update: int
    moment: int
    bids: Sequence[Level]
    asks: Sequence[Level]


class ChainedBook:
    """Snapshot and absolute changes on one channel, each numbered one after the other.

    Args:
        depth: levels of each side that the venue tells of.
    """

    def __init__(self, depth: int) -> None:
        self.book = OrderBook()
        self.depth = depth
        self.synced = False
        self.update = 0
        self.moment = 0
        self.reason = ""
        self.patience = Patience()
        self.crossing = Crossing()
        self.newest = Newest()

    def snapshot(self, told: Numbered) -> Result:
        """Replace the book. A new `OrderBook` is made: whoever holds the old keeps the old."""
        if not self.synced:
            self.book = OrderBook()
        try:
            self.book.replace(told.bids, told.asks)
        except BadNumber as error:
            return self.lose(str(error))
        was_synced, self.synced = self.synced, True
        self.update, self.moment = told.update, told.moment
        self.patience.release()
        return Result.MOVED if was_synced else Result.SYNCED

    def change(self, told: Numbered) -> Result:
        """Apply a change, both sides, then keep to the depth."""
        if not self.synced or told.update <= self.update or told.moment < self.moment:
            return Result.WAITING
        if told.update != self.update + 1:
            return self.lose(f"gap {self.update + 1}-{told.update - 1}")
        try:
            self.book.apply(told.bids, told.asks)
        except BadNumber as error:
            return self.lose(str(error))
        self.book.truncate(self.depth)
        self.update, self.moment = told.update, told.moment
        return Result.MOVED

    def lose(self, reason: str) -> Result:
        """Distrust the book until the next snapshot."""
        self.synced, self.reason, self.crossing = False, reason, Crossing()
        return Result.LOST
