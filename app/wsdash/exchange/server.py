"""The embedded exchange: a seeded market behind real protocols of venues.

Loopback only. WebSockets and REST live on two ports; the paths of the venues
do not collide, so each port serves them all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Self

from aiohttp import web
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from wsdash.exchange import handshake
from wsdash.exchange.book import Levels
from wsdash.exchange.client import Client
from wsdash.exchange.clockwork import Clockwork
from wsdash.exchange.desk import Desk
from wsdash.exchange.faults import FaultsError, Rule, load, parse, parse_rule
from wsdash.exchange.handshake import Connect
from wsdash.exchange.kraken import KrakenSession
from wsdash.exchange.market import Market
from wsdash.exchange.perpetuals import PERPETUALS
from wsdash.exchange.plan import Plan, fits

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ExchangeError(RuntimeError):
    """The exchange cannot open; the text is one sentence for the user."""


class Exchange:
    """A real exchange on loopback, as an async context manager.

    Args:
        seed: decides every event of the market.
        rate: events per second, 1.0 being a few hundred.
        faults: rules as `faults.parse` takes them, or a file that holds them.
        host: a loopback address.
        port: of the WebSockets, REST one above; 0 takes two free ones.

    Raises:
        FaultsError: a rule makes no sense.
        ExchangeError: not loopback, or (on entering) a port is taken.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        rate: float = 1.0,
        faults: Path | list[dict[str, object]] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if host not in _LOOPBACK:
            raise ExchangeError(f"the embedded exchange opens on loopback only, not on {host}")
        if not 0 < rate <= 1000:
            raise ExchangeError("the rate must be above 0 and at most 1000")
        rules = load(faults) if isinstance(faults, Path) else parse(faults or [])
        self.market = Market(seed, rate, int(time.time() * 1e6), perpetuals=PERPETUALS)
        self.connects: list[Connect] = []
        self.host = host
        self.port = port
        self.rest_port = port + 1 if port else 0
        self.plan = Plan(rules, 0.0)
        self.clients: dict[Client, None] = {}
        """Who is connected."""
        self._flapping: dict[ServerConnection, Rule] = {}
        self._desk = Desk(self.market, seed, self._stale)
        self._background: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.plan.started = loop.time()
        try:
            self._server = await self._listen()
        except OSError as error:
            raise ExchangeError(_taken(error, self.port)) from error
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        try:
            await self._listen_rest()
        except OSError as error:
            self._server.close()
            await self._server.wait_closed()
            raise ExchangeError(_taken(error, self.rest_port)) from error
        self.market.opened = int(time.time() * 1e6)  # building the market took a while
        clockwork = Clockwork(self.market, self._desk.tick, self._beat, self._ping)
        self._play = asyncio.create_task(clockwork.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._play.cancel()
        await asyncio.gather(self._play, *self._background, return_exceptions=True)
        for client in list(self.clients):
            client.close(1001, "exchange closes")
        self._server.close()
        await self._runner.cleanup()
        await self._server.wait_closed()

    @property
    def urls(self) -> dict[str, dict[str, str]]:
        """Addresses of all venues, and keys where there are accounts."""
        socket = f"ws://{self.host}:{self.port}"
        return self._desk.urls(socket, f"http://{self.host}:{self.rest_port}")

    def truth(self, symbol: str, sequence: int) -> tuple[Levels, Levels]:
        """Return (bids, asks) in ticks and lots after change `sequence` of `symbol`.

        Raises:
            LookupError: unknown symbol, or a sequence not remembered.
        """
        return self.market.truth(symbol, sequence)

    def sequence_at(self, symbol: str, time: int) -> int:
        """Return the sequence whose change has this venue time (microseconds).

        Raises:
            LookupError: unknown symbol, or no remembered change has that time.
        """
        return self.market.listings[symbol].truth.sequence_at(time)

    def inject(self, rule: dict[str, object]) -> None:
        """Add a fault at run time; its times and counts begin now.

        Raises:
            FaultsError: the rule makes no sense.
        """
        now = asyncio.get_running_loop().time()
        budget = self.plan.add(parse_rule(rule, len(self.plan.budgets)), now)
        for client in self.clients:
            door = handshake.door(client.path)
            if door is not None and fits(budget.rule, *door):
                client.gate.add(budget, now)

    def drop_all(self) -> None:
        """Reset every connection at once, without a close frame."""
        for client in list(self.clients):
            client.abort()

    def meet(self, venue: str, path: str) -> Rule | None:
        """Return the fault that meets a REST request, if any."""
        del path
        return self.plan.handshake(venue, "rest", asyncio.get_running_loop().time())

    def note(self, venue: str, path: str, status: int) -> None:
        """Remember a connection attempt or request."""
        now = asyncio.get_running_loop().time()
        self.connects.append(Connect(now, venue, path, status))

    async def _listen(self) -> Server:
        quiet = logging.getLogger("wsdash.exchange.sockets")
        quiet.setLevel(logging.CRITICAL)  # broken connections are this server's daily bread
        return await serve(
            self._serve,
            self.host,
            self.port,
            process_request=self._welcome,
            compression=None,
            ping_interval=None,
            close_timeout=1.0,
            logger=quiet,
        )

    async def _listen_rest(self) -> None:
        self._runner = web.AppRunner(
            self._desk.application(self), access_log=None, shutdown_timeout=1.0
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.rest_port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.rest_port = self._runner.addresses[0][1]

    async def _welcome(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path
        found = handshake.door(path)
        if found is None:
            self.note("", path, 404)
            return handshake.response(404, "no such path")
        rule = self.plan.handshake(*found, asyncio.get_running_loop().time())
        if rule is None:
            self.note(found.venue, path, 101)
            return None
        status = {"status": int(rule.number), "redirect": 302, "drip": 0}.get(rule.action, 101)
        self.note(found.venue, path, status)
        if rule.action == "flap":
            self._flapping[connection] = rule
            return None
        return await handshake.refuse(connection, rule)

    async def _serve(self, connection: ServerConnection) -> None:
        rule = self._flapping.pop(connection, None)
        if rule is not None:
            await connection.close(int(rule.number), rule.text)
            return
        request = connection.request
        found = handshake.door(request.path) if request else None
        if request is None or found is None:
            return
        client = Client(connection, found.venue, request.path)
        client.session = self._desk.session(client, found)
        self.plan.arm(client.gate, found.venue, found.where, client.opened)
        self.clients[client] = None
        try:
            await client.run()
        finally:
            self.clients.pop(client, None)

    def _stale(self, venue: str, where: str, symbol: str) -> int:
        now = asyncio.get_running_loop().time()
        return self.plan.stale(venue, where, symbol, now)

    def _beat(self) -> None:
        for client in list(self.clients):
            if isinstance(client.session, KrakenSession):
                client.session.beat()

    def _ping(self) -> None:
        for client in list(self.clients):
            if client.venue == "binance":
                task = asyncio.create_task(client.ping())
                self._background.add(task)
                task.add_done_callback(self._background.discard)


def _taken(error: OSError, port: int) -> str:
    return f"cannot open port {port}: {error.strerror or 'it is in use'}"


__all__ = ["Exchange", "ExchangeError", "FaultsError"]
