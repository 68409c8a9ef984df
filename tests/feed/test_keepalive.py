"""Pings: who answers lives, an answer may be as late as the data, and who does not is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.feed.scripted import BOOK, FakeSocket, Network, Server, feed
from tests.virtual import VirtualClock, VirtualLoop, play

from wsdash.domain.instrument import MarketKey
from wsdash.feed.keepalive import MOST_LAG, PING_EVERY, PING_TIMEOUT, Keepalive
from wsdash.feed.link import LinkState

Late = Callable[[int], float | None]
"""Seconds that the answer to the n-th ping takes; None for ever."""


class Answering(FakeSocket):
    """A socket whose answers take their time."""

    def __init__(self, late: Late) -> None:
        super().__init__()
        self.pings: list[float] = []
        self._late = late

    async def ping(self) -> Awaitable[float]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[float] = loop.create_future()
        late = self._late(len(self.pings))
        self.pings.append(loop.time())
        if late is not None:
            loop.call_later(late, self._answer, answer, late)
        return answer

    def _answer(self, answer: asyncio.Future[float], late: float) -> None:
        if not answer.done():
            answer.set_result(late)


def pinged(late: Late, seconds: float, lag: float = 0.0) -> tuple[Keepalive, Answering, list[str]]:
    """Ping a socket for some seconds; return why it was given up, and when."""

    async def scene() -> tuple[Keepalive, Answering, list[str]]:
        said: list[str] = []
        loop = asyncio.get_running_loop()
        start = loop.time()
        socket = Answering(late)
        keepalive = Keepalive(
            socket, VirtualClock(), lambda error: said.append(f"{loop.time() - start:.1f} {error}")
        )
        keepalive.lag = lag
        task = asyncio.create_task(keepalive.run())
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return keepalive, socket, said

    return play(scene())


def test_answers_in_time_keep_a_socket_and_tell_how_far_away_the_venue_is() -> None:
    keepalive, socket, said = pinged(lambda _: 0.3, 60.0)
    assert said == []
    assert keepalive.rtt == 0.3
    assert len(socket.pings) == 11
    assert {round(b - a, 3) for a, b in zip(socket.pings, socket.pings[1:], strict=False)} == {
        PING_EVERY + 0.3
    }


@pytest.mark.row("A6")
def test_a_socket_that_does_not_answer_is_given_up_after_ten_seconds() -> None:
    keepalive, socket, said = pinged(lambda _: None, 60.0)
    assert said == ["10.0 no pong in 5 s"]
    assert len(socket.pings) == 1
    assert keepalive.rtt is None


@pytest.mark.row("A6")
def test_a_socket_that_stops_answering_is_given_up() -> None:
    _, _, said = pinged(lambda n: 0.0 if n < 3 else None, 60.0)
    assert said == ["25.0 no pong in 5 s"]


@pytest.mark.row("A7")
@pytest.mark.parametrize("lag", [3.0, 8.0, 60.0])
def test_an_answer_may_come_as_late_as_the_data_does_but_not_for_ever(lag: float) -> None:
    patience = PING_TIMEOUT + min(lag, MOST_LAG)
    keepalive, _, said = pinged(lambda _: patience - 0.7, 120.0, lag)
    assert said == []
    assert keepalive.rtt == patience - 0.7
    _, _, said = pinged(lambda _: patience + 0.7, 120.0, lag)
    assert said == [f"{PING_EVERY + patience:.1f} no pong in {patience:.0f} s"]


@pytest.mark.row("C3")
def test_time_in_which_the_program_stood_still_is_not_held_against_the_venue() -> None:
    async def scene() -> list[str]:
        said: list[str] = []
        loop = asyncio.get_running_loop()
        socket = Answering(lambda _: 2.0)
        keepalive = Keepalive(socket, VirtualClock(), lambda error: said.append(str(error)))
        task = asyncio.create_task(keepalive.run())
        await asyncio.sleep(PING_EVERY + 1.0)
        assert isinstance(loop, VirtualLoop)
        loop.sleep_through(30.0)
        await asyncio.sleep(1.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert keepalive.rtt == 2.0
        return said

    assert play(scene()) == []


@pytest.mark.row("A7")
def test_the_lag_of_a_connections_data_is_granted_to_its_pongs() -> None:
    """On a narrow way both wait in one line; a new socket would stand at its end."""

    async def main() -> tuple[int, set[LinkState]]:
        network = Network(Server())
        live = feed(network)
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(3)
            stream = live.board.market(MarketKey("toy", "BTC")).streams["book"]
            slow = Answering(lambda _: PING_TIMEOUT + 2.0)
            network.sockets[0].ping = slow.ping  # type: ignore[method-assign]
            states = set()
            for _ in range(120):
                stream.behind = 4.0
                await asyncio.sleep(0.25)
                states.add(live.reports()[0].link.state)
            return len(network.sockets), states

    assert play(main()) == (1, {LinkState.LIVE})
