"""Every fault, seen by a real client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from tests.exchange.talk import (
    PATIENCE,
    Window,
    binance,
    fetch,
    hear,
    kraken,
    kraken_book,
    say,
    talking,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wsdash.exchange import Exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange(seed=17) as opened:
        yield opened


async def broken_book(exchange: Exchange, rule: dict[str, object]) -> list[bool]:
    """Inject a fault into a book and return whether each update's checksum agreed."""
    exchange.inject({"ch": "book", **rule})
    async with talking(kraken(exchange)) as socket:
        window = await kraken_book(socket, "BTC/USD")
        checks: list[bool] = []
        while len(checks) < 25:
            checks.append(window.apply(await hear(socket, channel="book")))
        return checks


async def test_faults_of_a_book_break_its_checksum(exchange: Exchange) -> None:
    checks = await broken_book(exchange, {"at": "msg 3", "do": "bad_crc"})
    assert [at for at, good in enumerate(checks) if not good] == [2]
    checks = await broken_book(exchange, {"at": "msg 3", "every": 5, "do": "bad_crc", "times": 3})
    assert [at for at, good in enumerate(checks) if not good] == [2, 7, 12]
    assert not all(await broken_book(exchange, {"at": "msg 3", "do": "drop 2"}))
    assert all(await broken_book(exchange, {"at": "msg 3", "do": "dup"}))


async def test_dropped_duplicate_and_swapped_diffs_break_the_chain(exchange: Exchange) -> None:
    name = "btcusdt@depth@100ms"
    for action in ("drop", "dup", "swap"):
        async with talking(binance(exchange)) as socket:
            exchange.inject({"at": "msg 2", "do": action, "ch": "book", "symbol": "BTCUSDT"})
            await say(socket, method="SUBSCRIBE", params=[name], id=1)
            events = [(await hear(socket, stream=name))["data"] for _ in range(4)]
        last = [int(event["u"]) for event in events]
        expected = [int(event["U"]) - 1 for event in events]
        chained = [a == b for a, b in zip(last, expected[1:], strict=False)]
        assert not all(chained), action


async def test_a_crossed_book_has_a_checksum_that_agrees(exchange: Exchange) -> None:
    exchange.inject({"do": "cross", "ch": "book"})
    async with talking(kraken(exchange)) as socket:
        window = await kraken_book(socket, "BTC/USD")
        assert window.apply(await hear(socket, channel="book"))
        assert float(window.best("bids")[0][0]) > float(window.best("asks")[0][0])
        window.apply(await hear(socket, channel="book"))
        assert float(window.best("bids")[0][0]) < float(window.best("asks")[0][0])


