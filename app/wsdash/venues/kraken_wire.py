"""Kraken v2 frames as they are on the wire, decoded only as far as this client reads them.

Numbers are kept as the text that was sent: the checksum needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.events import Channel
from wsdash.domain.numbers import SCALE, plain

CHANNELS: Final[dict[str, Channel]] = {
    "book": "book",
    "trade": "trades",
    "ticker": "ticker",
    "ohlc": "candles",
    "instrument": "instruments",
    "balances": "account",
}
"""Our channels by Kraken's names."""


NULL: Final = msgspec.Raw(b"null")

DEPTHS: Final = (10, 25, 100, 500, 1000)
"""Levels of each side that can be subscribed."""

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

Decimals = Annotated[int, msgspec.Meta(ge=0, le=SCALE)]
"""Digits after the point. A list that asks for a billion would have every checksum write them."""


class Result(msgspec.Struct):
    """What an acknowledgement confirms."""

    channel: str = ""
    symbol: str = ""
    depth: int = 0
    interval: int = 0


class Envelope(msgspec.Struct):
    """Any frame: data of a channel, or the answer to a method."""

    channel: str | None = None
    type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")
    sequence: int = 0
    method: str = ""
    success: bool = False
    result: Result | None = None
    error: str = ""
    symbol: str = ""
    req_id: int = 0


class Entry(msgspec.Struct):
    """One level of a book."""

    price: msgspec.Raw
    qty: msgspec.Raw


class Book(msgspec.Struct):
    """A snapshot or an update of a book."""

    symbol: str
    checksum: int
    bids: list[Entry] = []
    asks: list[Entry] = []
    timestamp: str = ""


class Named(msgspec.Struct):
    """Whatever is left of an entry that cannot be read: whose it was."""

    symbol: str = ""


class Trade(msgspec.Struct):
    """One print; `side` is the taker's."""

    symbol: str
    side: Literal["buy", "sell"]
    price: msgspec.Raw
    qty: msgspec.Raw
    trade_id: Id
    timestamp: str = ""


class Ticker(msgspec.Struct):
    """Best prices and the last 24 hours."""

    symbol: str
    bid: msgspec.Raw = NULL
    ask: msgspec.Raw = NULL
    last: msgspec.Raw = NULL
    volume: msgspec.Raw = NULL
    change_pct: msgspec.Raw = NULL
    timestamp: str = ""


class Candle(msgspec.Struct):
    """One candle; `interval` in minutes."""

    symbol: str
    open: msgspec.Raw
    high: msgspec.Raw
    low: msgspec.Raw
    close: msgspec.Raw
    volume: msgspec.Raw
    interval_begin: str
    interval: int


class Pair(msgspec.Struct):
    """A pair of the instrument list."""

    symbol: str
    base: str
    quote: str
    price_increment: msgspec.Raw
    price_precision: Decimals
    qty_precision: Decimals
    status: str = "online"


class Instruments(msgspec.Struct):
    """The data of the instrument channel: an object, not a list."""

    pairs: list[Pair] = []


class Status(msgspec.Struct):
    """The state of the venue."""

    system: str


class Wallet(msgspec.Struct):
    """What one wallet holds of an asset."""

    balance: msgspec.Raw
    type: str = "spot"
    id: str = "main"

    @property
    def place(self) -> str:
        """The wallet's name."""
        return f"{self.type}/{self.id}"


class Balance(msgspec.Struct):
    """One asset: all wallets in a snapshot, one wallet in a ledger update; absolute."""

    asset: str
    balance: msgspec.Raw
    wallets: list[Wallet] = []
    timestamp: str = ""
    wallet_type: str = "spot"
    wallet_id: str = "main"

    @property
    def place(self) -> str:
        """The wallet of a ledger update."""
        return f"{self.wallet_type}/{self.wallet_id}"


envelope: Final = msgspec.json.Decoder(Envelope)
books: Final = msgspec.json.Decoder(list[Book])
named: Final = msgspec.json.Decoder(list[Named])
trades: Final = msgspec.json.Decoder(list[Trade])
tickers: Final = msgspec.json.Decoder(list[Ticker])
candles: Final = msgspec.json.Decoder(list[Candle])
instruments: Final = msgspec.json.Decoder(Instruments)
statuses: Final = msgspec.json.Decoder(list[Status])
balances: Final = msgspec.json.Decoder(list[Balance])


def number(raw: msgspec.Raw) -> str:
    """Return a number's own digits.

    Raises:
        BadNumber: it is no plain decimal.
    """
    return plain(bytes(raw).decode("ascii", "replace").strip('"'))


def number_or_none(raw: msgspec.Raw) -> str | None:
    """Return a number's own digits, None for null (an empty side, a market without trades).

    Raises:
        BadNumber: it is neither.
    """
    return None if bytes(raw) == b"null" else number(raw)


def levels(entries: list[Entry]) -> list[Level]:
    """Return levels with their own digits.

    Raises:
        BadNumber: one of the numbers is no plain decimal.
    """
    return [(number(entry.price), number(entry.qty)) for entry in entries]


def snapshot(symbol: str, book: OrderBook, checksum: int) -> str:
    """Return the frame that states a whole book, its digits untouched."""

    def side(levels: Iterable[Level]) -> str:
        return ",".join(f'{{"price":{price},"qty":{size}}}' for price, size in levels)

    name = msgspec.json.encode(symbol).decode()
    bids, asks = side(book.bids.top(len(book.bids))), side(book.asks.top(len(book.asks)))
    return (
        f'{{"channel":"book","type":"snapshot","data":[{{"symbol":{name},'
        f'"bids":[{bids}],"asks":[{asks}],"checksum":{checksum}}}]}}'
    )
