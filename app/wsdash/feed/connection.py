"""One connection: it opens sockets, runs sessions on them, and waits between them.

Every decision about its state is `link.advance`'s; this module only makes happen what
follows: the one place where a socket is read and written.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal

import msgspec

from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    BookMoved,
    BookSynced,
    Printed,
    TickerMoved,
)
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.causes import AuthRefused, Dropped, Silence, classify
from wsdash.feed.link import WAITING, Cause, Link, LinkState, Signal, advance, forgive
from wsdash.feed.observer import Tools
from wsdash.feed.outbox import Outbox
from wsdash.feed.pulse import Pulse
from wsdash.feed.rest import Rest
from wsdash.feed.sockets import Socket
from wsdash.feed.turnstile import Turnstile
from wsdash.venues.venue import Request, Session, Step, Subscription, Venue

PROBE_TIMEOUT = 2.0
"""Seconds for the answer to a ping that puts a socket to the test."""

OTHER_HOST_AFTER = 3
"""Failures in a row after which another of the venue's hosts is tried, where there is one."""


class Connection:
    """A public or private connection to a venue.

    Args:
        role: whose it is: everybody's market data, or the account's.
        address: where to.
        make_session: makes the state machine for each new socket.
        budget: the venue's connection attempts.
        rest: makes the requests that sessions ask for.
        alternates: other addresses where the same is to be had.
    """

    def __init__(
        self,
        *,
        venue: Venue,
        role: Literal["public", "private"],
        address: str,
        make_session: Callable[[], Session],
        budget: ConnectBudget,
        rest: Rest,
        tools: Tools,
        alternates: Iterable[str] = (),
    ) -> None:
        self.venue, self.role, self.address = venue, role, address
        self._others = deque(alternates)
        self.budget, self.rest = budget, rest
        self.link = Link(f"{venue.name} {role}", venue.name, since=tools.clock.monotonic())
        self.session: Session | None = None
        self.received_at: float | None = None
        self.frames = 0
        reserve = int(role == "private")  # market data comes first
        self._turnstile = Turnstile(lambda: self.budget, reserve, tools.clock)
        self._make_session = make_session
        self._tools = tools
        self._wanted: tuple[Subscription, ...] = ()
        self._socket: Socket | None = None
        self._fault: Exception | None = None
        self._pulse: Pulse | None = None
        self._frames_before = 0
        self._requests: list[Request] = []
        self._outbox: Outbox | None = None

    async def run(self) -> None:
        """Connect, listen, lose, wait, and again, until cancelled."""
        try:
            while True:
                await self._turnstile.pass_through(lambda: self.link, self._hold)
                self._signal(Signal.START)
                self._fault = None
                try:
                    await self._listen()
                except Exception as error:  # noqa: BLE001 - classified, shown, never swallowed
                    cause = classify(self._fault or error, self.address)
                    self._signal(Signal.LOST, cause=cause, hold=self._turnstile.wait)
                    if self.link.attempt >= OTHER_HOST_AFTER:
                        self._choose_other()
        finally:
            self._signal(Signal.STOP)

    def want(self, subscriptions: Iterable[Subscription]) -> None:
        """Make the connection's subscriptions those given, now and on every later socket."""
        self._wanted = tuple(subscriptions)
        self._ask(lambda session, now: session.want(self._wanted, now))

    def resync(self, subscription: Subscription, reason: str) -> None:
        """Get one subscription anew."""
        self._ask(lambda session, now: session.resync(subscription, now, reason))

    def retry_now(self) -> None:
        """Do not wait any longer; the budget and what the venue asked for still hold."""
        if self.link.state in WAITING:
            self._turnstile.hurry()

    def drop(self, error: Exception) -> None:
        """End the present socket, if there is one, for the reason given."""
        if self._socket is not None:
            self._fault = error
            self._socket.abort()

    @property
    def has_alternates(self) -> bool:
        """Whether the same is to be had at another address."""
        return bool(self._others)

    def probe(self) -> None:
        """Put the present socket to the test: an answer to a ping soon, or another socket."""
        if self._outbox is not None and self._socket is not None:
            self._outbox.run(self._answers(self._socket))

    async def _answers(self, socket: Socket) -> None:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                await (await socket.ping())
        except TimeoutError:
            self.drop(Silence(f"no pong in {PROBE_TIMEOUT:.0f} s after the network changed"))

    def go_elsewhere(self, error: Exception) -> None:
        """Drop what there is and connect to another of the venue's hosts, where there is one."""
        self._choose_other()
        self.drop(error)

    def reconnect(self) -> None:
        """Drop what there is and connect anew at once."""
        self.drop(Dropped("dropped by key"))
        self._turnstile.hurry()

    def park(self) -> None:
        """Stay away until somebody says otherwise."""
        self._signal(Signal.PARK)
        self.drop(Dropped("parked by key"))

    def rotate(self, *, done: bool = False) -> None:
        """Another connection is made ready to take over, or (`done`) no longer is."""
        self._signal(Signal.ROTATED if done else Signal.ROTATE)

    def rename(self, name: str) -> None:
        """Carry on under another name."""
        self.link = msgspec.structs.replace(self.link, name=name)

    def tick(self, now: float) -> None:
        """Look at the clock, about four times a second."""
        self._replace(forgive(self.link, now))
        if self.session is None or not self._is_awake(now):
            return
        self._ask(lambda session, now: session.ticked(now))
        if (pulse := self._pulse) is None or self.session is None:
            return
        unread = pulse.read(self.frames - self._frames_before, self.session.tally.unparsed, now)
        if (fault := unread or pulse.judge(self.link, now, wanted=bool(self._wanted))) is not None:
            self.drop(fault)
        elif pulse.is_late(self.link, now):
            self._signal(Signal.SUBSCRIBED)
            self._signal(Signal.SYNCED)

    @property
    def is_live(self) -> bool:
        """Whether it is LIVE, and was not given up a moment ago."""
        return self.link.state in (LinkState.LIVE, LinkState.ROTATING) and self._fault is None

    def awaits(self, symbol: str) -> bool:
        """Whether a REST answer about a market is under way: its own deadline runs."""
        return any(("symbol", symbol) in request.query for request in self._requests)

    @property
    def rtt(self) -> float | None:
        """Seconds of the last ping's round trip."""
        return (self._socket.latency or None) if self._socket is not None else None

    async def _listen(self) -> None:
        socket = await self._tools.open_socket(self.address, self.venue.max_size)
        outbox = Outbox(self._sending(socket), self.venue.messages, self._tools.clock, self.drop)
        try:
            now = self._now()
            self._socket, self._outbox = socket, outbox
            self._pulse = Pulse(self.venue.liveness.heartbeat, now)
            self._frames_before = self.frames
            self._requests.clear()
            session = self.session = self._make_session()
            session.want(self._wanted, now)
            private = self.role == "private"
            self._signal(Signal.OPENED_PRIVATE if private else Signal.OPENED)
            self._follow(session.opened(now))
            while True:
                frame = await socket.recv(decode=False)
                self._take(session, frame if isinstance(frame, bytes) else frame.encode())
        finally:
            self._socket = self._outbox = self.session = self._pulse = None
            socket.abort()
            await outbox.close()

    def _take(self, session: Session, frame: bytes) -> None:
        now = self._now()
        if self._fault is not None or not self._is_awake(now):
            return
        self.received_at = now
        if self._pulse is not None:
            self._pulse.heard_at = now
        self.frames += 1
        if self._tools.observer.recording:
            self._tools.observer.frame(self, "in", frame.decode("utf-8", "replace"))
        step = session.received(frame, now)
        if self._pulse is not None and not step.events:
            self._pulse.data = True  # such as a change kept until a snapshot is there
        self._follow(step)

    def _is_awake(self, now: float) -> bool:
        """Whether somebody looked at the clock lately; gives the connection up where nobody did."""
        fault = self._pulse.look(now) if self._pulse is not None else None
        if fault is not None:
            self.drop(fault)
        return fault is None

    def _ask(self, what: Callable[[Session, float], Step]) -> None:
        """Have the session do something; its crash is the connection's, not the caller's."""
        if self.session is None:
            return
        try:
            self._follow(what(self.session, self._now()))
        except Exception as error:  # noqa: BLE001 - ends the connection, which shows it
            self.drop(error)

    def _follow(self, step: Step) -> None:
        """Make happen what a session returned."""
        if step.events:
            if self._pulse is not None and not self._pulse.data:
                self._pulse.data = any(isinstance(event, _DATA) for event in step.events)
            self._tools.observer.facts(self, step.events)
            for event in step.events:
                if isinstance(event, AuthFailed):
                    self.drop(AuthRefused(event.reason))
        if self._outbox is not None:
            if not all(self._outbox.put(text) for text in step.send):
                self.drop(Dropped("too much to send"))
            for request in step.requests:
                self._requests.append(request)
                self._outbox.run(self._fetch(request))
        if self.link.state not in (LinkState.LIVE, LinkState.ROTATING):
            self._note_progress()

    def _note_progress(self) -> None:
        if self.session is None:
            return
        phase, done, total = self.session.progress
        if phase != "auth":
            self._signal(Signal.AUTHENTICATED)
        if phase in ("syncing", "ready"):
            self._signal(Signal.SUBSCRIBED)
        if phase == "ready":
            self._signal(Signal.SYNCED)
        if self.link.state in (LinkState.SUBSCRIBING, LinkState.SYNCING) and total:
            self._replace(msgspec.structs.replace(self.link, progress=f"{done}/{total}"))

    def _sending(self, socket: Socket) -> Callable[[str], Awaitable[None]]:
        async def send(frame: str) -> None:
            if self._tools.observer.recording:
                self._tools.observer.frame(self, "out", frame)
            await socket.send(frame)

        return send

    async def _fetch(self, request: Request) -> None:
        if request.delay:
            await self._tools.clock.sleep(request.delay)
        answer = await self.rest.fetch(request)
        self._requests.remove(request)
        if self.session is not None:
            self._tools.observer.answer(self, request, answer.body)
            self._follow(self.session.answered(request, answer, self._now()))

    def _choose_other(self) -> None:
        if self._others:
            self._others.append(self.address)
            self.address = self._others.popleft()

    def _hold(self, seconds: float) -> None:
        self._signal(Signal.HOLD, hold=seconds)

    def _signal(self, signal: Signal, *, cause: Cause | None = None, hold: float = 0.0) -> None:
        tools = self._tools
        self._replace(
            advance(self.link, signal, self._now(), tools.uniform, cause=cause, hold=hold)
        )

    def _replace(self, link: Link) -> None:
        if link != self.link:
            before, self.link = self.link, link
            self._tools.observer.link_changed(self, before)

    def _now(self) -> float:
        return self._tools.clock.monotonic()


_DATA = (BookSynced, BookMoved, Printed, TickerMoved, BalancesStated, BalancesMoved)
"""Facts that prove a channel. Candles and lists do not: some venues answer them over REST."""
