"""The first screen: it asks for markets, offers the demo, and keeps the choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ui.fakes import FakeFeed
from tests.ui.screen import hides, made, screen_text, shows, until

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.kept import Kept
from wsdash.feed.kept_list import ListFile
from wsdash.feed.link import LinkState
from wsdash.markets import parse
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.welcome import Offer, welcome

OFFER = Offer(["Kraken", "Binance", "Binance.US"], "/", "d", "?")
FILE = ("settings file", "/home/somebody/.config/wsdash/config.toml")


def feed_with_a_list() -> FakeFeed:
    feed = FakeFeed("live")
    feed.list_instruments(
        Instrument("kraken", f"{base}/USD", base, "USD", "0.1", 1, 8) for base in ("BTC", "ETH")
    )
    feed.list_instruments([Instrument("binance", "BTCUSDT", "BTC", "USDT", "0.1", 1, 8)])
    return feed


@pytest.mark.parametrize("width", [20, 38, 40, 80, 120, 200])
@pytest.mark.parametrize("height", [2, 5, 8, 16, 23, 39])
def test_the_first_screen_fits_and_asks(width: int, height: int) -> None:
    rows = welcome(OFFER, [FILE], width, height)
    assert len(rows) <= height
    assert all(width_of(row) <= width for row in rows)
    text = "\n".join(plain_text(row) for row in rows)
    assert "wsdash" in text
    assert "/  " in text
    if height >= 8:
        assert all(title in text for title in OFFER.venues)
        assert "demo" in text
    if height >= 23 and width >= 38:
        assert "config.toml" in text


def test_without_a_demo_to_start_none_is_offered() -> None:
    rows = welcome(OFFER._replace(demo="", find="Ctrl+F"), [], 80, 23)
    text = "\n".join(plain_text(row) for row in rows)
    assert "demo" not in text
    assert "Ctrl+F" in text


async def test_markets_are_picked_of_a_venue_and_kept(tmp_path: Path) -> None:
    shelf = ListFile(tmp_path / "watchlist.txt", parse)
    kept = Kept(shelf)
    app = made(feed_with_a_list(), ascii_only=False, kept=kept, lifespan=kept.running)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "numbers are true", "1      Kraken", "2      Binance", "d demo")
        await pilot.press("1")
        await shows(pilot, "Pick markets", "ETH/USD")
        assert "BTC/USDT" not in screen_text(app)
        await pilot.press("tab", "tab")
        await shows(pilot, "2 marked", "+BTC/USD", "+ETH/USD")
        await pilot.press("enter")
        await shows(pilot, "BTC/USD kraken", "SYNC")
        await hides(pilot, "numbers are true")
    assert shelf.load().keys == (MarketKey("kraken", "BTC/USD"), MarketKey("kraken", "ETH/USD"))


async def test_without_network_it_says_so_and_takes_what_is_typed(tmp_path: Path) -> None:
    shelf = ListFile(tmp_path / "watchlist.txt", parse)
    kept = Kept(shelf)
    feed = FakeFeed("live")
    feed.link("kraken public", LinkState.BACKOFF, "dns: no address", wait=7.0, attempt=2)
    app = made(feed, ascii_only=False, kept=kept, lifespan=kept.running)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await shows(pilot, "kraken: RETRY 7s #2 dns: no address", "binance: connecting")
        await pilot.press(*"kraken:eth/usd")
        await shows(pilot, "ETH/USD", "as typed kraken")
        await pilot.press("enter")
        await shows(pilot, "ETH/USD kraken")
    assert shelf.load().keys == (MarketKey("kraken", "ETH/USD"),)


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_the_demo_is_a_key_away_and_nothing_is_kept(size: tuple[int, int]) -> None:
    app = made(feed_with_a_list(), ascii_only=False)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "demo")
        await pilot.press("slash")
        await shows(pilot, "Pick markets")
        await pilot.press("escape")
        await hides(pilot, "Pick markets")
        await pilot.press("d")
        await until(pilot, lambda: not app.is_running, "the end")
    assert app.demo_wanted
    assert app.desk.watchlist == []


async def test_the_keys_of_the_first_screen_are_in_its_help() -> None:
    app = made(feed_with_a_list(), ascii_only=False, keymap={"welcome.demo": "D"})
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "D demo", "D      demo:")
        await pilot.press("question_mark")
        await shows(pilot, "On the first screen")


async def test_without_a_market_no_pane_says_that_one_is_on_its_way() -> None:
    app = made(feed_with_a_list(), ascii_only=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "d demo")
        for key, title in (("t", "┌ Tape"), ("g", "candles"), ("v", "┌ Depth"), ("B", "┌ Basis")):
            await pilot.press(key)
            await shows(pilot, title, "no market is open", "/ finds one", "Esc back")
            assert "SYNC" not in screen_text(app)
            assert "d demo" not in screen_text(app)  # a key of the first screen alone
        await pilot.press("escape")
        await shows(pilot, "numbers are true", "d demo")
