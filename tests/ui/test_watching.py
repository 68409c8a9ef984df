"""The watchlist under the trader's keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.ui.fakes import BTC, ETH, MARKETS, FakeFeed
from tests.ui.screen import dashboard, screen_lines, shows, until
from textual.events import Key

from wsdash.domain.instrument import MarketKey
from wsdash.feed.kept import Kept
from wsdash.feed.kept_list import ListFile
from wsdash.markets import parse
from wsdash.ui.app import Dashboard
from wsdash.ui.snapshots.watch_order import Order, order_of
from wsdash.ui.widgets.watch import SETTLE, WatchPane

SOL = MarketKey("kraken", "SOL/USD")


def keeping(tmp_path: Path, **more: Any) -> tuple[Dashboard, FakeFeed, ListFile]:
    shelf = ListFile(tmp_path / "watchlist.txt", parse)
    kept = Kept(shelf)
    app, feed, _ = dashboard(kept=kept, lifespan=kept.running, **more)
    return app, feed, shelf


async def test_markets_are_taken_off_put_back_and_moved_and_all_of_it_is_kept(
    tmp_path: Path,
) -> None:
    app, feed, shelf = keeping(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("j", "j", "d")
        await shows(pilot, "took off kraken:SOL/USD")
        assert SOL not in app.desk.watchlist
        assert all(sub.symbol != "SOL/USD" for _, sub in feed.wanted)
        await pilot.press("u")
        await shows(pilot, "kraken:SOL/USD is back")
        assert app.desk.watchlist == list(MARKETS)
        await pilot.press("K")
        assert app.desk.watchlist[:3] == [BTC, SOL, ETH]
        await pilot.press("J", "K", "K")
        assert app.desk.watchlist[:3] == [SOL, BTC, ETH]
        await pilot.press("A")
        await shows(pilot, "took off kraken:BTC/USD")
        await pilot.press("u", "u")
        await shows(pilot, "nothing was taken off")
        assert app.desk.watchlist[:3] == [SOL, BTC, ETH]
    assert shelf.load().keys == tuple(app.desk.watchlist)


async def test_a_found_market_is_added_and_opened_by_its_number(tmp_path: Path) -> None:
    app, feed, shelf = keeping(tmp_path, watchlist=[BTC])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("a")
        await shows(pilot, "Add markets", "ETH/USD")
        await pilot.press(*"ethusd", "enter")
        await shows(pilot, "added kraken:ETH/USD")
        assert any(sub.symbol == "ETH/USD" for _, sub in feed.wanted)
        await pilot.press("2")
        await shows(pilot, "ETH/USD kraken")
    assert shelf.load().keys == (BTC, ETH)


async def test_a_passing_list_says_that_it_passes() -> None:
    app, _, _ = dashboard(kept=Kept(passing="for this run only: a test"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("d")
        await shows(pilot, "took off kraken:BTC/USD, for this run only: a test")


async def test_an_order_by_figures_stands_for_a_while_and_keys_go_by_the_screen() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        for place, key in enumerate(MARKETS):
            feed.ticker(key, "1", f"{place}.0")
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("s", "s")
        await shows(pilot, "by change")
        watch = app.board_screen.cast.watch
        backwards = tuple(reversed(MARKETS))
        assert watch.listed == backwards
        assert watch.chosen_key == BTC
        assert watch.chosen == len(MARKETS) - 1
        feed.ticker(BTC, "1", "99.0")
        assert watch.listed == backwards
        feed.time += SETTLE
        assert watch.listed == (BTC, *backwards[:-1])
        assert watch.chosen_key == BTC
        await pilot.press("S")
        assert watch.listed == (*backwards[:-1][::-1], BTC)
        await pilot.press("K")
        await shows(pilot, "only in your own order")
        await pilot.press("2")
        await shows(pilot, f"{list(MARKETS)[2].name} kraken")


async def test_the_order_of_the_watchlist_is_kept_across_starts(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    app, _, _ = dashboard(layouts=file)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("s", "s", "S")
        await shows(pilot, "by change ▲")
    app, _, _ = dashboard(layouts=file)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "by change ▲")
        assert app.board_screen.cast.watch.order == Order("change", turned=True)


@pytest.mark.parametrize("plain", [None, [], {}, {"by": "luck"}, {"by": ["own"]}, {"by": {}}])
def test_an_order_that_makes_no_sense_is_the_own_one(plain: object) -> None:
    assert order_of(plain) == Order()


async def test_the_same_letters_do_something_else_in_another_pane() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("o")
        await shows(pilot, "+ - grouping")
        await pilot.press("s")
        await shows(pilot, "Cost of an order")
        await pilot.press("escape", "o", "d")
        assert app.desk.watchlist == list(MARKETS)


async def test_what_could_not_be_read_is_said_at_the_start() -> None:
    kept = Kept(problems=["watchlist.txt line 3 is no market"])
    app, _, _ = dashboard(kept=kept, keymap={"fly": "x"})
    async with app.run_test(size=(160, 40)) as pilot:
        await shows(pilot, "watchlist.txt line 3 is no market; keymap: fly: no such key")


async def test_a_list_that_was_emptied_says_what_to_do() -> None:
    app, _, _ = dashboard(watchlist=[BTC])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await shows(pilot, "a add")
        await pilot.press("d")
        await shows(pilot, "no markets: a adds some")
        await pilot.press("d", "s", "K", "j", "enter", "1")
        await until(pilot, lambda: "BTC/USD kraken" in screen_lines(app)[0], "the market in focus")
        assert isinstance(app.board_screen.cast.watch, WatchPane)


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_keys_typed_ahead_are_those_of_the_pane_that_is_on_its_way(
    size: tuple[int, int],
) -> None:
    app, _, _ = dashboard(keymap={"watch.add": "n"})
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LIVE")
        for key in "wn":
            app.post_message(Key(key, key))
        await shows(pilot, "Add markets")
