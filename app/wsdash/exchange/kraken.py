"""The Kraken v2 dialect: what a client says on a socket and what it is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import msgspec

from wsdash.exchange import kraken_text as text
from wsdash.exchange.client import Client
from wsdash.exchange.kraken_feed import Key, KrakenFeed
from wsdash.exchange.kraken_requests import PER_SYMBOL, Refused, key_of, result_of
from wsdash.exchange.message import Message

_FIRST_BID = re.compile(r'"bids":\[(\]?)')
_CHECKSUM = re.compile(r'"checksum":\d+')


class KrakenSession:
    """One Kraken connection, public or private.

    Args:
        client: where frames go.
        feed: the streams.
        number: the connection's number, which makes its id.
        private: whether this is the path for the account.
        token_ok: tells whether a token may subscribe to private channels.
        stale: tells how many sequences old the next book snapshot shall be.
    """

    def __init__(
        self,
        client: Client,
        feed: KrakenFeed,
        number: int,
        *,
        private: bool,
        token_ok: Callable[[str], bool],
        stale: Callable[[str], int],
    ) -> None:
        self._client = client
        self._feed = feed
        self._id = 13_834_774_380_200_032_777 + number
        self._private = private
        self._token_ok = token_ok
        self._stale = stale
        self._keys: dict[Key, None] = {}
        self._sequence = 0
        self._cross = 0

    def opened(self) -> None:
        """Send the status, as Kraken does unasked."""
        self._client.send(self._status("online"))

    def closed(self) -> None:
        """Forget the client's subscriptions."""
        for key in self._keys:
            self._feed.hub.remove(key, self)
        self._keys.clear()

    def send(self, message: Message) -> None:
        """Pass on a published frame; balances get this subscription's own sequence."""
        if message.channel == "balances":
            self._sequence += 1
            message = message._replace(text=text.balances("update", self._sequence, message.text))
        self._client.send(message)

    def beat(self) -> None:
        """Send a heartbeat when something is subscribed."""
        if self._keys:
            self._client.send(Message('{"channel":"heartbeat"}', "heartbeat", "heartbeat"))

    def received(self, frame: str) -> None:
        """Answer one request."""
        began = self._feed.market.now
        try:
            raw = msgspec.json.decode(frame)
        except (msgspec.DecodeError, RecursionError):
            self._error("", "Malformed request", None, None, began)
            return
        request = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        method = request.get("method")
        number = request.get("req_id")
        if method == "ping":
            head = f'"req_id":{number},' if _is_int(number) else ""
            pong = f'{{"method":"pong",{head}{self._times(began)}}}'
            self._client.send(Message(pong, "pong"))
        elif method in {"subscribe", "unsubscribe"}:
            self._subscription(str(method), request, number, began)
        else:
            self._error(str(method or "")[:40], "Unsupported method", number, None, began)

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Add a bid above the best ask with a checksum that agrees, or delete it."""
        listing = self._feed.market.listings[message.symbol]
        pair, book = listing.pair, listing.book
        if not ends:
            self._cross = listing.best()[1][0] + 5
        size = 0 if ends else 10**pair.size_places
        level = f'{{"price":{pair.price(self._cross)},"qty":{pair.size(size)}}}'
        frame = _FIRST_BID.sub(
            lambda match: f'"bids":[{level}' + ("]" if match[1] else ","), message.text, count=1
        )
        if not ends:
            bids = [(self._cross, size), *book.bids.top(10)]
            crc = text.checksum(book.asks.top(10), bids)
            frame = _CHECKSUM.sub(f'"checksum":{crc}', frame)
        return message._replace(text=frame)

    def refused(self, message: Message, reason: str) -> Message:
        """Take a subscription back and return the error instead of its ack."""
        ack = cast("dict[str, Any]", msgspec.json.decode(message.text))
        for key in [key for key in self._keys if key[:2] == (message.channel, message.symbol)]:
            self._drop(key)
        return self._refusal(
            "subscribe", reason, ack.get("req_id"), message.symbol, self._feed.market.now
        )

    def notice(self, words: str) -> Message:
        """Return a status that says the venue goes into maintenance."""
        return self._status(words or "maintenance")

    def _subscription(
        self, method: str, request: dict[str, Any], number: object, began: int
    ) -> None:
        raw = request.get("params")
        params = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        channel = params.get("channel")
        if channel in PER_SYMBOL:
            symbols = params.get("symbol")
            if not isinstance(symbols, list) or not symbols:
                self._error(method, "Symbol(s) not found", number, None, began)
                return
            for symbol in cast("list[object]", symbols):
                self._one(method, params, str(symbol), (number, began))
        elif channel in {"instrument", "balances"}:
            self._one(method, params, "", (number, began))
        else:
            self._error(method, "Unsupported channel", number, None, began)

    def _one(
        self, method: str, params: dict[str, Any], symbol: str, asked: tuple[object, int]
    ) -> None:
        channel = str(params["channel"])
        try:
            if channel == "balances":
                self._admit(params.get("token"))
            key = key_of(channel, symbol, params)
            if method == "subscribe":
                self._take(key, params, asked)
            elif key not in self._keys:
                raise Refused("Subscription Not Found")
            else:
                self._drop(key)
                self._ack(method, key, asked)
        except Refused as refusal:
            self._error(method, str(refusal), asked[0], symbol or None, asked[1])

    def _admit(self, token: object) -> None:
        if not self._private:
            raise Refused("Private data and trading are unavailable on this endpoint")
        if not self._token_ok(str(token)):
            raise Refused("ESession:Invalid session")

    def _take(self, key: Key, params: dict[str, Any], asked: tuple[object, int]) -> None:
        if key in self._keys:
            raise Refused("Already subscribed")
        if key[0] == "book" and any(held[:2] == key[:2] for held in self._keys):
            raise Refused("Already subscribed to one depth of this book")
        self._keys[key] = None
        self._ack("subscribe", key, asked, snapshot=params.get("snapshot", True) is not False)
        if key not in self._keys:  # a fault refused it
            return
        wanted = params.get("snapshot", True) is not False
        channel, symbol, parameter = key
        listing = self._feed.market.spot.get(symbol)
        if channel == "book" and listing is not None:
            self._feed.watch(listing, int(parameter))
            if wanted:
                age = self._stale(symbol)
                self._client.send(self._feed.book_snapshot(listing, int(parameter), age))
        elif wanted and listing is not None:
            self._client.send(self._feed.snapshot(channel, listing, parameter))
        elif channel == "instrument":
            self._client.send(Message(text.instrument(), "instrument", "instrument"))
        elif channel == "balances":
            self._balances()
        self._feed.hub.add(key, self)

    def _balances(self) -> None:
        rows = ",".join(
            text.balance_row(asset, f"{amount:.8f}")
            for asset, amount in self._feed.market.account.balances.items()
        )
        self._sequence = 1
        self._client.send(Message(text.balances("snapshot", 1, rows), "snapshot", "balances"))

    def _drop(self, key: Key) -> None:
        self._keys.pop(key, None)
        self._feed.hub.remove(key, self)

    def _ack(
        self, method: str, key: Key, asked: tuple[object, int], *, snapshot: bool | None = None
    ) -> None:
        body = msgspec.json.encode(result_of(key, snapshot)).decode()
        tail = f',"req_id":{asked[0]}' if _is_int(asked[0]) else ""
        frame = (
            f'{{"method":"{method}","result":{body},"success":true,{self._times(asked[1])}{tail}}}'
        )
        self._client.send(Message(frame, "ack", key[0], key[1]))

    def _error(
        self, method: str, reason: str, number: object, symbol: str | None, began: int
    ) -> None:
        self._client.send(self._refusal(method, reason, number, symbol, began))

    def _refusal(
        self, method: str, reason: str, number: object, symbol: str | None, began: int
    ) -> Message:
        body: dict[str, object] = {"error": reason, "method": method, "success": False}
        if symbol:
            body["symbol"] = symbol
        head = msgspec.json.encode(body).decode()[:-1]
        tail = f',"req_id":{number}' if _is_int(number) else ""
        return Message(f"{head},{self._times(began)}{tail}}}", "error", "", symbol or "")

    def _times(self, began: int) -> str:
        ended = max(began + 40, self._feed.market.now)
        return f'"time_in":"{text.stamp(began)}","time_out":"{text.stamp(ended)}"'

    def _status(self, system: str) -> Message:
        return Message(text.status(system, self._id), "status", "status")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
