"""What a Kraken subscription may ask for, and how it is acknowledged."""

from __future__ import annotations

from typing import Any

from wsdash.exchange.kraken_feed import DEPTHS, INTERVALS, Key
from wsdash.exchange.pairs import PAIRS

_SYMBOLS = {pair.symbol: pair for pair in PAIRS}
PER_SYMBOL = frozenset({"book", "trade", "ticker", "ohlc"})
_PARAMETERS: dict[str, tuple[str, object, frozenset[str], str]] = {
    "book": ("depth", 10, frozenset(map(str, DEPTHS)), "Depth not supported"),
    "ohlc": ("interval", 1, frozenset(map(str, INTERVALS)), "Interval not supported"),
    "ticker": (
        "event_trigger",
        "trades",
        frozenset({"trades", "bbo"}),
        "Event trigger not supported",
    ),
}
"""By channel: its parameter, the default, what it may be, and the error otherwise."""


class Refused(Exception):
    """A request the venue answers with an error; the text is the venue's."""


def key_of(channel: str, symbol: str, params: dict[str, Any]) -> Key:
    """Return the key of the stream that a request names.

    Raises:
        Refused: no such pair, or a parameter the channel does not take.
    """
    if symbol and symbol not in _SYMBOLS:
        raise Refused(f"Currency pair not supported {symbol[:40]}")
    if channel not in _PARAMETERS:
        return channel, symbol, ""
    name, default, known, complaint = _PARAMETERS[channel]
    value = params.get(name, default)
    if str(value) not in known:
        raise Refused(complaint)
    return channel, symbol, str(value)


def result_of(key: Key, snapshot: bool | None) -> dict[str, object]:
    """Return the result of an acknowledgement."""
    channel, symbol, parameter = key
    result: dict[str, object] = {"channel": channel}
    if channel in _PARAMETERS:
        name = _PARAMETERS[channel][0]
        result[name] = int(parameter) if parameter.isdigit() else parameter
    if snapshot is not None:
        result["snapshot"] = snapshot
    if symbol:
        result["symbol"] = symbol
    return result
