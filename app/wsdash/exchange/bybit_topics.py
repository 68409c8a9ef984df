"""Names of Bybit's public topics on the linear stream, and what each asks for."""

from __future__ import annotations

from typing import NamedTuple

from wsdash.exchange.perpetuals import PERPETUALS

_MILLI = 1_000
_MINUTE = 60_000_000
INTERVALS: dict[str, int] = {
    **{str(minutes): minutes * _MINUTE for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": 1440 * _MINUTE,
    "W": 10_080 * _MINUTE,
    "M": 43_200 * _MINUTE,
}
"""Microseconds by name; a month is thirty days here."""
DEPTHS: dict[int, int] = {1: 10 * _MILLI, 50: 20 * _MILLI, 200: 100 * _MILLI, 1000: 200 * _MILLI}
"""Microseconds between two frames of a book, by the levels of each side that it tells."""
SYMBOLS: dict[str, str] = {pair.bybit_symbol: pair.symbol for pair in PERPETUALS}
"""The exchange's own symbol by Bybit's."""
NAMES: dict[str, str] = {symbol: name for name, symbol in SYMBOLS.items()}
SPOT: dict[str, str] = {pair.symbol: pair.spot for pair in PERPETUALS}
"""The pair that a contract follows."""


class Topic(NamedTuple):
    """One topic, taken apart."""

    name: str
    symbol: str
    """The exchange's own."""
    channel: str
    """The exchange's own word for what it carries."""
    period: int
    """Microseconds between frames; 0 is at once."""
    depth: int = 0
    """Of a book."""
    interval: str = ""
    """Of candles."""


def parse(name: str) -> Topic | None:
    """Take a topic's name apart; None when no such topic exists."""
    kind, *between, last = name.split(".") if "." in name else [name, ""]
    symbol = SYMBOLS.get(last)
    if symbol is None or len(between) > 1:
        return None
    middle = between[0] if between else ""
    if kind == "orderbook" and middle.isascii() and middle.isdigit() and int(middle) in DEPTHS:
        return Topic(name, symbol, "book", DEPTHS[int(middle)], depth=int(middle))
    if kind == "kline" and middle in INTERVALS:
        return Topic(name, symbol, "ohlc", 1000 * _MILLI, interval=middle)
    if not between and kind in {"publicTrade", "tickers"}:
        return Topic(name, symbol, *_OTHERS[kind])
    return None


_OTHERS = {"publicTrade": ("trade", 0), "tickers": ("ticker", 100 * _MILLI)}
