"""Frames of Bybit's linear stream, as its public documentation prints them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wsdash.venues import bybit_pages
from wsdash.venues.bybit_rest import INFO_PATH

Levels = Sequence[tuple[str, str]]


def book(
    kind: str,
    update: int,
    bids: Levels = (),
    asks: Levels = (),
    *,
    symbol: str = "BTCUSDT",
    seq: int | None = None,
    depth: int = 200,
    cts: int = 1672304484976,
) -> bytes:
    """A snapshot or a delta of a book; the cross sequence follows from the update id."""
    moment = update * 10 if seq is None else seq
    data = {"s": symbol, "b": bids, "a": asks, "u": update, "seq": moment}
    frame = {"topic": f"orderbook.{depth}.{symbol}", "type": kind, "ts": cts + 2, "data": data}
    return json.dumps({**frame, "cts": cts}).encode()


def ack(number: object, words: str = "", *, success: bool = True) -> bytes:
    """The answer to a subscription."""
    answer = {"success": success, "ret_msg": words, "conn_id": "d8bu1olk", "op": "subscribe"}
    return json.dumps({**answer, "req_id": str(number)}).encode()


def ticker(kind: str, fields: Mapping[str, str], ts: int = 1786310817583) -> bytes:
    """A snapshot or a delta of a ticker."""
    frame = {"topic": "tickers.BTCUSDT", "type": kind, "data": {"symbol": "BTCUSDT", **fields}}
    return json.dumps({**frame, "cs": 753843900397, "ts": ts}).encode()


SNAPSHOT = (
    b'{"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":1672304484978,"data":{"s":"BTCUSDT",'
    b'"b":[["16493.50","0.006"],["16493.00","0.100"]],"a":[["16611.00","0.029"],'
    b'["16612.00","0.213"]],"u":18521288,"seq":7961638724},"cts":1672304484976}'
)
DELTA = (
    b'{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1672304485978,"data":{"s":"BTCUSDT",'
    b'"b":[["16493.50","0"]],"a":[["16611.00","0.030"]],"u":18521289,"seq":7961638730},'
    b'"cts":1672304485976}'
)
FULL = (
    b'{"topic":"orderbook.full.MNTUSDT","ts":1784103477732,"type":"delta","data":{"s":"MNTUSDT",'
    b'"b":[["0.4758","2342.47"]],"a":[],"u":278547,"seq":1501100579},"cts":1784103477730}'
)
TRADE = (
    b'{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{'
    b'"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick",'
    b'"i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,"seq":1783284617}]}'
)
KLINE = (
    b'{"topic":"kline.5.BTCUSDT","data":[{"start":1672324800000,"end":1672325099999,'
    b'"interval":"5","open":"16649.5","close":"16677","high":"16677","low":"16608",'
    b'"volume":"2.081","turnover":"34666.4005","confirm":false,"timestamp":1672324988882}],'
    b'"ts":1672324988882,"type":"snapshot"}'
)
TICKER: dict[str, str] = {
    "price24hPcnt": "0.001624", "lastPrice": "65114.30", "markPrice": "65117.44",
    "volume24h": "17573.9120", "bid1Price": "65114.20", "bid1Size": "5.954",
    "ask1Price": "65114.30", "ask1Size": "10.470", "preOpenPrice": "", "fundingRate": "0.0001",
}  # fmt: skip
PONG = b'{"success":true,"ret_msg":"pong","conn_id":"465772b1-7630-4fdc","op":"ping"}'
OTHER_PONG = (
    b'{"req_id":"test","op":"pong","args":["1675418560633"],"conn_id":"cfcb4ocsvfriu23r3er0"}'
)

PUBLIC: list[bytes] = [
    SNAPSHOT, DELTA, FULL, TRADE, KLINE, PONG, OTHER_PONG,
    ticker("snapshot", TICKER), ticker("delta", {"bid1Price": "65114.10"}),
    ack(1), ack(1, "error:handler not found,topic:orderbook.500.BTCUSDT", success=False),
]  # fmt: skip


def contract(symbol: str, **changed: Any) -> dict[str, Any]:
    """One entry of the instrument list, as it was recorded, shortened."""
    return {
        "symbol": symbol, "contractType": "LinearPerpetual", "status": "Trading",
        "baseCoin": symbol.removesuffix("USDT"), "quoteCoin": "USDT", "settleCoin": "USDT",
        "priceScale": "2", "priceFilter": {"minPrice": "0.10", "tickSize": "0.10"},
        "lotSizeFilter": {"minOrderQty": "0.001", "qtyStep": "0.001", "minNotionalValue": "5"},
        **changed,
    }  # fmt: skip


def reply(result: dict[str, Any], code: int = 0, words: str = "OK") -> bytes:
    """An answer of REST."""
    body = {"retCode": code, "retMsg": words, "result": result, "retExtInfo": {}, "time": 1}
    return json.dumps(body).encode()


def listing(*contracts: dict[str, Any], cursor: str = "") -> bytes:
    """A page of the instrument list."""
    return reply({"category": "linear", "list": contracts, "nextPageCursor": cursor})


KLINES = reply(
    {
        "symbol": "BTCUSDT",
        "category": "linear",
        "list": [
            ["1670608800000", "17071", "17073", "17027", "17055.5", "268611", "15.74462667"],
            ["1670605200000", "17071.5", "17071.5", "17061", "17071", "4177", "0.24469757"],
        ],
    }
)
BODIES: dict[str, str] = {
    INFO_PATH: listing(contract("BTCUSDT")).decode(),
    bybit_pages.PATH: KLINES.decode(),
}
