"""What the subcommands do; each returns the exit code of the process."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from wsdash import wiring
from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.clock import SystemClock
from wsdash.feed.live import LiveFeed
from wsdash.feed.recorder import Recorder
from wsdash.feed.tail import BOOK_EVERY, Tail
from wsdash.markets import UnknownSymbol, parse, unlisted
from wsdash.settings import Settings
from wsdash.venues import registry
from wsdash.venues.venue import Subscription

LISTING_DEADLINE = 15.0
"""Seconds to wait for a venue's list of instruments."""


_PLAIN: Final[tuple[Channel, ...]] = ("book", "trades", "ticker")


class Broken(Exception):
    """Something that failed outside this program; the message is for people."""


def wanted_of(
    keys: Sequence[MarketKey], channels: Collection[str], interval: str = "1m"
) -> list[tuple[str, Subscription]]:
    """Return the subscriptions of some channels of some markets, and the venues' lists."""
    wanted = [(key.venue, Subscription("instruments")) for key in keys]
    for key in keys:
        wanted += [(key.venue, Subscription(c, key.name)) for c in _PLAIN if c in channels]
        if "candles" in channels:
            wanted.append((key.venue, Subscription("candles", key.name, interval)))
    return wanted


def tail(
    settings: Settings,
    symbols: Sequence[str],
    kinds: Collection[str],
    seconds: float | None,
    *,
    demo: bool = False,
) -> int:
    """Print what happens as JSON lines."""
    keys = [parse(symbol) for symbol in symbols]
    feed = wiring.live_feed(settings, demo=demo)

    unheard = False

    def write(line: bytes) -> None:
        nonlocal unheard
        try:
            if not unheard:
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
        except BrokenPipeError:  # a reader that has seen enough (``| head``)
            unheard = True

    lines = Tail(feed.board, kinds, SystemClock(), write)
    feed.supervisor.listeners.append(lines)
    feed.board.gaps.listeners.append(lines.gap)

    async def flush() -> None:
        while True:
            lines.flush()
            await asyncio.sleep(BOOK_EVERY / 2)

    async def body() -> None:
        feed.want(wanted_of(keys, kinds))
        flusher = asyncio.create_task(flush())
        try:
            await _until(feed, keys, seconds, broken=lambda: "unheard" if unheard else "")
        finally:
            flusher.cancel()
        if unheard:
            raise BrokenPipeError

    return _run(feed, body)


def record(settings: Settings, symbols: Sequence[str], out: Path, seconds: float | None) -> int:
    """Record raw frames and the supervisor's events."""
    keys = [parse(symbol) for symbol in symbols]
    feed = wiring.live_feed(settings)
    recorder = Recorder(out, SystemClock())
    feed.supervisor.listeners.append(recorder)
    feed.board.gaps.listeners.append(recorder.gap)
    feed.supervisor.recording = True

    async def body() -> None:
        feed.want(wanted_of(keys, ("book", "trades", "ticker", "candles")))
        await _until(feed, keys, seconds, broken=lambda: recorder.problem)

    try:
        code = _run(feed, body)
    finally:
        recorder.close()
    if recorder.problem:
        raise Broken(f"{out}: {recorder.problem}")
    sys.stderr.write(f"{out}: {recorder.records} records\n")
    return code


def symbols(settings: Settings, venue: str, pattern: str) -> int:
    """Print a venue's instruments, one a line."""
    registry.find(venue)
    feed = wiring.live_feed(settings)

    async def body() -> None:
        feed.want([(venue, Subscription("instruments"))])
        await _listed(feed, venue)

    code = _run(feed, body)
    listed = feed.board.instruments.get(venue, {})
    wanted = pattern.upper()
    for name, instrument in sorted(listed.items()):
        if wanted in name.upper() or wanted in instrument.symbol:
            row = (clean(text, 80) for text in (name, instrument.symbol, instrument.status))
            sys.stdout.write("\t".join(row) + "\n")
    return code


def venues() -> int:
    """Print the venues there are."""
    for venue in registry.VENUES.values():
        account = "account" if venue.private else "public data"
        sys.stdout.write(f"{venue.name}\t{venue.title}\t{account}\n")
    return 0


def summary(file: Path, venue: str | None) -> int:
    """Print the end state of a recording as one JSON object."""
    from wsdash.feed.summary import summarise

    result = summarise(file, registry.find(venue) if venue else None)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def figures(file: Path, venue: str | None, every: float) -> int:
    """Print the figures of a recording as JSON lines, a line for every market and interval."""
    from wsdash.feed.figures import Figures

    lines = Figures(file, registry.find(venue) if venue else None, every)
    for line in lines:
        sys.stdout.buffer.write(line.encoded())
    if lines.recording.damaged:
        words = f"{file.name}: {lines.recording.damaged} damaged lines were left out"
        sys.stderr.write(f"wsdash: {clean(words)}\n")
    return 0


def _run(feed: LiveFeed, body: Callable[[], Awaitable[None]]) -> int:
    """Run a feed without a screen until `body` ends or a signal comes."""
    code = 0

    async def main() -> None:
        nonlocal code
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(_in_feed())
        caught: list[int] = []

        def end(number: int) -> None:
            caught.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, end, number)
        try:
            await task
        except asyncio.CancelledError:
            if not caught:
                raise
            code = 128 + caught[0]

    async def _in_feed() -> None:
        async with feed.running():
            await body()

    asyncio.run(main())
    return code


async def _until(
    feed: LiveFeed,
    keys: Sequence[MarketKey],
    seconds: float | None,
    broken: Callable[[], str] = str,
) -> None:
    """Wait for the end, or for a symbol to turn out not to exist."""
    loop = asyncio.get_running_loop()
    end = None if seconds is None else loop.time() + seconds
    while (end is None or loop.time() < end) and not broken():
        stranger = unlisted(keys, feed.board.instruments)
        if stranger is not None:
            raise UnknownSymbol(stranger)
        await asyncio.sleep(0.05)


async def _listed(feed: LiveFeed, venue: str) -> None:
    """Wait for a venue's list; where REST tells it, no connection changes when it comes."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LISTING_DEADLINE
    while not feed.board.instruments.get(venue):
        if loop.time() > end:
            reason = next((r.link.reason for r in feed.reports()), "")
            raise Broken(f"{venue}: no list of instruments came: {reason or 'no answer'}")
        await asyncio.sleep(0.05)
