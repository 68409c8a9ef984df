"""An independent, tiny and slow reference for recorded sessions: dictionaries of Decimals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zlib import crc32

Side = dict[Decimal, Decimal]


def put(side: Side, levels: list[tuple[str, str]]) -> None:
    for price, size in levels:
        if Decimal(size):
            side[Decimal(price)] = Decimal(size)
        else:
            side.pop(Decimal(price), None)


class KrakenReference:
    """Books by Kraken's rules, checked against its checksums with one pair's decimals."""

    def __init__(self, price_decimals: int, size_decimals: int) -> None:
        self.bids: Side = {}
        self.asks: Side = {}
        self.depth = 0
        self._decimals = price_decimals, size_decimals

    def take(self, frame: str) -> bool:
        """Take a frame; tell whether it was of the book."""
        message: dict[str, Any] = json.loads(frame, parse_float=str, parse_int=str)
        if message.get("method") == "subscribe":
            self.depth = int(message["result"].get("depth", 0)) or self.depth
        if message.get("channel") != "book":
            return False
        [data] = message["data"]
        if message["type"] == "snapshot":
            self.bids, self.asks = {}, {}
            self.depth = self.depth or len(data["bids"])
        for side, name in ((self.bids, "bids"), (self.asks, "asks")):
            put(side, [(entry["price"], entry["qty"]) for entry in data[name]])
        for price in sorted(self.bids, reverse=True)[self.depth :]:
            del self.bids[price]
        for price in sorted(self.asks)[self.depth :]:
            del self.asks[price]
        assert self._checksum() == int(data["checksum"])
        return True

    def _checksum(self) -> int:
        best = [(price, self.asks[price]) for price in sorted(self.asks)[:10]]
        best += [(price, self.bids[price]) for price in sorted(self.bids, reverse=True)[:10]]
        prices, sizes = self._decimals
        digits = "".join(
            f"{price:.{prices}f}".replace(".", "").lstrip("0")
            + f"{size:.{sizes}f}".replace(".", "").lstrip("0")
            for price, size in best
        )
        return crc32(digits.encode())


class BybitReference:
    """Books by Bybit's rules, by topic: a snapshot, then changes numbered one by one."""

    def __init__(self) -> None:
        self.bids: dict[str, Side] = {}
        self.asks: dict[str, Side] = {}
        self._update: dict[str, int] = {}

    def take(self, frame: str) -> str:
        """Take a frame; return the market whose book it was of, if it was."""
        message: dict[str, Any] = json.loads(frame)
        kind, _, rest = message.get("topic", "").partition(".")
        if kind != "orderbook":
            return ""
        data: dict[str, Any] = message["data"]
        symbol: str = rest.partition(".")[2]
        if message["type"] == "snapshot":
            self.bids[symbol], self.asks[symbol] = {}, {}
        else:
            assert data["u"] == self._update[symbol] + 1
        put(self.bids[symbol], data["b"])
        put(self.asks[symbol], data["a"])
        self._update[symbol] = data["u"]
        return symbol


class BinanceReference:
    """Books by Binance's rules: buffered, seeded, then chained by update ids."""

    def __init__(self) -> None:
        self.bids: dict[str, Side] = {}
        self.asks: dict[str, Side] = {}
        self.sequence: dict[str, int] = {}
        self._kept: dict[str, list[dict[str, Any]]] = {}

    def seed(self, symbol: str, body: str) -> None:
        """Take a snapshot, and everything that was kept for it."""
        data = json.loads(body)
        self.bids[symbol], self.asks[symbol] = {}, {}
        self.sequence[symbol] = data["lastUpdateId"]
        put(self.bids[symbol], data["bids"])
        put(self.asks[symbol], data["asks"])
        for kept in self._kept.pop(symbol, []):
            self._apply(kept)

    def take(self, frame: str) -> str:
        """Take a frame; return the market whose book it was of, if it was."""
        message = json.loads(frame)
        data = message.get("data", message)
        if not isinstance(data, dict) or data.get("e") != "depthUpdate":
            return ""
        symbol: str = data["s"]
        if symbol in self.sequence:
            self._apply(data)
        else:
            self._kept.setdefault(symbol, []).append(data)
        return symbol

    def _apply(self, data: dict[str, Any]) -> None:
        symbol = data["s"]
        if data["u"] <= self.sequence[symbol]:
            return
        assert data["U"] <= self.sequence[symbol] + 1
        put(self.bids[symbol], data["b"])
        put(self.asks[symbol], data["a"])
        self.sequence[symbol] = data["u"]
