"""Walks through the life of connections: ``python -m tests.chaos.walks --count 5000``.

A public and a private connection of a scripted venue, and whatever comes in whatever order:
attempts that are refused, limited, never met or parked; sockets that fall silent before or after
the login, are closed, crash; keys; rotations; a budget that is spent; the feed left and entered
again at any moment. After every step each link must have followed the table.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from unittest.mock import patch

from tests.chaos import reports
from tests.chaos.reports import Entry
from tests.feed.scripted import BOOK, TAPE, FakeSocket, Network, NoRest, Server, Words, toy
from tests.virtual import VirtualClock, VirtualLoop, play
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

import wsdash.feed.connection as connection_module
from wsdash.domain.events import Event
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.connection import Connection
from wsdash.feed.link import TRANSITIONS, Link, LinkState, Signal, advance
from wsdash.feed.live import LiveFeed
from wsdash.feed.observer import Tools
from wsdash.feed.supervisor import Supervisor
from wsdash.venues.venue import Budget, Progress, Subscription

FOLLOWS: Final = {(state, target) for (state, _), target in TRANSITIONS.items()} | {
    (state, to)
    for (state, signal) in TRANSITIONS
    if signal is Signal.LOST
    for to in (LinkState.HOLD, LinkState.PARKED)
}
"""States that may follow one another."""
ALL: Final = frozenset(f"{state} {signal}" for state, signal in TRANSITIONS)
NAMES: Final = ("toy public", "toy private")
SHORT: Final = Budget(6, 0.2)
"""Attempts of the venue: few, so that they are spent."""
STATUSES: Final = (401, 403, 418, 429, 429, 451, 500, 503)
WORDS: Final = (
    "ack book BTC", "ack book BTC", "ack trades BTC", "ack account", "book BTC 7", "book BTC 8",
    "trade BTC 3", "welcome", "welcome", "beat", "lost BTC gap", "refused trades BTC why",
    "listed BTC ETH", "denied why", "boom",
)  # fmt: skip
ACKS: Final = ("welcome", "ack account", "ack instruments", "ack book BTC", "ack trades BTC")
CLOSES: Final = (1000, 1001, 1008, 1012, 1013, 4000, None)


class Deaf(Words):
    """A session that does not mind what is not meant for it."""

    def _ack(self, channel: str, symbol: str = "") -> Iterator[Event]:
        if any((sub.channel, sub.symbol) == (channel, symbol) for sub in self._subs.standing):
            yield from super()._ack(channel, symbol)

    def _welcome(self) -> Iterator[Event]:
        yield from ()


class Login(Deaf):
    """A session that has to log in first: its word is ``welcome``."""

    def __init__(self) -> None:
        super().__init__()
        self._welcomed = False

    @property
    def progress(self) -> Progress:
        return super().progress if self._welcomed else Progress("auth", 0, 0)

    def _welcome(self) -> Iterator[Event]:
        self._welcomed = True
        yield from ()


class Walk:
    """One walk.

    Attributes:
        seen: lines of the table that were taken.
        strange: states that followed one another though the table does not say so.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.network = Network(self._meet)
        self.seen: set[str] = set()
        self.strange: list[str] = []
        self.feed = LiveFeed(clock=VirtualClock(), connect=self._connect, venues=("toy",))
        self.feed.supervisor.listeners.append(self)

    async def go(self, steps: int) -> None:
        """Walk, leaving the feed and entering it again now and then."""
        while steps > 0:
            part = min(steps, self.chance.randint(1, 40))
            steps -= part
            async with self.feed.running():
                if self not in self.feed.supervisor.listeners:
                    self.feed.supervisor.listeners.append(self)
                self.feed.want([("toy", BOOK), ("toy", TAPE)])
                self._private().want([Subscription("account")])
                for _ in range(part):
                    self._step()
                    await asyncio.sleep(self.chance.choice((0.0, 0.0, 0.01, 0.3, 1.0, 4.0, 40.0)))
                    self.check()

    def _step(self) -> None:
        """Do one thing."""
        chance, name = self.chance, self.chance.choice(NAMES)
        kind = chance.random()
        if kind < 0.55:
            self._say()
        elif kind < 0.62:
            self.feed.rotate(name)
        elif kind < 0.68:
            self.feed.park(name)
        elif kind < 0.80:
            self.feed.retry(name)
        elif kind < 0.84:
            self.feed.drop(name)
        elif kind < 0.88:
            self.feed.network_changed()
        elif kind < 0.90:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.sleep_through(chance.choice((3.0, 70.0)))
        elif socket := self._socket():
            socket.close_with(chance.choice(CLOSES))

    def _say(self) -> None:
        """A socket says the next things of a healthy session, or anything."""
        socket = self._socket()
        if socket is None:
            return
        kind = self.chance.random()
        if kind < 0.6:
            for word in ACKS if kind < 0.25 else (*ACKS, "book BTC 7"):
                socket.say(word)
            return
        for _ in range(self.chance.randint(1, 4)):
            socket.say(self.chance.choice(WORDS))

    def _socket(self) -> FakeSocket | None:
        alive = [socket for socket in self.network.sockets[-6:] if not socket.ended]
        return self.chance.choice(alive) if alive else None

    async def _meet(self, network: Network) -> FakeSocket:
        await asyncio.sleep(self.chance.choice((0.0, 0.01, 0.5)))
        kind = self.chance.random()
        if kind < 0.40:
            return await Server()(network)
        if kind < 0.70:
            return FakeSocket()
        if kind < 0.76:
            await asyncio.sleep(8.0)
            raise TimeoutError
        if kind < 0.84:
            raise ConnectionRefusedError(111, "refused")
        status = self.chance.choice(STATUSES)
        head = {"Retry-After": "3"} if status in (429, 503) else {}
        raise InvalidStatus(Response(status, "", Headers(head), b""))

    def _connect(self, name: str, supervisor: Supervisor) -> list[Connection]:
        clock, venue = VirtualClock(), toy(connects=SHORT)
        budget = ConnectBudget(venue.connects, clock)
        tools = Tools(
            clock=clock,
            uniform=self.chance.uniform,
            open_socket=self.network.open,
            observer=supervisor,
        )
        roles: tuple[tuple[Literal["public", "private"], type[Words]], ...] = (
            ("public", Deaf),
            ("private", Login),
        )
        return [
            Connection(
                venue=venue,
                role=role,
                address="wss://toy.example/v2",
                make_session=session,
                budget=budget,
                rest=NoRest(),
                tools=tools,
            )
            for role, session in roles
        ]

    def _private(self) -> Connection:
        return self.feed.supervisor.lines["toy private"].connection

    def noting(self, link: Link, signal: Signal, *more: Any, **named: Any) -> Link:
        """Advance a link, and remember which line of the table that was."""
        after = advance(link, signal, *more, **named)
        if (link.state, signal) in TRANSITIONS:
            self.seen.add(f"{link.state} {signal}")
        if after.state is not link.state and (link.state, after.state) not in FOLLOWS:
            self.strange.append(f"{link.state} -> {after.state}")
        return after

    def check(self) -> None:
        """A link has a socket exactly in the states that say so."""
        for line in self.feed.supervisor.lines.values():
            talk, link = line.connection._talk, line.connection.link
            talks = talk is not None and talk.fault is None
            if talks and not link.is_open:
                self.strange.append(f"{link.state}, and still talking")

    def link(self, connection: Connection, before: Link) -> None:
        """A link changed."""

    def fact(self, venue: str, event: Event) -> None:
        """Something was said."""

    def stream(self, *_: object) -> None:
        """A channel changed its state."""

    frame = answer = stream


