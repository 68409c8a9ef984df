"""Small clients for the exchange's tests: they follow the venues' rules and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from zlib import crc32

import aiohttp
from websockets.asyncio.client import ClientConnection, connect

from wsdash.exchange import Exchange

PATIENCE = 10.0
"""Seconds a test waits for what must come."""

Json = dict[str, Any]


@asynccontextmanager
async def talking(url: str) -> AsyncIterator[ClientConnection]:
    async with connect(url, max_size=None, ping_interval=None, close_timeout=1) as socket:
        yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection, **wanted: Any) -> Json:
    """Return the next message that has all these fields; numbers stay text."""
    while True:
        text = await asyncio.wait_for(socket.recv(), PATIENCE)
        message = json.loads(text, parse_float=str, parse_int=str)
        if isinstance(message, dict) and all(
            message.get(key) == value for key, value in wanted.items()
        ):
            return message


async def fetch(url: str, **options: Any) -> tuple[int, Any, Any]:
    """Return status, JSON (or None) and headers of a GET."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, allow_redirects=False, **options) as response,
    ):
        text = await response.text()
        found = json.loads(text, parse_float=str) if text[:1] in {"{", "["} else None
        return response.status, found, response.headers


class Window:
    """A Kraken book as the venue tells clients to keep it."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.sides: dict[str, dict[str, str]] = {"bids": {}, "asks": {}}
        self.time = ""

    def apply(self, message: Json) -> bool:
        """Take in a snapshot or update; tell whether the checksum agrees."""
        data = message["data"][0]
        if message["type"] == "snapshot":
            self.sides = {"bids": {}, "asks": {}}
        for name, side in self.sides.items():
            for level in data[name]:
                if not level["qty"].strip("0."):
                    side.pop(level["price"], None)
                else:
                    side[level["price"]] = level["qty"]
            for price, _ in self.best(name)[self.depth :]:
                del side[price]
        self.time = data["timestamp"]
        return self.checksum() == int(data["checksum"])

    def best(self, name: str) -> list[tuple[str, str]]:
        return sorted(
            self.sides[name].items(), key=lambda level: float(level[0]), reverse=name == "bids"
        )

    def checksum(self) -> int:
        levels = self.best("asks")[:10] + self.best("bids")[:10]
        digits = [number.replace(".", "").lstrip("0") for level in levels for number in level]
        return crc32("".join(digits).encode())


async def kraken_book(socket: ClientConnection, symbol: str, depth: int = 10) -> Window:
    """Subscribe to a book and return it after its snapshot."""
    params = {"channel": "book", "symbol": [symbol], "depth": depth}
    await say(socket, method="subscribe", params=params)
    window = Window(depth)
    assert window.apply(await hear(socket, channel="book", type="snapshot"))
    return window


def kraken(exchange: Exchange, name: str = "ws_url") -> str:
    return exchange.urls["kraken"][name]


def bybit(exchange: Exchange, name: str = "ws_url") -> str:
    return exchange.urls["bybit"][name]


def binance(exchange: Exchange, name: str = "ws_url") -> str:
    return exchange.urls["binance"][name]
