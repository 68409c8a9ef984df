"""Bybit v5 messages as they are on the wire, decoded only as far as this client reads them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

Millis = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800_000)]
"""Milliseconds since the epoch, before the year 10000."""


class Envelope(msgspec.Struct):
    """Any frame: data has a `topic`, an answer an `op`. The order of fields is not always one.

    Attributes:
        ts: when the venue sent it, ms.
        cts: when its matching engine made it, ms; of books alone.
    """

    topic: str = ""
    type: str = ""
    ts: Millis = 0
    cts: Millis = 0
    data: msgspec.Raw = msgspec.Raw()
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""
    req_id: str | None = None


class Book(msgspec.Struct):
    """A book, or what changed of it: absolute sizes, zero deletes.

    Attributes:
        u: update id of this topic.
        seq: cross sequence: grows with holes, and is one for all depths of a market.
    """

    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    u: Id
    seq: Id


class TradePrint(msgspec.Struct):
    """One print; `S` is the side of the taker."""

    T: Millis
    s: str
    S: Literal["Buy", "Sell"]
    v: str
    p: str
    i: str


class Ticker(msgspec.Struct, omit_defaults=True):
    """The summary of a market. What a delta leaves out has not changed; it may be empty text."""

    symbol: str = ""
    lastPrice: str | None = None  # noqa: N815 - the venue's names
    price24hPcnt: str | None = None  # noqa: N815
    volume24h: str | None = None
    bid1Price: str | None = None  # noqa: N815
    ask1Price: str | None = None  # noqa: N815


class Candle(msgspec.Struct):
    """One candle; `confirm` when it is closed."""

    start: Millis
    open: str
    high: str
    low: str
    close: str
    volume: str
    confirm: bool


class Reply(msgspec.Struct):
    """Any answer of REST; `retCode` 0 is well."""

    retCode: int = 0  # noqa: N815 - the venue's names
    retMsg: str = ""  # noqa: N815
    result: msgspec.Raw = msgspec.Raw()


class Klines(msgspec.Struct):
    """Candles, newest first: start, open, high, low, close, volume, turnover."""

    rows: list[tuple[str, str, str, str, str, str, str]] = msgspec.field(name="list")


class PriceFilter(msgspec.Struct):
    """The step of prices."""

    tickSize: str  # noqa: N815 - the venue's name


class LotSizeFilter(msgspec.Struct):
    """The step of sizes; spot names it otherwise."""

    qtyStep: str = ""  # noqa: N815 - the venue's name


class Contract(msgspec.Struct):
    """One entry of the instrument list."""

    symbol: str
    status: str
    baseCoin: str  # noqa: N815 - the venue's names
    quoteCoin: str  # noqa: N815
    priceFilter: PriceFilter  # noqa: N815
    lotSizeFilter: LotSizeFilter  # noqa: N815
    contractType: str = ""  # noqa: N815
    settleCoin: str = ""  # noqa: N815


class Contracts(msgspec.Struct):
    """A page of the instrument list; `nextPageCursor` is empty on the last one."""

    rows: list[Contract] = msgspec.field(name="list")
    nextPageCursor: str = ""  # noqa: N815 - the venue's name


envelope: Final = msgspec.json.Decoder(Envelope)
book: Final = msgspec.json.Decoder(Book)
trades: Final = msgspec.json.Decoder(list[TradePrint])
ticker: Final = msgspec.json.Decoder(Ticker)
candles: Final = msgspec.json.Decoder(list[Candle])
reply: Final = msgspec.json.Decoder(Reply)
klines: Final = msgspec.json.Decoder(Klines)
contracts: Final = msgspec.json.Decoder(Contracts)
