"""The Bybit dialect, by the rules of its documentation."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from tests.exchange.talk import PATIENCE, bybit, fetch, hear, say, talking

from wsdash.exchange import Exchange
from wsdash.exchange.perpetuals import PERPETUALS

pytestmark = pytest.mark.asyncio(loop_scope="module")

SWAP = "BTC/USDT:USDT"
Side = dict[str, str]


def put(side: Side, levels: list[list[str]]) -> None:
    for price, size in levels:
        side[price] = size
        if not size.strip("0."):
            del side[price]


@pytest.mark.parametrize("depth", [50, 200])
async def test_changes_follow_one_another_and_are_the_truth(depth: int) -> None:
    async with Exchange(seed=9, rate=5.0) as exchange, talking(bybit(exchange)) as socket:
        pair = exchange.market.perpetuals[SWAP].pair
        topic = f"orderbook.{depth}.BTCUSDT"
        await say(socket, op="subscribe", args=[topic], req_id="7")
        assert (await hear(socket, op="subscribe"))["req_id"] == "7"
        sides: tuple[Side, Side] = ({}, {})
        update = 0
        for _ in range(20):
            message = await hear(socket, topic=topic)
            data = message["data"]
            assert message["type"] == ("delta" if update else "snapshot")
            assert not update or int(data["u"]) == update + 1
            update = int(data["u"])
            for side, name in zip(sides, ("b", "a"), strict=True):
                put(side, data[name])
            truth = exchange.truth(SWAP, int(data["seq"]))
            for side, real in zip(sides, truth, strict=True):
                assert side == {pair.price(p): pair.size(s) for p, s in real[:depth]}


async def test_every_topic_speaks(exchange: Exchange) -> None:
    names = ["orderbook.1.BTCUSDT", "publicTrade.BTCUSDT", "tickers.BTCUSDT", "kline.1.BTCUSDT"]
    async with talking(bybit(exchange)) as socket:
        await say(socket, op="subscribe", args=names)
        heard: dict[str, Any] = {}
        while set(names) - set(heard):
            message = await hear(socket)
            heard.setdefault(message.get("topic", "ack"), message)
        assert heard["ack"]["success"]
        assert heard["kline.1.BTCUSDT"]["data"][-1]["confirm"] is False
        assert heard["publicTrade.BTCUSDT"]["data"][0]["S"] in {"Buy", "Sell"}
        whole = heard["tickers.BTCUSDT"]
        assert whole["type"] == "snapshot"
        delta = (await hear(socket, topic="tickers.BTCUSDT", type="delta"))["data"]
        assert set(delta) < set(whole["data"])
        best = await hear(socket, topic="orderbook.1.BTCUSDT")
        assert best["type"] == "snapshot"
        assert len(best["data"]["b"]) <= 1


async def test_a_frame_with_one_bad_topic_is_refused_whole(exchange: Exchange) -> None:
    async with talking(bybit(exchange)) as socket:
        await say(socket, op="subscribe", req_id="1", args=["publicTrade.BTCUSDT"])
        assert (await hear(socket, op="subscribe"))["success"]
        for number, (bad, words) in enumerate(
            [
                ("orderbook.500.BTCUSDT", "error:handler not found,topic:orderbook.500.BTCUSDT"),
                ("publicTrade.BTCUSDT", "error:already subscribed,topic:publicTrade.BTCUSDT"),
            ]
        ):
            args = ["tickers.BTCUSDT", bad]
            await say(socket, op="subscribe", req_id=f"bad{number}", args=args)
            answer = await hear(socket, req_id=f"bad{number}")
            assert (answer["success"], answer["ret_msg"]) == (False, words)
        await say(socket, op="subscribe", req_id="2", args=["tickers.BTCUSDT"])
        assert (await hear(socket, req_id="2"))["success"]
        await say(socket, op="unsubscribe", req_id="3", args=["publicTrade.BTCUSDT"])
        assert (await hear(socket, req_id="3"))["success"]
        await say(socket, op="subscribe", req_id="4", args=["publicTrade.BTCUSDT"])
        assert (await hear(socket, req_id="4"))["success"]


async def test_whatever_a_client_says_it_gets_an_error_and_stays(exchange: Exchange) -> None:
    async with talking(bybit(exchange)) as socket:
        frames = ["x", "[]", '{"op":5}', '{"op":"subscribe","args":[5]}', '{"op":"subscribe"}']
        for frame in frames:
            await socket.send(frame)
            assert (await hear(socket, success=False))["ret_msg"], frame
        await say(socket, op="ping", req_id="9")
        pong = await hear(socket, req_id="9")
        assert (pong["op"], pong["ret_msg"], pong["success"]) == ("ping", "pong", True)


async def test_the_list_is_told_in_pages(exchange: Exchange) -> None:
    root = bybit(exchange, "rest_url") + "/v5/market/instruments-info?category=linear&limit=2"
    names: list[str] = []
    cursor = ""
    while True:
        _, body, _ = await fetch(root + (f"&cursor={cursor}" if cursor else ""))
        assert body["retCode"] == 0
        names += [row["symbol"] for row in body["result"]["list"]]
        cursor = body["result"]["nextPageCursor"]
        if not cursor:
            break
    assert names == [pair.bybit_symbol for pair in PERPETUALS]


async def test_candles_go_back_page_by_page_newest_first(exchange: Exchange) -> None:
    root = bybit(exchange, "rest_url") + "/v5/market/kline?category=linear&symbol=SOLUSDT"
    told: list[int] = []
    end = int(time.time() * 1000) + 60_000
    while True:
        _, body, _ = await fetch(f"{root}&interval=5&limit=1000&end={end - 1}")
        rows = [int(row[0]) for row in body["result"]["list"]]
        assert rows == sorted(rows, reverse=True)
        told += rows
        if len(rows) < 1000:
            break
        end = rows[-1]
    assert len(told) >= 3000
    assert {later - earlier for later, earlier in pairwise(told)} == {300_000}


async def test_rest_says_what_is_wrong_and_knows_the_book(exchange: Exchange) -> None:
    root = bybit(exchange, "rest_url") + "/v5/market/"
    for query in (
        "kline?category=linear&symbol=NOPE&interval=5",
        "kline?category=linear&symbol=BTCUSDT&interval=7",
        "kline?category=spot&symbol=BTCUSDT&interval=5",
        "kline?category=linear&symbol=BTCUSDT&interval=5&limit=x",
    ):
        status, body, _ = await fetch(root + query)
        assert (status, body["retCode"]) == (200, 10001)
    _, body, _ = await fetch(root + "orderbook?category=linear&symbol=BTCUSDT&limit=5")
    book, pair = body["result"], exchange.market.perpetuals[SWAP].pair
    bids, _ = exchange.truth(SWAP, int(book["seq"]))
    assert book["b"] == [[pair.price(p), pair.size(s)] for p, s in bids[:5]]
    assert (await fetch(root + "time"))[1]["retCode"] == 0
    assert (await fetch(root + "nothing"))[0] == 404


async def test_faults_work_on_it_by_its_own_names() -> None:
    rules: list[dict[str, object]] = [
        {"at": "msg 3", "venue": "bybit", "ch": "book", "symbol": "BTCUSDT", "do": "drop 1"},
        {"at": "0s", "venue": "bybit", "do": "stale_snapshot 90", "symbol": "ETHUSDT"},
        {"at": "0s", "venue": "bybit", "do": "reject not today", "symbol": "SOLUSDT"},
        {"at": "0s", "venue": "bybit", "on": "rest", "do": "status 403 access too frequent"},
    ]
    async with Exchange(seed=4, rate=5.0, faults=rules) as exchange:
        assert (await fetch(bybit(exchange, "rest_url") + "/v5/market/time"))[0] == 403
        async with talking(bybit(exchange)) as socket:
            await say(socket, op="subscribe", args=["orderbook.50.BTCUSDT"])
            updates = [
                int((await hear(socket, topic="orderbook.50.BTCUSDT"))["data"]["u"])
                for _ in range(6)
            ]
            steps = [later - earlier for earlier, later in pairwise(updates)]
            assert sorted(steps) == [1, 1, 1, 1, 2]
            await say(socket, op="subscribe", args=["orderbook.200.ETHUSDT"])
            first = await hear(socket, topic="orderbook.200.ETHUSDT", type="snapshot")
            then = await hear(socket, topic="orderbook.200.ETHUSDT", type="delta")
            assert int(then["data"]["u"]) > int(first["data"]["u"]) + 1
            await say(socket, op="subscribe", req_id="s", args=["orderbook.50.SOLUSDT"])
            answer = await hear(socket, req_id="s")
            assert answer["ret_msg"] == "error:not today,topic:orderbook.50.SOLUSDT"
            exchange.inject({"do": "cross 1", "venue": "bybit", "symbol": "BTC/USD"})
            await crossed(socket)


async def crossed(socket: Any) -> None:
    """Wait for a change whose best bid is above the asks of the same change, and for its end."""
    end = time.monotonic() + PATIENCE
    price = ""
    while time.monotonic() < end:
        data = (await hear(socket, topic="orderbook.50.BTCUSDT"))["data"]
        sized = [level for level in data["b"] if level[1] == "1.000"]
        if not price and sized and data["b"][0] == sized[0]:
            price = sized[0][0]
        elif price and [price, "0"] in data["b"]:
            return
    raise AssertionError("never crossed and back")
