"""How soon a connection is back after an outage, and how little it bothers a broken server."""

from __future__ import annotations

import asyncio
import errno
from statistics import quantiles

import pytest
from tests.chaos.plugin import Figure
from tests.feed.scripted import BOOK, FakeSocket, Network, Server, line, running, toy
from tests.virtual import START, play

from wsdash.feed.link import LinkState
from wsdash.venues.venue import Budget

WIDE = Budget(5, 1 / 5)


def outage(seconds: float, seed: int) -> float:
    """Return how long after the end of an outage the connection is LIVE again."""

    async def main() -> float:
        loop, server = asyncio.get_running_loop(), Server()
        back_at = 0.0

        async def meet(network: Network) -> FakeSocket:
            if loop.time() < back_at:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "")
            return await server(network)

        network = Network(meet)
        connection = line(network, venue=toy(connects=WIDE), seed=seed)
        connection.want([BOOK])
        async with running(connection):
            await asyncio.sleep(40)
            assert connection.link.state is LinkState.LIVE
            back_at = loop.time() + seconds
            network.sockets[-1].close_with(None)
            await asyncio.sleep(seconds)
            assert connection.link.state is not LinkState.LIVE
            while connection.link.state is not LinkState.LIVE:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.01)
            return loop.time() - back_at

    return play(main())


@pytest.mark.row("A2")
@pytest.mark.parametrize(
    ("seconds", "seeds"),
    [
        *((seconds, 10) for seconds in (10, 60, 600)),
        *(
            pytest.param(seconds, 200, marks=[pytest.mark.slow, pytest.mark.timeout(300)])
            for seconds in (0.5, 10, 60, 600, 3_600)
        ),
    ],
)
def test_it_is_back_sixteen_seconds_after_any_outage(
    seconds: float, seeds: int, figure: Figure
) -> None:
    took = sorted(outage(seconds, seed) for seed in range(seeds))
    assert took[-1] <= 16.0
    if seeds > 100:
        cuts = quantiles(took, n=100)
        figure("S6" if seconds < 1 else "S5", outage=seconds, p50=cuts[49], p99=cuts[98])


@pytest.mark.row("C1")
def test_a_server_that_accepts_and_closes_sees_few_of_us(figure: Figure) -> None:
    async def flap(network: Network) -> FakeSocket:
        socket = FakeSocket()
        socket.close_with(1008)
        return socket

    async def main(seed: int) -> list[float]:
        network = Network(flap)
        async with running(line(network, venue=toy(connects=WIDE), seed=seed)):
            await asyncio.sleep(300)
        return network.connects

    lives = [play(main(seed)) for seed in range(20)]
    most = max(len(connects) for connects in lives)
    first = max(sum(at - START < 60 for at in connects) for connects in lives)
    assert most <= 35
    assert first <= 12
    figure("S10", connects=most, first_minute=first)
