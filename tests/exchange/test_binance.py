"""The Binance dialect, by the rules of its documentation."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from tests.exchange.talk import binance, fetch, hear, say, talking
from websockets.asyncio.client import ClientConnection

from wsdash.exchange import Exchange
from wsdash.exchange.signing import binance_signature

pytestmark = pytest.mark.asyncio(loop_scope="module")

Side = dict[str, str]


async def diffs(socket: ClientConnection, name: str) -> Any:
    return (await hear(socket, stream=name))["data"]


@pytest.mark.parametrize("symbol", ["BTC/USD", "SHIB/USD"])
async def test_diffs_chain_and_rebuild_the_truth_from_a_rest_snapshot(symbol: str) -> None:
    async with Exchange(seed=9, rate=5.0) as exchange, talking(binance(exchange)) as socket:
        pair = exchange.market.listings[symbol].pair
        name = f"{pair.binance_symbol.lower()}@depth@100ms"
        await say(socket, method="SUBSCRIBE", params=[name], id=1)
        buffered = [await diffs(socket, name) for _ in range(3)]
        url = (
            binance(exchange, "rest_url") + f"/api/v3/depth?symbol={pair.binance_symbol}&limit=5000"
        )
        _, snapshot, _ = await fetch(url)
        at = snapshot["lastUpdateId"]
        sides: tuple[Side, Side] = (dict(snapshot["bids"]), dict(snapshot["asks"]))
        assert at >= int(buffered[0]["U"])
        last = int(buffered[0]["U"]) - 1
        for step in range(7):
            event = buffered[step] if step < 3 else await diffs(socket, name)
            assert int(event["U"]) == last + 1
            last = int(event["u"])
            if last <= at:
                continue
            for side, changed in zip(sides, (event["b"], event["a"]), strict=True):
                for price, size in changed:
                    side[price] = size
                    if not size.strip("0."):
                        del side[price]
            truth = exchange.truth(symbol, last)
            for side, real in zip(sides, truth, strict=True):
                assert side == {pair.price8(price): pair.size8(size) for price, size in real}


async def test_every_stream_speaks(exchange: Exchange) -> None:
    kinds = ("depth5@100ms", "bookTicker", "trade", "aggTrade", "kline_1m", "ticker", "miniTicker")
    names = [f"btcusdt@{kind}" for kind in kinds]
    wanted = {*names, "!miniTicker@arr"}
    url = binance(exchange) + "?streams=" + "/".join(names)
    async with talking(url) as socket:
        await say(socket, method="SUBSCRIBE", params=["!miniTicker@arr"], id="all")
        heard: dict[str, Any] = {}
        while wanted - set(heard):
            message = await hear(socket)
            heard.setdefault(message.get("stream", "ack"), message.get("data"))
    assert len(heard["btcusdt@depth5@100ms"]["bids"]) == 5
    assert heard["btcusdt@kline_1m"]["k"]["i"] == "1m"
    assert heard["btcusdt@trade"]["m"] in {True, False}
    assert {row["s"] for row in heard["!miniTicker@arr"]} >= {"BTCUSDT"}


async def test_requests_of_the_stream_connection(exchange: Exchange) -> None:
    async with talking(binance(exchange).replace("/stream", "/ws/btcusdt@bookTicker")) as socket:
        assert "u" in await hear(socket, s="BTCUSDT")
        await say(socket, method="LIST_SUBSCRIPTIONS", id=3)
        assert (await hear(socket, id="3"))["result"] == ["btcusdt@bookTicker"]
        await say(socket, method="GET_PROPERTY", params=["combined"], id=4)
        assert (await hear(socket, id="4"))["result"] is False
        await say(socket, method="SET_PROPERTY", params=["combined", True], id=5)
        assert await hear(socket, stream="btcusdt@bookTicker")
        await say(socket, method="SUBSCRIBE", params=["no@such"], id=6)
        assert (await hear(socket, id="6"))["result"] is None
        await say(socket, method="UNSUBSCRIBE", params=["btcusdt@bookTicker"], id=7)
        assert (await hear(socket, id="7"))["result"] is None


BAD_FRAMES = [
    ("nonsense", "3"),
    ("[]", "2"),
    ('{"method":"NOPE","id":1}', "2"),
    ('{"method":"SUBSCRIBE","params":["a"],"id":1.5}', "2"),
    ('{"method":"SUBSCRIBE","params":[5],"id":1}', "2"),
    ('{"method":"GET_PROPERTY","params":["x"],"id":1}', "0"),
    ('{"method":"SET_PROPERTY","params":["combined",1],"id":1}', "1"),
]


async def test_whatever_a_client_says_it_gets_an_error_and_stays(exchange: Exchange) -> None:
    async with talking(binance(exchange)) as socket:
        for frame, code in BAD_FRAMES:
            await socket.send(frame)
            assert (await hear(socket, code=code))["msg"], frame
            await say(socket, method="LIST_SUBSCRIPTIONS", id=9)
            assert (await hear(socket, id="9"))["result"] == []


def signed(exchange: Exchange, **params: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "apiKey": binance(exchange, "api_key"),
        "timestamp": int(time.time() * 1000),
        **params,
    }
    payload = "&".join(f"{name}={given[name]}" for name in sorted(given))
    return {**given, "signature": binance_signature(binance(exchange, "api_secret"), payload)}


async def test_account_events_over_the_socket_api(exchange: Exchange) -> None:
    async with talking(binance(exchange, "private_ws_url")) as socket:
        method = "userDataStream.subscribe.signature"
        await say(socket, id="a", method=method, params=signed(exchange))
        assert (await hear(socket, id="a"))["result"] == {"subscriptionId": "0"}
        await say(socket, id="b", method="account.status", params=signed(exchange, recvWindow=9000))
        rows = (await hear(socket, id="b"))["result"]["balances"]
        before = {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}
        exchange.market.account.transfer("BTC", Decimal("0.5"), exchange.market.now)
        events = [(await hear(socket, subscriptionId="0"))["event"] for _ in range(2)]
        assert [event["e"] for event in events] == ["balanceUpdate", "outboundAccountPosition"]
        position = events[1]["B"][0]
        assert Decimal(position["f"]) + Decimal(position["l"]) == before["BTC"] + Decimal("0.5")
        await say(socket, id="c", method="session.subscriptions")
        assert (await hear(socket, id="c"))["result"] == [{"subscriptionId": "0"}]
        await say(socket, id="d", method="userDataStream.unsubscribe")
        assert (await hear(socket, id="d"))["status"] == "200"


async def test_the_socket_api_refuses_forgeries(exchange: Exchange) -> None:
    async with talking(binance(exchange, "private_ws_url")) as socket:
        forgeries: list[tuple[dict[str, Any], str]] = [
            ({"signature": "0"}, "-1022"),
            ({"apiKey": "x"}, "-2015"),
            ({"timestamp": 1}, "-1021"),
        ]
        for number, (change, code) in enumerate(forgeries):
            params = {**signed(exchange), **change}
            await say(socket, id=number, method="account.status", params=params)
            assert (await hear(socket, id=str(number)))["error"]["code"] == code
        await socket.send("nonsense")
        assert (await hear(socket, id=None))["status"] == "400"


async def test_rest_answers_weighs_and_checks(exchange: Exchange) -> None:
    base = binance(exchange, "rest_url")
    _, info, head = await fetch(base + "/api/v3/exchangeInfo")
    assert int(head["X-MBX-USED-WEIGHT-1M"]) == 20
    shib = next(row for row in info["symbols"] if row["symbol"] == "SHIBUSDT")
    assert shib["filters"][0]["tickSize"] == "0.00000001"
    _, klines, _ = await fetch(base + "/api/v3/klines?symbol=ETHBTC&interval=1h&limit=720")
    assert len(klines) == 720
    for path in (
        "ping",
        "time",
        "trades?symbol=BTCUSDT",
        "aggTrades?symbol=BTCUSDT",
        "ticker/24hr",
        "ticker/price?symbol=BTCUSDT",
        "ticker/bookTicker",
    ):
        status, _, _ = await fetch(f"{base}/api/v3/{path}")
        assert status == 200
    status, wrong, _ = await fetch(base + "/api/v3/depth?symbol=NOPE")
    assert (status, wrong["code"]) == (400, -1121)
    status, wrong, _ = await fetch(base + "/api/v3/account")
    assert (status, wrong["code"]) == (401, -2014)
    query = f"timestamp={int(time.time() * 1000)}"
    sign = binance_signature(binance(exchange, "api_secret"), query)
    key = {"X-MBX-APIKEY": binance(exchange, "api_key")}
    for path in ("/api/v3/account", "/sapi/v1/account/apiRestrictions"):
        status, found, _ = await fetch(f"{base}{path}?{query}&signature={sign}", headers=key)
        assert status == 200, json.dumps(found)
        assert not found.get("enableWithdrawals")


async def test_klines_are_told_in_pages_to_the_first_of_them(exchange: Exchange) -> None:
    url = binance(exchange, "rest_url") + "/api/v3/klines?symbol=SOLUSDT&interval=5m&limit=1000"
    told: list[int] = []
    page: list[list[Any]] = []
    end = int(time.time() * 1000)
    while not told or len(page) == 1000:
        _, page, _ = await fetch(f"{url}&endTime={end - 1}")
        assert [row[0] for row in page] == sorted(row[0] for row in page)
        told = [row[0] for row in page] + told
        end = told[0]
    assert len(told) >= 3000
    assert set(map(int.__sub__, told[1:], told)) == {300_000}
    _, first, _ = await fetch(f"{url}&startTime={told[0]}&endTime={told[4]}")
    assert [row[0] for row in first] == told[:5]


async def test_rest_bans_who_spends_too_much(exchange: Exchange) -> None:
    url = binance(exchange, "rest_url") + "/api/v3/depth?symbol=DOTUSDT&limit=5000"
    for _ in range(30):
        status, found, head = await fetch(url)
        if status == 429:
            break
    assert found["code"] == -1003
    assert int(head["Retry-After"]) >= 1
