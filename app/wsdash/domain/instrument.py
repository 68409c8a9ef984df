"""What is traded where: an instrument of a venue, and the name of one market."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from wsdash.domain.numbers import decimals, trimmed

Kind: TypeAlias = Literal["spot", "perpetual"]
"""What is traded: the asset itself, or a contract on it that never expires."""


class MarketKey(NamedTuple):
    """One instrument at one venue, by the venue's own name for it."""

    venue: str
    name: str

    def __str__(self) -> str:
        """Return ``venue:name`` as it is typed on the command line."""
        return f"{self.venue}:{self.name}"


def told_apart(keys: Collection[MarketKey]) -> dict[MarketKey, str]:
    """Return names for markets: the venues' own, behind the venue where two have the same."""
    names = Counter(key.name for key in keys)
    return {key: key.name if names[key.name] == 1 else str(key) for key in keys}


class Instrument(msgspec.Struct, frozen=True):
    """An instrument as the venue lists it.

    Attributes:
        venue: the venue's short name in wsdash, such as ``kraken``.
        name: the venue's own name, such as ``BTC/USD`` or ``BTCUSDT``.
        base: the asset that is bought and sold.
        quote: the asset in which it is priced.
        tick_size: smallest price step, a decimal in text.
        price_decimals: digits after the point of a price.
        size_decimals: digits after the point of a size.
        status: the venue's own word, ``online`` where trading is normal.
        kind: spot, or a perpetual whose sizes are in the base asset too.
    """

    venue: str
    name: str
    base: str
    quote: str
    tick_size: str
    price_decimals: int
    size_decimals: int
    status: str = "online"
    kind: Kind = "spot"

    @property
    def key(self) -> MarketKey:
        """The market this instrument is."""
        return MarketKey(self.venue, self.name)

    @property
    def symbol(self) -> str:
        """``BASE/QUOTE``: the same form for every venue; what is not spot says so."""
        return f"{self.base}/{self.quote}" + (" perp" if self.kind == "perpetual" else "")

    @property
    def short(self) -> str:
        """The same where there is little room: of what is not spot, that it is not says more."""
        return f"{self.base} perp" if self.kind == "perpetual" else self.symbol


def step_decimals(step: str) -> int:
    """Return the digits after the point that a step such as ``0.01000000`` needs."""
    return decimals(trimmed(step))
