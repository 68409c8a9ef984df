"""A TCP proxy that does to a connection what networks do; the names are toxiproxy's."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

Direction = Literal["up", "down", "both"]
"""Up is from the client to the server."""


@dataclass
class Toxics:
    """What is done to the bytes of one direction.

    Attributes:
        latency: seconds that everything takes.
        jitter: seconds more or less, at random.
        bandwidth: bytes a second; 0 for all.
        slicer: bytes at a time; 0 for as they come.
        limit_data: bytes after which the connection is closed; 0 for never.
        corrupt: the probability that a chunk has a wrong bit.
        silent: nothing goes through any more, and nobody is told.
    """

    latency: float = 0.0
    jitter: float = 0.0
    bandwidth: float = 0.0
    slicer: int = 0
    limit_data: int = 0
    corrupt: float = 0.0
    silent: bool = False


class Proxy:
    """Stands between clients and a server on this machine.

    Args:
        port: of the server.
        seed: of everything random.
    """

    def __init__(self, port: int, seed: int = 1) -> None:
        self.up, self.down = Toxics(), Toxics()
        self.accepted = 0
        self.port = 0
        self.refuse = False
        self.slow_close = 0.0
        self._target = port
        self._chance = random.Random(seed)
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, host: str = "127.0.0.1") -> AsyncIterator[Proxy]:
        """Let connections to an address through while in the context."""
        server = await asyncio.start_server(self._serve, host, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def half_open(self, direction: Direction = "both") -> None:
        """Let nothing through from now on, in a direction or both; connections stay."""
        self.up.silent = self.up.silent or direction in ("up", "both")
        self.down.silent = self.down.silent or direction in ("down", "both")

    def heal(self) -> None:
        """Take every toxic away; what was swallowed stays lost."""
        self.up, self.down = Toxics(), Toxics()
        self.refuse, self.slow_close = False, 0.0

    def reset_peer(self) -> None:
        """Reset every connection, on both sides."""
        for pair in self._pairs:
            for writer in pair:
                raw = writer.get_extra_info("socket")
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.refuse:
                return
            with suppress(OSError):
                await self._join(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._pairs.add((writer, back))
        ways = [
            asyncio.create_task(self._pump(reader, back, "up")),
            asyncio.create_task(self._pump(there, writer, "down")),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if self.slow_close:
                await asyncio.sleep(self.slow_close)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._pairs.discard((writer, back))
            back.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Literal["up", "down"]
    ) -> None:
        passed, due = 0, 0.0
        loop = asyncio.get_running_loop()
        while chunk := await reader.read(getattr(self, way).slicer or 65_536):
            toxics: Toxics = getattr(self, way)
            if toxics.silent:
                continue
            if toxics.bandwidth:
                await asyncio.sleep(len(chunk) / toxics.bandwidth)
            if toxics.corrupt and self._chance.random() < toxics.corrupt:
                at = self._chance.randrange(len(chunk))
                chunk = chunk[:at] + bytes([chunk[at] ^ 1]) + chunk[at + 1 :]
            late = toxics.latency + self._chance.uniform(-toxics.jitter, toxics.jitter)
            if late > 0:
                due = max(due + 1e-6, loop.time() + late)  # never two at once: order is kept
                loop.call_at(due, self._write, writer, chunk)
            else:
                self._write(writer, chunk)
                await writer.drain()
            passed += len(chunk)
            if toxics.limit_data and passed >= toxics.limit_data:
                return

    @staticmethod
    def _write(writer: asyncio.StreamWriter, chunk: bytes) -> None:
        if not writer.transport.is_closing():
            writer.write(chunk)
