"""What the ladder says is the truth or is marked, under faults at random."""

from __future__ import annotations

import asyncio
import os
import time
from decimal import Decimal
from typing import NamedTuple

import pytest
from tests.chaos.memory import MemoryExchange, everything, memory_feed
from tests.chaos.oracle import Oracle, read, same_size
from tests.chaos.plugin import Figure
from tests.chaos.schedules import schedule
from tests.virtual import play

from wsdash.domain.instrument import MarketKey
from wsdash.feed.market import ChannelState
from wsdash.venues.venue import Budget

KEYS = (
    MarketKey("kraken", "BTC/USD"),
    MarketKey("binance", "BTCUSDT"),
    MarketKey("bybit", "BTCUSDT"),
)
WIDE = Budget(100, 10)
BUDGET = float(os.environ.get("CHAOS_SECONDS", "60"))
"""Seconds that a long case may take."""


class Outcome(NamedTuple):
    """What a run came to."""

    frames: int
    marked: int
    deltas: int
    resyncs: int
    wrong_levels: int
    wrong: tuple[str, ...]
    log: tuple[str, ...]
    live: bool
    connects: int


def run(seed: int, seconds: float, rate: float = 0.5) -> Outcome:
    """A dashboard's feed under the faults of a seed, then half a minute of peace."""

    async def main() -> Outcome:
        exchange = MemoryExchange(seed, rate)
        async with exchange.open():
            feed = memory_feed(exchange, seed, connects=WIDE)
            oracle = Oracle(feed, exchange)
            async with feed.running():
                feed.supervisor.listeners.append(oracle)
                feed.want(everything(*KEYS))
                start = asyncio.get_running_loop().time()
                for turn in schedule(seed, seconds):
                    await asyncio.sleep(start + turn.at - asyncio.get_running_loop().time())
                    if turn.rule is None:
                        exchange.drop_all()
                    else:
                        exchange.inject(turn.rule)
                    for key in KEYS:
                        oracle.look(key)
                await asyncio.sleep(max(0.0, start + seconds - asyncio.get_running_loop().time()))
                for _ in range(60):
                    if all(_live(feed, key) for key in KEYS):
                        break
                    await asyncio.sleep(1.0)
                return Outcome(
                    oracle.frames,
                    oracle.marked,
                    oracle.deltas,
                    oracle.resyncs,
                    oracle.wrong_levels,
                    tuple(oracle.wrong),
                    tuple(f"{e.at:.6f} {e.connection} {e.state} {e.text}" for e in feed.log),
                    all(_live(feed, key) for key in KEYS),
                    len(exchange.connects),
                )

    return play(main())


def _live(feed: object, key: MarketKey) -> bool:
    market = feed.board.markets[key]  # type: ignore[attr-defined]
    return market.streams["book"].state in (ChannelState.LIVE, ChannelState.QUIET)


@pytest.mark.row("A2", "C2", "D1", "D2", "D3", "D4", "D9")
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_a_venue_does_a_ladder_that_says_live_is_the_truth(
    seed: int, figure: Figure
) -> None:
    outcome = run(seed, 40.0)
    figure("S7", frames=outcome.frames, wrong=len(outcome.wrong), deltas=outcome.deltas)
    figure("S8", resyncs=outcome.resyncs, wrong=outcome.wrong_levels)
    assert outcome.wrong == ()
    assert outcome.wrong_levels == 0
    assert outcome.frames > 200
    assert outcome.marked > 5
    assert outcome.live, outcome.log[-8:]


def test_the_same_seed_repeats_a_whole_run_to_the_last_frame() -> None:
    first = run(11, 12.0, 0.2)
    assert run(11, 12.0, 0.2) == first
    assert run(12, 12.0, 0.2) != first


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.row("D1", "D2", "D3", "D4")
def test_hundreds_of_seeds_show_no_wrong_ladder(figure: Figure) -> None:
    end, seed = time.monotonic() + BUDGET, 1_000
    frames = deltas = resyncs = 0
    while time.monotonic() < end:
        outcome = run(seed, 30.0)
        assert (outcome.wrong, outcome.wrong_levels) == ((), 0), f"seed {seed}"
        assert outcome.live, f"seed {seed}: {outcome.log[-8:]}"
        frames, deltas = frames + outcome.frames, deltas + outcome.deltas
        resyncs, seed = resyncs + outcome.resyncs, seed + 1
    figure("S7", frames=frames, wrong=0, deltas=deltas)
    figure("S8", resyncs=resyncs, wrong=0)
    figure("S20", seeds=seed - 1_000, failed=0)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_lie_is_found_by_the_same_seed_ten_times_out_of_ten(figure: Figure) -> None:
    """A seed under which something is wrong is a report of it: it must repeat."""
    found = [lie(23) for _ in range(10)]
    assert found[0]
    assert found.count(found[0]) == 10
    figure("S20", repeats=10, same=found.count(found[0]))


def test_a_lie_is_found() -> None:
    assert any("size" in problem or "price" in problem for problem in lie(23))


def lie(seed: int) -> list[str]:
    """Put a level into a believed book that the exchange does not have."""

    async def main() -> list[str]:
        exchange = MemoryExchange(seed, 0.5)
        async with exchange.open():
            feed = memory_feed(exchange, seed)
            oracle = Oracle(feed, exchange)
            async with feed.running():
                feed.supervisor.listeners.append(oracle)
                feed.want(everything(KEYS[1]))
                await asyncio.sleep(5.0)
                assert oracle.frames > 10
                assert oracle.wrong == []
                book = feed.board.markets[KEYS[1]].book
                assert book is not None
                best = book.bids.top(1)[0][0]
                book.bids.put(str(Decimal(best) + Decimal("0.01")), "1.00000000")
                await asyncio.sleep(1.0)
        return oracle.wrong

    return play(main())


def test_a_ladder_is_read_as_it_is_drawn() -> None:
    lines = [
        "┌ BTC/USD kraken ── seq 12 ─ LIVE 0.2s ─┐",
        "│ price     size                        │",
        "│ 65,000.2  0.5000  ▌                   │",
        "│ ─ 0.1  0.02bp ──                      │",
        "│ 65,000.1  <0.0001  ▌          1.2k    │",
        "└───────────────────────────────────────┘",
    ]
    shown = read(lines, mirrored=False)
    assert shown.believed
    assert shown.asks == [("65,000.2", "0.5000")]
    assert shown.bids == [("65,000.1", "<0.0001")]
    assert not read(
        [lines[0].replace("LIVE 0.2s", "STALE 6s"), *lines[1:]], mirrored=False
    ).believed


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("0.5000", "0.50004", True),
        ("0.5000", "0.5002", False),
        ("<0.0001", "0.00003", True),
        ("<0.0001", "0.0003", False),
        ("1.24k", "1240.3", True),
        ("1.24k", "1340", False),
        ("12,001.50", "12001.5", True),
    ],
)
def test_sizes_are_compared_as_finely_as_they_are_drawn(shown: str, real: str, same: bool) -> None:
    assert same_size(shown, Decimal(real)) is same
