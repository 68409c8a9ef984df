"""Binance Spot data in our own words: pure translations of one payload."""

from __future__ import annotations

from typing import assert_never

from wsdash.domain.candles import Candle
from wsdash.domain.events import CandlesMoved, Event, Printed, TickerMoved
from wsdash.domain.instrument import Instrument, step_decimals
from wsdash.domain.numbers import plain, price_key, size_text
from wsdash.domain.trades import Aggressor, Trade
from wsdash.venues import binance_wire as wire

Translatable = wire.TradePrint | wire.AggregateTrade | wire.Kline | wire.DayTicker


def translate(data: Translatable) -> Event:
    """Return the event that a payload means.

    Raises:
        BadNumber: it holds a number no venue has reason to send.
    """
    match data:
        case wire.TradePrint():
            return _printed(data.s, data.t, data.p, data.q, data.T, buyer_made=data.m)
        case wire.AggregateTrade():
            return _printed(data.s, data.a, data.p, data.q, data.T, buyer_made=data.m)
        case wire.Kline():
            return CandlesMoved(data.s, data.k.i, (_candle(data.k),))
        case wire.DayTicker():
            return TickerMoved(
                symbol=data.s,
                bid=plain(data.b),
                ask=plain(data.a),
                last=plain(data.c),
                change=plain(data.P),
                volume=plain(data.v),
                time=data.E / 1000,
            )
        case _:
            assert_never(data)


def history(symbol: str, interval: str, body: bytes, *, past: bool = False) -> CandlesMoved:
    """The candles of a klines answer; all but the last are closed, of the past all."""
    rows = wire.klines.decode(body)
    candles = [
        Candle(
            start=row[0] // 1000,
            open=plain(row[1]),
            high=plain(row[2]),
            low=plain(row[3]),
            close=plain(row[4]),
            volume=plain(row[5]),
            closed=past or index < len(rows) - 1,
        )
        for index, row in enumerate(rows)
    ]
    return CandlesMoved(symbol, interval, tuple(candles), past)


def instruments(venue: str, body: bytes) -> tuple[Instrument, ...]:
    """The symbols of an exchangeInfo answer; their steps say how many decimals they have."""
    listed = []
    for symbol in wire.exchange_info.decode(body).symbols:
        rules = {rule.filterType: rule for rule in symbol.filters}
        tick = rules["PRICE_FILTER"].tickSize if "PRICE_FILTER" in rules else ""
        lot = rules["LOT_SIZE"].stepSize if "LOT_SIZE" in rules else ""
        listed.append(
            Instrument(
                venue=venue,
                name=symbol.symbol,
                base=symbol.baseAsset,
                quote=symbol.quoteAsset,
                tick_size=plain(tick or "0.00000001"),
                price_decimals=step_decimals(plain(tick or "0.00000001")),
                size_decimals=step_decimals(plain(lot or "0.00000001")),
                status="online" if symbol.status == "TRADING" else symbol.status.lower(),
            )
        )
    return tuple(listed)


def _printed(
    symbol: str, number: int, price: str, size: str, time: int, *, buyer_made: bool
) -> Printed:
    price_key(price)
    side: Aggressor = "sell" if buyer_made else "buy"
    return Printed(symbol, Trade(str(number), price, size_text(size), side, time / 1000))


def _candle(data: wire.Candle) -> Candle:
    return Candle(
        start=data.t // 1000,
        open=plain(data.o),
        high=plain(data.h),
        low=plain(data.l),
        close=plain(data.c),
        volume=plain(data.v),
        closed=data.x,
    )
