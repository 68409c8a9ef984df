"""A frame on its way out, with what faults need to know about it."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """Text for the wire and what it is."""

    text: str
    kind: str
    """``snapshot``, ``update``, ``ack``, ``error``, ``pong``, ``heartbeat``, ``status``."""
    channel: str = ""
    """The exchange's own word: book, trade, ticker, ohlc, balances, ..."""
    symbol: str = ""
    """The exchange's own symbol, such as BTC/USD."""
    stream: str = ""
    """Binance's name of the stream, for the wrapper of combined connections."""
