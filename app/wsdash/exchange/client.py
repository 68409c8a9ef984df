"""One connected client: a bounded outbox and the faults that guard it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wsdash.exchange.faults import Rule
from wsdash.exchange.gate import Gate
from wsdash.exchange.message import Message

OUTBOX = 20_000
"""Frames a client may be behind before the exchange gives it up."""


class Session(Protocol):
    """What a dialect does with one connection."""

    def opened(self) -> None:
        """Greet the client."""

    def received(self, text: str) -> None:
        """Answer one frame from the client; never raises for anything it holds."""

    def closed(self) -> None:
        """Forget the client."""

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Cross the book in an update, or take the crossing level out again."""

    def refused(self, message: Message, reason: str) -> Message:
        """Return the dialect's refusal of the request that `message` acknowledges."""

    def notice(self, text: str) -> Message | None:
        """Return the dialect's word that the venue is about to restart."""


class Client:
    """Sends frames in order without ever making the exchange wait."""

    def __init__(self, connection: ServerConnection, venue: str, path: str) -> None:
        loop = asyncio.get_running_loop()
        self.venue = venue
        self.path = path
        self.opened = loop.time()
        self.sent = 0
        self.gate = Gate(self, loop.time)
        self.session: Session
        self._connection = connection
        self._loop = loop
        self._outbox: deque[tuple[float, str]] = deque()
        self._wake = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        self._closing: tuple[int, str] | None = None
        self._gone = False

    def send(self, message: Message) -> None:
        """Send a frame, faults permitting."""
        if not self._gone and self._closing is None:
            self.gate.send(message)

    def put(self, message: Message, delay: float = 0.0) -> None:
        """Queue a frame; a client too far behind is cut off."""
        if self._gone or self._closing is not None:
            return
        if len(self._outbox) >= OUTBOX:
            self.abort()
            return
        due = self._loop.time() + delay if delay else 0.0
        if self._outbox and self._outbox[-1][0] > due:
            due = self._outbox[-1][0]
        self._outbox.append((due, message.text))
        self._wake.set()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call back unless the client is gone by then."""

        def run() -> None:
            self._timers.discard(handle)
            if not self._gone:
                call()

        handle = self._loop.call_later(seconds, run)
        self._timers.add(handle)

    def close(self, code: int, reason: str = "") -> None:
        """Close with a code once everything queued has been sent."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wake.set()

    def abort(self) -> None:
        """Reset the TCP connection, without a close frame."""
        self._gone = True
        self._wake.set()
        transport = self._connection.transport
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def strike(self, rule: Rule) -> None:
        """Carry out a fault of the whole connection."""
        if rule.action == "abort":
            self.abort()
        elif rule.action == "notice":
            notice = self.session.notice(rule.text)
            if notice is not None:
                self.put(notice)
        elif rule.action == "max_age":
            self.close(1001, rule.text)
        else:
            self.close(int(rule.number), rule.text)

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Cross the book in an update, or take the crossing level out again."""
        return self.session.crossed(message, ends=ends)

    def refused(self, message: Message, reason: str) -> Message:
        """Return the refusal of what `message` acknowledges."""
        return self.session.refused(message, reason)

    async def run(self) -> None:
        """Serve the client until either end is done."""
        writer = asyncio.create_task(self._write())
        try:
            self.session.opened()
            async for frame in self._connection:
                if isinstance(frame, str):
                    self.session.received(frame)
                else:
                    self.close(1003, "text only")
        except ConnectionClosed:
            pass
        finally:
            self._gone = True
            self.session.closed()
            for handle in self._timers:
                handle.cancel()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def ping(self) -> None:
        """Send a ping frame; nobody waits for the pong here."""
        if not self._gone:
            try:
                await self._connection.ping()
            except ConnectionClosed:
                self._gone = True

    async def _write(self) -> None:
        try:
            while not self._gone:
                self._wake.clear()  # before looking, or what comes meanwhile would be missed
                await self._drain()
                if self._closing is not None:
                    await self._shut(*self._closing)
                    return
                if not self._gone:
                    await self._wake.wait()
        except ConnectionClosed:
            self._gone = True

    async def _drain(self) -> None:
        while self._outbox and not self._gone:
            due, text = self._outbox[0]
            wait = due - self._loop.time() if due else 0.0
            if wait > 0 and self._closing is None:
                await asyncio.sleep(wait)
            self._outbox.popleft()
            await self._connection.send(text)
            self.sent += 1

    async def _shut(self, code: int, reason: str) -> None:
        if code in {1004, 1005, 1006, 1015} or not 1000 <= code < 5000:
            self.abort()  # no endpoint may send these in a close frame
        else:
            await self._connection.close(code, reason)
