"""``wsdash doctor``: the way to each venue, and what the terminal can do, each with a verdict."""

from __future__ import annotations

import asyncio
import locale
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from wsdash import wiring
from wsdash.domain.text import clean
from wsdash.feed.causes import classify
from wsdash.feed.clock import SystemClock
from wsdash.feed.sockets import opener
from wsdash.settings import Settings
from wsdash.venues import registry
from wsdash.venues.venue import Endpoints, Venue

FIRST_DATA = 10.0
"""Seconds to wait for the first frame."""

CLOCK_TOLERANCE = 1.0
"""Seconds by which our clock may differ from the venue's: beyond, signed requests fail."""


def run(settings: Settings, names: Sequence[str]) -> int:
    """Check the venues named, or all; return 1 if any check of a venue failed.

    Raises:
        UnknownVenue: there is no venue of that name.
    """
    venues = [registry.find(name) for name in names] or list(registry.VENUES.values())
    for name, verdict in terminal(os.environ):
        _print("terminal", name, True, verdict)
    well = True
    for venue in venues:
        well = asyncio.run(_check(venue, settings)) and well
    return 0 if well else 1


def terminal(environ: os._Environ[str]) -> list[tuple[str, str]]:
    """What is known of the terminal, as names and findings."""
    columns, rows = shutil.get_terminal_size((0, 0))
    return [
        ("size", f"{columns}x{rows}" if sys.stdout.isatty() else "stdout is no terminal"),
        ("TERM", clean(environ.get("TERM", "not set"))),
        ("colours", clean(environ.get("COLORTERM", "256 or fewer (COLORTERM not set)"))),
        ("NO_COLOR", "set" if environ.get("NO_COLOR") else "not set"),
        ("encoding", locale.getpreferredencoding(do_setlocale=False)),
        ("over ssh", "yes" if environ.get("SSH_CONNECTION") else "no"),
        ("in tmux", "yes" if environ.get("TMUX") else "no"),
        ("after a lost ssh", "type `reset` if the terminal behaves oddly"),
    ]


async def _check(venue: Venue, settings: Settings) -> bool:
    endpoints = wiring.endpoints_of(venue, settings)
    well = True
    async for name, good, words in _steps(venue, endpoints):
        _print(venue.name, name, good, words)
        well = well and good
    return well


async def _steps(venue: Venue, endpoints: Endpoints) -> AsyncIterator[tuple[str, bool, str]]:
    """Each step needs the one before: the first that fails is the last."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(endpoints.ws_url)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    began = time.monotonic()
    try:
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        yield "dns", False, f"no address for {parts.hostname}"
        return
    addresses = ", ".join(dict.fromkeys(str(info[4][0]) for info in found))
    yield "dns", True, f"{addresses} in {_ms(began)}"
    began = time.monotonic()
    try:
        ws = await opener()(endpoints.ws_url, venue.max_size)
    except Exception as error:  # noqa: BLE001 - that is what is being examined
        yield "handshake", False, classify(error, endpoints.ws_url).words
        return
    try:
        tls = "TLS" if parts.scheme == "wss" else "no TLS (loopback)"
        yield "handshake", True, f"{tls}, {_ms(began)}"
        began = time.monotonic()
        session = venue.public()
        step = session.opened(0.0)
        for text in step.send or _PROBES.get(venue.name, []):
            await ws.send(text)
        async with asyncio.timeout(FIRST_DATA):
            await ws.recv(decode=False)
        yield "first data", True, _ms(began)
    except TimeoutError:
        yield "first data", False, f"nothing in {FIRST_DATA:.0f} s"
    except Exception as error:  # noqa: BLE001 - as above
        yield "first data", False, classify(error, endpoints.ws_url).words
    finally:
        ws.abort()
    yield await _clock(endpoints)


async def _clock(endpoints: Endpoints) -> tuple[str, bool, str]:
    """Compare our wall clock with the Date header of the REST side."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=FIRST_DATA)
    clock = SystemClock()
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(endpoints.rest_url, allow_redirects=False) as response,
        ):
            sent = parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError):
        return "clock", False, "REST does not answer"
    offset = clock.wall() - sent - 0.5  # the header is cut to whole seconds
    return "clock", abs(offset) <= CLOCK_TOLERANCE, f"{offset:+.1f} s against the venue"


_PROBES = {
    "kraken": ['{"method":"ping","req_id":1}'],
    "binance": ['{"method":"LIST_SUBSCRIPTIONS","id":1}'],
    "binance_us": ['{"method":"LIST_SUBSCRIPTIONS","id":1}'],
    "bybit": ['{"op":"ping"}'],
}


def _ms(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:.0f} ms"


def _print(subject: str, name: str, good: bool, words: str) -> None:
    sys.stdout.write(f"{'ok  ' if good else 'FAIL'}  {subject:<10}  {name:<16}  {words}\n")
    sys.stdout.flush()
