"""Rotation on the embedded exchange: both venues, public and account, no trade lost or doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from wsdash.domain.events import Event
from wsdash.domain.instrument import MarketKey
from wsdash.exchange import Exchange
from wsdash.feed.clock import SystemClock
from wsdash.feed.connection import Connection
from wsdash.feed.line import Line
from wsdash.feed.link import Link, LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState, Stream
from wsdash.feed.recorder import Recorder
from wsdash.feed.rotation import APART
from wsdash.feed.summary import summarise
from wsdash.settings import Settings, VenueSettings
from wsdash.venues.venue import Subscription
from wsdash.wiring import live_feed

MARKETS = {"kraken": "BTC/USD", "binance": "BTCUSDT"}


class Watch:
    """A listener that notes every state that is not a good one."""

    def __init__(self) -> None:
        self.bad: list[tuple[str, ChannelState, str]] = []

    def fact(self, venue: str, event: Event) -> None:
        pass

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        if stream.state not in (ChannelState.LIVE, ChannelState.QUIET):
            self.bad.append((f"{symbol} {stream.channel}", stream.state, stream.reason))

    def link(self, connection: Connection, before: Link) -> None:
        pass

    def frame(self, connection: Connection, direction: object, data: str) -> None:
        pass

    def answer(self, connection: Connection, request: object, body: bytes) -> None:
        pass


async def until(told: object, seconds: float = 15.0) -> None:
    """Wait until `told()` is true."""
    assert callable(told)
    async with asyncio.timeout(seconds):
        while not told():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.02)


@pytest.mark.timeout(120)
@pytest.mark.row("D12")
async def test_all_connections_rotate_three_times_and_nothing_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsdash.feed.rotations.APART", 0.0)
    assert APART > 0
    async with Exchange(seed=3, rate=2.0) as exchange:
        venues = {name: VenueSettings.model_validate(urls) for name, urls in exchange.urls.items()}
        feed, watch = live_feed(Settings(venues=venues), demo=True), Watch()
        async with feed.running():
            feed.want(
                [
                    (venue, sub)
                    for venue, name in MARKETS.items()
                    for sub in (Subscription("book", name), Subscription("trades", name))
                ]
            )
            await until(lambda: [r.link.state for r in feed.reports()] == [LinkState.LIVE] * 4)
            await asyncio.sleep(1)
            feed.supervisor.listeners.append(watch)
            for _ in range(3):
                lines = feed.supervisor.lines
                before = [line.connection for line in lines.values()]
                for line in lines.values():  # the budget is another test's matter
                    line.connection.budget._bucket._tokens = 5.0
                for name in lines:
                    feed.rotate(name)
                await until(lambda: all(line.connection not in before for line in lines.values()))  # noqa: B023
                await asyncio.sleep(0.5)
            assert watch.bad == []
            assert list(feed.board.gaps) == []
            for venue, name in MARKETS.items():
                tape = feed.board.markets[MarketKey(venue, name)].tape
                live = sorted(int(trade.id) for trade in tape.prints if not trade.history)
                assert tape.count >= len(live) > 20
                assert live == list(range(live[0], live[-1] + 1))


@pytest.mark.timeout(60)
async def test_a_rotation_plays_from_its_recording_as_it_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsdash.feed.rotations.APART", 0.0)
    async with Exchange(seed=4) as exchange:
        venues = {name: VenueSettings.model_validate(urls) for name, urls in exchange.urls.items()}
        feed = live_feed(Settings(venues=venues), demo=True)
        recorder = Recorder(tmp_path / "rotation.jsonl.gz", SystemClock())
        feed.supervisor.listeners.append(recorder)
        feed.supervisor.recording = True
        key = MarketKey("kraken", "BTC/USD")
        async with feed.running():
            feed.want([("kraken", Subscription("book", key.name)),
                       ("kraken", Subscription("trades", key.name))])  # fmt: skip
            line = await carrying(feed, key)
            first = line.connection
            await asyncio.sleep(1)
            feed.rotate(first.link.name)
            await until(lambda: line.connection is not first)
            await asyncio.sleep(1)
            tape = feed.board.markets[key].tape
            book = feed.board.markets[key].book
            assert book is not None
            best = (book.bids.best, book.asks.best)
            counted = (tape.count, tape.bought, tape.sold)
        recorder.close()
    summary = summarise(tmp_path / "rotation.jsonl.gz")
    assert summary["checksum_fail"] == 0
    shown = summary["books"][key.name]
    assert (shown["best_bid"], shown["best_ask"]) == best
    trades = summary["trades"][key.name]
    assert (trades["count"], trades["taker_buy"], trades["taker_sell"]) == (
        counted[0],
        f"{counted[1]:f}",
        f"{counted[2]:f}",
    )


async def carrying(feed: LiveFeed, key: MarketKey) -> Line:
    """Wait until a market's book is there; return the line that carries it."""
    await until(lambda: key in feed.board.markets and feed.board.markets[key].book is not None)
    return feed.supervisor.lines[f"{key.venue} public"]
