"""The REST side of the exchange: one application for all venues' paths."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
from aiohttp import web

from wsdash.exchange import binance_auth as auth
from wsdash.exchange.binance_queries import WEIGHT_LIMIT, BinanceError, Queries
from wsdash.exchange.bybit_rest import BybitRest
from wsdash.exchange.faults import Rule
from wsdash.exchange.kraken_rest import KrakenRest
from wsdash.exchange.signing import Keys

_MINUTE = 60_000_000
_VENUES = (("/0/", "kraken"), ("/v5/", "bybit"))
"""Beginnings of paths; all others are Binance's."""


class Gatekeeper(Protocol):
    """Who may meet a request with a fault, and who notes it."""

    def meet(self, venue: str, path: str) -> Rule | None:
        """Return the fault that meets this request, if any."""

    def note(self, venue: str, path: str, status: int) -> None:
        """Note a request and its status."""


class BinanceRest:
    """Routes, weights and signatures of Binance's REST."""

    def __init__(self, queries: Queries, keys: Keys) -> None:
        self._queries = queries
        self._keys = keys
        self._minute = 0
        self._used = 0
        q = queries
        self._open: dict[str, tuple[int, Callable[[Mapping[str, str]], str]]] = {
            "/api/v3/ping": (1, q.ping),
            "/api/v3/time": (1, q.time),
            "/api/v3/exchangeInfo": (20, q.exchange_info),
            "/api/v3/depth": (5, q.depth),
            "/api/v3/trades": (25, q.trades),
            "/api/v3/aggTrades": (4, q.agg_trades),
            "/api/v3/klines": (2, q.klines),
            "/api/v3/uiKlines": (2, q.klines),
            "/api/v3/ticker/24hr": (2, q.ticker_24hr),
            "/api/v3/ticker/price": (2, q.ticker_price),
            "/api/v3/ticker/bookTicker": (2, q.ticker_book),
        }
        self._signed: dict[str, tuple[int, Callable[[Mapping[str, str]], str]]] = {
            "/api/v3/account": (20, q.account),
            "/sapi/v1/account/apiRestrictions": (1, q.restrictions),
        }

    def answer(
        self, path: str, query: Mapping[str, str], head: Mapping[str, str], raw: str
    ) -> web.Response:
        """Return the reply to a request, errors included; `raw` is the query as sent."""
        minute = self._queries.market.now // _MINUTE
        if minute != self._minute:
            self._minute, self._used = minute, 0
        try:
            status, body = 200, self._result(path, query, head, raw)
        except BinanceError as error:
            status = error.status
            body = msgspec.json.encode({"code": error.code, "msg": error.reason}).decode()
        response = web.Response(text=body, status=status, content_type="application/json")
        response.headers["X-MBX-USED-WEIGHT"] = str(self._used)
        response.headers["X-MBX-USED-WEIGHT-1M"] = str(self._used)
        if status == 429:
            left = _MINUTE - self._queries.market.now % _MINUTE
            response.headers["Retry-After"] = str(left // 1_000_000 + 1)
        return response

    def _result(
        self, path: str, query: Mapping[str, str], head: Mapping[str, str], raw: str
    ) -> str:
        known = self._open.get(path) or self._signed.get(path)
        if known is None:
            raise BinanceError(404, -1000, "No such path.")
        weight, method = known
        self._used += _depth_weight(query) if path.endswith("/depth") else weight
        if self._used > WEIGHT_LIMIT:
            raise BinanceError(429, -1003, "Too much request weight used.")
        if path in self._signed:
            auth.check_key(self._keys, head.get("X-MBX-APIKEY"))
            auth.check_times(query, self._queries.market.now // 1000)
            payload, signature = auth.rest_payload(raw)
            auth.check_signature(self._keys, payload, signature)
        return method(query)


def application(
    kraken: KrakenRest, binance: BinanceRest, bybit: BybitRest, keeper: Gatekeeper
) -> web.Application:
    """Return the application that answers all venues' REST paths."""

    async def handle(request: web.Request) -> web.StreamResponse:
        venue = next((name for start, name in _VENUES if request.path.startswith(start)), "binance")
        rule = keeper.meet(venue, request.path)
        if rule is not None:
            response = await _faulty(rule)
        elif venue == "kraken":
            text = kraken.answer(request.path, request.query, request.headers, await request.text())
            response = web.Response(text=text, content_type="application/json")
        elif venue == "bybit":
            status, text = bybit.answer(request.path, request.query)
            response = web.Response(text=text, status=status, content_type="application/json")
        else:
            raw = request.rel_url.raw_query_string
            response = binance.answer(request.path, request.query, request.headers, raw)
        keeper.note(venue, request.path, response.status)
        return response

    handler: Callable[[web.Request], Awaitable[web.StreamResponse]] = handle
    app = web.Application(client_max_size=1 << 20)
    app.router.add_route("*", "/{path:.*}", handler)
    return app


async def _faulty(rule: Rule) -> web.Response:
    if rule.action == "drip":
        await asyncio.sleep(rule.number)
        return web.Response(status=504, text="gateway timeout")
    if rule.action == "redirect":
        return web.Response(status=302, headers={"Location": rule.text})
    status = int(rule.number) if rule.action == "status" else 503
    head = {} if rule.retry_after is None else {"Retry-After": f"{rule.retry_after:g}"}
    return web.Response(status=status, text=rule.text, headers=head)


def _depth_weight(query: Mapping[str, str]) -> int:
    text = query.get("limit", "100")
    limit = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 100
    return next((weight for top, weight in ((100, 5), (500, 25), (1000, 50)) if limit <= top), 250)
