"""Feeds with real sockets and real clocks, on whatever address a case has set up."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.feed.scripted import BOOK, NoRest, toy

from wsdash.domain.instrument import MarketKey
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.clock import SystemClock
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link, LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState
from wsdash.feed.observer import Tools
from wsdash.feed.rest import HttpRest, Rest
from wsdash.feed.sockets import opener
from wsdash.feed.supervisor import Supervisor
from wsdash.venues import registry
from wsdash.venues.venue import Budget, Subscription, Venue

WIDE = Budget(200, 20)
BTC = {
    "kraken": MarketKey("kraken", "BTC/USD"),
    "binance": MarketKey("binance", "BTCUSDT"),
    "bybit": MarketKey("bybit", "BTCUSDT"),
}
SPOT = {name: BTC[name] for name in ("kraken", "binance")}
"""One venue with heartbeats, and one without."""
TOY = MarketKey("toy", "BTC")
PATIENCE = 20.0


def feed_on(
    addresses: dict[str, tuple[str, str]],
    *,
    connects: Budget = WIDE,
    proxy: str | bool | None = None,
    seed: int | None = None,
    max_size: int | None = None,
) -> LiveFeed:
    """A feed of venues at these (socket, REST) addresses; ``toy`` is the scripted one.

    Waits are drawn by the seed; without one they are as short as they may be.
    """
    clock = SystemClock()
    uniform = _soon if seed is None else random.Random(seed).uniform

    def connect(name: str, supervisor: Supervisor) -> list[Connection]:
        found: Venue = toy() if name == "toy" else registry.find(name)
        venue = replace(found, connects=connects, max_size=max_size or found.max_size)
        socket, root = addresses[name]
        rest: Rest = HttpRest(root) if root else NoRest()
        return [
            Connection(
                venue=venue,
                role="public",
                address=socket,
                make_session=venue.public,
                budget=ConnectBudget(venue.connects, clock),
                rest=rest,
                tools=Tools(
                    clock=clock,
                    uniform=uniform,
                    open_socket=opener(proxy),  # type: ignore[arg-type]
                    observer=supervisor,
                ),
            )
        ]

    return LiveFeed(clock=clock, connect=connect, venues=tuple(addresses))


def _soon(low: float, high: float) -> float:
    return max(low, min(high, 0.05))


@asynccontextmanager
async def toy_feed(address: str, **more: object) -> AsyncIterator[LiveFeed]:
    """A running feed of the scripted venue that wants one book."""
    feed = feed_on({"toy": (address, "")}, **more)  # type: ignore[arg-type]
    async with feed.running():
        feed.want([("toy", BOOK)])
        yield feed


def link(feed: LiveFeed, venue: str = "toy") -> Link:
    return next(report.link for report in feed.reports() if report.link.venue == venue)


def state(feed: LiveFeed, key: MarketKey = TOY) -> ChannelState:
    return feed.board.market(key).streams["book"].state


def is_live(feed: LiveFeed, key: MarketKey = TOY) -> bool:
    return link(feed, key.venue).state is LinkState.LIVE and state(feed, key) in (
        ChannelState.LIVE,
        ChannelState.QUIET,
    )


def books(*keys: MarketKey) -> list[tuple[str, Subscription]]:
    return [(key.venue, Subscription("book", key.name)) for key in keys]


async def until(condition: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Wait for a condition; return the seconds it took."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while not condition():
        assert loop.time() - start < patience, "never happened"
        await asyncio.sleep(0.005)
    return loop.time() - start


def reasons(feed: LiveFeed) -> list[str]:
    """The causes in the log, oldest first."""
    return [entry.text for entry in feed.log if entry.state in ("BACKOFF", "PARKED", "HOLD")]


def memory() -> float:
    """Megabytes that this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
