"""Rows of the tables that leave the program: what a print, a candle, a gap is in cells."""

from __future__ import annotations

from typing import Final

from wsdash.domain.candles import Candle
from wsdash.domain.instrument import MarketKey
from wsdash.domain.trades import Trade
from wsdash.feed.gaps import Gap
from wsdash.feed.tables import Cell, Column

TRADES: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("symbol"),
    Column("id"),
    Column("price", "number"),
    Column("size", "number"),
    Column("side"),
    Column("history", "flag"),
)
"""A print; `history` where it was told on subscribing, and not as it happened."""

CANDLES: Final = (
    Column("start", "time"),
    Column("venue"),
    Column("symbol"),
    Column("interval"),
    Column("open", "number"),
    Column("high", "number"),
    Column("low", "number"),
    Column("close", "number"),
    Column("volume", "number"),
    Column("closed", "flag"),
)
"""A candle; `closed` when its span was over and the last word on it said."""

GAPS: Final = (
    Column("start", "time"),
    Column("end", "time"),
    Column("connection"),
    Column("symbol"),
    Column("channels"),
    Column("reason"),
    Column("missed"),
)
"""A hole in the data; no end while it is open, no symbol where it is the whole connection's."""


def trade_row(key: MarketKey, trade: Trade) -> tuple[Cell, ...]:
    """Return a print."""
    return (
        trade.time, key.venue, key.name, trade.id, trade.price, trade.size, trade.side,
        trade.history,
    )  # fmt: skip


def candle_row(key: MarketKey, interval: str, candle: Candle) -> tuple[Cell, ...]:
    """Return a candle."""
    return (
        float(candle.start), key.venue, key.name, interval, candle.open, candle.high, candle.low,
        candle.close, candle.volume, candle.closed,
    )  # fmt: skip


def gap_row(gap: Gap) -> tuple[Cell, ...]:
    """Return a hole."""
    channels = " ".join(gap.channels)
    return (gap.start, gap.end, gap.connection, gap.symbol, channels, gap.reason, gap.missed)
