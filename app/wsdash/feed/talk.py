"""One socket and the session on it: frames in, what follows from them out.

It ends with its socket. What it cannot go on from, it reports as a fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    BookMoved,
    BookSynced,
    Printed,
    TickerMoved,
)
from wsdash.feed.causes import AuthRefused, Dropped, Garbled
from wsdash.feed.keepalive import Keepalive
from wsdash.feed.observer import Tools
from wsdash.feed.outbox import Outbox
from wsdash.feed.pulse import Pulse
from wsdash.feed.sockets import Socket
from wsdash.venues.venue import Request, Session, Step

if TYPE_CHECKING:
    from wsdash.feed.connection import Connection

TURN = 0.001
"""Seconds of frames after which the others have a turn: a key passes through many."""

_DATA = (BookSynced, BookMoved, Printed, TickerMoved, BalancesStated, BalancesMoved)
"""Facts that prove a channel. Candles and lists do not: some venues answer them over REST."""


class Talk:
    """What is said on one socket.

    Args:
        connection: whose it is; observers are told its name.
        socket: open.
        session: fresh.
        tools: what connections need from outside.
        moved: is called after every step of the session.

    Attributes:
        fault: why it was given up, None while it was not.
        frames: that came in.
        pulse: the signs of life that came by themselves.
        keepalive: those that were asked for.
    """

    def __init__(
        self,
        connection: Connection,
        socket: Socket,
        session: Session,
        tools: Tools,
        moved: Callable[[], None],
    ) -> None:
        self.session, self.socket = session, socket
        self.fault: Exception | None = None
        self.frames = 0
        self.pulse = Pulse(connection.venue.liveness.heartbeat, tools.clock.monotonic())
        self._connection, self._tools, self._moved = connection, tools, moved
        self._requests: list[Request] = []
        self._outbox = Outbox(self._send, connection.venue.messages, tools.clock, self.drop)
        self.keepalive = Keepalive(socket, tools.clock, self.drop)
        self._outbox.run(self.keepalive.run())

    async def listen(self) -> None:
        """Take frames until the socket ends."""
        clock = self._tools.clock
        turn = clock.monotonic()
        while True:
            frame = await self.socket.recv(decode=False)
            self._take(frame if isinstance(frame, bytes) else frame.encode())
            if clock.monotonic() - turn > TURN:  # what has come already is taken without a pause
                await asyncio.sleep(0)
                turn = clock.monotonic()

    async def close(self) -> None:
        """End the socket and everything that was under way for it."""
        self.socket.abort()
        await self._outbox.close()

    def drop(self, error: Exception) -> None:
        """Give the socket up for the reason given."""
        self.fault = error
        self.socket.abort()

    def ask(self, what: Callable[[Session, float], Step]) -> None:
        """Have the session do something; its crash ends this talk, not the caller."""
        try:
            self.follow(what(self.session, self._tools.clock.monotonic()))
        except Exception as error:  # noqa: BLE001 - ends the socket, and is shown with it
            self.drop(error)

    def look(self, now: float) -> bool:
        """Note that somebody looks at the clock; tell whether the socket can be gone on with."""
        fault = self.pulse.look(now)
        if fault is not None:
            self.drop(fault)
        return fault is None

    def awaits(self, symbol: str) -> bool:
        """Whether a REST answer about a market is under way: its own deadline runs."""
        return any(("symbol", symbol) in request.query for request in self._requests)

    def probe(self) -> None:
        """Put the socket to the test: an answer to a ping soon, or another socket."""
        self._outbox.run(self.keepalive.probe())

    def follow(self, step: Step) -> None:
        """Make happen what the session returned."""
        if step.events:
            self.pulse.data = self.pulse.data or any(isinstance(e, _DATA) for e in step.events)
            self._tools.observer.facts(self._connection, step.events)
            for event in step.events:
                if isinstance(event, AuthFailed):
                    self.drop(AuthRefused(event.reason))
        if not all(self._outbox.put(text) for text in step.send):
            self.drop(Dropped("too much to send"))
        if step.more is not None:
            self._outbox.offer(step.more)
        for request in step.requests:
            self._requests.append(request)
            self._outbox.run(self._fetch(request))
        self._moved()

    def _take(self, frame: bytes) -> None:
        now = self._tools.clock.monotonic()
        if self.fault is not None or not self.look(now):
            return
        self.pulse.heard_at = now
        self.frames += 1
        if not frame.isascii():  # nearly all are, and then nothing need be looked at twice
            _read(frame)
        if self._tools.observer.recording:
            text = frame.decode("utf-8", "replace")
            self._tools.observer.frame(self._connection, "in", text)
        step = self.session.received(frame, now)
        if not step.events:
            self.pulse.data = True  # such as a change kept until a snapshot is there
        self.follow(step)

    async def _send(self, frame: str) -> None:
        if self._tools.observer.recording:
            self._tools.observer.frame(self._connection, "out", frame)
        await self.socket.send(frame)

    async def _fetch(self, request: Request) -> None:
        if request.delay:
            await self._tools.clock.sleep(request.delay)
        answer = await self._connection.rest.fetch(request)
        self._requests.remove(request)
        self._tools.observer.answer(self._connection, request, answer.body)
        self.follow(self.session.answered(request, answer, self._tools.clock.monotonic()))


def _read(frame: bytes) -> None:
    """Raise `Garbled` for what is no text. The library checks it only of what it decodes itself."""
    try:
        frame.decode()
    except UnicodeDecodeError:
        raise Garbled from None