@contextmanager
def watched(noting: Callable[..., Link]) -> Iterator[None]:
    """Have connections advance their links by another function."""
    with patch.object(connection_module, "advance", noting):
        yield


def run(seed: int, steps: int = 80) -> tuple[set[str], list[str]]:
    """Walk; return the lines of the table that were taken, and what was strange."""

    async def main() -> Walk:
        walk = Walk(seed)
        with watched(walk.noting):
            await walk.go(steps)
        return walk

    walk = play(main(), thorough=seed % 50 == 0)
    return walk.seen, walk.strange


def main() -> int:
    """Walk many times; print what was never taken, and what was strange."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path)
    chosen = options.parse_args()
    seen: set[str] = set()
    failed: list[str] = []
    started, count = time.monotonic(), 0
    while count < chosen.count and time.monotonic() - started < chosen.seconds:
        found, strange = run(chosen.seed + count)
        seen |= found
        failed += [f"seed {chosen.seed + count}: {strange[0]}"] if strange else []
        count += 1
    took = time.monotonic() - started
    print(f"{count} walks in {took:.0f} s, {len(seen)} of {len(ALL)} lines; never: ", end="")
    print(sorted(ALL - seen), *failed[:20], sep="\n")
    if chosen.report is not None:
        walked = {"seeds": count, "failed": len(failed)}
        figures = [
            Entry("S19", "walks", {"known": len(ALL), "seen": sorted(seen)}),
            Entry("S20", "walks", walked),
        ]
        reports.write(chosen.report, "walks", took, figures)
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
