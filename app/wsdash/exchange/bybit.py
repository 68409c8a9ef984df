"""The Bybit dialect: one connection to the public linear stream."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import msgspec

from wsdash.exchange import bybit_topics as topics
from wsdash.exchange.bybit_feed import BybitFeed
from wsdash.exchange.client import Client
from wsdash.exchange.message import Message

MOST_LETTERS = 21_000
"""Letters of all topics that a connection may subscribe."""
_BIDS = re.compile(r'"b":\[(\]?)')


class BybitSession:
    """One connection.

    Args:
        client: where frames go.
        feed: the topics.
        number: tells connections apart.
        stale: tells by symbol how many sequences old the next book snapshot shall be.
    """

    def __init__(
        self, client: Client, feed: BybitFeed, number: int, stale: Callable[[str], int]
    ) -> None:
        self._client = client
        self._feed = feed
        self._conn_id = f"wsdash-{number:012d}"
        self._stale = stale
        self._names: dict[str, None] = {}
        self._cross = 0

    def opened(self) -> None:
        """The venue greets nobody."""

    def closed(self) -> None:
        """Forget the client's subscriptions."""
        for name in self._names:
            self._feed.hub.remove(name, self)
        self._names.clear()

    def send(self, message: Message) -> None:
        """Pass on a published frame."""
        self._client.send(message)

    def received(self, frame: str) -> None:
        """Answer one request."""
        try:
            raw = msgspec.json.decode(frame)
        except (msgspec.DecodeError, RecursionError):
            self._fail("", "", "Request not authorized")
            return
        request = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        op, args = str(request.get("op", ""))[:20], request.get("args")
        req_id = str(request.get("req_id", ""))[:64]
        if op == "ping":
            self._client.send(Message(self._answer("ping", req_id, "pong"), "pong", "heartbeat"))
            return
        listed = cast("list[object]", args) if isinstance(args, list) else []
        names = [name for name in listed if isinstance(name, str)]
        if op not in {"subscribe", "unsubscribe"} or not names or len(names) != len(listed):
            self._fail(op, req_id, "Params Error")
        elif op == "unsubscribe":
            for name in names:
                self._forget(name)
            self._client.send(Message(self._answer(op, req_id), "ack"))
        else:
            self._subscribe(names, req_id)

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Add a bid above the best ask, or delete it again."""
        listing = self._feed.market.perpetuals[message.symbol]
        pair = listing.pair
        if not ends:
            self._cross = listing.best()[1][0] + 5
        size = "0" if ends else pair.size(10**pair.size_places)
        level = f'["{pair.price(self._cross)}","{size}"]'
        frame = _BIDS.sub(
            lambda match: f'"b":[{level}' + ("]" if match[1] else ","), message.text, count=1
        )
        return message._replace(text=frame)

    def refused(self, message: Message, reason: str) -> Message:
        """Return the error for a request that a fault refuses: all of its topics are."""
        names = message.stream.split(",")
        for name in names:
            self._forget(name)
        req_id = str(cast("dict[str, Any]", msgspec.json.decode(message.text)).get("req_id", ""))
        words = f"error:{reason},topic:{names[0]}"
        return Message(self._answer("subscribe", req_id, words, success=False), "error")

    def notice(self, words: str) -> Message | None:
        """Say nothing: restarts are not announced on this stream."""
        del words
        return None

    def _subscribe(self, names: list[str], req_id: str) -> None:
        """One topic that is not there, or is subscribed already, has all of them refused."""
        found = {name: topics.parse(name) for name in names}
        for name, topic in found.items():
            if topic is None:
                self._fail("subscribe", req_id, f"error:handler not found,topic:{name[:60]}")
                return
            if name in self._names:
                self._fail("subscribe", req_id, f"error:already subscribed,topic:{name}")
                return
        if sum(map(len, [*self._names, *found])) > MOST_LETTERS:
            self._fail("subscribe", req_id, "error:args length exceeds limit")
            return
        self._names.update(dict.fromkeys(found))
        wanted = [topic for topic in found.values() if topic is not None]
        ack = Message(self._answer("subscribe", req_id), "ack", wanted[0].channel)
        self._client.send(ack._replace(symbol=wanted[0].symbol, stream=",".join(found)))
        for topic in wanted:
            if topic.name not in self._names:  # a fault refused it
                continue
            self._feed.watch(topic)
            age = self._stale(topic.symbol) if topic.channel == "book" else 0
            first = self._feed.snapshot(topic, age)
            self._feed.hub.add(topic.name, self)
            if first is not None:
                self._client.send(first)

    def _forget(self, name: str) -> None:
        self._names.pop(name, None)
        self._feed.hub.remove(name, self)

    def _fail(self, op: str, req_id: str, words: str) -> None:
        self._client.send(Message(self._answer(op, req_id, words, success=False), "error"))

    def _answer(self, op: str, req_id: str, words: str = "", *, success: bool = True) -> str:
        answer = {"success": success, "ret_msg": words, "conn_id": self._conn_id}
        return msgspec.json.encode({**answer, "req_id": req_id, "op": op}).decode()
