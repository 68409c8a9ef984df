"""Binance Spot messages as they are on the wire, decoded only as far as this client reads them."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

Millis = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800_000)]
"""Milliseconds since the epoch, before the year 10000."""


class Envelope(msgspec.Struct):
    """A combined frame, a bare one, or the answer to a method: told apart by what is there.

    Answers carry `id` and `result`, errors `code` and `msg` (`error` in the WebSocket
    API), combined frames `stream` and `data`, account events `event`.
    """

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    event: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw()
    code: int | None = None
    msg: str = ""
    status: int = 0
    error: msgspec.Raw = msgspec.Raw()
    e: str = ""


class Head(msgspec.Struct):
    """The type and the market of a payload; partial books and book tickers have no type."""

    e: str = ""
    s: str = ""


class DepthUpdate(msgspec.Struct, tag_field="e", tag="depthUpdate"):
    """Changes of a book: update ids U to u, absolute sizes."""

    E: Millis
    s: str
    U: Id
    u: Id
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]


class TradePrint(msgspec.Struct, tag_field="e", tag="trade"):
    """One print; `m` when the buyer was the maker."""

    s: str
    t: Id
    p: str
    q: str
    T: Millis
    m: bool


class AggregateTrade(msgspec.Struct, tag_field="e", tag="aggTrade"):
    """The prints of one taker order at one price."""

    s: str
    a: Id
    p: str
    q: str
    T: Millis
    m: bool


class Candle(msgspec.Struct):
    """One candle; times in ms, `x` when it is closed."""

    t: Millis
    i: str
    o: str
    h: str
    l: str  # noqa: E741 - the venue's name
    c: str
    v: str
    x: bool


class Kline(msgspec.Struct, tag_field="e", tag="kline"):
    """A word on a candle."""

    s: str
    k: Candle


class DayTicker(msgspec.Struct, tag_field="e", tag="24hrTicker"):
    """Best prices and the last 24 hours; `P` is the change in percent."""

    s: str
    E: Millis
    b: str
    a: str
    c: str
    P: str
    v: str


Market = DepthUpdate | TradePrint | AggregateTrade | Kline | DayTicker


class Snapshot(msgspec.Struct):
    """The answer to a depth request."""

    lastUpdateId: Id  # noqa: N815 - the venue's name
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class Filter(msgspec.Struct):
    """A rule of a symbol; only the steps are read."""

    filterType: str  # noqa: N815 - the venue's name
    tickSize: str = ""  # noqa: N815
    stepSize: str = ""  # noqa: N815


class Symbol(msgspec.Struct):
    """A symbol of the instrument list."""

    symbol: str
    status: str
    baseAsset: str  # noqa: N815 - the venue's names
    quoteAsset: str  # noqa: N815
    filters: list[Filter] = []


class ExchangeInfo(msgspec.Struct):
    """The instrument list."""

    symbols: list[Symbol]


class ErrorData(msgspec.Struct):
    """When a request that was one too many may be made again."""

    serverTime: Millis = 0  # noqa: N815 - the venue's names
    retryAfter: Millis = 0  # noqa: N815


class ApiError(msgspec.Struct):
    """An error of the WebSocket API or of REST."""

    code: int = 0
    msg: str = ""
    data: ErrorData | None = None


class ServerTime(msgspec.Struct):
    """The answer to a question for the time, ms."""

    serverTime: int  # noqa: N815 - the venue's name


class Holding(msgspec.Struct):
    """One asset of an account statement."""

    asset: str
    free: str
    locked: str


class Statement(msgspec.Struct):
    """The answer to an account request."""

    balances: list[Holding]
    updateTime: Millis = 0  # noqa: N815 - the venue's name


class ShortHolding(msgspec.Struct):
    """One asset of an account event: a asset, f free, l locked."""

    a: str
    f: str
    l: str  # noqa: E741 - the venue's name


class AccountPosition(msgspec.Struct):
    """The assets that may have changed, absolute amounts."""

    u: Millis
    B: list[ShortHolding]


envelope: Final = msgspec.json.Decoder(Envelope)
head: Final = msgspec.json.Decoder(Head)
market: Final = msgspec.json.Decoder(Market)
snapshot: Final = msgspec.json.Decoder(Snapshot)
klines: Final = msgspec.json.Decoder(
    list[tuple[Millis, str, str, str, str, str, int, str, int, str, str, str]]
)
exchange_info: Final = msgspec.json.Decoder(ExchangeInfo)
api_error: Final = msgspec.json.Decoder(ApiError)
statement: Final = msgspec.json.Decoder(Statement)
server_time: Final = msgspec.json.Decoder(ServerTime)
account_position: Final = msgspec.json.Decoder(AccountPosition)

MARKET_TYPES: Final = frozenset({"depthUpdate", "trade", "aggTrade", "kline", "24hrTicker"})
"""Payloads that are read; all others are ignored."""
