"""Seeds by the thousand: ``python -m tests.chaos.seeds --frames 1000000 [--jobs 2]``.

A seed is a market, a schedule of faults and the waits of the feed. The embedded exchange's
own dialects speak to the feed in memory and in virtual time; after every change of a book the
ladder is drawn by the pane's own snapshot code, framed, read back from its characters and
compared with the exchange's book at that change. Nothing but the sockets and the terminal is
left out: those are in `tests/chaos/test_wire.py` and `tests/chaos/soak.py`.

A seed that shows something wrong is a report of it: ``--seed N --count 1`` repeats it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import pickle
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.chaos import reports
from tests.chaos.memory import MemoryExchange, everything, memory_feed
from tests.chaos.oracle import Oracle
from tests.chaos.reports import Entry
from tests.chaos.schedules import fault
from tests.virtual import EPOCH, VirtualLoop, play

from wsdash.domain.instrument import MarketKey
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import PAIRS
from wsdash.exchange.perpetuals import PERPETUALS
from wsdash.feed.feed import Feed
from wsdash.feed.market import ChannelState
from wsdash.venues.venue import Budget

KEYS: Final = (
    MarketKey("kraken", "BTC/USD"),
    MarketKey("binance", "BTCUSDT"),
    MarketKey("bybit", "BTCUSDT"),
)
LINES: Final = ("kraken public", "binance public", "bybit public")
SIZES: Final = ((40, 14), (60, 16), (40, 18), (60, 14), (40, 24), (44, 12), (60, 20), (100, 40))
"""Cells of the ladders that are drawn in turn: as at 80x24, 120x40 and 200x60."""
MARKETS: Final = 24
"""Different markets; a seed takes one of them."""
RATE: Final = 0.2
"""Events of the market, as a multiple of the ordinary: about thirty a second."""
COUNTED: Final = (
    "frames", "states", "rows", "unproven", "marked", "deltas", "resyncs", "faults",
)  # fmt: skip
AGES: Final = (3, 30, 200)
"""By how many changes an old snapshot of Kraken's is old; it carries its own time."""
WIDE: Final = Budget(100, 10)
PATIENCE: Final = 60
"""Seconds after the last fault within which every book must be live again."""


class Outcome(NamedTuple):
    """What a seed came to."""

    seed: int
    frames: int
    states: int
    rows: int
    unproven: int
    marked: int
    deltas: int
    resyncs: int
    faults: int
    wrong: tuple[str, ...]
    live: bool

    @property
    def failed(self) -> bool:
        """Whether something was wrong, or never came back."""
        return bool(self.wrong) or not self.live


