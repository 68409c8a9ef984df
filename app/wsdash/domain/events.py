"""What a venue told us, in our own words: immutable facts, one union.

Markets are named by the venue's own symbol. Times are venue times in seconds
since the epoch, or None where the venue sent none.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from wsdash.domain.account import Balance
from wsdash.domain.book import OrderBook
from wsdash.domain.candles import Candle
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Trade

Channel: TypeAlias = Literal["book", "trades", "ticker", "candles", "account", "instruments"]
"""What can be subscribed."""


class Fact(msgspec.Struct, frozen=True):
    """Base of every event."""


class BookSynced(Fact, frozen=True):
    """`book` is complete and verified, and changes in place from here on."""

    symbol: str
    book: OrderBook
    sequence: int | None
    time: float | None


class BookMoved(Fact, frozen=True):
    """The synced book took a verified change."""

    symbol: str
    sequence: int | None
    time: float | None


class BookLost(Fact, frozen=True):
    """The venue and we disagree about a book; it is not to be believed until synced again.

    Attributes:
        reason: short, for people, such as ``gap 481846-481848`` or ``checksum``.
        parked: it was lost too often; it waits for a person or for minutes to pass.
    """

    symbol: str
    reason: str
    parked: bool = False


class Printed(Fact, frozen=True):
    """A trade."""

    symbol: str
    trade: Trade


class TickerMoved(Fact, frozen=True):
    """The venue's own summary of a market; `change` in percent over 24 hours."""

    symbol: str
    bid: str | None
    ask: str | None
    last: str | None
    change: str | None
    volume: str | None
    time: float | None


class CandlesMoved(Fact, frozen=True):
    """New words on candles of one interval; with `past`, a page of older ones.

    A page adds what is not known, and changes nothing that is.
    """

    symbol: str
    interval: str
    candles: tuple[Candle, ...]
    past: bool = False


class BalancesStated(Fact, frozen=True):
    """A full statement of the account."""

    balances: tuple[Balance, ...]
    time: float | None


class BalancesMoved(Fact, frozen=True):
    """New absolute amounts of some assets."""

    balances: tuple[Balance, ...]
    time: float | None


class Listed(Fact, frozen=True):
    """The venue's instruments: all of them, or with `partial` those that changed."""

    instruments: tuple[Instrument, ...]
    partial: bool = False


class Subscribed(Fact, frozen=True):
    """The venue confirmed a subscription."""

    channel: Channel
    symbol: str


class Refused(Fact, frozen=True):
    """The venue refused a subscription; `reason` is the venue's text."""

    channel: Channel
    symbol: str
    reason: str


class Heartbeat(Fact, frozen=True):
    """The venue says that it lives, and nothing else."""


class AuthFailed(Fact, frozen=True):
    """The venue does not accept our key; market data goes on."""

    reason: str


class KeyChecked(Fact, frozen=True):
    """What our key may do; `more` when it may do more than read, or nobody knows."""

    words: str
    more: bool


class ClockRead(Fact, frozen=True):
    """The venue's clock is `ahead` seconds ahead of ours; negative where it is behind."""

    ahead: float


class Notice(Fact, frozen=True):
    """The venue announced something; `shutdown` when it will close the connection."""

    text: str
    shutdown: bool = False


class Unparsed(Fact, frozen=True):
    """A frame nobody understood; it is counted and dropped.

    Attributes:
        reason: what was wrong with it, without values.
        sample: its beginning, raw: clean it before it is shown.
    """

    reason: str
    sample: str


Event: TypeAlias = (
    BookSynced
    | BookMoved
    | BookLost
    | Printed
    | TickerMoved
    | CandlesMoved
    | BalancesStated
    | BalancesMoved
    | Listed
    | Subscribed
    | Refused
    | Heartbeat
    | AuthFailed
    | KeyChecked
    | ClockRead
    | Notice
    | Unparsed
)
