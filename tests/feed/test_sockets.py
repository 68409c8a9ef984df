"""Real sockets on this machine: what the library makes of a broken server, and what we do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.utils import accept_key

from wsdash.feed import sockets
from wsdash.feed.causes import classify
from wsdash.feed.link import Cause
from wsdash.feed.sockets import is_loopback, opener

Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw(handler: Raw) -> AsyncIterator[str]:
    """A server that speaks bytes."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}/v2"
    finally:
        server.close()
        await server.wait_closed()


async def refused(address: str, max_size: int = 1_000) -> Cause:
    """Return why an address cannot be opened."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - every kind is of interest
        await opener()(address, max_size)
    return classify(caught.value, address)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.row("A2", "B6")
async def test_a_server_that_hangs_up_in_the_handshake_is_no_reason_to_give_up() -> None:
    async with raw(hang_up) as place:
        cause = await refused(f"ws://{place}")
    assert (cause.words, cause.park_after) == ("connection closed in the handshake", 0)


@pytest.mark.row("B5")
async def test_a_server_that_says_nothing_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sockets.OPEN_TIMEOUT == 8.0
    monkeypatch.setattr(sockets, "OPEN_TIMEOUT", 0.05)
    async with raw(say_nothing) as place:
        cause = await refused(f"ws://{place}")
    assert cause.words == f"no answer from {place.removesuffix('/v2')}"


@pytest.mark.row("A4")
async def test_a_plain_server_behind_an_encrypted_address_is_tried_again() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with raw(answer) as place:
        cause = await refused(f"wss://{place}")
    assert cause.kind == "tls"
    assert not cause.park_after


@pytest.mark.row("B6")
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: wrong\r\n\r\n"
        ),
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
    ids=["portal", "wrong accept", "another protocol"],
)
async def test_what_is_no_websocket_is_parked_after_the_third_time(answer: bytes) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        await reader.read()

    async with raw(meet) as place:
        cause = await refused(f"ws://{place}")
    assert (cause.kind, cause.park_after) == ("not-websocket", 3)


@pytest.mark.row("B6")
async def test_a_first_frame_that_comes_with_the_handshake_is_not_lost() -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(
            line.split(": ")[1]
            for line in head.split("\r\n")
            if line.startswith("Sec-WebSocket-Key")
        )
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n\x81\x05early"
        )
        await writer.drain()
        await reader.read()

    async with raw(meet) as place:
        socket = await opener()(f"ws://{place}", 1_000)
        assert await socket.recv(decode=False) == b"early"
        socket.abort()


@pytest.mark.row("C4")
async def test_a_message_larger_than_agreed_is_called_so() -> None:
    async def meet(connection: ServerConnection) -> None:
        await connection.send("x" * 2_000)
        await connection.wait_closed()

    async with serve(meet, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        socket = await opener()(f"ws://127.0.0.1:{port}", 1_000)
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv(decode=False)
        assert classify(caught.value, "").kind == "too-big"
        socket.abort()


@pytest.mark.row("C7")
async def test_an_abort_does_not_wait_for_a_server_that_never_closes() -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(
            line.split(": ")[1]
            for line in head.split("\r\n")
            if line.startswith("Sec-WebSocket-Key")
        )
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
        )
        await reader.read()

    async with raw(meet) as place:
        socket = await opener()(f"ws://{place}", 1_000)
        reading = asyncio.ensure_future(socket.recv(decode=False))
        await asyncio.sleep(0)
        turns = 0
        socket.abort()
        while not reading.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns < 20, "turns of the loop, not seconds"
        assert isinstance(reading.exception(), ConnectionClosed)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("ws://127.0.0.1:1/x", True),
        ("ws://127.8.8.8", True),
        ("ws://[::1]:1/x", True),
        ("ws://localhost/x", True),
        ("wss://ws.kraken.com/v2", False),
        ("ws://127.0.0.1.evil.example", False),
        ("ws://10.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_only_this_machine_is_this_machine(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback
