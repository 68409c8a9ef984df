"""Kraken v2 data in our own words: pure translations of one frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from wsdash.domain.book import Level
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
from wsdash.domain.numbers import price_key, size_text
from wsdash.domain.trades import Trade
from wsdash.venues import kraken_wire as wire
from wsdash.venues.venue import END_OF_TIME

INTERVALS: Final = {"1m": 1, "5m": 5, "15m": 15, "1h": 60, "4h": 240, "1d": 1440}
"""Candle intervals in Kraken's minutes."""

INTERVAL_OF: Final = {minutes: name for name, minutes in INTERVALS.items()}


def seconds(timestamp: str) -> float | None:
    """Return an RFC 3339 time as seconds since the epoch, None where there is none.

    Raises:
        ValueError: it is no such time.
    """
    if not timestamp:
        return None
    time = datetime.fromisoformat(timestamp)
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    if not 0 <= since < END_OF_TIME:
        raise ValueError("not a time of our calendar")
    return since


class BookChange(NamedTuple):
    """A snapshot or an update of a book, all of it read."""

    symbol: str
    bids: list[Level]
    asks: list[Level]
    checksum: int
    time: float | None


def book_change(data: wire.Book) -> BookChange:
    """One entry of the book channel.

    Raises:
        ValueError: one of its numbers or its time cannot be read.
    """
    bids, asks = wire.levels(data.bids), wire.levels(data.asks)
    return BookChange(data.symbol, bids, asks, data.checksum, seconds(data.timestamp))


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
    return [_printed(data, history) for data in wire.trades.decode(message.data)]


def _printed(data: wire.Trade, history: bool) -> Printed:
    price, size = wire.number(data.price), size_text(wire.number(data.qty))
    price_key(price)
    trade = Trade(str(data.trade_id), price, size, data.side, seconds(data.timestamp), history)
    return Printed(data.symbol, trade)


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
