"""How long things take, and what hours and days bring, in virtual time."""

from __future__ import annotations

import ast
import asyncio
import errno
import os
import random
from pathlib import Path

import pytest
from tests.chaos.memory import MemoryExchange, everything, memory_feed
from tests.chaos.oracle import Oracle
from tests.chaos.plugin import Figure
from tests.feed.scripted import BOOK, FakeSocket, Network, Server, feed, line, running
from tests.virtual import EPOCH, VirtualClock, play

import wsdash.feed
from wsdash.domain.instrument import MarketKey
from wsdash.feed.link import LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState
from wsdash.venues import registry
from wsdash.venues.venue import Venue

KRAKEN, BINANCE = MarketKey("kraken", "BTC/USD"), MarketKey("binance", "BTCUSDT")
BYBIT = MarketKey("bybit", "BTCUSDT")
TOY = MarketKey("toy", "BTC")
BELIEVED = (ChannelState.LIVE, ChannelState.QUIET)


async def until(feed: LiveFeed, key: MarketKey, *states: ChannelState) -> float:
    """Wait until a book is in one of some states; return the seconds it took."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while feed.board.market(key).streams["book"].state not in states:
        assert loop.time() - start < 120, (key, states)
        await asyncio.sleep(0.005)
    return loop.time() - start


@pytest.mark.row("D9")
@pytest.mark.parametrize("key", [KRAKEN, BINANCE, BYBIT], ids=lambda key: key.venue)
def test_a_book_that_falls_silent_is_marked_and_back_soon(key: MarketKey, figure: Figure) -> None:
    """Only the one channel; heartbeats, prints and prices go on."""

    async def scene(seed: int) -> tuple[float, float]:
        exchange = MemoryExchange(seed, 2.0)
        async with exchange.open():
            live = memory_feed(exchange, seed)
            async with live.running():
                live.want(everything(key))
                await until(live, key, ChannelState.LIVE)
                stream = live.board.market(key).streams["book"]
                for _ in range(100):
                    if stream.threshold <= 5.5:
                        break
                    await asyncio.sleep(1.0)
                await asyncio.sleep(seed * 0.037 % 1)
                silence = {"at": "0s", "venue": key.venue, "ch": "book", "keep": ["ack"]}
                exchange.inject(silence | {"do": "silence"})
                silent = await until(live, key, ChannelState.STALE, ChannelState.RESYNC)
                exchange.calm()
                return silent, await until(live, key, ChannelState.LIVE)

    found = [play(scene(seed)) for seed in range(1, 5)]
    figure("S3", seconds=[silent for silent, _ in found])
    figure("S4", silent=[silent - 5.0 for silent, _ in found])
    figure("D9", back=[back for _, back in found])
    assert all(silent < 7 for silent, _ in found), found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.row("A2", "A8")
def test_a_blip_costs_seconds_and_nothing_wrong_is_shown(figure: Figure) -> None:
    async def scene() -> list[float]:
        exchange = MemoryExchange(3, 0.5)
        took: list[float] = []
        async with exchange.open():
            live = memory_feed(exchange, 3)
            oracle = Oracle(live, exchange, pause=0.2)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                live.want(everything(KRAKEN, BINANCE))
                for _ in range(12):
                    await asyncio.sleep(45)
                    await until(live, KRAKEN, *BELIEVED)
                    await until(live, BINANCE, *BELIEVED)
                    exchange.drop_all()
                    await asyncio.sleep(0.001)
                    took.append(await until(live, KRAKEN, *BELIEVED))
                    took.append(await until(live, BINANCE, *BELIEVED))
        assert oracle.wrong == []
        assert oracle.frames > 1_000
        return took

    took = play(scene())
    figure("S6", seconds=took)
    assert len(took) == 24


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.row("A7")
def test_ten_minutes_on_a_slow_narrow_jittery_path_cost_no_connection(figure: Figure) -> None:
    async def scene() -> tuple[int, Oracle]:
        exchange = MemoryExchange(5, 0.5)
        exchange.path.delay, exchange.path.jitter = 0.2, 0.2
        exchange.path.per_second = 32_000
        async with exchange.open():
            live = memory_feed(exchange, 5)
            oracle = Oracle(live, exchange, pause=1.0)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                live.want(everything(KRAKEN, BINANCE))
                await asyncio.sleep(600)
        return len(exchange.connects), oracle

    connects, oracle = play(scene())
    figure("S7", frames=oracle.frames, wrong=len(oracle.wrong), deltas=oracle.deltas)
    assert connects <= 4
    assert oracle.wrong == []
    assert oracle.frames > 500


@pytest.mark.row("A10")
@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, 86_400.0 * 400])
def test_a_wall_clock_that_jumps_changes_no_age_and_costs_no_connection(jump: float) -> None:
    async def scene() -> None:
        exchange = MemoryExchange(6, 0.2)
        async with exchange.open():
            live = memory_feed(exchange, 6)
            clock = VirtualClock()
            live._clock = clock
            live.supervisor._clock = clock
            oracle = Oracle(live, exchange, pause=1.0)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                live.want(everything(KRAKEN, BINANCE))
                await asyncio.sleep(30)
                states = len(live.log)
                clock.wall_offset += jump
                assert clock.wall() > EPOCH - 4_000 or jump < 0
                for _ in range(60):
                    await asyncio.sleep(1)
                    for key in (KRAKEN, BINANCE):
                        age = live.board.market(key).streams["book"].age(live.now())
                        assert age is not None
                        assert 0 <= age < 5
                assert len(exchange.connects) == 2
                assert [e.state for e in list(live.log)[states:] if e.state != "LIVE"] == []
                assert oracle.wrong == []

    play(scene())


@pytest.mark.row("A10")
def test_nothing_in_the_feed_asks_the_machine_for_the_time() -> None:
    """Only the clock does, which is handed in."""
    folder = Path(wsdash.feed.__file__).parent
    found = []
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = f"{node.value.id}.{node.attr}"
                banned = node.value.id == "time" and node.attr != "CLOCK_MONOTONIC"
                if banned or used in ("datetime.now", "datetime.utcnow", "random.random"):
                    found.append(f"{file.name}: {used}")
    assert {entry.partition(":")[0] for entry in found} <= {"clock.py"}
    assert found, "the clock itself must be found, or nothing is"


@pytest.mark.row("A1")
def test_a_name_that_does_not_resolve_says_so_once_and_is_tried_until_it_does() -> None:
    import socket

    async def scene() -> None:
        nobody = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        meet = Server()
        network = Network(meet)
        down = True

        async def sometimes(network: Network) -> FakeSocket:
            if down:
                raise nobody
            return await meet(network)

        network.meet = sometimes
        live = feed(network)
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(120)
            tries = len(network.connects)
            assert tries > 5
            said = [entry for entry in live.log if entry.state == "BACKOFF"]
            assert {entry.text for entry in said} == {"dns: no address for toy.example"}
            assert len(said) <= tries
            down = False
            assert await until(live, TOY, ChannelState.LIVE) <= 16

    play(scene())


@pytest.mark.row("E8")
def test_without_descriptors_the_feed_waits_and_comes_back() -> None:
    async def scene() -> None:
        meet, left = Server(), [3]

        async def sometimes(network: Network) -> FakeSocket:
            left[0] -= 1
            if left[0] >= 0:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return await meet(network)

        live = feed(Network(sometimes))
        async with live.running():
            live.want([("toy", BOOK)])
            await until(live, TOY, ChannelState.LIVE)
            assert any(entry.text.startswith("too many open files") for entry in live.log)

    play(scene())


@pytest.mark.row("E3")
def test_a_burst_leaves_the_truth_behind() -> None:
    """Thousands of messages in one moment, on both venues."""

    async def scene() -> Oracle:
        exchange = MemoryExchange(8, 0.5)
        async with exchange.open():
            live = memory_feed(exchange, 8)
            oracle = Oracle(live, exchange)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                live.want(everything(KRAKEN, BINANCE))
                await asyncio.sleep(5)
                before = live.board.market(KRAKEN).streams["book"].messages
                exchange._began -= 60.0  # a minute of market in one moment
                await asyncio.sleep(3)
                burst = live.board.market(KRAKEN).streams["book"].messages - before
                assert burst > 1_000
                for key in (KRAKEN, BINANCE):
                    assert live.board.market(key).streams["book"].state is ChannelState.LIVE
                    shown = oracle.look(key)
                    assert shown is not None
                    assert shown.believed
                assert len(exchange.connects) == 2
        return oracle

    assert play(scene()).wrong == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.row("E4")
def test_three_days_with_an_outage_an_hour_leave_nothing_behind(figure: Figure) -> None:
    import gc

    async def scene() -> list[int]:
        server = Server(period=30.0)
        live = feed(Network(server), seed=4)
        objects: list[int] = []
        async with live.running():
            live.want([("toy", BOOK)])
            for hour in range(72):
                await asyncio.sleep(3_600)
                network_sockets = live.reports()[0].link
                assert network_sockets.state in LinkState
                live.drop("toy public")
                if hour % 12 == 11:
                    gc.collect()
                    objects.append(len(gc.get_objects()) - 2 * hour)
        return objects

    objects = play(scene())
    figure("E4", objects=[float(count) for count in objects])
    assert max(objects[1:]) < objects[0] * 1.05 + 2_000


@pytest.mark.row("D15")
@pytest.mark.parametrize(
    "venue", [registry.KRAKEN, registry.BINANCE, registry.BYBIT], ids=lambda v: v.name
)
def test_two_hundred_symbols_subscribe_within_the_limits(venue: Venue, figure: Figure) -> None:
    """A venue that answers nothing, and a trader who changes everything every few seconds."""

    async def scene() -> list[float]:
        times: list[float] = []
        network = Network(Server(muted={"ack", "book"}))
        connection = line(network, venue=venue)

        def note(socket: FakeSocket, message: str) -> None:
            times.append(asyncio.get_running_loop().time())

        async def meet(network: Network) -> FakeSocket:
            return FakeSocket(note)

        network.meet = meet
        async with running(connection):
            for turn in range(30):
                names = (f"S{turn * 7 + n}/USD" for n in range(200))
                connection.want([BOOK._replace(symbol=name) for name in names])
                await asyncio.sleep(3)
        return times

    times = play(scene())
    assert len(times) > 20
    burst, rate = venue.messages.burst, venue.messages.per_second
    violations = sum(
        n > 2 * burst + (end - start) * rate  # a new socket has a new allowance
        for i, start in enumerate(times)
        for n, end in enumerate(times[i : i + 200], start=1)
        if end - start < 3
    )
    figure("S11", messages=len(times), violations=violations)
    assert violations == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.row("D12", "D11", "D2")
@pytest.mark.parametrize("seed", [9, 10, 11, 12])
def test_rotations_lose_no_print_and_double_none(seed: int, figure: Figure) -> None:
    """Rotated by key, again and again, while prints come; the exchange knows them all.

    Eight connections of four feeds, three times each.
    """

    async def scene(seed: int) -> dict[str, float]:
        exchange = MemoryExchange(seed, 1.0)
        prints: dict[str, int] = {}
        stale = 0.0
        chance = random.Random(seed)

        def note(batch: object) -> None:
            listing = batch.listing  # type: ignore[attr-defined]
            prints[listing.pair.symbol] = prints.get(listing.pair.symbol, 0) + len(
                batch.trades  # type: ignore[attr-defined]
            )

        async with exchange.open():
            live = memory_feed(exchange, seed)
            oracle = Oracle(live, exchange, pause=0.5)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                live.want(everything(KRAKEN, BINANCE))
                await until(live, KRAKEN, *BELIEVED)
                await until(live, BINANCE, *BELIEVED)
                await asyncio.sleep(1.0)
                tapes = [live.board.market(key).tape for key in (KRAKEN, BINANCE)]
                before = [tape.count for tape in tapes]
                exchange.market.listeners.append(note)
                for _ in range(3):
                    for name in ("kraken public", "binance public"):
                        live.rotate(name)
                    for _ in range(int(chance.uniform(70, 100) * 4)):
                        await asyncio.sleep(0.25)
                        for key in (KRAKEN, BINANCE):
                            state = live.board.market(key).streams["book"].state
                            stale += 0.25 * (state not in BELIEVED)
                exchange._began += 1e6  # the market stands still
                await asyncio.sleep(1.0)
                got = [tape.count - count for tape, count in zip(tapes, before, strict=True)]
        assert oracle.wrong == []
        sockets = len(exchange.connects)
        real = prints["BTC/USD"]
        return {
            "rotations": sockets - 2,
            "trades": 2 * real,
            "lost": sum(max(0, real - count) for count in got),
            "doubled": sum(max(0, count - real) for count in got),
            "stale_seconds": stale,
        }

    found = play(scene(seed))
    figure("S9", **found)
    assert found["trades"] > 100
    assert found["rotations"] == 6
    assert (found["lost"], found["doubled"], found["stale_seconds"]) == (0, 0, 0)
