"""Names of Binance's market streams, and what each asks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from wsdash.exchange.pairs import PAIRS

_SECOND = 1_000_000
INTERVALS: dict[str, int] = {
    "1s": _SECOND,
    "1m": 60 * _SECOND,
    "3m": 180 * _SECOND,
    "5m": 300 * _SECOND,
    "15m": 900 * _SECOND,
    "30m": 1800 * _SECOND,
    "1h": 3600 * _SECOND,
    "2h": 7200 * _SECOND,
    "4h": 14_400 * _SECOND,
    "6h": 21_600 * _SECOND,
    "8h": 28_800 * _SECOND,
    "12h": 43_200 * _SECOND,
    "1d": 86_400 * _SECOND,
    "3d": 259_200 * _SECOND,
    "1w": 604_800 * _SECOND,
    "1M": 2_592_000 * _SECOND,
}
"""Microseconds by name; a month is thirty days here."""
_SYMBOLS = {pair.binance_symbol.lower(): pair.symbol for pair in PAIRS}
_NAME = re.compile(
    r"([a-z0-9]+)@(?:(depth)(5|10|20)?(@100ms|@1000ms)?|kline_(\w+)"
    r"|(bookTicker|trade|aggTrade|ticker|miniTicker))",
    re.ASCII,
)
ALL_MINI = "!miniTicker@arr"


class Stream(NamedTuple):
    """One stream, taken apart."""

    name: str
    symbol: str
    """The exchange's own; empty for all symbols."""
    kind: str
    levels: int = 0
    """Of a partial book; 0 is the diff stream."""
    period: int = 0
    """Microseconds between frames; 0 is at once."""
    interval: str = ""
    """Of candles."""

    @property
    def channel(self) -> str:
        """The exchange's own word for what the stream carries."""
        return _CHANNELS[self.kind]


_CHANNELS = {
    "depth": "book",
    "kline": "ohlc",
    "bookTicker": "ticker",
    "trade": "trade",
    "aggTrade": "trade",
    "ticker": "ticker",
    "miniTicker": "ticker",
}


def parse(name: str) -> Stream | None:
    """Take a stream's name apart; None when no such stream exists."""
    if name == ALL_MINI:
        return Stream(name, "", "miniTicker", period=_SECOND)
    match = _NAME.fullmatch(name)
    if match is None or match[1] not in _SYMBOLS:
        return None
    symbol = _SYMBOLS[match[1]]
    if match[2]:
        period = 100_000 if match[4] == "@100ms" else _SECOND
        return Stream(name, symbol, "depth", levels=int(match[3] or 0), period=period)
    if match[5]:
        if match[5] not in INTERVALS:
            return None
        period = _SECOND if match[5] == "1s" else 2 * _SECOND
        return Stream(name, symbol, "kline", period=period, interval=match[5])
    slow = match[6] in {"ticker", "miniTicker"}
    return Stream(name, symbol, match[6], period=_SECOND if slow else 0)
