"""Frames of Binance Spot, as its public documentation prints them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wsdash.venues.binance_books import DEPTH_PATH
from wsdash.venues.binance_requests import INFO_PATH, KLINES_PATH
from wsdash.venues.venue import Answer

Levels = Sequence[tuple[str, str]]


def depth(first: int, last: int, bids: Levels = (), asks: Levels = (), s: str = "BNBBTC") -> bytes:
    """A change of a book on the combined stream."""
    data = {"e": "depthUpdate", "E": 1672515782136, "s": s, "U": first, "u": last}
    return combined(f"{s.lower()}@depth@100ms", {**data, "b": bids, "a": asks})


def combined(stream: str, data: dict[str, Any]) -> bytes:
    """A frame of the combined stream."""
    return json.dumps({"stream": stream, "data": data}).encode()


def snapshot(last: int, bids: Levels = (), asks: Levels = ()) -> Answer:
    """The answer to a depth request."""
    body = {"lastUpdateId": last, "bids": bids, "asks": asks}
    return Answer(200, json.dumps(body).encode())


TRADE: dict[str, Any] = {
    "e": "trade", "E": 1672515782136, "s": "BNBBTC", "t": 12345, "p": "0.001", "q": "100",
    "T": 1672515782136, "m": True, "M": True,
}  # fmt: skip
AGGREGATE: dict[str, Any] = {
    "e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "100",
    "f": 100, "l": 105, "T": 1672515782136, "m": True, "M": True,
}  # fmt: skip
KLINE: dict[str, Any] = {
    "e": "kline", "E": 1672515782136, "s": "BNBBTC",
    "k": {
        "t": 1672515780000, "T": 1672515839999, "s": "BNBBTC", "i": "1m", "f": 100, "L": 200,
        "o": "0.0010", "c": "0.0020", "h": "0.0025", "l": "0.0015", "v": "1000", "n": 100,
        "x": False, "q": "1.0000", "V": "500", "Q": "0.500", "B": "123456",
    },
}  # fmt: skip
TICKER: dict[str, Any] = {
    "e": "24hrTicker", "E": 1672515782136, "s": "BNBBTC", "p": "0.0015", "P": "250.00",
    "w": "0.0018", "x": "0.0009", "c": "0.0025", "Q": "10", "b": "0.0024", "B": "10",
    "a": "0.0026", "A": "100", "o": "0.0010", "h": "0.0025", "l": "0.0010", "v": "10000",
    "q": "18", "O": 0, "C": 86400000, "F": 0, "L": 18150, "n": 18151,
}  # fmt: skip
BOOK_TICKER: dict[str, Any] = {
    "u": 400900217, "s": "BNBUSDT", "b": "25.35190000", "B": "31.21000000",
    "a": "25.36520000", "A": "40.66000000",
}  # fmt: skip
PARTIAL: dict[str, Any] = {
    "lastUpdateId": 160, "bids": [["0.0024", "10"]], "asks": [["0.0026", "100"]],
}  # fmt: skip
POSITION: dict[str, Any] = {
    "e": "outboundAccountPosition", "E": 1728972148778, "u": 1728972148778,
    "B": [
        {"a": "BTC", "f": "11818.00000000", "l": "182.00000000"},
        {"a": "USDT", "f": "10580.00000000", "l": "70.00000000"},
    ],
}  # fmt: skip
BALANCE_UPDATE: dict[str, Any] = {
    "e": "balanceUpdate", "E": 1573200697110, "a": "BTC", "d": "100.00000000",
    "T": 1573200697068,
}  # fmt: skip
KLINES = [
    [1499040000000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815",
     1499644799999, "2434.19055334", 308, "1756.87402397", "28.46694368", "0"],
    [1499040060000, "0.01577100", "0.80000000", "0.01575800", "0.01577200", "1.00000000",
     1499644859999, "2434.19055334", 308, "1756.87402397", "28.46694368", "0"],
]  # fmt: skip
INFO: dict[str, Any] = {
    "timezone": "UTC",
    "symbols": [
        {
            "symbol": "ETHBTC", "status": "TRADING", "baseAsset": "ETH", "quoteAsset": "BTC",
            "quotePrecision": 8,
            "filters": [
                {"filterType": "PRICE_FILTER", "tickSize": "0.00001000"},
                {"filterType": "LOT_SIZE", "stepSize": "0.00010000"},
            ],
        },
        {"symbol": "OLDBTC", "status": "BREAK", "baseAsset": "OLD", "quoteAsset": "BTC"},
    ],
}  # fmt: skip


def event(data: dict[str, Any]) -> bytes:
    """An event of the account."""
    return json.dumps({"subscriptionId": 0, "event": data}).encode()


HOLDING = {"asset": "BTC", "free": "1.00000000", "locked": "0.50000000"}

PUBLIC = [
    json.dumps({"stream": "x", "data": data})
    for data in (TRADE, AGGREGATE, KLINE, TICKER, BOOK_TICKER, PARTIAL)
] + [
    depth(161, 165, [("0.0024", "10")], [("0.0026", "100")]).decode(),
    json.dumps(TRADE),
    '{"result":null,"id":1}',
    '{"code":0,"msg":"Unknown property","id":1}',
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1672515782136}}',
]
PRIVATE = [
    event(POSITION).decode(),
    event(BALANCE_UPDATE).decode(),
    event({"e": "eventStreamTerminated", "E": 1728973001334}).decode(),
    '{"id":"account-subscribe","status":200,"result":{"subscriptionId":0}}',
    json.dumps({"id": "account-statement", "result": {"updateTime": 5, "balances": [HOLDING]}}),
    '{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions"}}',
]
BODIES = {
    DEPTH_PATH: json.dumps({"lastUpdateId": 160, "bids": [["0.0024", "10"]], "asks": []}),
    KLINES_PATH: json.dumps(KLINES),
    INFO_PATH: json.dumps(INFO),
}
"""Answers to requests, by path."""
