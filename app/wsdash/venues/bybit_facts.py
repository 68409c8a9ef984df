"""Bybit linear data in our own words: topics, and translations of one payload."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from wsdash.domain.candles import Candle
from wsdash.domain.events import CandlesMoved, Printed, TickerMoved
from wsdash.domain.instrument import Instrument, step_decimals
from wsdash.domain.numbers import EXACT, plain, price_key, size_text
from wsdash.domain.trades import Aggressor, Trade
from wsdash.venues import bybit_wire as wire
from wsdash.venues.venue import END_OF_TIME, Subscription

CATEGORY: Final = "linear"
"""The venue's word for contracts that are paid in a dollar: all of its symbols are others on spot.
"""

DEPTH: Final = 200
"""Levels of each side that are subscribed (1, 50, 200 or 1000): a change every 100 ms."""

INTERVALS: Final = {"1m": "1", "5m": "5", "15m": "15", "1h": "60", "4h": "240", "1d": "D"}
"""Candle intervals in the venue's words."""

INTERVAL_OF: Final = {word: name for name, word in INTERVALS.items()}

_TOPICS: Final = {"book": f"orderbook.{DEPTH}", "trades": "publicTrade", "ticker": "tickers"}


def topic_of(sub: Subscription) -> str:
    """Return the topic of a subscription; empty for what no topic tells."""
    if sub.channel == "candles":
        return f"kline.{INTERVALS[sub.interval]}.{sub.symbol}"
    return f"{_TOPICS[sub.channel]}.{sub.symbol}" if sub.channel in _TOPICS else ""


def printed(data: wire.TradePrint) -> Printed:
    """A trade; the venue tells the side of the taker.

    Raises:
        BadNumber: it holds a number no venue has reason to send.
    """
    price_key(data.p)
    side: Aggressor = "buy" if data.S == "Buy" else "sell"
    return Printed(data.s, Trade(data.i, data.p, size_text(data.v), side, data.T / 1000))


def merged(known: wire.Ticker, news: wire.Ticker) -> wire.Ticker:
    """Return what is known after a delta: what it leaves out is as before."""
    said = {
        name: value
        for name in wire.Ticker.__struct_fields__
        if (value := getattr(news, name)) is not None
    }
    return msgspec.structs.replace(known, **said)


def ticker(symbol: str, data: wire.Ticker, time: float | None) -> TickerMoved:
    """The whole summary; the venue's change is a fraction, ours is in percent.

    Raises:
        BadNumber: it holds a number no venue has reason to send.
    """
    change = plain(data.price24hPcnt) if data.price24hPcnt else None
    return TickerMoved(
        symbol=symbol,
        bid=plain(data.bid1Price) if data.bid1Price else None,
        ask=plain(data.ask1Price) if data.ask1Price else None,
        last=plain(data.lastPrice) if data.lastPrice else None,
        change=format(Decimal(change).scaleb(2, EXACT), "f") if change else None,
        volume=plain(data.volume24h) if data.volume24h else None,
        time=time,
    )


def candles(symbol: str, interval: str, data: list[wire.Candle]) -> CandlesMoved:
    """New words on candles of a topic; the last and the first of two spans come together."""
    told = (
        Candle(
            start=one.start // 1000,
            open=plain(one.open),
            high=plain(one.high),
            low=plain(one.low),
            close=plain(one.close),
            volume=plain(one.volume),
            closed=one.confirm,
        )
        for one in data
    )
    return CandlesMoved(symbol, INTERVAL_OF[interval], tuple(told))


def history(result: bytes, *, past: bool = False) -> tuple[Candle, ...]:
    """The candles of a kline answer, oldest first; all but the last are closed, of the past all.

    Raises:
        ValueError: it cannot be read.
    """
    rows = wire.klines.decode(result).rows
    return tuple(
        Candle(
            start=_start(row[0]),
            open=plain(row[1]),
            high=plain(row[2]),
            low=plain(row[3]),
            close=plain(row[4]),
            volume=plain(row[5]),
            closed=past or index > 0,
        )
        for index, row in reversed(list(enumerate(rows)))
    )


def instruments(venue: str, page: wire.Contracts) -> tuple[Instrument, ...]:
    """The perpetuals paid in USDT of a page; dated contracts and other coins are left out."""
    return tuple(
        Instrument(
            venue=venue,
            name=one.symbol,
            base=one.baseCoin,
            quote=one.quoteCoin,
            tick_size=plain(one.priceFilter.tickSize),
            price_decimals=step_decimals(plain(one.priceFilter.tickSize)),
            size_decimals=step_decimals(plain(one.lotSizeFilter.qtyStep or "0.00000001")),
            status="online" if one.status == "Trading" else one.status.lower(),
            kind="perpetual",
        )
        for one in page.rows
        if one.contractType == "LinearPerpetual" and one.settleCoin == "USDT"
    )


def _start(millis: str) -> int:
    start = int(Decimal(plain(millis))) // 1000
    if not 0 <= start < END_OF_TIME:
        raise ValueError("not a time of our calendar")
    return start
