"""Binance's questions and answers, the same over REST and the WebSocket API.

Answers are JSON text, because numbers keep the venue's form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from wsdash.exchange import binance_rows as rows
from wsdash.exchange import binance_text as text
from wsdash.exchange.binance_streams import INTERVALS
from wsdash.exchange.candles import Candles
from wsdash.exchange.listing import Listing
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import PAIRS, binance_asset
from wsdash.exchange.past import Candle

_SYMBOLS = {pair.binance_symbol: pair.symbol for pair in PAIRS}
WEIGHT_LIMIT = 6000
"""Request weight a minute."""


class BinanceError(Exception):
    """A question answered with an error: HTTP status, Binance's code and text."""

    def __init__(self, status: int, code: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


class Queries:
    """Answers about the market.

    Args:
        market: where the numbers come from.
        stale: tells how many sequences old the next book snapshot shall be.
    """

    def __init__(self, market: Market, stale: Callable[[str], int]) -> None:
        self.market = market
        self._stale = stale

    def exchange_info(self, params: Mapping[str, str]) -> str:
        """Return rules and symbols, of all or of `symbol` or `symbols`."""
        wanted = self._wanted(params)
        pairs = [item.pair for item in wanted]
        limit = (
            '{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,'
            f'"limit":{WEIGHT_LIMIT}}}'
        )
        return (
            f'{{"timezone":"UTC","serverTime":{self.market.now // 1000},"rateLimits":[{limit}],'
            f'"exchangeFilters":[],"symbols":[{",".join(rows.symbol(pair) for pair in pairs)}]}}'
        )

    def depth(self, params: Mapping[str, str]) -> str:
        """Return the book of `symbol`, at most `limit` levels a side."""
        listing = self._one(params)
        limit = min(5000, number(params, "limit", 100))
        truth, book = listing.truth, listing.book
        age = self._stale(listing.pair.symbol)
        sequence = max(truth.oldest, truth.sequence - age) if age else truth.sequence
        sides = truth.at(sequence) if age else (book.bids.top(limit), book.asks.top(limit))
        return text.depth(listing, (sides[0][:limit], sides[1][:limit]), sequence)

    def trades(self, params: Mapping[str, str]) -> str:
        """Return the last prints of `symbol`, oldest first."""
        listing = self._one(params)
        pair = listing.pair
        prints = list(listing.tape.trades)[-min(1000, number(params, "limit", 500)) :]
        listed = (
            f'{{"id":{item.id},"price":"{pair.price8(item.price)}",'
            f'"qty":"{pair.size8(item.size)}",'
            f'"quoteQty":"{pair.notional8(item.price * item.size)}","time":{item.time // 1000},'
            f'"isBuyerMaker":{"true" if item.side == "sell" else "false"},"isBestMatch":true}}'
            for item in prints
        )
        return f"[{','.join(listed)}]"

    def agg_trades(self, params: Mapping[str, str]) -> str:
        """Return the last aggregates of `symbol`, oldest first."""
        listing = self._one(params)
        groups = text.grouped(list(listing.tape.trades))
        groups = groups[-min(1000, number(params, "limit", 500)) :]
        listed = ("{" + text.aggregate_fields(listing.pair, group) for group in groups)
        return f"[{','.join(listed)}]"

    def klines(self, params: Mapping[str, str]) -> str:
        """Return candles of `symbol` and `interval`, oldest first."""
        listing = self._one(params)
        length = INTERVALS.get(params.get("interval", ""))
        if length is None:
            raise BinanceError(400, -1120, "Invalid interval.")
        listing.candles.roll(length, self.market.now)
        limit = min(1000, number(params, "limit", 500))
        candles = _within(listing.candles, length, params)
        candles = candles[:limit] if "startTime" in params else candles[-limit:]
        pair = listing.pair
        listed = (
            f'[{c.start // 1000},"{pair.price8(c.open)}","{pair.price8(c.high)}",'
            f'"{pair.price8(c.low)}","{pair.price8(c.close)}","{pair.size8(c.volume)}",'
            f'{(c.start + length) // 1000 - 1},"{pair.notional8(c.notional)}",{c.count},'
            f'"{pair.size8(c.bought)}","{pair.notional8(c.bought_notional)}","0"]'
            for c in candles
        )
        return f"[{','.join(listed)}]"

    def ticker_24hr(self, params: Mapping[str, str]) -> str:
        """Return 24-hour figures of one symbol, or of all as a list."""
        return self._each(params, lambda item: rows.ticker(item, self.market.now))

    def ticker_price(self, params: Mapping[str, str]) -> str:
        """Return the last price of one symbol, or of all as a list."""
        return self._each(
            params,
            lambda item: (
                f'{{"symbol":"{item.pair.binance_symbol}",'
                f'"price":"{item.pair.price8(item.tape.last.price)}"}}'
            ),
        )

    def ticker_book(self, params: Mapping[str, str]) -> str:
        """Return best bid and ask of one symbol, or of all as a list."""
        return self._each(params, rows.best)

    def time(self, params: Mapping[str, str]) -> str:
        """Return the server's time in milliseconds."""
        del params
        return f'{{"serverTime":{self.market.now // 1000}}}'

    def ping(self, params: Mapping[str, str]) -> str:
        """Return nothing, well."""
        del params
        return "{}"

    def account(self, params: Mapping[str, str]) -> str:
        """Return the account's balances."""
        account = self.market.account
        zeros = params.get("omitZeroBalances") != "true"
        listed = ",".join(
            f'{{"asset":"{binance_asset(asset)}","free":"{account.available(asset):.8f}",'
            f'"locked":"{account.held.get(asset, Decimal(0)):.8f}"}}'
            for asset, total in account.balances.items()
            if zeros or total
        )
        return (
            '{"makerCommission":10,"takerCommission":10,"buyerCommission":0,'
            '"sellerCommission":0,"commissionRates":{"maker":"0.00100000",'
            '"taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},'
            '"canTrade":true,"canWithdraw":true,"canDeposit":true,"brokered":false,'
            '"requireSelfTradePrevention":false,"preventSor":false,'
            f'"updateTime":{account.updated // 1000},"accountType":"SPOT",'
            f'"balances":[{listed}],"permissions":["SPOT"],"uid":354937868}}'
        )

    def restrictions(self, params: Mapping[str, str]) -> str:
        """Return what the key may do: read, and nothing else."""
        del params
        return rows.restrictions()

    def _each(self, params: Mapping[str, str], show: Callable[[Listing], str]) -> str:
        listed = [show(item) for item in self._wanted(params)]
        return listed[0] if "symbol" in params else f"[{','.join(listed)}]"

    def _wanted(self, params: Mapping[str, str]) -> list[Listing]:
        if "symbol" in params:
            return [self._one(params)]
        if "symbols" in params:
            try:
                names = msgspec.json.decode(params["symbols"], type=list[str])
            except msgspec.DecodeError:
                raise BinanceError(400, -1100, "Illegal characters found.") from None
            return [self._one({"symbol": name}) for name in names]
        return list(self.market.spot.values())

    def _one(self, params: Mapping[str, str]) -> Listing:
        name = params.get("symbol")
        if not name:
            raise BinanceError(
                400,
                -1102,
                "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
            )
        if name not in _SYMBOLS:
            raise BinanceError(400, -1121, "Invalid symbol.")
        return self.market.listings[_SYMBOLS[name]]


def _within(candles: Candles, length: int, params: Mapping[str, str]) -> list[Candle]:
    """Return the candles that open from `startTime` to `endTime`, both milliseconds."""
    first = number(params, "startTime", 0) * 1000
    last = number(params, "endTime", 1 << 50) * 1000
    bounded = "startTime" in params or "endTime" in params
    series = candles.whole(length) if bounded else candles.series(length)
    return [candle for candle in series if first <= candle.start <= last]


def number(params: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number among the parameters.

    Raises:
        BinanceError: it is there and no such number.
    """
    value = params.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise BinanceError(400, -1100, f"Illegal characters found in parameter '{name}'.")
    return int(value)
