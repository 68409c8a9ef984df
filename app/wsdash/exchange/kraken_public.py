"""Kraken's public REST answers, as JSON text of their `result`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from wsdash.exchange import kraken_text as text
from wsdash.exchange.listing import Listing
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import ASSETS, PAIRS, Pair, kraken_asset_key, kraken_code

_NAMES = {
    name: pair
    for pair in PAIRS
    for name in (
        pair.kraken_key,
        pair.kraken_altname,
        pair.kraken_wsname,
        pair.symbol,
        pair.base + pair.quote,
    )
}


OHLC_ROWS = 720
"""Candles that are told, the newest, whatever is asked for."""


class KrakenError(Exception):
    """A question answered with an error of Kraken's form, such as EAPI:Invalid key."""


class KrakenPublic:
    """Answers about the market, by the last word of the path.

    Args:
        market: where the numbers come from.
        stale: tells how many sequences old the next book snapshot shall be.
    """

    def __init__(self, market: Market, stale: Callable[[str], int]) -> None:
        self._market = market
        self._stale = stale
        self.answers: dict[str, Callable[[Mapping[str, str]], str]] = {
            "Time": self._time,
            "SystemStatus": self._status,
            "Assets": self._assets,
            "AssetPairs": self._pairs,
            "Depth": self._depth,
            "OHLC": self._ohlc,
            "Trades": self._trades,
            "Ticker": self._ticker,
            "Spread": self._spread,
        }

    def _time(self, query: Mapping[str, str]) -> str:
        del query
        seconds = self._market.now // 1_000_000
        return f'{{"unixtime":{seconds},"rfc1123":"{text.stamp(seconds * 1_000_000)}"}}'

    def _status(self, query: Mapping[str, str]) -> str:
        del query
        return f'{{"status":"online","timestamp":"{text.stamp(self._market.now)[:-8]}Z"}}'

    def _assets(self, query: Mapping[str, str]) -> str:
        asked = [name for name in query.get("asset", "").split(",") if name]
        rows: dict[str, object] = {}
        for asset in ASSETS:
            names = {asset, kraken_code(asset), kraken_asset_key(asset)}
            if asked and not names.intersection(asked):
                continue
            rows[kraken_asset_key(asset)] = {
                "aclass": "currency",
                "altname": kraken_code(asset),
                "decimals": text.asset_places(asset),
                "display_decimals": text.asset_places(asset) // 2,
                "status": "enabled",
            }
        if asked and not rows:
            raise KrakenError("EQuery:Unknown asset")
        return msgspec.json.encode(rows).decode()

    def _pairs(self, query: Mapping[str, str]) -> str:
        asked = [name for name in query.get("pair", "").split(",") if name]
        if not asked:
            rows = {pair.kraken_key: _pair(pair) for pair in PAIRS}
        else:
            found = [(name, self._listing({"pair": name}).pair) for name in asked]
            # a name with a slash comes back as asked, any other as the venue's key
            rows = {(name if "/" in name else pair.kraken_key): _pair(pair) for name, pair in found}
        return msgspec.json.encode(rows).decode()

    def _depth(self, query: Mapping[str, str]) -> str:
        listing = self._listing(query)
        count = min(500, int(_digits(query, "count", "100")))
        pair, truth, book = listing.pair, listing.truth, listing.book
        age = self._stale(pair.symbol)
        bids, asks = book.bids.top(count), book.asks.top(count)
        if age:
            bids, asks = truth.at(max(truth.oldest, truth.sequence - age))
        seconds = self._market.now // 1_000_000
        sides = (
            f'"{name}":['
            + ",".join(
                f'["{pair.price(price)}","{pair.size(size)}",{seconds}]'
                for price, size in side[:count]
            )
            + "]"
            for name, side in (("asks", asks), ("bids", bids))
        )
        return f'{{"{pair.kraken_key}":{{{",".join(sides)}}}}}'

    def _ohlc(self, query: Mapping[str, str]) -> str:
        listing = self._listing(query)
        minutes = int(_digits(query, "interval", "1"))
        if minutes not in {1, 5, 15, 30, 60, 240, 1440, 10080, 21600}:
            raise KrakenError("EGeneral:Invalid arguments")
        since = int(_digits(query, "since", "0")) * 1_000_000
        listing.candles.roll(minutes * 60_000_000, self._market.now)
        series = list(listing.candles.series(minutes * 60_000_000))[-OHLC_ROWS:]
        pair = listing.pair
        rows = ",".join(
            f'[{c.start // 1_000_000},"{pair.price(c.open)}","{pair.price(c.high)}",'
            f'"{pair.price(c.low)}","{pair.price(c.close)}","{pair.price(c.vwap)}",'
            f'"{pair.size(c.volume)}",{c.count}]'
            for c in series
            if c.start >= since or c is series[-1]  # the running one is always there
        )
        last = series[-2].start // 1_000_000
        return f'{{"{pair.kraken_key}":[{rows}],"last":{last}}}'

    def _trades(self, query: Mapping[str, str]) -> str:
        listing = self._listing(query)
        pair = listing.pair
        since = int(_digits(query, "since", "0"))
        since = since * 10**9 if since < 10**12 else since
        rows = ",".join(
            f'["{pair.price(item.price)}","{pair.size(item.size)}",'
            f"{item.time // 10**6}.{item.time % 10**6:06d},"
            f'"{item.side[0]}","{item.order_type[0]}","",{item.id}]'
            for item in listing.tape.trades
            if item.time * 1000 > since
        )
        return f'{{"{pair.kraken_key}":[{rows}],"last":"{listing.tape.last.time * 1000}"}}'

    def _ticker(self, query: Mapping[str, str]) -> str:
        asked = [name for name in query.get("pair", "").split(",") if name]
        if asked:
            listings = [self._listing({"pair": name}) for name in asked]
        else:
            listings = list(self._market.spot.values())
        rows = {item.pair.kraken_key: self._figures(item) for item in listings}
        return msgspec.json.encode(rows).decode()

    def _figures(self, listing: Listing) -> dict[str, object]:
        pair, last = listing.pair, listing.tape.last
        day = listing.tape.day(self._market.now)
        bid, ask = listing.best()
        high, low, vwap = pair.price(day.high), pair.price(day.low), pair.price(day.vwap)
        return {
            "a": [pair.price(ask[0]), "1", pair.size(ask[1])],
            "b": [pair.price(bid[0]), "1", pair.size(bid[1])],
            "c": [pair.price(last.price), pair.size(last.size)],
            "v": [pair.size(day.volume)] * 2,
            "p": [vwap, vwap],
            "t": [day.count] * 2,
            "l": [low, low],
            "h": [high, high],
            "o": pair.price(day.open),
        }

    def _spread(self, query: Mapping[str, str]) -> str:
        listing = self._listing(query)
        bid, ask = listing.best()
        pair, seconds = listing.pair, self._market.now // 1_000_000
        row = f'[{seconds},"{pair.price(bid[0])}","{pair.price(ask[0])}"]'
        return f'{{"{pair.kraken_key}":[{row}],"last":{seconds}}}'

    def _listing(self, query: Mapping[str, str]) -> Listing:
        name = query.get("pair", "")
        if name not in _NAMES:
            raise KrakenError("EQuery:Unknown asset pair")
        return self._market.listings[_NAMES[name].symbol]


def _pair(pair: Pair) -> dict[str, object]:
    return {
        "altname": pair.kraken_altname,
        "wsname": pair.kraken_wsname,
        "aclass_base": "currency",
        "base": kraken_asset_key(pair.base),
        "aclass_quote": "currency",
        "quote": kraken_asset_key(pair.quote),
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": pair.price_places,
        "lot_decimals": pair.size_places,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, 0.4], [10000, 0.35]],
        "fees_maker": [[0, 0.25], [10000, 0.2]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": pair.size(max(1, int(pair.typical * 10**pair.size_places) // 1000)),
        "costmin": "0.5",
        "tick_size": pair.price(1),
        "status": "online",
    }


def _digits(query: Mapping[str, str], name: str, default: str) -> str:
    value = query.get(name) or default
    if not value.isascii() or not value.isdigit() or len(value) > 20:
        raise KrakenError("EGeneral:Invalid arguments")
    return value
