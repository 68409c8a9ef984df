"""The server as a whole: ports, shutdown, slow clients, and the command behind it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from tests.exchange.talk import PATIENCE, hear, kraken, kraken_book, say, talking
from websockets.exceptions import InvalidStatus

from wsdash.exchange import Exchange, ExchangeError
from wsdash.exchange import client as client_module

APP = str(Path(__file__).resolve().parents[2] / "app")
RUN = (
    "import asyncio, sys; from wsdash.exchange import serve; "
    "sys.exit(asyncio.run(serve(seed=2, until_stdin_closes='stdin' in sys.argv)))"
)


def test_only_loopback() -> None:
    with pytest.raises(ExchangeError, match="loopback only"):
        Exchange(host="0.0.0.0")
    with pytest.raises(ExchangeError, match="rate"):
        Exchange(rate=0)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_taken_port_is_one_sentence(exchange: Exchange) -> None:
    with pytest.raises(ExchangeError, match=f"cannot open port {exchange.port}: "):
        async with Exchange(port=exchange.port):
            pass
    with pytest.raises(ExchangeError, match=f"cannot open port {exchange.rest_port}: "):
        async with Exchange(port=exchange.rest_port - 1):
            pass


@pytest.mark.asyncio(loop_scope="module")
async def test_an_unknown_path_is_not_found(exchange: Exchange) -> None:
    for path in ("/", "/v1", "/v2/x", "/streams"):
        with pytest.raises(InvalidStatus) as refused:
            async with talking(f"ws://127.0.0.1:{exchange.port}{path}"):
                pass
        assert refused.value.response.status_code == 404


async def test_closing_with_clients_connected_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    async with Exchange(seed=2) as exchange, talking(kraken(exchange)) as socket:
        await kraken_book(socket, "BTC/USD")
        exchange.inject({"do": "delay 30", "ch": "book"})
        await asyncio.sleep(0.05)
        ours = asyncio.all_tasks() - before
        assert ours
    left = asyncio.all_tasks() - before
    if left:  # the test's own client may still be on its way out
        await asyncio.wait(left, timeout=PATIENCE)
    assert not asyncio.all_tasks() - before


async def test_a_client_that_never_reads_is_cut_off_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "OUTBOX", 300)
    async with Exchange(seed=2, rate=1.0) as exchange, talking(kraken(exchange)) as good:
        reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port, limit=1024)
        writer.write(
            b"GET /v2 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        symbols = list(exchange.market.listings)
        params = {"channel": "book", "symbol": symbols, "depth": 1000}
        for method in ("subscribe", "unsubscribe") * 40:
            frame = json.dumps({"method": method, "params": params}).encode()
            head = bytes([0x81, 0xFE]) + len(frame).to_bytes(2, "big") + bytes(4)
            writer.write(head + frame)  # a mask of zeros leaves the payload as it is
        window = await kraken_book(good, "BTC/USD")
        async with asyncio.timeout(30):
            while len(exchange.clients) > 1:
                assert window.apply(await hear(good, channel="book"))
        await say(good, method="ping", req_id=1)
        await hear(good, method="pong")
        writer.close()


async def run(*arguments: str) -> tuple[asyncio.subprocess.Process, dict[str, dict[str, str]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-c",
        RUN,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": APP, "PATH": ""},
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    return process, json.loads(line)


async def test_the_command_prints_its_urls_and_obeys_signals() -> None:
    process, urls = await run()
    assert set(urls) == {"kraken", "binance", "bybit"}
    assert set(urls["kraken"]) == {
        "ws_url",
        "private_ws_url",
        "rest_url",
        "api_key",
        "api_secret",
    }
    assert set(urls["binance"]) == set(urls["kraken"])
    assert set(urls["bybit"]) == set(urls["kraken"])
    async with talking(urls["kraken"]["ws_url"]) as socket:
        await hear(socket, channel="status")
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (int(signal.SIGTERM), b"")


async def test_the_command_ends_with_its_parent() -> None:
    process, _ = await run("stdin")
    assert process.stdin is not None
    process.stdin.close()
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (0, b"")
