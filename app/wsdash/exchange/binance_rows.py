"""Rows of Binance's REST answers: symbols, figures, best prices, what the key may do."""

from __future__ import annotations

import msgspec

from wsdash.exchange.listing import Listing
from wsdash.exchange.pairs import Pair, binance_asset


def ticker(item: Listing, now: int) -> str:
    """Return the 24-hour figures of a pair at venue time `now` (microseconds)."""
    pair, last = item.pair, item.tape.last
    day = item.tape.day(now)
    bid, ask = item.best()
    change = (last.price - day.open) / day.open * 100
    return (
        f'{{"symbol":"{pair.binance_symbol}",'
        f'"priceChange":"{pair.price8(last.price - day.open)}",'
        f'"priceChangePercent":"{change:.3f}","weightedAvgPrice":"{pair.price8(day.vwap)}",'
        f'"prevClosePrice":"{pair.price8(day.open)}","lastPrice":"{pair.price8(last.price)}",'
        f'"lastQty":"{pair.size8(last.size)}","bidPrice":"{pair.price8(bid[0])}",'
        f'"bidQty":"{pair.size8(bid[1])}","askPrice":"{pair.price8(ask[0])}",'
        f'"askQty":"{pair.size8(ask[1])}","openPrice":"{pair.price8(day.open)}",'
        f'"highPrice":"{pair.price8(day.high)}","lowPrice":"{pair.price8(day.low)}",'
        f'"volume":"{pair.size8(day.volume)}",'
        f'"quoteVolume":"{pair.notional8(day.notional)}","openTime":{day.since // 1000},'
        f'"closeTime":{now // 1000},"firstId":{last.id - day.count + 1},'
        f'"lastId":{last.id},"count":{day.count}}}'
    )


def best(item: Listing) -> str:
    """Return best bid and ask of a pair."""
    pair = item.pair
    bid, ask = item.best()
    return (
        f'{{"symbol":"{pair.binance_symbol}","bidPrice":"{pair.price8(bid[0])}",'
        f'"bidQty":"{pair.size8(bid[1])}","askPrice":"{pair.price8(ask[0])}",'
        f'"askQty":"{pair.size8(ask[1])}"}}'
    )


def symbol(pair: Pair) -> str:
    """Return a pair as exchangeInfo lists it."""
    smallest = pair.size8(max(1, int(pair.typical * 10**pair.size_places) // 1000))
    body = {
        "symbol": pair.binance_symbol,
        "status": "TRADING",
        "baseAsset": binance_asset(pair.base),
        "baseAssetPrecision": 8,
        "quoteAsset": binance_asset(pair.quote),
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": pair.price8(1),
                "maxPrice": pair.price8(pair.opening * 10),
                "tickSize": pair.price8(1),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": smallest,
                "maxQty": "9000000000.00000000",
                "stepSize": pair.size8(1),
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": "5.00000000",
                "applyMinToMarket": True,
                "maxNotional": "9000000.00000000",
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }
    return msgspec.json.encode(body).decode()


def restrictions() -> str:
    """Return what the key may do: read, and nothing else."""
    allowed = {"enableReading", "enableFixReadOnly"}
    names = (
        "ipRestrict enableReading enableWithdrawals enableInternalTransfer enableMargin "
        "enableFutures permitsUniversalTransfer enableVanillaOptions enableFixApiTrade "
        "enableFixReadOnly enableSpotAndMarginTrading enablePortfolioMarginTrading"
    )
    flags: dict[str, object] = {name: name in allowed for name in names.split()}
    return msgspec.json.encode({**flags, "createTime": 1_623_840_271_000}).decode()
