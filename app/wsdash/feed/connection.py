"""One connection: it opens sockets, runs sessions on them, and waits between them.

Every decision about its state is `link.advance`'s; this module only makes happen what
follows: the one place where a socket is read and written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from wsdash.feed.budget import ConnectBudget
from wsdash.feed.causes import Dropped, classify
from wsdash.feed.link import WAITING, Cause, Link, LinkState, Signal, advance, forgive
from wsdash.feed.observer import Tools
from wsdash.feed.rest import Rest
from wsdash.feed.talk import Talk
from wsdash.feed.thinning import Thinning
from wsdash.feed.turnstile import Turnstile
from wsdash.venues.thin import Thins
from wsdash.venues.venue import Session, Subscription, Venue

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
        self._received_at: float | None = None
        self._frames = 0
        reserve = int(role == "private")  # market data comes first
        self._turnstile = Turnstile(lambda: self.budget, reserve, tools.clock)
        self._make_session = make_session
        self._tools = tools
        self._wanted: tuple[Subscription, ...] = ()
        self._talk: Talk | None = None
        self._thinning = Thinning()

    async def run(self) -> None:
        """Connect, listen, lose, wait, and again, until cancelled."""
        try:
            while True:
                await self._turnstile.pass_through(lambda: self.link, self._hold)
                self._signal(Signal.START)
                try:
                    await self._meet()
                except Exception as error:  # noqa: BLE001 - classified, shown, never swallowed
                    cause = classify(error, self.address)
                    self._signal(Signal.LOST, cause=cause, hold=self._turnstile.wait)
                    if self.link.attempt >= OTHER_HOST_AFTER:
                        self._choose_other()
        finally:
            self._signal(Signal.STOP)

    def want(self, subscriptions: Iterable[Subscription]) -> None:
        """Make the connection's subscriptions those given, now and on every later socket."""
        self._wanted = tuple(subscriptions)
        if self._talk is not None:
            self._talk.ask(lambda session, now: session.want(self._wanted, now))

    def resync(self, subscription: Subscription, reason: str) -> None:
        """Get one subscription anew."""
        if self._talk is not None:
            self._talk.ask(lambda session, now: session.resync(subscription, now, reason))

    def retry_now(self) -> None:
        """Do not wait any longer; the budget and what the venue asked for still hold."""
        if self.link.state in WAITING:
            self._turnstile.hurry()

    def drop(self, error: Exception) -> None:
        """End the present socket, if there is one, for the reason given."""
        if self._talk is not None:
            self._talk.drop(error)

    @property
    def has_alternates(self) -> bool:
        """Whether the same is to be had at another address."""
        return bool(self._others)

    def probe(self) -> None:
        """Put the present socket to the test: an answer to a ping soon, or another socket."""
        if self._talk is not None:
            self._talk.probe()

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

    def tick(self, now: float, lag: float = 0.0) -> None:
        """Look at the clock, about four times a second.

        Args:
            now: monotonic seconds.
            lag: seconds by which its data comes later than it could.
        """
        self._replace(forgive(self.link, now))
        if (talk := self._talk) is None or not talk.look(now):
            return
        talk.keepalive.lag = lag
        self._thin_out(talk, lag, now)
        talk.ask(lambda session, now: session.ticked(now))
        fault = talk.pulse.read(talk.frames, talk.session.tally.unparsed, now)
        fault = fault or talk.pulse.judge(self.link, now, wanted=bool(self._wanted))
        if fault is not None:
            self.drop(fault)
        elif talk.pulse.is_late(self.link, now):
            self._signal(Signal.SUBSCRIBED)
            self._signal(Signal.SYNCED)

    def _thin_out(self, talk: Talk, lag: float, now: float) -> None:
        """Have less of the books while what comes is late, where the venue offers less."""
        if isinstance(session := talk.session, Thins) and self._thinning.look(lag, now):
            talk.ask(lambda _, now: session.thin(self._thinning.on, now))

    @property
    def is_live(self) -> bool:
        """Whether it is LIVE, and was not given up a moment ago."""
        alive = self._talk is not None and self._talk.fault is None
        return alive and self.link.state in (LinkState.LIVE, LinkState.ROTATING)

    @property
    def session(self) -> Session | None:
        """The session on the present socket."""
        return self._talk.session if self._talk is not None else None

    @property
    def frames(self) -> int:
        """Frames that came in, on all sockets together."""
        return self._frames + (self._talk.frames if self._talk is not None else 0)

    @property
    def received_at(self) -> float | None:
        """When a frame last came in, on whichever socket; monotonic seconds."""
        return self._talk.pulse.heard_at if self._talk is not None else self._received_at

    @property
    def rtt(self) -> float | None:
        """Seconds of the last ping's round trip."""
        return self._talk.keepalive.rtt if self._talk is not None else None

    def awaits(self, symbol: str) -> bool:
        """Whether a REST answer about a market is under way: its own deadline runs."""
        return self._talk is not None and self._talk.awaits(symbol)

    async def _meet(self) -> None:
        """Open a socket, and talk on it until it ends."""
        socket = await self._tools.open_socket(self.address, self.venue.max_size)
        if self.link.state is LinkState.PARKED:  # by key, while it opened
            socket.abort()
            raise Dropped("parked by key")
        session = self._make_session()
        talk = self._talk = Talk(self, socket, session, self._tools, self._note_progress)
        try:
            session.want(self._wanted, self._now())
            if self._thinning.on and isinstance(session, Thins):
                session.thin(True, self._now())
            private = self.role == "private"
            self._signal(Signal.OPENED_PRIVATE if private else Signal.OPENED)
            talk.follow(session.opened(self._now()))
            await talk.listen()
        except Exception as error:  # noqa: BLE001 - raised again, or for the reason it was given up
            raise talk.fault or error from None
        finally:
            self._frames, self._received_at, self._talk = self.frames, talk.pulse.heard_at, None
            await talk.close()

    def _note_progress(self) -> None:
        if self._talk is None or self.link.state in (LinkState.LIVE, LinkState.ROTATING):
            return
        phase, done, total = self._talk.session.progress
        if phase != "auth":
            self._signal(Signal.AUTHENTICATED)
        if phase in ("syncing", "ready"):
            self._signal(Signal.SUBSCRIBED)
        if phase == "ready":
            self._signal(Signal.SYNCED)
        if self.link.state in (LinkState.SUBSCRIBING, LinkState.SYNCING) and total:
            self._replace(msgspec.structs.replace(self.link, progress=f"{done}/{total}"))

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
