"""The Binance WebSocket API dialect: /ws-api/v3, with the account's events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from wsdash.exchange import binance_auth as auth
from wsdash.exchange.binance_feed import USER, BinanceFeed
from wsdash.exchange.binance_queries import WEIGHT_LIMIT, BinanceError, Queries
from wsdash.exchange.client import Client
from wsdash.exchange.message import Message
from wsdash.exchange.signing import Keys


class BinanceApiSession:
    """One WebSocket API connection."""

    def __init__(self, client: Client, feed: BinanceFeed, queries: Queries, keys: Keys) -> None:
        self._client = client
        self._feed = feed
        self._keys = keys
        self._used = 2
        self._next = 0
        self._subscription: int | None = None
        self._methods: dict[str, tuple[int, Callable[[Mapping[str, str]], str]]] = {
            "ping": (1, queries.ping),
            "time": (1, queries.time),
            "exchangeInfo": (20, queries.exchange_info),
            "depth": (50, queries.depth),
            "trades.recent": (25, queries.trades),
            "trades.aggregate": (4, queries.agg_trades),
            "klines": (2, queries.klines),
            "uiKlines": (2, queries.klines),
            "ticker.24hr": (2, queries.ticker_24hr),
            "ticker.price": (2, queries.ticker_price),
            "ticker.book": (2, queries.ticker_book),
            "account.status": (20, self._signed(queries.account)),
            "userDataStream.subscribe.signature": (2, self._signed(self._subscribe)),
            "userDataStream.unsubscribe": (2, self._unsubscribe),
            "session.subscriptions": (2, self._subscriptions),
            "session.status": (2, self._status),
        }

    def opened(self) -> None:
        """Say nothing: the client speaks first."""

    def closed(self) -> None:
        """Forget the client's subscription."""
        self._feed.hub.remove(USER, self)

    def send(self, message: Message) -> None:
        """Pass on an event of the account, wrapped with the subscription's id."""
        event = f'{{"subscriptionId":{self._subscription},"event":{message.text}}}'
        self._client.send(message._replace(text=event))

    def received(self, frame: str) -> None:
        """Answer one request."""
        number: object = None
        try:
            request = _request(frame)
            number = request.get("id")
            weight, method = self._method(request)
            self._used += weight
            params = _params(request.get("params"))
            result = method(params)
        except BinanceError as error:
            body = msgspec.json.encode({"code": error.code, "msg": error.reason}).decode()
            self._answer(number, error.status, f'"error":{body}', "error")
            return
        channel = "balances" if "userData" in str(request.get("method")) else ""
        self._answer(number, 200, f'"result":{result}', "ack", channel)

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Change nothing: there is no book on this connection."""
        del ends
        return message

    def refused(self, message: Message, reason: str) -> Message:
        """Return the error for a request that a fault refuses."""
        answer = cast("dict[str, Any]", msgspec.json.decode(message.text))
        self._feed.hub.remove(USER, self)
        self._subscription = None
        error = {"id": answer.get("id"), "status": 400, "error": {"code": -1000, "msg": reason}}
        return Message(msgspec.json.encode(error).decode(), "error")

    def notice(self, words: str) -> Message:
        """Return the notice that this connection is about to be closed."""
        del words  # Binance's notice has no text
        event = f'{{"event":{{"e":"serverShutdown","E":{self._feed.market.now // 1000}}}}}'
        return Message(event, "status", "status")

    def _method(self, request: dict[str, Any]) -> tuple[int, Callable[[Mapping[str, str]], str]]:
        found = self._methods.get(str(request.get("method")))
        if found is None:
            raise BinanceError(400, -1000, "Unknown method.")
        return found

    def _signed(
        self, method: Callable[[Mapping[str, str]], str]
    ) -> Callable[[Mapping[str, str]], str]:
        def checked(params: Mapping[str, str]) -> str:
            auth.check_key(self._keys, params.get("apiKey"))
            auth.check_times(params, self._feed.market.now // 1000)
            given = params.get("signature", "")
            auth.check_signature(self._keys, auth.api_payload(params), given)
            return method(params)

        return checked

    def _subscribe(self, params: Mapping[str, str]) -> str:
        del params
        if self._subscription is not None:
            raise BinanceError(400, -2035, "Subscription already active.")
        self._subscription, self._next = self._next, self._next + 1
        self._feed.hub.add(USER, self)
        return f'{{"subscriptionId":{self._subscription}}}'

    def _unsubscribe(self, params: Mapping[str, str]) -> str:
        wanted = params.get("subscriptionId")
        if self._subscription is None or wanted not in {None, str(self._subscription)}:
            raise BinanceError(400, -2036, "Subscription not active.")
        self._subscription = None
        self._feed.hub.remove(USER, self)
        return "{}"

    def _subscriptions(self, params: Mapping[str, str]) -> str:
        del params
        if self._subscription is None:
            return "[]"
        return f'[{{"subscriptionId":{self._subscription}}}]'

    def _status(self, params: Mapping[str, str]) -> str:
        del params
        now = self._feed.market.now // 1000
        active = "true" if self._subscription is not None else "false"
        return (
            '{"apiKey":null,"authorizedSince":null,"connectedSince":null,'
            f'"returnRateLimits":true,"serverTime":{now},"userDataStream":{active}}}'
        )

    def _answer(self, number: object, status: int, body: str, kind: str, channel: str = "") -> None:
        head = msgspec.json.encode({"id": number, "status": status}).decode()[:-1]
        limits = (
            '"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE",'
            f'"intervalNum":1,"limit":{WEIGHT_LIMIT},"count":{self._used}}}]'
        )
        self._client.send(Message(f"{head},{body},{limits}}}", kind, channel))


def _request(frame: str) -> dict[str, Any]:
    try:
        raw = msgspec.json.decode(frame)
    except (msgspec.DecodeError, RecursionError):
        raise BinanceError(400, -1000, "Invalid JSON.") from None
    if not isinstance(raw, dict):
        raise BinanceError(400, -1000, "Invalid request.")
    return cast("dict[str, Any]", raw)


def _params(raw: object) -> dict[str, str]:
    """Return parameters as the text that was signed."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise BinanceError(400, -1102, "Parameters must be an object.")
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in cast("dict[str, Any]", raw).items()
    }