async def closing(socket: ClientConnection) -> tuple[int | None, str]:
    """Read until the connection ends; return the close frame's code and reason."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await socket.recv()
            except ConnectionClosed as end:
                return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (None, "")


async def test_connections_end_in_every_way(exchange: Exchange) -> None:
    for action, expected in (
        ("close 1012 back soon", (1012, "back soon")),
        ("close 1006", (None, "")),
        ("abort", (None, "")),
        ("max_age 0.05", (1001, "")),
    ):
        async with talking(kraken(exchange)) as socket:
            await kraken_book(socket, "BTC/USD")
            exchange.inject({"do": action, "times": 1})
            assert await closing(socket) == expected, action
    async with talking(kraken(exchange)) as socket:
        await kraken_book(socket, "BTC/USD")
        exchange.inject({"at": "msg 5", "ch": "book", "do": "close 1011"})
        assert (await closing(socket))[0] == 1011
    async with talking(kraken(exchange)) as socket:
        await hear(socket, channel="status")
        exchange.drop_all()
        assert await closing(socket) == (None, "")


async def test_silence_takes_the_book_and_keeps_the_heartbeat(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        await kraken_book(socket, "BTC/USD")
        exchange.inject({"do": "silence", "keep": ["pong", "heartbeat"]})
        await say(socket, method="ping", req_id=1)
        await hear(socket, method="pong")  # what was on its way before is past now
        for _ in range(2):
            message = await hear(socket)
            assert message == {"channel": "heartbeat"}


async def test_silence_ends_when_it_was_given_a_time(exchange: Exchange) -> None:
    exchange.inject({"at": "msg 3", "do": "silence", "ch": "book", "for": 0.3})
    async with talking(kraken(exchange)) as socket:
        params = {"channel": "book", "symbol": ["BTC/USD"]}
        await say(socket, method="subscribe", params=params)
        window = Window(10)
        checks = [window.apply(await hear(socket, channel="book")) for _ in range(12)]
        assert checks[0]
        assert not all(checks)


async def test_acks_are_refused_late_or_missing() -> None:
    rules: list[dict[str, object]] = [
        {"do": "reject no more", "symbol": "BTC/USD", "ch": "trade"},
        {"do": "no_ack", "symbol": "ETH/USD", "ch": "trade"},
        {"do": "late_ack 0.1", "symbol": "SOL/USD", "ch": "trade"},
    ]
    async with Exchange(seed=1, faults=rules) as exchange, talking(kraken(exchange)) as socket:
        symbols = ["BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD"]
        params = {"channel": "trade", "symbol": symbols}
        await say(socket, method="subscribe", params=params, req_id=1)
        refused = await hear(socket, success=False)
        assert (refused["error"], refused["symbol"]) == ("no more", "BTC/USD")
        acked = [(await hear(socket, method="subscribe"))["result"]["symbol"] for _ in range(2)]
        assert acked == ["XRP/USD", "SOL/USD"]


async def test_garbage_notices_and_delays(exchange: Exchange) -> None:
    async with talking(kraken(exchange)) as socket:
        await kraken_book(socket, "BTC/USD")
        exchange.inject({"do": "garbage"})
        with pytest.raises(json.JSONDecodeError):
            await hear(socket, channel="nothing else")
        exchange.inject({"do": "notice maintenance", "venue": "kraken"})
        status = await hear(socket, channel="status")
        while status["data"][0]["system"] == "online":
            status = await hear(socket, channel="status")
        assert status["data"][0]["system"] == "maintenance"
        exchange.inject({"do": "delay 0.05", "ch": "book"})
        await hear(socket, channel="book")
    async with talking(binance(exchange)) as socket:
        exchange.inject({"do": "notice", "venue": "binance"})
        notice = await hear(socket, stream="!serverShutdown")
        assert notice["data"]["e"] == "serverShutdown"
    async with talking(binance(exchange, "private_ws_url")) as socket:
        exchange.inject({"do": "notice", "on": "private"})
        assert (await hear(socket))["event"]["e"] == "serverShutdown"


async def test_handshakes_are_refused() -> None:
    rules: list[dict[str, object]] = [
        {"do": "status 429 slow down", "retry_after": 7, "venue": "kraken", "on": "public"},
        {"do": "redirect http://127.0.0.1:9/x", "venue": "kraken", "on": "public"},
        {"do": "flap 1013", "venue": "kraken", "on": "public"},
        {"do": "drip 0", "venue": "kraken", "on": "public"},
        {"do": "status 451", "venue": "binance", "on": "public", "times": 2},
    ]

    class Straight(connect):
        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    async with Exchange(seed=1, faults=rules) as exchange:
        for status in (429, 302):
            with pytest.raises(InvalidStatus) as refused:
                await Straight(kraken(exchange))
            assert refused.value.response.status_code == status
            if status == 429:
                assert refused.value.response.headers["Retry-After"] == "7"
        async with talking(kraken(exchange)) as socket:
            assert (await closing(socket))[0] == 1013
        with pytest.raises(Exception, match=r"did not receive|HTTP|closed"):
            await Straight(kraken(exchange))
        for _ in range(2):
            with pytest.raises(InvalidStatus):
                await Straight(binance(exchange))
        async with talking(binance(exchange)), talking(kraken(exchange)) as socket:
            await hear(socket, channel="status")
        statuses = [(item.venue, item.status) for item in exchange.connects]
        assert statuses.count(("binance", 451)) == 2
        assert [status for venue, status in statuses if venue == "kraken"] == [
            429,
            302,
            101,
            0,
            101,
        ]
        times = [item.time for item in exchange.connects]
        assert times == sorted(times)


async def test_rest_meets_faults_of_its_own(exchange: Exchange) -> None:
    exchange.inject({"do": "status 418", "on": "rest", "venue": "binance", "retry_after": 120})
    url = binance(exchange, "rest_url") + "/api/v3/time"
    status, _, head = await fetch(url)
    assert (status, head["Retry-After"]) == (418, "120")
    assert (await fetch(url))[0] == 200


async def test_a_snapshot_can_be_stale(exchange: Exchange) -> None:
    url = binance(exchange, "rest_url") + "/api/v3/depth?symbol=BTCUSDT&limit=1000"
    listing = exchange.market.listings["BTC/USD"]
    opened = listing.truth.sequence
    async with talking(kraken(exchange)) as socket:
        window = await kraken_book(socket, "BTC/USD", 1000)
        for _ in range(30):
            window.apply(await hear(socket, channel="book"))
    exchange.inject({"do": "stale_snapshot 20", "symbol": "BTC/USD", "times": 2})
    before = listing.truth.sequence
    _, stale, _ = await fetch(url)
    assert stale["lastUpdateId"] < before
    assert stale["lastUpdateId"] >= opened
    async with talking(kraken(exchange)) as socket:
        window = Window(10)
        params = {"channel": "book", "symbol": ["BTC/USD"]}
        await say(socket, method="subscribe", params=params)
        assert window.apply(await hear(socket, channel="book", type="snapshot"))
        checks = [window.apply(await hear(socket, channel="book")) for _ in range(12)]
        assert not all(checks)
    _, fresh, _ = await fetch(url)
    assert fresh["lastUpdateId"] >= before
