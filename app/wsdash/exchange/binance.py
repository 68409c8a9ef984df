"""The Binance stream dialect: /ws and /stream connections."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from wsdash.exchange import binance_streams as streams
from wsdash.exchange.binance_feed import BinanceFeed
from wsdash.exchange.client import Client
from wsdash.exchange.message import Message

_VARIANTS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
MOST_STREAMS = 1024
_BIDS = re.compile(r'"(b|bids)":\[(\]?)')


class BinanceSession:
    """One stream connection.

    Args:
        client: where frames go.
        feed: the streams.
        path: the request's path with its query; names the first streams.
    """

    def __init__(self, client: Client, feed: BinanceFeed, path: str) -> None:
        self._client = client
        self._feed = feed
        self._names: dict[str, None] = {}
        self._combined = urlsplit(path).path.startswith("/stream")
        self._path = path
        self._cross = 0

    def opened(self) -> None:
        """Subscribe to what the address names."""
        for name in _named(self._path):
            self._subscribe(name)

    def closed(self) -> None:
        """Forget the client's subscriptions."""
        for name in self._names:
            self._feed.hub.remove(name, self)
        self._names.clear()

    def send(self, message: Message) -> None:
        """Pass on a published frame, wrapped when the connection is combined."""
        if self._combined:
            message = message._replace(
                text=f'{{"stream":"{message.stream}","data":{message.text}}}'
            )
        self._client.send(message)

    def received(self, frame: str) -> None:
        """Answer one request."""
        try:
            raw = msgspec.json.decode(frame)
        except (msgspec.DecodeError, RecursionError):
            self._fail(3, "Invalid JSON: expected value at line 1 column 1", None)
            return
        request = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        number = request.get("id")
        if not _good_id(number):
            self._fail(2, "Invalid request: request ID must be an unsigned integer", None)
            return
        method, params = request.get("method"), request.get("params")
        listed = cast("list[object]", params) if isinstance(params, list) else []
        if method in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            self._change(str(method), listed, number)
        elif method == "LIST_SUBSCRIPTIONS":
            self._answer(list(self._names), number)
        elif method in {"SET_PROPERTY", "GET_PROPERTY"}:
            self._property(str(method), listed, number)
        else:
            reason = f"unknown variant `{str(method)[:40]}`, expected one of {_VARIANTS}"
            self._fail(2, f"Invalid request: {reason}", None)

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Add a bid above the best ask, or delete it again."""
        listing = self._feed.market.listings[message.symbol]
        pair = listing.pair
        if not ends:
            self._cross = listing.best()[1][0] + 5
        size = pair.size8(0 if ends else 10**pair.size_places)
        level = f'["{pair.price8(self._cross)}","{size}"]'
        frame = _BIDS.sub(
            lambda match: f'"{match[1]}":[{level}' + ("]" if match[2] else ","),
            message.text,
            count=1,
        )
        return message._replace(text=frame)

    def refused(self, message: Message, reason: str) -> Message:
        """Return the error for a request that a fault refuses."""
        number = cast("dict[str, Any]", msgspec.json.decode(message.text)).get("id")
        for name in message.stream.split(","):
            self._unsubscribe(name)
        return _failure(2, reason, number)

    def notice(self, words: str) -> Message:
        """Return the notice that this connection is about to be closed."""
        del words  # Binance's notice has no text
        event = f'{{"e":"serverShutdown","E":{self._feed.market.now // 1000}}}'
        if self._combined:
            event = f'{{"stream":"!serverShutdown","data":{event}}}'
        return Message(event, "status", "status")

    def _change(self, method: str, params: list[object], number: object) -> None:
        names = [name for name in params if isinstance(name, str)]
        if len(names) != len(params) or not names:
            self._fail(2, "Invalid request: invalid type, expected a list of strings", number)
            return
        fresh = names if method == "SUBSCRIBE" else []
        if len(self._names) + len(fresh) > MOST_STREAMS:
            self._client.close(1008, "Too many streams")
            return
        parsed = streams.parse(names[0])
        symbol = parsed.symbol if parsed else ""
        for name in names:
            if method == "UNSUBSCRIBE":
                self._unsubscribe(name)
        ack = Message(_result(None, number), "ack", parsed.channel if parsed else "", symbol)
        before = dict(self._names)
        self._names.update(dict.fromkeys(fresh))
        self._client.send(ack._replace(stream=",".join(n for n in fresh if n not in before)))
        for name in fresh:
            if name in self._names:
                self._subscribe(name)

    def _subscribe(self, name: str) -> None:
        self._names[name] = None
        stream = streams.parse(name)
        if stream is not None:  # a name that is no stream is acknowledged and stays silent
            self._feed.watch(stream)
            self._feed.hub.add(name, self)

    def _unsubscribe(self, name: str) -> None:
        self._names.pop(name, None)
        self._feed.hub.remove(name, self)

    def _property(self, method: str, params: list[object], number: object) -> None:
        if not params or params[0] != "combined":
            self._fail(0, "Unknown property", number)
        elif method == "GET_PROPERTY":
            self._answer(self._combined, number)
        elif len(params) < 2 or not isinstance(params[1], bool):
            self._fail(1, "Invalid value type: expected Boolean", number)
        else:
            self._combined = params[1]
            self._answer(None, number)

    def _answer(self, result: object, number: object) -> None:
        self._client.send(Message(_result(result, number), "ack"))

    def _fail(self, code: int, reason: str, number: object) -> None:
        self._client.send(_failure(code, reason, number))


def _named(path: str) -> list[str]:
    parts = urlsplit(path)
    if parts.path.startswith("/stream"):
        # parse_qs would read the + of a UTC+8 stream as a space
        query = parse_qs(parts.query.replace("+", "%2B"))
        names = "/".join(query.get("streams", []))
    else:
        names = unquote(parts.path.removeprefix("/ws").strip("/"))
    return [name for name in names.split("/") if name]


def _good_id(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 36
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _result(result: object, number: object) -> str:
    return msgspec.json.encode({"result": result, "id": number}).decode()


def _failure(code: int, reason: str, number: object) -> Message:
    body: dict[str, object] = {"code": code, "msg": reason}
    if number is not None:
        body["id"] = number
    return Message(msgspec.json.encode(body).decode(), "error")
