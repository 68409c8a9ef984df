"""Other hosts, last known addresses, proxies, and a venue that changed its ways."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import Awaitable, Callable

import pytest
from tests.feed.scripted import BOOK, TAPE, FakeSocket, Network, Server, feed, line, toy
from tests.virtual import play
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ProxyError

from wsdash.domain.instrument import MarketKey
from wsdash.feed.causes import SchemaChanged, classify
from wsdash.feed.connection import Connection
from wsdash.feed.link import LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.pulse import SCHEMA_FEW, SCHEMA_WINDOW, Pulse
from wsdash.feed.sockets import UNRESOLVED, opener
from wsdash.feed.supervisor import Supervisor

BTC = MarketKey("toy", "BTC")
OTHER = "wss://other.example/v2"


class Places:
    """A toy venue with another host, and at which of the two every attempt knocked."""

    def __init__(self, server: Server) -> None:
        self.knocked: list[str] = []
        self.network = Network(server)
        self._open = self.network.open
        self.network.open = self._opened  # type: ignore[method-assign]
        self.feed = feed(self.network)
        self.feed._connect = self._connect

    async def _opened(self, address: str, max_size: int) -> FakeSocket:
        self.knocked.append(address)
        return await self._open(address, max_size)

    def _connect(self, name: str, supervisor: Supervisor) -> list[Connection]:
        made = line(self.network, supervisor=supervisor)
        made._others.append(OTHER)
        return [made]


@pytest.mark.row("D9")
def test_a_channel_that_stays_silent_on_every_socket_is_sought_at_another_host() -> None:
    async def main() -> list[str]:
        server = Server()
        places = Places(server)
        async with places.feed.running():
            places.feed.want([("toy", BOOK)])
            await asyncio.sleep(60)
            server.muted.add("book BTC")
            await asyncio.sleep(120)
        return places.knocked

    knocked = play(main())
    assert knocked[0] != OTHER
    assert OTHER in knocked


@pytest.mark.row("D9")
def test_one_channel_that_is_confirmed_and_never_speaks_again_is_sought_at_another_host() -> None:
    """Its connection is well: the book goes on, so nothing but the watchdog looks elsewhere."""

    async def main() -> tuple[list[str], list[str]]:
        places = Places(Server())
        async with places.feed.running():
            places.feed.want([("toy", BOOK), ("toy", TAPE)])
            for number in range(60):
                await asyncio.sleep(1)
                places.network.sockets[-1].say(f"trade BTC {number}")
            await asyncio.sleep(600)
            said = [entry.text for entry in places.feed.log if entry.state == "BACKOFF"]
        return places.knocked, said

    knocked, said = play(main())
    assert OTHER in knocked
    assert OTHER not in knocked[:2]  # another socket at the same host is tried before
    assert set(said) == {"BTC trades silent"}


@pytest.mark.row("D18")
def test_a_venue_that_changed_its_ways_is_parked_with_the_figures() -> None:
    async def main() -> LiveFeed:
        network = Network(Server())
        live = feed(network, venue=toy())
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(3)
            session = live.supervisor.lines["toy public"].connection.session
            assert session is not None
            for _ in range(60):
                network.sockets[0].say("beat")
                session.tally.unparsed += 1
                await asyncio.sleep(0.5)
            [report] = live.reports()
            assert report.link.state is LinkState.PARKED
            assert report.link.reason.startswith("schema changed? ")
        return live

    play(main())


def test_a_few_bad_frames_among_many_prove_nothing() -> None:
    pulse = Pulse(5.0, 0.0)
    assert pulse.read(1_000, 100, SCHEMA_WINDOW) is None
    assert pulse.read(1_010, 100 + SCHEMA_FEW - 1, 2 * SCHEMA_WINDOW) is None
    assert isinstance(pulse.read(1_020, 120, 3 * SCHEMA_WINDOW), SchemaChanged)


@pytest.mark.row("A5")
def test_a_proxy_that_refuses_is_named_and_parks() -> None:
    cause = classify(ProxyError("proxy rejected connection: HTTP 407"), "wss://venue.example")
    assert cause.words.startswith("proxy: ")
    assert "407" in cause.words
    assert cause.park_after == 3


Resolve = Callable[..., Awaitable[object]]


@pytest.mark.row("A1")
async def test_when_names_no_longer_resolve_the_last_address_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo
    broken = False

    async def resolver(host: str | None, port: int | None, **options: int) -> object:
        if host == "venue.example":
            if broken:
                raise sockets.gaierror(sockets.EAI_AGAIN, "no answer")
            host = "127.0.0.1"
        return await resolve(host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", resolver)

    async def greet(connection: ServerConnection) -> None:
        await connection.send("hello")
        await connection.wait_closed()

    async with serve(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        address = f"ws://venue.example:{port}/"
        open_socket = opener()
        first = await open_socket(address, 1_000)
        assert await first.recv() == "hello"
        first.abort()
        broken = True
        for _ in range(UNRESOLVED - 1):
            with pytest.raises(sockets.gaierror):
                await open_socket(address, 1_000)
        again = await open_socket(address, 1_000)
        assert await again.recv() == "hello"
        again.abort()
        with pytest.raises(sockets.gaierror):
            await open_socket("ws://never.example:1/", 1_000)
