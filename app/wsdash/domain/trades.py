"""Trades: single prints, and the tape that keeps the latest of them."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from wsdash.domain.numbers import EXACT

Aggressor: TypeAlias = Literal["buy", "sell"]
"""Who crossed the spread: a buyer lifted an ask, or a seller hit a bid."""

TAPE_LENGTH = 2_000
"""Prints a tape keeps; older ones are dropped."""

REMEMBERED_IDS = 10_000
"""Trade ids remembered to tell a replayed print from a new one."""


class Trade(msgspec.Struct, frozen=True):
    """One print.

    Attributes:
        id: the venue's id, ordered per market; text because some venues use words.
        price: in quote units, the venue's own digits.
        size: in base units, the venue's own digits.
        side: the aggressor.
        time: venue time in seconds since the epoch, None where the venue sends none.
        history: sent on subscribing, so not a live print.
    """

    id: str
    price: str
    size: str
    side: Aggressor
    time: float | None
    history: bool = False


class Tape:
    """The latest prints of one market, newest first, each once.

    Running sums count live prints only: history that a venue replays on
    subscribing fills the tape but moves no volume.
    """

    def __init__(self) -> None:
        self.prints: deque[Trade] = deque(maxlen=TAPE_LENGTH)
        self.count = 0
        self.bought = Decimal(0)
        self.sold = Decimal(0)
        self._ids: dict[str, None] = {}

    def add(self, trade: Trade) -> bool:
        """Put a print on the tape; tell whether it was new."""
        if trade.id in self._ids:
            return False
        self._ids[trade.id] = None
        if len(self._ids) > REMEMBERED_IDS:
            del self._ids[next(iter(self._ids))]
        self.prints.appendleft(trade)
        if not trade.history:
            self.count += 1
            if trade.side == "buy":
                self.bought = EXACT.add(self.bought, Decimal(trade.size))
            else:
                self.sold = EXACT.add(self.sold, Decimal(trade.size))
        return True
