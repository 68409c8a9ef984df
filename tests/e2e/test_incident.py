"""The last minutes, written out by key: what was seen can be seen again, and no secret with it."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
from tests.e2e.test_rotation import until

from wsdash.domain.instrument import MarketKey
from wsdash.exchange import Exchange
from wsdash.feed.clock import SystemClock
from wsdash.feed.incident import FlightRecorder
from wsdash.feed.market import ChannelState
from wsdash.feed.summary import summarise
from wsdash.settings import Settings, VenueSettings, shown
from wsdash.venues.venue import Subscription
from wsdash.wiring import live_feed

KEYS = [MarketKey("kraken", "BTC/USD"), MarketKey("binance", "BTCUSDT")]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("begins", ["with the connection", "in the middle"])
async def test_a_bundle_replays_to_the_books_that_were_on_the_screen(
    begins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if begins == "in the middle":  # so that nothing is left of how the books were first synced
        monkeypatch.setattr("wsdash.feed.incident.RESTATE_EVERY", 0.5)
        monkeypatch.setattr("wsdash.feed.incident.MINUTES", 2 / 60)
        monkeypatch.setattr("wsdash.feed.spool.SPAN", 0.2)
    async with Exchange(seed=5) as exchange:
        urls = exchange.urls
        venues = {name: VenueSettings.model_validate(own) for name, own in urls.items()}
        settings = Settings(venues=venues)
        feed = live_feed(settings, demo=True)
        flight = FlightRecorder(
            feed.board, feed.log, SystemClock(), lambda: shown(settings, tmp_path / "config.toml")
        )
        feed.supervisor.listeners.append(flight)
        feed.supervisor.recording = True
        async with feed.running():
            feed.want([(key.venue, Subscription("book", key.name)) for key in KEYS])
            await until(
                lambda: all(
                    feed.board.market(key).book is not None
                    and feed.board.market(key).streams["book"].state is ChannelState.LIVE
                    for key in KEYS
                )
            )
            await asyncio.sleep(3.5)
            books = {key.name: feed.board.market(key).book for key in KEYS}
            tops = {
                name: (book.bids.top(10), book.asks.top(10))
                for name, book in books.items()
                if book is not None
            }
            file = await flight.write(tmp_path)
    summary = summarise(file)
    assert summary["damaged"] == 0
    assert summary["checksum_fail"] == summary["sequence_gaps"] == 0
    for name, (bids, asks) in tops.items():
        assert summary["books"][name]["bids"] == bids
        assert summary["books"][name]["asks"] == asks
    with zipfile.ZipFile(file) as bundle:
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
        assert json.loads(bundle.read("books.json"))["kraken:BTC/USD"]["state"] == "LIVE"
    for own in urls.values():
        for secret in (own["api_key"], own["api_secret"]):
            assert secret.encode() not in everything


@pytest.mark.row("E5")
def test_a_bundle_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    from wsdash.feed.log import new_log
    from wsdash.feed.market import Board

    def broken() -> list[tuple[str, str]]:
        raise OSError("no space left")

    flight = FlightRecorder(Board(), new_log(), SystemClock(), broken)
    with pytest.raises(OSError, match="no space"):
        asyncio.run(flight.write(tmp_path))
    assert list(tmp_path.iterdir()) == []
