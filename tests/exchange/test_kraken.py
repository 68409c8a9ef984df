"""The Kraken dialect, by the rules of its documentation."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tests.exchange.talk import (
    PATIENCE,
    fetch,
    hear,
    kraken,
    kraken_book,
    say,
    talking,
)

from wsdash.exchange import Exchange
from wsdash.exchange.kraken_text import checksum
from wsdash.exchange.signing import kraken_signature

A_ASKS = (
    "45285.2 0.00100000 | 45286.4 1.54571953 | 45286.6 1.54571109 | 45289.6 1.54560911 | "
    "45290.2 0.15890660 | 45291.8 1.54553491 | 45294.7 0.04454749 | 45296.1 0.35380000 | "
    "45297.5 0.09945542 | 45299.5 0.18772827"
)
A_BIDS = (
    "45283.5 0.10000000 | 45283.4 1.54582015 | 45282.1 0.10000000 | 45281.0 0.10000000 | "
    "45280.3 1.54592586 | 45279.0 0.07990000 | 45277.6 0.03310103 | 45277.5 0.30000000 | "
    "45277.3 1.54602737 | 45276.6 0.15445238"
)
B_BIDS = (
    "0.5666 4831.75496356 | 0.5665 6658.22734739 | 0.5664 18724.91513344 | "
    "0.5663 11563.92544914 | 0.5662 14006.65365711 | 0.5661 17454.85679807 | "
    "0.566 18097.1547 | 0.5659 33644.89175666 | 0.5658 148.3464 | 0.5657 606.70854372"
)
B_ASKS = (
    "0.5668 4410.79769741 | 0.5669 4655.40412487 | 0.567 49844.89424998 | 0.5671 24306.41678 | "
    "0.5672 29783.25223475 | 0.5673 57234.71239278 | 0.5674 45065.04744 | "
    "0.5675 5912.76380354 | 0.5676 42514.92434778 | 0.5677 36304.0847022"
)
E_ASKS = " | ".join(f"{0.05005 + 0.00005 * step:.5f} 0.00000500" for step in range(10))
E_BIDS = (
    "0.05000 0.00000500 | 0.04995 0.00000500 | 0.04990 0.00000500 | 0.04980 0.00000500 | "
    "0.04975 0.00000500 | 0.04970 0.00000500 | 0.04965 0.00000500 | 0.04960 0.00000500 | "
    "0.04955 0.00000500 | 0.04950 0.00000500"
)


def levels(text: str, price_places: int, size_places: int) -> list[tuple[int, int]]:
    return [
        (
            int(Decimal(level.split()[0]).scaleb(price_places)),
            int(Decimal(level.split()[1]).scaleb(size_places)),
        )
        for level in text.split(" | ")
    ]


@pytest.mark.parametrize(
    ("asks", "bids", "places", "expected"),
    [
        (A_ASKS, A_BIDS, 1, 3310070434),
        (B_ASKS, B_BIDS, 4, 2439117997),
        (B_ASKS, B_BIDS.replace("606.70854372", "1098.3947558"), 4, 2114181697),
        (E_ASKS, E_BIDS, 5, 974947235),
        (" | ".join(B_ASKS.split(" | ")[:3]), " | ".join(B_BIDS.split(" | ")[:2]), 4, 302600685),
    ],
)
def test_checksums_of_the_documentation(asks: str, bids: str, places: int, expected: int) -> None:
    assert checksum(levels(asks, places, 8), levels(bids, places, 8)) == expected


@pytest.mark.parametrize(("symbol", "depth"), [("BTC/USD", 10), ("ETH/USD", 25), ("SHIB/USD", 100)])
async def test_a_book_holds_its_checksum_and_equals_the_truth(symbol: str, depth: int) -> None:
    async with Exchange(seed=4, rate=15.0) as exchange, talking(kraken(exchange)) as socket:
        window = await kraken_book(socket, symbol, depth)
        for _ in range(40):
            assert window.apply(await hear(socket, channel="book"))
            stamp = datetime.fromisoformat(window.time)
            micros = int(stamp.timestamp()) * 1_000_000 + stamp.microsecond
            sequence = exchange.sequence_at(symbol, micros)
            pair = exchange.market.listings[symbol].pair
            for name, side in zip(("bids", "asks"), exchange.truth(symbol, sequence), strict=True):
                shown = [(pair.price(price), pair.size(size)) for price, size in side[:depth]]
                assert window.best(name) == shown


@pytest.mark.asyncio(loop_scope="module")
async def test_a_request_is_acknowledged_per_symbol(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        status = await hear(socket, channel="status")
        assert status["data"][0]["system"] == "online"
        params: dict[str, Any] = {"channel": "book", "symbol": ["BTC/USD", "NO/PE"], "depth": 25}
        await say(socket, method="subscribe", params=params, req_id=7)
        good = await hear(socket, method="subscribe")
        bad = await hear(socket, method="subscribe")
        assert good["success"] is True
        assert good["result"] == {
            "channel": "book",
            "depth": "25",
            "snapshot": True,
            "symbol": "BTC/USD",
        }
        assert (bad["success"], bad["symbol"], "result" in bad) == (False, "NO/PE", False)
        assert good["req_id"] == bad["req_id"] == "7"
        await say(socket, method="subscribe", params={**params, "symbol": ["BTC/USD"]}, req_id=8)
        assert (await hear(socket, req_id="8"))["success"] is False
        await say(socket, method="unsubscribe", params={**params, "symbol": ["BTC/USD"]}, req_id=9)
        assert (await hear(socket, req_id="9"))["success"] is True


BAD_FRAMES = [
    "",
    "nonsense",
    "[]",
    "{}",
    '"x"',
    '{"method":5}',
    '{"method":"subscribe"}',
    '{"method":"subscribe","params":[]}',
    '{"method":"subscribe","params":{"channel":"book","symbol":"BTC/USD"}}',
    '{"method":"subscribe","params":{"channel":"book","symbol":[{}],"depth":[]}}',
    '{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":11}}',
    '{"method":"subscribe","params":{"channel":"ohlc","symbol":["BTC/USD"],"interval":2}}',
    '{"method":"subscribe","params":{"channel":"executions"}}',
    '{"method":"subscribe","params":{"channel":"balances","token":"stolen"}}',
    '{"method":"unsubscribe","params":{"channel":"trade","symbol":["BTC/USD"]}}',
    '{"method":"add_order","params":{}}',
    "[" * 5000,
]


@pytest.mark.asyncio(loop_scope="module")
async def test_whatever_a_client_says_it_gets_an_error_and_stays(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        for number, frame in enumerate(BAD_FRAMES):
            await socket.send(frame)
            assert (await hear(socket, success=False))["error"], frame
            await say(socket, method="ping", req_id=number)
            assert (await hear(socket, method="pong"))["req_id"] == str(number)


@pytest.mark.asyncio(loop_scope="module")
async def test_trades_ticker_candles_and_instruments(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        for channel in ("trade", "ticker"):
            params: dict[str, Any] = {"channel": channel, "symbol": ["BTC/USD"]}
            await say(socket, method="subscribe", params=params)
        params = {"channel": "ohlc", "symbol": ["BTC/USD"], "interval": 5}
        await say(socket, method="subscribe", params=params)
        await say(socket, method="subscribe", params={"channel": "instrument"})
        history = (await hear(socket, channel="trade", type="snapshot"))["data"]
        assert len(history) == 50
        assert (await hear(socket, channel="ticker", type="snapshot"))["data"][0]["change_pct"]
        candles = (await hear(socket, channel="ohlc", type="snapshot"))["data"]
        assert len(candles) == 720
        listed = (await hear(socket, channel="instrument"))["data"]
        pair = next(item for item in listed["pairs"] if item["symbol"] == "SHIB/USD")
        assert (pair["price_increment"], pair["qty_precision"]) == ("0.00000001", "5")
        fresh = (await hear(socket, channel="trade", type="update"))["data"]
        ids = [int(item["trade_id"]) for item in history + fresh]
        assert ids == sorted(set(ids))
        assert re.fullmatch(r"\d+\.\d{8}", fresh[0]["qty"])
        assert {item["side"] for item in history} == {"buy", "sell"}
        await hear(socket, channel="ohlc", type="update")
        await hear(socket, channel="heartbeat")


async def private(exchange: Exchange, name: str, nonce: int, secret: str = "") -> Any:
    path, body = f"/0/private/{name}", f"nonce={nonce}"
    secret = secret or kraken(exchange, "api_secret")
    head = {
        "API-Key": kraken(exchange, "api_key"),
        "API-Sign": kraken_signature(secret, path, str(nonce), body),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with aiohttp.ClientSession() as session:
        url = kraken(exchange, "rest_url") + path
        async with session.post(url, data=body, headers=head) as response:
            return json.loads(await response.text())


@pytest.mark.asyncio(loop_scope="module")
async def test_private_rest_wants_a_signature_and_a_rising_nonce(exchange: Exchange) -> None:
    assert (await private(exchange, "BalanceEx", 5))["error"] == []
    assert (await private(exchange, "BalanceEx", 5))["error"] == ["EAPI:Invalid nonce"]
    assert (await private(exchange, "Balance", 6, "QUJD"))["error"] == ["EAPI:Invalid signature"]
    permissions = (await private(exchange, "GetApiKeyInfo", 7))["result"]["permissions"]
    assert "withdraw-funds" not in permissions
    assert (await private(exchange, "AddOrder", 8))["error"] == ["EGeneral:Unknown method"]


@pytest.mark.asyncio(loop_scope="module")
async def test_balances_count_every_change(exchange: Exchange) -> None:
    token = (await private(exchange, "GetWebSocketsToken", 100))["result"]["token"]
    async with talking(kraken(exchange, "private_ws_url")) as socket:
        params = {"channel": "balances", "token": token}
        await say(socket, method="subscribe", params=params, req_id=1)
        snapshot = await hear(socket, channel="balances", type="snapshot")
        before = {row["asset"]: Decimal(row["balance"]) for row in snapshot["data"]}
        exchange.market.account.transfer("BTC", Decimal("0.25"), exchange.market.now)
        update = await hear(socket, channel="balances", type="update")
        assert int(update["sequence"]) == int(snapshot["sequence"]) + 1
        row = update["data"][0]
        assert Decimal(row["balance"]) == before["BTC"] + Decimal("0.25")


@pytest.mark.asyncio(loop_scope="module")
async def test_public_rest_uses_the_names_of_the_venue(exchange: Exchange) -> None:
    base = kraken(exchange, "rest_url") + "/0/public/"
    _, pairs, _ = await fetch(base + "AssetPairs")
    assert pairs["result"]["XXBTZUSD"]["wsname"] == "XBT/USD"
    _, asked, _ = await fetch(base + "AssetPairs?pair=BTC/USD")
    assert list(asked["result"]) == ["BTC/USD"]
    for name in ("XBTUSD", "XXBTZUSD", "XBT/USD"):
        _, depth, _ = await fetch(base + f"Depth?pair={name}&count=5")
        assert len(depth["result"]["XXBTZUSD"]["bids"]) == 5
    _, ohlc, _ = await fetch(base + "OHLC?pair=XBTUSD&interval=60")
    assert len(ohlc["result"]["XXBTZUSD"]) == 720
    _, long_ago, _ = await fetch(base + "OHLC?pair=XBTUSD&interval=60&since=1000000000")
    rows, later = long_ago["result"]["XXBTZUSD"], long_ago["result"]["last"] + 3600
    assert len(rows) == 720, "the newest, whatever is asked for"
    for since, told in ((rows[-3][0], rows[-3:]), (later + 7200, rows[-1:])):
        _, some, _ = await fetch(base + f"OHLC?pair=XBTUSD&interval=60&since={since}")
        assert [row[0] for row in some["result"]["XXBTZUSD"]] == [row[0] for row in told]
    for path in ("Ticker?pair=XDGUSD", "Trades?pair=XBTUSD", "Time", "SystemStatus", "Assets"):
        _, reply, _ = await fetch(base + path)
        assert reply["error"] == []
    _, wrong, _ = await fetch(base + "Depth?pair=nope")
    assert wrong["error"] == ["EQuery:Unknown asset pair"]


@pytest.mark.asyncio(loop_scope="module")
async def test_heartbeats_come_beside_book_data(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        await kraken_book(socket, "BTC/USD")
        async with asyncio.timeout(PATIENCE):
            await hear(socket, channel="heartbeat")
            await hear(socket, channel="book", type="update")
            await hear(socket, channel="heartbeat")
