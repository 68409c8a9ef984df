"""Kraken v2 data in our own words: pure translations of one frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from wsdash.domain.candles import Candle
from wsdash.domain.events import (
    CandlesMoved,
    Event,
    Heartbeat,
    Listed,
    Notice,
    Printed,
    TickerMoved,
)
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Trade
from wsdash.venues import kraken_wire as wire

INTERVALS: Final = {"1m": 1, "5m": 5, "15m": 15, "1h": 60, "4h": 240, "1d": 1440}
"""Candle intervals in Kraken's minutes."""

INTERVAL_OF: Final = {minutes: name for name, minutes in INTERVALS.items()}


def seconds(timestamp: str) -> float | None:
    """Return an RFC 3339 time as seconds since the epoch, None where there is none.

    Raises:
        ValueError: it is no such time.
    """
    return datetime.fromisoformat(timestamp).timestamp() if timestamp else None


def instruments(message: wire.Envelope) -> Listed:
    """The pairs of the instrument channel."""
    pairs = tuple(
        Instrument(
            venue="kraken",
            name=pair.symbol,
            base=pair.base,
            quote=pair.quote,
            tick_size=wire.number(pair.price_increment),
            price_decimals=pair.price_precision,
            size_decimals=pair.qty_precision,
            status=pair.status,
        )
        for pair in wire.instruments.decode(message.data).pairs
    )
    return Listed(pairs, partial=message.type != "snapshot")


def _trades(message: wire.Envelope) -> list[Event]:
    history = message.type == "snapshot"
    return [
        Printed(
            data.symbol,
            Trade(
                id=str(data.trade_id),
                price=wire.number(data.price),
                size=wire.number(data.qty),
                side=data.side,
                time=seconds(data.timestamp),
                history=history,
            ),
        )
        for data in wire.trades.decode(message.data)
    ]


def _tickers(message: wire.Envelope) -> list[Event]:
    return [
        TickerMoved(
            symbol=data.symbol,
            bid=wire.number_or_none(data.bid),
            ask=wire.number_or_none(data.ask),
            last=wire.number_or_none(data.last),
            change=wire.number_or_none(data.change_pct),
            volume=wire.number_or_none(data.volume),
            time=seconds(data.timestamp),
        )
        for data in wire.tickers.decode(message.data)
    ]


def _candles(message: wire.Envelope) -> list[Event]:
    series: dict[tuple[str, int], list[Candle]] = {}
    for data in wire.candles.decode(message.data):
        candle = Candle(
            start=int(seconds(data.interval_begin) or 0),
            open=wire.number(data.open),
            high=wire.number(data.high),
            low=wire.number(data.low),
            close=wire.number(data.close),
            volume=wire.number(data.volume),
        )
        series.setdefault((data.symbol, data.interval), []).append(candle)
    return [
        CandlesMoved(symbol, INTERVAL_OF[minutes], tuple(candles))
        for (symbol, minutes), candles in series.items()
        if minutes in INTERVAL_OF
    ]


def _status(message: wire.Envelope) -> list[Event]:
    return [Notice(f"system {data.system}") for data in wire.statuses.decode(message.data)]


def _heartbeat(_: wire.Envelope) -> list[Event]:
    return [Heartbeat()]


TRANSLATORS: Final[dict[str, Callable[[wire.Envelope], list[Event]]]] = {
    "trade": _trades,
    "ticker": _tickers,
    "ohlc": _candles,
    "status": _status,
    "heartbeat": _heartbeat,
}
"""Channels whose frames mean the same whatever came before; unknown ones are ignored."""
