"""The door of the exchange: which path is which venue, and refused handshakes."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Response

from wsdash.exchange.faults import Rule

KRAKEN_PUBLIC = "/v2"
KRAKEN_PRIVATE = "/private/v2"
BINANCE_API = "/ws-api/v3"
BYBIT_LINEAR = "/v5/public/linear"
_REASONS = {418: "I'm a teapot", 429: "Too Many Requests", 451: "Unavailable For Legal Reasons"}


class Door(NamedTuple):
    """Where a path leads."""

    venue: str
    where: str
    """``public`` or ``private``."""


class Connect(NamedTuple):
    """One attempt to connect, or one REST request."""

    time: float
    """Seconds of the event loop's clock."""
    venue: str
    path: str
    status: int
    """HTTP status it got; 101 is a WebSocket opened."""


def door(path: str) -> Door | None:
    """Tell where a request's path leads; None when nowhere."""
    plain = urlsplit(path).path.rstrip("/")
    if plain == KRAKEN_PUBLIC:
        return Door("kraken", "public")
    if plain == KRAKEN_PRIVATE:
        return Door("kraken", "private")
    if plain == BINANCE_API:
        return Door("binance", "private")
    if plain == BYBIT_LINEAR:
        return Door("bybit", "public")
    if plain in {"/ws", "/stream"} or plain.startswith("/ws/"):
        return Door("binance", "public")
    return None


def response(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return an HTTP answer of any status, also those Python has no name for."""
    body = text.encode()
    head = Headers(headers or {})
    head["Content-Length"] = str(len(body))
    head["Content-Type"] = "text/plain; charset=utf-8"
    head["Connection"] = "close"
    return Response(status, _REASONS.get(status, "Refused"), head, body)


async def refuse(connection: ServerConnection, rule: Rule) -> Response | None:
    """Meet a handshake with a fault; None lets it pass, to be closed right after."""
    if rule.action == "status":
        head = {} if rule.retry_after is None else {"Retry-After": f"{rule.retry_after:g}"}
        return response(int(rule.number), rule.text, head)
    if rule.action == "redirect":
        return response(302, "", {"Location": rule.text})
    if rule.action == "drip":
        for byte in b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n":
            if connection.transport.is_closing():
                break
            connection.transport.write(bytes([byte]))
            await asyncio.sleep(rule.number)
        connection.transport.abort()
    return None
