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
        self._counted: dict[str, bool] = {}

    def add(self, trade: Trade) -> bool:
        """Put a print on the tape; tell whether it was new.

        A print that one connection sent as history and another one live is one print,
        and it is live.
        """
        counted = self._counted.get(trade.id)
        if counted is None:
            self.prints.appendleft(trade)
            if len(self._counted) >= REMEMBERED_IDS:
                del self._counted[next(iter(self._counted))]
        if not trade.history and not counted:
            self._count(trade)
        self._counted[trade.id] = bool(counted) or not trade.history
        return counted is None

    def _count(self, trade: Trade) -> None:
        self.count += 1
        if trade.side == "buy":
            self.bought = EXACT.add(self.bought, Decimal(trade.size))
        else:
            self.sold = EXACT.add(self.sold, Decimal(trade.size))
