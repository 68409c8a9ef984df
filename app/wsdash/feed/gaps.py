"""The ledger of holes in the data: when they began and ended, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container

import msgspec

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey

LENGTH = 1_000
"""Gaps kept."""


class Gap(msgspec.Struct, frozen=True):
    """A hole in the data of a connection.

    Attributes:
        start: wall seconds, the last moment data was whole.
        end: wall seconds, None while it is open.
        connection: name of the link.
        symbol: the market it is about, empty when all of the connection's are.
        reason: cause in words; cleaned text.
        channels: what was missing; of a connection, all that it carried. Empty where nobody
            knows, which may be everything.
        missed: what is known of what was missed, in words; empty where nothing is.
    """

    start: float
    end: float | None
    connection: str
    symbol: str
    reason: str
    channels: tuple[str, ...] = ()
    missed: str = ""

    def concerns(self, key: MarketKey, *channels: Channel) -> bool:
        """Tell whether it is a hole in one of these channels of a market; in any, for none."""
        here = self.symbol in {"", key.name} and self.connection.split(" ")[0] == key.venue
        named = bool(channels and self.channels)
        return here and (not named or not set(channels).isdisjoint(self.channels))


class Ledger:
    """All gaps, oldest first; at most one open for each connection, and each market's channel.

    Attributes:
        listeners: are told of every gap when it opens and when it closes.
    """

    def __init__(self) -> None:
        self.gaps: deque[Gap] = deque(maxlen=LENGTH)
        self.listeners: list[Callable[[Gap], None]] = []

    def __iter__(self) -> reversed[Gap]:  # newest first, as they are looked at
        return reversed(self.gaps)

    def __len__(self) -> int:
        return len(self.gaps)

    def open(
        self,
        connection: str,
        symbol: str,
        wall: float,
        reason: str,
        channels: tuple[str, ...] = (),
        missed: str = "",
    ) -> None:
        """A hole begins; one that is open already goes on."""
        if self._find(connection, symbol, channels) is None:
            self.gaps.append(Gap(wall, None, connection, symbol, reason, channels, missed))
            self._tell(self.gaps[-1])

    def close(
        self, connection: str, symbol: str, wall: float, channels: tuple[str, ...] = ()
    ) -> None:
        """The data is whole again."""
        index = self._find(connection, symbol, channels)
        if index is not None:
            self.gaps[index] = msgspec.structs.replace(self.gaps[index], end=wall)
            self._tell(self.gaps[index])

    def forget(self, connection: str, symbols: Container[str], wall: float) -> None:
        """Nobody looks at any other market than these any more: what was missing of it ends."""
        for gap in list(self.gaps):
            if gap.connection == connection and gap.symbol and gap.symbol not in symbols:
                self.close(connection, gap.symbol, wall, gap.channels)

    def _tell(self, gap: Gap) -> None:
        for listener in self.listeners:
            listener(gap)

    def _find(self, connection: str, symbol: str, channels: tuple[str, ...]) -> int | None:
        for index in range(len(self.gaps) - 1, -1, -1):
            gap = self.gaps[index]
            same = (gap.connection, gap.symbol) == (connection, symbol)
            if gap.end is None and same and (not symbol or gap.channels == channels):
                return index
        return None
