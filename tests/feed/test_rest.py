"""Requests over REST: an answer always comes, and nobody is asked who wants to be left alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from wsdash.feed.rest import HttpRest
from wsdash.venues.signing import Signed
from wsdash.venues.venue import Request

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[HttpRest]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rest = HttpRest(f"http://127.0.0.1:{runner.addresses[0][1]}", Stamp())
    try:
        yield rest
    finally:
        await rest.close()
        await runner.cleanup()


class Stamp:
    """A signer whose signature can be seen."""

    def sign(self, request: Request) -> Signed:
        return Signed({"X-Key": "k"}, "signed=1", "")

    def set_offset(self, seconds: float) -> None:
        pass

    def sign_frame(self, params: dict[str, str | int | bool]) -> dict[str, str | int | bool]:
        return params


async def test_a_request_arrives_as_it_was_meant() -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=json.dumps([request.path_qs, request.headers.get("X-Key")]))

    async with serving(echo) as rest:
        plain = await rest.fetch(Request("/depth", (("symbol", "A B"), ("limit", "5"))))
        assert json.loads(plain.body) == ["/depth?symbol=A+B&limit=5", None]
        signed = await rest.fetch(Request("/account", signed=True))
        assert json.loads(signed.body) == ["/account?signed=1", "k"]


@pytest.mark.row("B4")
async def test_a_redirect_is_an_answer_and_takes_no_key_along() -> None:
    seen: list[str] = []

    async def move(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with serving(move) as rest:
        assert (await rest.fetch(Request("/account", signed=True))).status == 302
    assert seen == ["/account"]


@pytest.mark.row("B1", "D3")
@pytest.mark.parametrize("status", [429, 418])
async def test_a_venue_that_asks_to_be_left_alone_is_asked_nothing_meanwhile(status: int) -> None:
    asked = 0

    async def limit(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=status, headers={"Retry-After": "60"})

    async with serving(limit) as rest:
        first = await rest.fetch(Request("/depth"))
        again = await rest.fetch(Request("/klines"))
    assert asked == 1
    assert (first.status, first.retry_after) == (status, 60)
    assert again.status == 429
    assert again.retry_after is not None
    assert 50 < again.retry_after <= 60


@pytest.mark.row("D3")
async def test_a_retry_after_of_a_server_in_trouble_concerns_that_request_alone() -> None:
    async def trouble(request: web.Request) -> web.Response:
        if request.path == "/depth":
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.Response(text="well")

    async with serving(trouble) as rest:
        assert (await rest.fetch(Request("/depth"))).retry_after == 60
        assert (await rest.fetch(Request("/klines"))).body == b"well"


async def test_no_answer_is_an_answer() -> None:
    rest = HttpRest("http://127.0.0.1:9")
    assert (await rest.fetch(Request("/depth"))).status == 0
    await rest.close()


async def test_a_connection_that_ends_within_the_body_is_no_answer() -> None:
    async def stop(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return response

    async with serving(stop) as rest:
        assert (await rest.fetch(Request("/depth"))).status == 0
