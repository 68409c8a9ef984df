"""Servers made of bytes: whatever a handshake or a frame can be, and what none may be."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, bits: int = 0) -> bytes:
    """Return a frame from a server, with any opcode and any reserved bits."""
    first = (0x80 if fin else 0) | bits << 4 | opcode
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first, length)
    elif length < 65_536:
        head = struct.pack("!BBH", first, 126, length)
    else:
        head = struct.pack("!BBQ", first, 127, length)
    return head + payload


class Peer:
    """A client that connected.

    Attributes:
        request: what it asked, as it came.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.request = b""

    async def ask(self) -> bytes:
        """Read the request of the handshake."""
        self.request = await self.reader.readuntil(b"\r\n\r\n")
        return self.request

    async def say(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    def upgrade(self, *, key: bytes | None = None) -> bytes:
        """Return the answer that makes a WebSocket of it, or with another key none."""
        if key is None:
            key = next(
                line.partition(b":")[2].strip()
                for line in self.request.split(b"\r\n")
                if line.lower().startswith(b"sec-websocket-key:")
            )
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    async def open(self) -> None:
        """Shake hands as one should."""
        await self.ask()
        await self.say(self.upgrade())

    async def hear(self) -> tuple[int, bytes]:
        """Return opcode and payload of the client's next frame."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        mask = await self.reader.readexactly(4)
        masked = await self.reader.readexactly(length)
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
        return first & 0x0F, payload

    async def stay(self) -> None:
        """Read and say nothing until the client goes."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self.reader.read(65_536):
                pass


Act = Callable[[Peer], Awaitable[None]]
"""What is done with a client; the connection ends with it."""


class Theatre:
    """What met the clients of a raw server."""

    def __init__(self) -> None:
        self.port = 0
        self.peers: list[Peer] = []

    @property
    def address(self) -> str:
        """Its WebSocket address."""
        return f"ws://127.0.0.1:{self.port}/v2"


@asynccontextmanager
async def theatre(*acts: Act, host: str = "127.0.0.1") -> AsyncIterator[Theatre]:
    """A server whose n-th client meets the n-th act; the last act stays."""
    house = Theatre()
    left = list(acts)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        house.peers.append(peer)
        act = left.pop(0) if len(left) > 1 else left[0]
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await act(peer)
        except asyncio.CancelledError:
            pass
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, host, 0)
    house.port = server.sockets[0].getsockname()[1]
    try:
        yield house
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def talker(*, beat: float = 0.2, first: bytes = b"") -> Act:
    """An act that shakes hands and speaks the scripted venue's words, a book a beat.

    Args:
        beat: seconds between two books.
        first: bytes that are sent in one piece with the handshake.
    """

    async def act(peer: Peer) -> None:
        await peer.ask()
        await peer.say(peer.upgrade() + first)
        await talk(peer, beat)

    return act


async def talk(peer: Peer, beat: float = 0.2, times: int = 1_000_000) -> None:
    """Acknowledge what is subscribed and send books."""
    listener = asyncio.create_task(peer.hear())
    subscribed: list[str] = []
    try:
        for number in range(1, times + 1):
            await asyncio.wait([listener], timeout=beat)
            if listener.done():
                opcode, payload = listener.result()
                if opcode == CLOSE:
                    return
                if opcode == PING:
                    await peer.say(frame(payload, PONG))
                words = payload.decode("utf-8", "replace").split()
                if opcode == TEXT and words[:1] == ["subscribe"]:
                    await peer.say(frame(f"ack {' '.join(words[1:])}".encode()))
                    subscribed += words[2:]
                listener = asyncio.create_task(peer.hear())
            for symbol in subscribed:
                await peer.say(frame(f"book {symbol} {number}".encode()))
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
