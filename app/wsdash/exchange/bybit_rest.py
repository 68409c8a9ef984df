"""Bybit's REST, as far as public data of linear contracts goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from wsdash.exchange import bybit_text as text
from wsdash.exchange.bybit_topics import INTERVALS, SYMBOLS
from wsdash.exchange.listing import Listing
from wsdash.exchange.market import Market
from wsdash.exchange.perpetuals import PERPETUALS


class BybitError(Exception):
    """A question answered with an error: Bybit's code and text."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class BybitRest:
    """Answers about the contracts.

    Args:
        market: where the numbers come from.
        stale: tells how many sequences old the next book snapshot shall be.
    """

    def __init__(self, market: Market, stale: Callable[[str], int]) -> None:
        self._market = market
        self._stale = stale
        self._answers: dict[str, Callable[[Mapping[str, str]], str]] = {
            "/v5/market/time": self._time,
            "/v5/market/instruments-info": self._contracts,
            "/v5/market/kline": self._klines,
            "/v5/market/orderbook": self._book,
        }

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Return the status of the reply to a request, and the reply, errors included."""
        method = self._answers.get(path)
        if method is None:
            return 404, "not found"
        code, words, result = 0, "OK", "{}"
        try:
            if query.get("category", "linear") != "linear" and method != self._time:
                raise BybitError(10001, "params error: Category is invalid")
            result = method(query)
        except BybitError as error:
            code, words = error.code, error.reason
        said = msgspec.json.encode(words).decode()
        return 200, (
            f'{{"retCode":{code},"retMsg":{said},"result":{result},"retExtInfo":{{}},'
            f'"time":{self._market.now // 1000}}}'
        )

    def _time(self, query: Mapping[str, str]) -> str:
        del query
        now = self._market.now
        return f'{{"timeSecond":"{now // 1_000_000}","timeNano":"{now * 1000}"}}'

    def _contracts(self, query: Mapping[str, str]) -> str:
        """The list in pages; a cursor is where the next one begins."""
        start, limit = number(query, "cursor", 0), min(1000, number(query, "limit", 500))
        listed = [pair for pair in PERPETUALS if pair.symbol in self._market.perpetuals]
        if name := query.get("symbol"):
            listed = [pair for pair in listed if pair.bybit_symbol == name]
        page = listed[start : start + limit]
        more = start + limit < len(listed)
        return msgspec.json.encode(
            {
                "category": "linear",
                "list": [text.contract(pair) for pair in page],
                "nextPageCursor": str(start + limit) if more else "",
            }
        ).decode()

    def _klines(self, query: Mapping[str, str]) -> str:
        """Candles that open from `start` to `end`, the newest of them, newest first."""
        listing = self._listing(query)
        length = INTERVALS.get(query.get("interval", ""))
        if length is None:
            raise BybitError(10001, "params error: Invalid period!")
        listing.candles.roll(length, self._market.now)
        first, last = number(query, "start", 0) * 1000, number(query, "end", 1 << 50) * 1000
        limit = max(1, min(1000, number(query, "limit", 200)))
        bounded = "start" in query or "end" in query
        series = listing.candles.whole(length) if bounded else listing.candles.series(length)
        candles = [candle for candle in series if first <= candle.start <= last][-limit:]
        rows = ",".join(text.kline_row(listing.pair, candle) for candle in reversed(candles))
        return f'{{"category":"linear","symbol":"{query["symbol"]}","list":[{rows}]}}'

    def _book(self, query: Mapping[str, str]) -> str:
        listing = self._listing(query)
        limit = max(1, min(1000, number(query, "limit", 25)))
        truth, book = listing.truth, listing.book
        age = self._stale(listing.pair.symbol)
        sequence = max(truth.oldest, truth.sequence - age) if age else truth.sequence
        sides = truth.at(sequence) if age else (book.bids.top(limit), book.asks.top(limit))
        bids, asks = (text.levels(listing.pair, dict(side[:limit])) for side in sides)
        now = self._market.now // 1000
        return (
            f'{{"s":"{query["symbol"]}","b":{bids},"a":{asks},"ts":{now},'
            f'"u":{sequence // 3 + 2},"seq":{sequence},"cts":{truth.time_at(sequence) // 1000}}}'
        )

    def _listing(self, query: Mapping[str, str]) -> Listing:
        symbol = SYMBOLS.get(query.get("symbol", ""), "")
        if symbol not in self._market.perpetuals:
            raise BybitError(10001, "params error: symbol invalid")
        return self._market.perpetuals[symbol]


def number(query: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number among the parameters.

    Raises:
        BybitError: it is there and no such number.
    """
    value = query.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise BybitError(10001, f"params error: {name} is invalid")
    return int(value)
