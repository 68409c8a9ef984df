"""Any order of faults, keys, sleeps and peace: what must hold holds after every step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.chaos.memory import MemoryExchange, everything, memory_feed
from tests.chaos.oracle import Oracle
from tests.chaos.plugin import Figure
from tests.chaos.walks import FOLLOWS
from tests.virtual import VirtualLoop

import wsdash.feed.connection as connection_module
from wsdash.domain.instrument import MarketKey
from wsdash.feed.connection import Connection
from wsdash.feed.link import LONGEST_DELAY, TRANSITIONS, Link, LinkState, Signal, advance
from wsdash.venues import registry

KEYS = (
    MarketKey("kraken", "BTC/USD"),
    MarketKey("binance", "BTCUSDT"),
    MarketKey("bybit", "BTCUSDT"),
)
NAMES = ("kraken public", "binance public", "bybit public")
VENUES = ("kraken", "binance", "bybit")
FAULTS = (
    {"do": "drop 1", "ch": "book"},
    {"do": "dup 2", "ch": "book"},
    {"do": "swap 1", "ch": "book"},
    {"do": "bad_crc 1", "ch": "book", "venue": "kraken"},
    {"do": "stale_snapshot 50", "venue": "binance"},
    {"do": "stale_snapshot 50", "venue": "bybit"},
    {"do": "garbage 1"},
    {"do": "silence", "ch": "book", "for": 7},
    {"do": "silence", "for": 7},
    {"do": "close 1012 restarting", "on": "public"},
    {"do": "close 1000", "on": "public"},
    {"do": "abort", "on": "public"},
    {"do": "notice", "on": "public"},
    {"do": "status 503", "on": "public", "times": 2},
    {"do": "status 451", "on": "public", "times": 1},
    {"do": "status 429", "on": "public", "retry_after": 3, "times": 1},
    {"do": "flap 1008", "on": "public", "times": 3},
    {"do": "status 500", "on": "rest", "times": 2},
)
seen: set[str] = set()
counts = {"steps": 0, "connects": 0, "frames": 0, "deltas": 0}


def noting(link: Link, signal: Signal, *more: Any, **named: Any) -> Link:
    """Advance a link, and remember which line of the table that was."""
    if (link.state, signal) in TRANSITIONS:
        seen.add(f"{link.state} {signal}")
    return advance(link, signal, *more, **named)


class Judge(Oracle):
    """The oracle, which also watches over the states of connections."""

    strange: list[str]

    def link(self, connection: Connection, before: Link) -> None:
        after = connection.link
        if (
            after.state is not before.state
            and after.name == before.name
            and (before.state, after.state) not in FOLLOWS
        ):
            self.strange.append(f"{before.state} -> {after.state}")
        if after.state is LinkState.BACKOFF and after.retry_at is not None:
            wait = after.retry_at - after.since
            budget = connection.budget.wait()
            if not 0 <= wait <= max(LONGEST_DELAY, budget) + 1e-6:
                self.strange.append(f"waits {wait}")
        super().link(connection, before)


class Weather(RuleBasedStateMachine):
    """A feed of three venues under whatever comes."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.stack = AsyncExitStack()
        self.ages: dict[tuple[MarketKey, str], tuple[float, int]] = {}
        self.run(self._open())

    def run(self, coroutine: Any) -> None:
        self.loop.run_until_complete(coroutine)

    def act(self, what: Callable[[], None], seconds: float) -> None:
        """Do something and let it take effect."""

        async def do() -> None:
            what()
            await asyncio.sleep(seconds)

        self.run(do())

    async def _open(self) -> None:
        self.exchange = MemoryExchange(3, 0.05)
        await self.stack.enter_async_context(self.exchange.open())
        self.feed = memory_feed(self.exchange, 3)
        self.judge = Judge(self.feed, self.exchange, pause=1.0)
        self.judge.strange = []
        await self.stack.enter_async_context(self.feed.running())
        self.feed.supervisor.listeners.append(self.judge)
        self.feed.want(everything(*KEYS))
        await asyncio.sleep(1.0)

    def teardown(self) -> None:
        counts["connects"] += len(self.exchange.connects)
        counts["frames"] += self.judge.frames
        counts["deltas"] += self.judge.deltas
        self.run(self.stack.aclose())
        self.loop.close()
        asyncio.set_event_loop(None)
        assert self.loop.complaints == []

    @rule(seconds=st.sampled_from([0.05, 0.5, 3.0, 12.0, 35.0]))
    def peace(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(fault=st.sampled_from(FAULTS), venue=st.sampled_from(VENUES))
    def fault(self, fault: dict[str, Any], venue: str) -> None:
        self.act(lambda: self.exchange.inject({"at": "0s", "venue": venue} | fault), 0.3)

    @rule()
    def everything_is_reset(self) -> None:
        self.act(self.exchange.drop_all, 0.01)

    @rule(name=st.sampled_from(NAMES))
    def rotate(self, name: str) -> None:
        self.act(lambda: self.feed.rotate(name), 0.5)

    @rule(key=st.sampled_from(KEYS))
    def resync(self, key: MarketKey) -> None:
        self.act(lambda: self.feed.resync(key), 0.1)

    @rule(venue=st.sampled_from(VENUES))
    def reconnect(self, venue: str) -> None:
        self.act(lambda: self.feed.reconnect(venue), 0.1)

    @rule(seconds=st.sampled_from([2.0, 8.0, 60.0]))
    def the_machine_sleeps(self, seconds: float) -> None:
        self.loop.sleep_through(seconds)
        self.run(asyncio.sleep(0.3))

    @invariant()
    def what_is_drawn_as_live_is_the_truth(self) -> None:
        counts["steps"] += 1

        async def look() -> None:
            for key in KEYS:
                self.judge.look(key)

        self.run(look())
        assert self.judge.wrong == []
        assert self.judge.wrong_levels == 0

    @invariant()
    def states_follow_by_the_table_and_waits_have_bounds(self) -> None:
        assert self.judge.strange == []

    @invariant()
    def the_budget_of_no_venue_is_exceeded(self) -> None:
        for name in VENUES:
            budget = registry.find(name).connects
            times = [at for at, venue in self.exchange.connects if venue == name]
            for i, start in enumerate(times):
                for n, end in enumerate(times[i:], start=1):
                    assert n <= budget.burst + (end - start) * budget.per_second + 1e-3

    @invariant()
    def no_age_falls_without_data(self) -> None:
        now = self.loop.time()
        for key in KEYS:
            for channel, stream in self.feed.board.market(key).streams.items():
                age = stream.age(now)
                before, messages = self.ages.get((key, channel), (0.0, stream.messages))
                if age is not None:
                    assert age >= 0
                    assert age >= before or stream.messages != messages
                    self.ages[key, channel] = (age, stream.messages)


def play(examples: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "advance", noting)
    run_state_machine_as_test(
        Weather,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(120)
@pytest.mark.row("D1", "D2", "A9", "B1", "C1")
def test_whatever_comes_in_whatever_order(monkeypatch: pytest.MonkeyPatch) -> None:
    play(15, 25, monkeypatch)
    assert counts["frames"] > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.row("D1", "D2", "A9", "B1", "C1", "D12")
def test_whatever_comes_in_whatever_order_many_times(
    monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    play(120, 40, monkeypatch)
    figure("S19", known=len(TRANSITIONS), steps=counts["steps"], seen=sorted(seen))
    figure("S11", attempts=counts["connects"], violations=0)
    figure("S7", frames=counts["frames"], wrong=0, deltas=counts["deltas"])
