"""The live feed: connections to venues, and the board they fill."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Literal, TypeAlias

from wsdash.domain.instrument import MarketKey
from wsdash.feed.causes import Dropped
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.feed import LinkReport
from wsdash.feed.line import Line
from wsdash.feed.link import Uniform
from wsdash.feed.market import Board
from wsdash.feed.pager import Pager
from wsdash.feed.reports import report
from wsdash.feed.rest import Rest
from wsdash.feed.rotations import NEXT, Rotations
from wsdash.feed.supervisor import Supervisor
from wsdash.venues.venue import Subscription

WatchNetwork: TypeAlias = Callable[[Callable[[], None]], AbstractContextManager[bool]]
"""Calls back after changes of the machine's network, while in the context it returns."""

TICK = 0.25
"""Seconds between two looks at everything."""


class LiveFeed:
    """A running feed of one or more venues.

    Args:
        clock: the machine's, or a test's.
        connect: makes a venue's connections by its name, the public one first; they
            report to the given supervisor.
        venues: names of the venues that may be asked for.
        mode: ``demo`` when the venues are the embedded exchange.
        uniform: spreads the times of rotations.
        watch_network: calls back after changes of the machine's network.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        connect: Callable[[str, Supervisor], list[Connection]],
        venues: Sequence[str],
        mode: Literal["live", "demo"] = "live",
        uniform: Uniform = random.uniform,
        watch_network: WatchNetwork = lambda _: nullcontext(False),
    ) -> None:
        self.mode: Literal["live", "demo", "replay"] = mode
        self.venues: Sequence[str] = tuple(venues)
        self.board = Board()
        self.supervisor = Supervisor(self.board, clock)
        self.log = self.supervisor.log
        self._clock, self._connect = clock, connect
        self._public: dict[str, Line] = {}
        self._tasks: dict[Connection, asyncio.Task[None]] = {}
        self._watch_network = watch_network
        self._rotations = Rotations(self.supervisor, uniform, self._start_next, self._stop)
        self._ending: set[asyncio.Task[None]] = set()
        self._rests: list[Rest] = []
        self._pager = Pager(self.supervisor, clock, uniform)
        self._is_running = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the feed running; its connections end when the context does."""
        self._is_running = True
        watch = asyncio.create_task(self._watch(), name="watch")
        self._start()
        try:
            with self._watch_network(self.network_changed):
                yield
        finally:
            self._is_running = False
            self.supervisor.listeners.clear()  # that we leave is no news of the venue's
            tasks = [watch, *self._tasks.values(), *self._ending]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._pager.close()
            self._tasks.clear()
            for rest in self._rests:
                await rest.close()

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock.monotonic()

    def wall(self) -> float:
        """Seconds since the epoch, only to show."""
        return self._clock.wall()

    def want(self, wanted: Iterable[tuple[str, Subscription]]) -> None:
        """Make (venue, subscription) pairs the whole of what is subscribed."""
        by_venue: dict[str, set[Subscription]] = {name: set() for name in self._public}
        for venue, sub in wanted:
            subs = by_venue.setdefault(venue, set())
            if sub.channel != "account":  # a connection of its own, there where there is a key
                subs.add(sub)
        for venue, subs in by_venue.items():
            if venue not in self._public:
                self._open(venue)
            line = self._public[venue]
            if subs:
                subs.add(Subscription("instruments"))  # ticks and decimals, for whatever is shown
            if line.wanted != subs:
                self.supervisor.want(line, frozenset(subs))

    def resync(self, key: MarketKey) -> None:
        """Throw away what is known of a market and get it anew."""
        line = self._public.get(key.venue)
        if line is None:
            return
        for sub in sorted(line.wanted):
            if sub.symbol == key.name and sub.channel == "book":
                line.patients.pop(sub, None)
                line.connection.resync(sub, "by key")
        line.connection.retry_now()

    def older(self, key: MarketKey, interval: str) -> None:
        """Have candles fetched that are older than those known, a page of them."""
        line = self._public.get(key.venue)
        if line is not None:
            self._pager.ask(line, key, interval)

    def reconnect(self, venue: str) -> None:
        """Retry the venue's connections now; drops those that are up."""
        for line in self.supervisor.lines.values():
            if line.connection.venue.name == venue:
                line.connection.reconnect()

    def _with(self, name: str, act: Callable[[Connection], None]) -> None:
        line = self.supervisor.lines.get(name)
        if line is not None:
            act(line.connection)

    def rotate(self, name: str) -> None:
        """Make another connection ready, and let it take over from the one of this name."""
        line = self.supervisor.lines.get(name)
        if line is not None:
            self._rotations.ask(line, self._clock.monotonic(), "by key")

    def retry(self, name: str) -> None:
        """Do not wait for the next attempt of a connection; un-parks it."""
        self._with(name, Connection.retry_now)

    def drop(self, name: str) -> None:
        """Drop a connection, as a fault would."""
        self._with(name, lambda connection: connection.drop(Dropped("dropped by key")))

    def park(self, name: str) -> None:
        """Keep a connection away until it is retried."""
        self._with(name, Connection.park)

    def network_changed(self) -> None:
        """Another way may be open, so nobody waits any longer; the old way is put to the test."""
        for line in self.supervisor.lines.values():
            self.supervisor.note(line.connection, "network changed")
            line.connection.retry_now()
            line.connection.probe()

    def reports(self) -> list[LinkReport]:
        """Every connection, in a steady order."""
        return [report(line) for line in self.supervisor.lines.values()]

    async def links_changed(self, seen: int) -> int:
        """Wait until the links and their log changed; return the new revision."""
        return await self.supervisor.links.changed(seen)

    def _open(self, venue: str) -> None:
        connections = self._connect(venue, self.supervisor)
        for connection in connections:
            self.supervisor.add(connection)
            self._rests.append(connection.rest)
        self._public[venue] = self.supervisor.lines[connections[0].link.name]
        if self._is_running:
            self._start()

    def _start(self) -> None:
        """Start what does not run.

        A connection handles every error of its sessions itself; an exception out of it is
        a bug in the supervision, and the next look starts it again.
        """
        for line in self.supervisor.lines.values():
            task = self._tasks.get(line.connection)
            if task is not None and task.done() and not task.cancelled() and task.exception():
                self.supervisor.report(task.exception(), line.connection.link.name)
            if task is None or task.done():
                self._run(line.connection)

    def _run(self, connection: Connection) -> None:
        name = connection.link.name
        self._tasks[connection] = asyncio.create_task(connection.run(), name=name)

    def _start_next(self, like: Connection) -> Connection:
        """Start a connection that is to take over from the one given."""
        made = self._connect(like.venue.name, self.supervisor)
        new = next(connection for connection in made if connection.role == like.role)
        new.budget, new.rest = like.budget, like.rest
        new.rename(like.link.name + NEXT)
        self._run(new)
        return new

    def _stop(self, connection: Connection) -> None:
        """Stop a connection that nothing is drawn from any more."""
        if (task := self._tasks.pop(connection, None)) is not None:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _watch(self) -> None:
        while True:
            try:
                self._start()
                self.supervisor.tick()
                self._rotations.tick(self._clock.monotonic())
            except Exception as error:  # noqa: BLE001 - the watch must outlive every bug
                self.supervisor.report(error, "watch")
            await self._clock.sleep(TICK)
