"""A connection against everything a network and a venue do to it, in virtual time."""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed.scripted import (
    BOOK,
    FakeSocket,
    Meeting,
    Network,
    NoRest,
    Server,
    Words,
    line,
    running,
    toy,
)
from tests.virtual import START, VirtualClock, play
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from wsdash.feed.budget import WINDOW, ConnectBudget
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link, LinkState, Signal, advance
from wsdash.venues.venue import Budget, Request, Step

LIVE, BACKOFF, HOLD, PARKED = (
    LinkState.LIVE,
    LinkState.BACKOFF,
    LinkState.HOLD,
    LinkState.PARKED,
)


def raising(error: Exception) -> Meeting:
    async def meet(network: Network) -> FakeSocket:
        raise error

    return meet


def answering(status: int, **headers: str) -> Meeting:
    head = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return raising(InvalidStatus(Response(status, "", head, b"")))


def in_turn(*meetings: Meeting) -> Meeting:
    """Each attempt is met by the next one; the last one stays."""
    left = list(meetings)

    async def meet(network: Network) -> FakeSocket:
        return await (left.pop(0) if len(left) > 1 else left[0])(network)

    return meet


async def flap(network: Network) -> FakeSocket:
    socket = FakeSocket()
    socket.close_with(1008)
    return socket


