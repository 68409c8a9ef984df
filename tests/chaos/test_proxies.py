"""Proxies that refuse, hang, break off, or were never asked for, on real sockets."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import gaierror

import pytest
from tests.chaos.raw import talker, theatre

from wsdash.feed import sockets
from wsdash.feed.causes import classify
from wsdash.feed.link import Cause
from wsdash.feed.sockets import Proxy, opener

VENUE = "ws://venue.example:4433/v2"
SECRET = "canary5Hy8secret"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(head: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()
        await reader.read()

    return answer


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def tunnel(port: int, most: int = 1 << 30) -> Answer:
    """Lead to a port of this machine; break off after so many bytes from there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        inward, outward = await asyncio.open_connection("127.0.0.1", port)

        async def up() -> None:
            while data := await reader.read(4096):
                outward.write(data)

        task = asyncio.create_task(up())
        left = most
        try:
            while left > 0 and (data := await inward.read(min(left, 4096))):
                writer.write(data)
                left -= len(data)
        finally:
            task.cancel()
            outward.transport.abort()

    return answer


async def _until_it_ends(socket: sockets.Socket) -> None:
    while True:
        await socket.recv(decode=False)


@asynccontextmanager
async def proxy(answer: Answer, asked: list[bytes]) -> AsyncIterator[str]:
    """A proxy with a password; it notes what it is asked."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            await answer(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield f"http://me:{SECRET}@127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def refused(through: Proxy) -> Cause:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - every kind is of interest
        await opener(through)(VENUE, 1_000)
    return classify(caught.value, VENUE)


@pytest.mark.row("A5")
@pytest.mark.parametrize("status", [401, 403, 407, 429, 500, 502, 503])
async def test_a_proxy_that_refuses_is_named_with_its_answer_and_without_the_password(
    status: int,
) -> None:
    asked: list[bytes] = []
    head = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
    async with proxy(answering(head), asked) as address:
        cause = await refused(address)
    assert cause.words.startswith("proxy: ")
    assert str(status) in cause.words
    assert cause.park_after == 3
    assert SECRET not in cause.words
    assert asked[0].startswith(b"CONNECT venue.example:4433 ")


@pytest.mark.row("A5")
async def test_a_proxy_that_says_nothing_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "OPEN_TIMEOUT", 0.2)
    async with proxy(silent, []) as address:
        cause = await refused(address)
    assert cause.words == "no answer from venue.example:4433"


@pytest.mark.row("A5")
@pytest.mark.parametrize("answer", [resetting, answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")])
async def test_a_proxy_that_breaks_off_or_is_none_is_no_crash(answer: Answer) -> None:
    async with proxy(answer, []) as address:
        cause = await refused(address)
    assert "crashed" not in cause.words
    assert SECRET not in cause.words


@pytest.mark.row("A5")
async def test_a_tunnel_leads_to_the_venue_and_the_password_only_to_the_proxy() -> None:
    asked: list[bytes] = []
    async with theatre(talker()) as house:
        port = int(house.address.rpartition(":")[2].partition("/")[0])
        async with proxy(tunnel(port), asked) as address:
            socket = await opener(address)(VENUE, 1_000)
            await socket.send("subscribe book BTC")
            assert await socket.recv(decode=False)
            socket.abort()
        token = base64.b64encode(f"me:{SECRET}".encode())
        assert token in asked[0]
        assert token not in house.peers[0].request
        assert b"venue.example" in house.peers[0].request


@pytest.mark.row("A5")
async def test_a_tunnel_that_breaks_off_is_a_loss_like_any_other() -> None:
    async with theatre(talker()) as house:
        port = int(house.address.rpartition(":")[2].partition("/")[0])
        async with proxy(tunnel(port, 400), []) as address:
            socket = await opener(address)(VENUE, 1_000)
            await socket.send("subscribe book BTC")
            with pytest.raises(Exception) as caught:  # noqa: PT011
                await _until_it_ends(socket)
    cause = classify(caught.value, VENUE)
    assert (cause.words, cause.park_after) == ("lost 1006 (no close frame)", 0)


@pytest.mark.row("A5")
async def test_a_proxy_of_the_environment_is_used_only_where_the_settings_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []
    async with proxy(answering(b"HTTP/1.1 502 No\r\n\r\n"), asked) as address:
        for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"):
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)
        loop = asyncio.get_running_loop()

        async def nowhere(*_: object, **__: object) -> object:
            raise gaierror(-2, "no such name")

        with monkeypatch.context() as patch:
            patch.setattr(loop, "getaddrinfo", nowhere)
            assert (await refused(None)).kind == "dns"
        assert asked == []
        assert (await refused(True)).words.startswith("proxy: ")
        assert len(asked) == 1