@dataclass
class Sum:
    """What many seeds came to."""

    seeds: int = 0
    frames: int = 0
    states: int = 0
    rows: int = 0
    unproven: int = 0
    marked: int = 0
    deltas: int = 0
    resyncs: int = 0
    faults: int = 0
    wrong: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a seed."""
        self.seeds += 1
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(outcome, name))
        self.wrong += len(outcome.wrong)
        if outcome.failed and len(self.failures) < 20:
            self.failures.append(f"seed {outcome.seed}: {outcome.wrong[:2] or 'never live again'}")


@lru_cache(maxsize=MARKETS)
def _opened(number: int) -> bytes:
    """Return a market before its first event, packed: opening one takes long."""
    pairs = tuple(pair for pair in PAIRS if pair.symbol == "BTC/USD")
    contracts = tuple(pair for pair in PERPETUALS if pair.spot == "BTC/USD")
    return pickle.dumps(Market(number, RATE, int(EPOCH * 1e6), pairs, contracts), -1)


def run(seed: int) -> Outcome:
    """A feed of all venues under the faults of a seed, then peace until all is live."""

    async def main() -> Outcome:
        market: Market = pickle.loads(_opened(seed % MARKETS))
        exchange = MemoryExchange(seed, RATE, market=market)
        async with exchange.open():
            feed = memory_feed(exchange, seed, connects=WIDE)
            oracle = Oracle(feed, exchange, pause=0.0, sizes=SIZES)
            async with feed.running():
                feed.supervisor.listeners.append(oracle)
                feed.want(everything(*KEYS))
                await asyncio.sleep(1.5)
                faults = await _faults(random.Random(seed), exchange, feed, oracle)
                for _ in range(PATIENCE):
                    if all(_live(feed, key) for key in KEYS):
                        break
                    await asyncio.sleep(1.0)
                return Outcome(
                    seed,
                    oracle.frames,
                    oracle.states,
                    oracle.rows,
                    oracle.unproven,
                    oracle.marked,
                    oracle.deltas,
                    oracle.resyncs,
                    faults,
                    (*oracle.wrong, *["a wrong level"] * oracle.wrong_levels),
                    all(_live(feed, key) for key in KEYS),
                )

    return play(main(), thorough=seed % 50 == 0)


async def _faults(
    chance: random.Random, exchange: MemoryExchange, feed: Feed, oracle: Oracle
) -> int:
    """Let a few faults happen, soon one after another; return how many."""
    count = chance.randint(1, 4)
    for _ in range(count):
        kind = chance.random()
        rule = fault(chance, ("BTC/USD",))
        if kind < 0.08:
            feed.rotate(chance.choice(LINES))
        elif kind < 0.14:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.sleep_through(chance.choice((2.0, 8.0, 60.0)))
        elif kind < 0.18:
            feed.resync(chance.choice(KEYS))
        elif kind < 0.22:
            old = {"at": "0s", "venue": "kraken", "do": f"stale_snapshot {chance.choice(AGES)}"}
            exchange.inject(old)
            feed.resync(KEYS[0])
        elif rule is None:
            exchange.drop_all()
        else:
            exchange.inject(rule)
        for key in KEYS:
            oracle.look(key)
        await asyncio.sleep(chance.uniform(0.1, 4.0))
    return count


def _live(feed: Feed, key: MarketKey) -> bool:
    stream = feed.board.markets[key].streams["book"]
    return stream.state in (ChannelState.LIVE, ChannelState.QUIET)


def outcomes(first: int, jobs: int) -> Iterator[Outcome]:
    """Run seeds without end, on some processes."""
    if jobs == 1:
        gc.freeze()
        seed = first
        while True:
            yield run(seed)
            seed += 1
    with multiprocessing.get_context("spawn").Pool(jobs, gc.freeze) as pool:
        while True:
            yield from pool.imap_unordered(run, range(first, first + 200), chunksize=5)
            first += 200


def main() -> int:
    """Run seeds until there are frames, seeds or seconds enough; print what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--frames", type=float, default=1e6)
    options.add_argument("--count", type=float, default=float("inf"), help="seeds at most")
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--report", type=Path)
    chosen = options.parse_args()
    total, started = Sum(), time.monotonic()
    for outcome in outcomes(chosen.seed, chosen.jobs):
        total.add(outcome)
        enough = total.frames >= chosen.frames or total.seeds >= chosen.count
        if enough or time.monotonic() - started > chosen.seconds:
            break
    took = time.monotonic() - started
    print(f"{took:.0f} s, {took / max(1, total.frames) * 1000:.2f} ms a frame")
    print(json.dumps(vars(total), indent=1))
    if chosen.report is not None:
        reports.write(chosen.report, "seeds", took, entries(total))
    return int(bool(total.failures))


def entries(total: Sum) -> list[Entry]:
    """Return the figures for the scoreboard."""
    drawn: dict[str, Any] = {"frames": total.frames, "wrong": total.wrong, "deltas": total.deltas}
    drawn |= {"states": total.states, "rows": total.rows, "how": "memory"}
    drawn |= {"unproven": total.unproven}
    seeds = {"seeds": total.seeds, "failed": len(total.failures), "faults": total.faults}
    return [
        Entry("S7", "seeds", drawn),
        Entry("S8", "seeds", {"resyncs": total.resyncs, "wrong": 0}),
        Entry("S20", "seeds", seeds),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