async def until(state: LinkState, connection: Connection, patience: float = 60.0) -> float:
    """Wait for a state; return the seconds it took."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while connection.link.state is not state:
        assert loop.time() - start < patience, f"{connection.link} is not {state}"
        await asyncio.sleep(0.01)
    return loop.time() - start


def scene(meet: Meeting, then: Callable[[Connection, Network], Awaitable[None]]) -> Network:
    """Play what happens on a connection that wants a book."""

    async def main() -> Network:
        network = Network(meet)
        connection = line(network)
        connection.want([BOOK])
        async with running(connection):
            await then(connection, network)
        return network

    return play(main())


@pytest.mark.row("A2")
def test_a_healthy_server_makes_it_live() -> None:
    async def then(connection: Connection, network: Network) -> None:
        assert await until(LIVE, connection) < 1.0
        await asyncio.sleep(600)
        assert connection.link.state is LIVE
        assert len(network.connects) == 1

    scene(Server(), then)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), "connection refused (toy.example:443)"),
        (ConnectionResetError(errno.ECONNRESET, ""), "connection reset"),
        (TimeoutError(), "no answer from toy.example:443"),
        (ssl.SSLError(1, "handshake"), "tls: failed"),
    ],
    ids=["refused", "reset", "slow handshake", "tls"],
)
@pytest.mark.row("A2", "B5", "A4")
def test_a_server_that_is_away_is_tried_until_it_is_back(error: Exception, reason: str) -> None:
    away = [raising(error)] * 8

    async def then(connection: Connection, network: Network) -> None:
        await until(BACKOFF, connection)
        assert connection.link.reason == reason
        await until(LIVE, connection, 100)
        assert len(network.connects) == 9

    scene(in_turn(*away, Server()), then)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.row("C1")
def test_a_server_that_accepts_and_closes_is_not_hammered(seed: int) -> None:
    async def main() -> list[float]:
        network = Network(flap)
        connection = line(network, venue=toy(connects=Budget(5, 1 / 5)), seed=seed)
        async with running(connection):
            await asyncio.sleep(300)
        return network.connects

    connects = play(main())
    assert len(connects) <= 35
    assert sum(at - START < 60 for at in connects) <= 12
    assert len(connects) > 15, "it must not give up either"


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.row("B1")
def test_nobody_knocks_before_the_venue_said(status: int) -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(HOLD, connection)
        held = asyncio.get_running_loop().time()
        await asyncio.sleep(30)
        connection.retry_now()
        connection.reconnect()
        await until(LIVE, connection, 120)
        assert network.connects[1] - held >= 90
        assert len(network.connects) == 2

    scene(in_turn(answering(status, Retry_After="90"), Server()), then)


@pytest.mark.row("B1")
def test_a_key_pressed_during_a_hold_does_not_shorten_the_wait_after_it() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(HOLD, connection)
        connection.retry_now()
        await until(BACKOFF, connection, 120)
        first = network.connects[-1]
        await until(LIVE, connection, 120)
        assert network.connects[-1] - first >= 0.5

    refused = raising(ConnectionRefusedError(errno.ECONNREFUSED, ""))
    scene(in_turn(answering(429, Retry_After="20"), refused, Server()), then)


@pytest.mark.parametrize(
    ("meet", "attempts", "reason"),
    [
        (answering(451), 1, "451 restricted location"),
        (answering(302, Location="https://x.example"), 1, "redirected to x.example, not followed"),
        (raising(ssl.SSLCertVerificationError(1, "")), 1, "tls: "),
        (answering(403), 3, "403 forbidden"),
        (
            answering(200, Content_Type="text/html"),
            3,
            "not a WebSocket endpoint (HTTP 200 text/html)",
        ),
    ],
    ids=["451", "redirect", "certificate", "403", "portal"],
)
@pytest.mark.row("A4", "B2", "B4", "B6")
def test_what_cannot_get_better_is_parked_and_tried_again_by_key(
    meet: Meeting, attempts: int, reason: str
) -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(PARKED, connection)
        assert len(network.connects) == attempts
        assert connection.link.reason.startswith(reason)
        await asyncio.sleep(200)
        assert len(network.connects) == attempts
        connection.retry_now()
        await until(LIVE, connection)

    scene(in_turn(*[meet] * attempts, Server()), then)


@pytest.mark.row("B2")
def test_a_parked_connection_tries_again_by_itself_after_minutes() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(PARKED, connection)
        assert 240 <= await until(LIVE, connection, 400) <= 361

    scene(in_turn(answering(451), Server()), then)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 530])
@pytest.mark.row("B3")
def test_a_venue_in_trouble_is_waited_for(status: int) -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(BACKOFF, connection)
        assert connection.link.reason == f"HTTP {status}"
        await until(LIVE, connection, 120)

    scene(in_turn(*[answering(status)] * 6, Server()), then)


CODES = [*range(1000, 1004), *range(1007, 1015), 3000, 4000, 4321, 4999, None]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.row("C2")
def test_every_way_to_be_closed_is_recovered_from(code: int | None) -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(LIVE, connection)
        network.sockets[0].close_with(code, "why")
        await until(BACKOFF, connection, 0.1)
        assert (str(code) if code else "1006") in connection.link.reason
        assert await until(LIVE, connection) < 6

    scene(Server(), then)


@pytest.mark.row("C4")
def test_messages_too_big_park_it_after_the_third() -> None:
    async def meet(network: Network) -> FakeSocket:
        socket = FakeSocket()
        socket.end(ConnectionClosedError(None, Close(1009, "")))
        return socket

    async def then(connection: Connection, network: Network) -> None:
        await until(PARKED, connection)
        assert len(network.connects) == 3
        assert connection.link.reason == "message larger than this client takes"

    scene(meet, then)


@pytest.mark.row("A6", "C7")
def test_silence_is_noticed_within_the_limit_and_no_closing_handshake_is_awaited() -> None:
    server = Server()

    async def then(connection: Connection, network: Network) -> None:
        await until(LIVE, connection)
        await asyncio.sleep(10)
        server.muted |= {"beat", "book"}
        assert 4.4 <= await until(BACKOFF, connection) <= 5.3
        assert connection.link.reason == "silent for 5 s"
        assert network.sockets[0].aborted

    scene(server, then)


@pytest.mark.row("A6")
def test_a_server_that_accepts_and_says_nothing_is_given_up_after_five_seconds() -> None:
    async def meet(network: Network) -> FakeSocket:
        return FakeSocket()

    async def then(connection: Connection, network: Network) -> None:
        await until(LinkState.SUBSCRIBING, connection)
        assert 5 <= await until(BACKOFF, connection) <= 5.3

    scene(meet, then)


@pytest.mark.parametrize("word", ["beat", "lost BTC gap"])
@pytest.mark.row("D10", "C8")
def test_a_server_that_sends_no_data_is_not_live(word: str) -> None:
    async def meet(network: Network) -> FakeSocket:
        socket = FakeSocket()
        for at in range(1, 10):
            asyncio.get_running_loop().call_later(at * 0.9, socket.say, word)
        return socket

    async def then(connection: Connection, network: Network) -> None:
        await until(LinkState.SUBSCRIBING, connection)
        assert 5 <= await until(BACKOFF, connection) <= 5.3

    scene(meet, then)


@pytest.mark.row("D8")
def test_one_book_that_does_not_come_holds_up_the_others_for_five_seconds_at_most() -> None:
    server = Server(muted={"book ETH"})

    async def main() -> None:
        connection = line(Network(server))
        connection.want([BOOK, BOOK._replace(symbol="ETH")])
        async with running(connection):
            await until(LinkState.SYNCING, connection)
            assert connection.link.progress == "1/2"
            assert 5 <= await until(LIVE, connection) <= 5.5

    play(main())


@pytest.mark.row("D15")
def test_more_to_send_than_fits_ends_the_connection_in_words() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(LIVE, connection)
        network.sockets[0].blocked = True
        connection.want([BOOK, *(BOOK._replace(symbol=f"S{n}") for n in range(600))])
        await until(BACKOFF, connection, 0.1)
        assert connection.link.reason == "too much to send"
        connection.want([BOOK])
        await until(LIVE, connection)

    scene(Server(), then)


@pytest.mark.row("A2")
def test_an_error_of_the_sending_ends_the_connection() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(LIVE, connection)

        async def send(message: str) -> None:
            raise BrokenPipeError(errno.EPIPE, "")

        network.sockets[0].send = send  # type: ignore[method-assign]
        connection.want([BOOK, BOOK._replace(symbol="ETH")])
        await until(BACKOFF, connection)
        assert connection.link.reason == "connection reset"

    scene(Server(), then)


def asking(session: type[Words], rest: NoRest) -> tuple[Connection, Network]:
    from dataclasses import replace

    network = Network(Server())
    connection = line(network, venue=replace(toy(), public=session), rest=rest)
    connection.want([BOOK])
    return connection, network


class Fetching(Words):
    """Asks for something over REST on opening."""

    def opened(self, now: float) -> Step:
        step = super().opened(now)
        step.requests.append(Request("/snapshot"))
        return step


@pytest.mark.row("E4")
def test_requests_end_with_their_socket() -> None:
    async def main() -> None:
        connection, network = asking(Fetching, NoRest())
        async with running(connection):
            await until(LIVE, connection)
            before = len(asyncio.all_tasks())
            network.sockets[0].close_with(1001)
            await until(BACKOFF, connection)
            assert len(asyncio.all_tasks()) == before - 3  # the sending, the pings, and the request
            await until(LIVE, connection)
            assert len(asyncio.all_tasks()) == before

    play(main())


@pytest.mark.row("E8")
def test_a_crash_on_an_answer_is_a_crash_of_the_connection() -> None:
    async def main() -> None:
        connection, _ = asking(Fetching, NoRest(b"boom"))
        async with running(connection):
            await until(BACKOFF, connection)
            assert connection.link.reason.startswith("crashed: KeyError")

    play(main())


class Ticking(Words):
    """Crashes when it is asked to look at the clock."""

    def ticked(self, now: float) -> Step:
        raise ZeroDivisionError


class Wanting(Words):
    """Crashes when its subscriptions change."""

    def want(self, subscriptions: Iterable[object], now: float) -> Step:
        if self._open:
            raise ZeroDivisionError
        return super().want(subscriptions, now)  # type: ignore[arg-type]

    def resync(self, subscription: object, now: float, reason: str) -> Step:
        raise ZeroDivisionError


@pytest.mark.row("E8")
def test_a_crash_on_a_look_at_the_clock_is_a_crash_of_the_connection() -> None:
    async def main() -> None:
        connection, _ = asking(Ticking, NoRest())
        async with running(connection):
            await until(BACKOFF, connection)
            assert connection.link.reason.startswith("crashed: ZeroDivisionError")

    play(main())


@pytest.mark.parametrize("key", ["want", "resync"])
@pytest.mark.row("E8")
def test_a_crash_on_a_wish_is_a_crash_of_the_connection_and_not_of_whoever_wished(key: str) -> None:
    async def main() -> None:
        connection, _ = asking(Wanting, NoRest())
        async with running(connection):
            await until(LIVE, connection)
            if key == "want":
                connection.want([])
            else:
                connection.resync(BOOK, "by key")
            await until(BACKOFF, connection, 0.1)
            assert connection.link.reason.startswith("crashed: ZeroDivisionError")

    play(main())


@pytest.mark.row("E8")
def test_a_session_that_crashes_is_parked_after_the_fifth_time() -> None:
    async def meet(network: Network) -> FakeSocket:
        socket = await Server()(network)
        asyncio.get_running_loop().call_later(1.0, socket.say, "boom")
        return socket

    async def then(connection: Connection, network: Network) -> None:
        await until(PARKED, connection, 300)
        assert len(network.connects) == 5
        assert connection.link.reason.startswith("crashed: KeyError in scripted.py:")

    scene(meet, then)


@pytest.mark.row("E8")
def test_a_crash_of_one_connection_leaves_another_alone() -> None:
    async def main() -> None:
        bad_network, network = Network(Server()), Network(Server())
        bad, good = line(bad_network), line(network)
        for connection in (bad, good):
            connection.want([BOOK])
        async with running(bad), running(good):
            await until(LIVE, bad)
            await until(LIVE, good)
            frames = good.frames
            bad_network.sockets[0].say("boom")
            await until(BACKOFF, bad)
            await asyncio.sleep(10)
            assert good.link.state is LIVE
            assert good.frames - frames >= 20
            assert len(network.connects) == 1

    play(main())


def test_a_retry_by_key_comes_at_once_and_is_paid_for() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(BACKOFF, connection)
        for _ in range(300):
            connection.retry_now()
            await asyncio.sleep(0.1)
        gaps = [b - a for a, b in zip(network.connects, network.connects[1:], strict=False)]
        assert len(network.connects) <= 3 + 30 / 6 + 1
        assert min(gaps) < 0.2

    scene(raising(ConnectionRefusedError(errno.ECONNREFUSED, "")), then)


def test_a_reconnect_by_key_drops_the_socket_and_opens_another_at_once() -> None:
    async def then(connection: Connection, network: Network) -> None:
        await until(LIVE, connection)
        await asyncio.sleep(60)
        connection.reconnect()
        await asyncio.sleep(0.01)
        assert network.sockets[0].aborted
        assert connection.link.strike_kind == "dropped"
        assert len(network.connects) == 2
        await until(LIVE, connection, 0.1)

    scene(Server(), then)


@pytest.mark.row("A9")
def test_a_machine_that_slept_shows_nothing_from_before_and_connects_anew() -> None:
    server = Server()

    async def main() -> None:
        network = Network(server)
        connection = line(network)
        connection.want([BOOK])
        task = asyncio.create_task(connection.run())
        await until(LIVE, connection)
        connection.tick(asyncio.get_running_loop().time())
        frames = connection.frames
        server.muted |= {"beat", "book"}
        await asyncio.sleep(8)  # no look at the clock in all that time: nothing ran
        network.sockets[0].say("book BTC 99")
        await until(BACKOFF, connection, 0.1)
        assert connection.frames == frames
        assert connection.link.reason == "resumed after 8 s"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(main())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["flap", "refuse", "503", "live", "429"]), min_size=1, max_size=8),
    st.lists(st.floats(1, 40), max_size=6),
    st.integers(0, 999),
)
@pytest.mark.row("B1", "C1")
def test_no_server_and_no_impatient_person_exceeds_the_connect_budget(
    tmp_path_factory: pytest.TempPathFactory,
    servers: list[str],
    presses: list[float],
    seed: int,
) -> None:
    file: Path = tmp_path_factory.mktemp("budget") / "toy.json"
    kinds: dict[str, Meeting] = {
        "flap": flap,
        "refuse": raising(ConnectionRefusedError(errno.ECONNREFUSED, "")),
        "503": answering(503),
        "429": answering(429, Retry_After="10"),
        "live": Server(),
    }
    venue = toy()

    async def main() -> list[float]:
        times: list[float] = []
        for _ in range(2):  # the program is started twice
            network = Network(in_turn(*(kinds[name] for name in servers)))
            budget = ConnectBudget(venue.connects, VirtualClock(), file)
            connection = line(network, venue=venue, budget=budget, seed=seed)
            connection.want([BOOK])
            async with running(connection):
                for seconds in presses:
                    await asyncio.sleep(seconds)
                    connection.reconnect()
                    connection.retry_now()
                await asyncio.sleep(120)
            times += network.connects
        return times

    times = play(main())
    assert times
    rate, burst = venue.connects.per_second, venue.connects.burst
    for i, start in enumerate(times):
        for n, end in enumerate(times[i:], start=1):
            if end - start < WINDOW:
                assert n <= burst + (end - start) * rate + 1e-3


def test_the_same_seed_gives_the_same_life_to_the_last_bit() -> None:
    def life(seed: int) -> list[float]:
        async def main() -> list[float]:
            network = Network(flap)
            async with running(line(network, seed=seed)):
                await asyncio.sleep(3_600)
            return network.connects

        return play(main())

    assert life(7) == life(7)
    assert life(7) != life(8)


def test_a_session_is_lost_in_every_state_it_can_be_in() -> None:
    for state in (LinkState.AUTH, LinkState.SUBSCRIBING, LinkState.SYNCING):
        assert advance(Link("n", "v", state=state), Signal.LOST, 1, max).state is BACKOFF
