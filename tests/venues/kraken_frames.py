"""Frames of Kraken's v2 protocol, as its public documentation prints them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from wsdash.domain.book import Level

Levels = Sequence[tuple[str, str]]

MATIC_BIDS: Levels = [
    ("0.5666", "4831.75496356"), ("0.5665", "6658.22734739"), ("0.5664", "18724.91513344"),
    ("0.5663", "11563.92544914"), ("0.5662", "14006.65365711"), ("0.5661", "17454.85679807"),
    ("0.566", "18097.1547"), ("0.5659", "33644.89175666"), ("0.5658", "148.3464"),
    ("0.5657", "606.70854372"),
]  # fmt: skip
MATIC_ASKS: Levels = [
    ("0.5668", "4410.79769741"), ("0.5669", "4655.40412487"), ("0.567", "49844.89424998"),
    ("0.5671", "24306.41678"), ("0.5672", "29783.25223475"), ("0.5673", "57234.71239278"),
    ("0.5674", "45065.04744"), ("0.5675", "5912.76380354"), ("0.5676", "42514.92434778"),
    ("0.5677", "36304.0847022"),
]  # fmt: skip
MATIC_CHECKSUM = 2439117997
MATIC_UPDATE: Levels = [("0.5657", "1098.3947558")]
MATIC_UPDATED = 2114181697
MATIC_TIME = "2023-10-06T17:35:55.440295Z"

BTC_ASKS: Levels = [
    ("45285.2", "0.00100000"), ("45286.4", "1.54571953"), ("45286.6", "1.54571109"),
    ("45289.6", "1.54560911"), ("45290.2", "0.15890660"), ("45291.8", "1.54553491"),
    ("45294.7", "0.04454749"), ("45296.1", "0.35380000"), ("45297.5", "0.09945542"),
    ("45299.5", "0.18772827"),
]  # fmt: skip
BTC_BIDS: Levels = [
    ("45283.5", "0.10000000"), ("45283.4", "1.54582015"), ("45282.1", "0.10000000"),
    ("45281.0", "0.10000000"), ("45280.3", "1.54592586"), ("45279.0", "0.07990000"),
    ("45277.6", "0.03310103"), ("45277.5", "0.30000000"), ("45277.3", "1.54602737"),
    ("45276.6", "0.15445238"),
]  # fmt: skip
BTC_CHECKSUM = 3310070434


def book(
    kind: str,
    symbol: str,
    bids: Iterable[Level],
    asks: Iterable[Level],
    checksum: int,
    timestamp: str = "",
) -> bytes:
    """A book frame; numbers are written as they are given."""
    sides = [
        ",".join(f'{{"price":{price},"qty":{size}}}' for price, size in side)
        for side in (bids, asks)
    ]
    time = f',"timestamp":"{timestamp}"' if timestamp else ""
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{symbol}",'
        f'"bids":[{sides[0]}],"asks":[{sides[1]}],"checksum":{checksum}{time}}}]}}'
    ).encode()


def matic_snapshot() -> bytes:
    """The snapshot of the documentation; its numbers have no trailing zeros."""
    return book("snapshot", "MATIC/USD", MATIC_BIDS, MATIC_ASKS, MATIC_CHECKSUM, MATIC_TIME)


def matic_update(checksum: int = MATIC_UPDATED) -> bytes:
    """The update that follows it."""
    return book("update", "MATIC/USD", MATIC_UPDATE, [], checksum)


def ack(request: dict[str, Any], symbol: str, **more: Any) -> bytes:
    """The acknowledgement of one symbol of a request."""
    params = request["params"]
    result = {name: params[name] for name in params if name not in ("symbol", "event_trigger")}
    return json.dumps(
        {
            "method": request["method"],
            "result": {**result, "symbol": symbol, **more},
            "success": True,
            "time_in": "2023-09-25T09:04:31.742599Z",
            "time_out": "2023-09-25T09:04:31.742648Z",
            "req_id": request["req_id"],
        }
    ).encode()


def refusal(request: dict[str, Any], error: str, symbol: str | None = None) -> bytes:
    """The refusal of a request, or of one of its symbols."""
    frame = {"error": error, "method": request["method"], "success": False}
    if symbol is not None:
        frame["symbol"] = symbol
    return json.dumps({**frame, "req_id": request["req_id"]}).encode()


STATUS = (
    b'{"channel":"status","type":"update","data":[{"api_version":"v2",'
    b'"connection_id":13834774380200032777,"system":"online","version":"2.0.0"}]}'
)
HEARTBEAT = b'{"channel":"heartbeat"}'
TRADE = (
    b'{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell",'
    b'"price":105910.5,"qty":0.0001246,"ord_type":"market","trade_id":10218209,'
    b'"timestamp":"2023-10-06T17:35:56.123456Z"}]}'
)
TICKER = (
    b'{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":0.10025,'
    b'"bid_qty":740.0,"ask":0.10035,"ask_qty":740.0,"last":0.10035,"volume":997038.98383185,'
    b'"vwap":0.10148,"low":0.09979,"high":0.10285,"change":-0.00017,"change_pct":-0.17}]}'
)
CANDLE = (
    b'{"channel":"ohlc","type":"update","timestamp":"2023-10-04T16:26:30.524394914Z","data":['
    b'{"symbol":"BTC/USD","open":0.5624,"high":0.5628,"low":0.5622,"close":0.5627,"trades":12,'
    b'"volume":30927.68066226,"vwap":0.5626,"interval_begin":"2023-10-04T16:25:00.000000000Z",'
    b'"interval":5,"timestamp":"2023-10-04T16:30:00.000000Z"}]}'
)
INSTRUMENTS = (
    b'{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"USD","status":"enabled",'
    b'"precision":4}],"pairs":[{"symbol":"MATIC/USD","base":"MATIC","quote":"USD",'
    b'"status":"online","qty_min":1,"qty_increment":1e-8,"qty_precision":8,'
    b'"price_increment":0.0001,"price_precision":4,"cost_min":"0.5","marginable":true}]}}'
)
BALANCES = (
    b'{"channel":"balances","type":"snapshot","sequence":1,"data":[{"asset":"BTC",'
    b'"asset_class":"currency","balance":1.2,"wallets":[{"type":"spot","id":"main",'
    b'"balance":1.2}]}]}'
)


def ledger(
    sequence: int, balance: str, asset: str = "BTC", place: tuple[str, str] = ("spot", "main")
) -> bytes:
    """A change of a balance, absolute."""
    return (
        f'{{"channel":"balances","type":"update","sequence":{sequence},"data":['
        f'{{"ledger_id":"DATKX6-PEHL3-HDKHDI","ref_id":"TYR4FT","timestamp":'
        f'"2023-09-22T10:33:05.709950Z","type":"trade","asset":"{asset}",'
        f'"asset_class":"currency","wallet_type":"{place[0]}","wallet_id":"{place[1]}",'
        f'"amount":0.01,"fee":0.0,"balance":{balance}}}]}}'
    ).encode()


ALL = [
    frame.decode()
    for frame in (
        STATUS, HEARTBEAT, TRADE, TICKER, CANDLE, INSTRUMENTS, BALANCES, ledger(2, "1.21"),
        matic_snapshot(), matic_update(),
    )
]  # fmt: skip
