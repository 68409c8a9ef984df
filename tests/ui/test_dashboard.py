from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import AsyncIterator

import pytest
from tests.ui.fakes import BTC, ETH, FakeFeed, FakePlayer
from tests.ui.screen import dashboard, hides, made, screen_lines, screen_text, shows, until

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState
from wsdash.venues.venue import Subscription

SIZES = [(40, 10), (80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.row("F4")
async def test_every_size_shows_market_price_and_state(size: tuple[int, int]) -> None:
    app, _, _ = dashboard(title_badge="DEMO")
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "BTC/USD kraken", "LIVE", "mid 6", "DEMO")
        lines = screen_lines(app)
        assert len(lines) == size[1]
        assert not any("…" in line for line in lines), screen_text(app)


async def test_the_large_screen_shows_every_pane() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(
            pilot, "Watch", "Balances", "Depth", "1m candles", "Tape", "Supervisor", "kraken public"
        )
        await shows(pilot, "48,2", "+ USD", "RETRY", "connection refused", "book LIVE", "rtt 31ms")


@pytest.mark.parametrize("size", [(1, 1), (19, 4), (12, 3), (30, 4), (200, 4)])
@pytest.mark.row("F4")
async def test_a_tiny_screen_still_says_price_state_and_the_size_it_needs(
    size: tuple[int, int],
) -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "6" in screen_text(app) or size[0] < 5)
        if size[0] >= 12 and size[1] >= 3:
            await shows(pilot, "65,0", "LIVE", "needs 20x5")


@pytest.mark.row("F4")
async def test_resizing_through_all_sizes_never_fails() -> None:
    app, _, scene = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        for size in ((40, 10), (250, 70), (19, 4), (64, 16), (80, 50), (120, 24), (80, 24)):
            await pilot.resize_terminal(*size)
            scene.step(0.1)
            await until(pilot, lambda size=size: len(screen_lines(app)) == size[1])  # type: ignore[misc]
        await shows(pilot, "BTC/USD kraken", "LIVE", "Tape")


async def test_no_number_of_the_old_market_stands_under_the_new_name() -> None:
    app, feed, _ = dashboard()
    lone = MarketKey("kraken", "ADA/USD")
    app.desk.watchlist.append(lone)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "65,0")
        app.open_market(lone)
        await shows(pilot, "ADA/USD kraken", "SYNC")
        for _ in range(10):
            feed.touch(BTC, "book")
            feed.touch(BTC, "trades")
            await pilot.pause()
            assert "65,0" not in screen_text(app)
        feed.book(lone, [("0.4511", "10")], [("0.4512", "20")])
        await shows(pilot, "0.4511", "LIVE")


async def test_a_switch_subscribes_the_new_market_and_drops_the_old() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: ("kraken", Subscription("book", "BTC/USD")) in feed.wanted)
        await pilot.press("2")
        await shows(pilot, "ETH/USD kraken", "1,87")
        assert ("kraken", Subscription("book", "ETH/USD")) in feed.wanted
        assert ("kraken", Subscription("candles", "ETH/USD", "1m")) in feed.wanted
        assert ("kraken", Subscription("book", "BTC/USD")) not in feed.wanted
        assert ("kraken", Subscription("account")) in feed.wanted


@pytest.mark.row("A2", "F4")
async def test_a_lost_connection_is_seen_at_once_at_every_size() -> None:
    for size in SIZES:
        app, feed, _ = dashboard()
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "LIVE")
            feed.link("kraken public", LinkState.BACKOFF, "refused", wait=7.0, attempt=4)
            feed.touch(BTC, "book")
            await shows(pilot, "RETRY 7s #4")
            styles = [
                segment.style
                for strip in app.screen._compositor.render_strips()
                for segment in strip
                if "6" in segment.text and "65,0" in segment.text and segment.style
            ]
            assert styles


async def test_numbers_of_a_lost_connection_are_marked_with_their_age() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        feed.link("kraken public", LinkState.CONNECTING, "no pong")
        feed.time += 7.0
        await shows(pilot, "CONNECTING", "7.0s old")


@pytest.mark.row("D9")
async def test_silence_becomes_stale_without_anybody_saying_so() -> None:
    app, feed, _ = dashboard()
    feed.stream(BTC, "book").cadence.limit = 5.0
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE")
        feed.time += 6.0
        await shows(pilot, "STALE 6.0s")


@pytest.mark.row("D1", "D10")
async def test_a_resync_and_a_quiet_market_have_their_words() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        feed.state(BTC, "book", ChannelState.RESYNC, "gap 481846-481848")
        await shows(pilot, "RESYNC gap 481846-481848")
        feed.time += 14.0
        feed.heard()
        feed.state(BTC, "book", ChannelState.QUIET)
        await shows(pilot, "QUIET 14s")


async def test_a_frozen_pane_stands_still_and_says_so() -> None:
    app, _, scene = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "65,0")
        await pilot.press("space")
        await shows(pilot, "FROZEN")
        before = app.board_screen.panes["ladder"].text.split("\n")[1:]
        scene.step(5.0)
        await shows(pilot, "FROZEN 5")
        assert app.board_screen.panes["ladder"].text.split("\n")[1:] == before
        await pilot.press("space")
        await hides(pilot, "FROZEN")


async def test_a_small_screen_freezes_and_groups_too() -> None:
    app, _, scene = dashboard()
    async with app.run_test(size=(40, 10)) as pilot:
        await shows(pilot, "mid 6")
        await pilot.press("space")
        await shows(pilot, "FROZEN")
        before = screen_lines(app)[1:8]
        scene.step(5.0)
        await shows(pilot, "FROZEN 5")
        assert screen_lines(app)[1:8] == before
        await pilot.press("space", *["plus"] * 6)
        await hides(pilot, "FROZEN")
        await until(pilot, lambda: screen_lines(app)[1:8] != before, "a grouped ladder")


async def test_the_finder_finds_in_the_lists_of_all_venues() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await shows(pilot, "Find a market", "XRP/USDT")
        assert ("binance", Subscription("instruments")) in feed.wanted
        await pilot.press(*"ethbin")
        await hides(pilot, "XRP/USDT")
        await pilot.press("backspace", "backspace", "backspace", "enter")
        await shows(pilot, "ETH/USD kraken")
        assert app.desk.key == ETH


async def test_escape_leaves_the_finder_and_never_the_program() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("slash")
        await shows(pilot, "Find a market")
        await pilot.press("escape")
        await hides(pilot, "Find a market")
        await pilot.press("escape", "escape")
        await shows(pilot, "BTC/USD kraken")
        assert app.is_running


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_is_a_key_away_and_tab_goes_round(size: tuple[int, int]) -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=size) as pilot:
        for key, title in (("g", "candles"), ("w", "Watch"), ("b", "Balances"), ("v", "Depth")):
            await pilot.press(key)
            await shows(pilot, title)
        await pilot.press("v")
        await shows(pilot, "Delta")
        await pilot.press("grave_accent")
        await shows(pilot, "Supervisor")
        await pilot.press("escape")
        await until(pilot, lambda: app.board_screen.focused_name == "ladder")
        seen = set()
        for _ in range(7):
            await pilot.press("tab")
            await pilot.pause()
            seen.add(app.board_screen.focused_name)
        assert len(seen) == 7


async def test_a_pane_can_have_the_screen_for_itself() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t", "z")
        await hides(pilot, "Watch")
        await pilot.press("escape")
        await shows(pilot, "Watch")


async def test_grouping_interval_and_copy() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "65,0")
        await pilot.press("plus", "plus")
        await shows(pilot, "±0.5")
        await pilot.press("right_square_bracket")
        await shows(pilot, "5m candles")
        assert ("kraken", Subscription("candles", "BTC/USD", "5m")) in feed.wanted
        await pilot.press("j", "y")
        await until(pilot, lambda: "65,0" in app.clipboard)
        await pilot.press("r", "R")
        assert (feed.resynced, feed.reconnected) == ([BTC], ["kraken"])


@pytest.mark.row("G1", "G2")
async def test_names_and_reasons_from_outside_stay_text() -> None:
    feed = FakeFeed()
    hostile = MarketKey("kraken", "[red]A\x1b[2J\u202e[/]")
    feed.list_instruments([Instrument("kraken", hostile.name, hostile.name, "X", "1", 0, 0)])
    app = made(feed, watchlist=[hostile], title_badge="[b]", ascii_only=False)
    async with app.run_test(size=(120, 40)) as pilot:
        feed.link("kraken public", LinkState.PARKED, "[link=x]\x1b]0;gone\x07\u200b")
        feed.book(hostile, [("1", "1")], [])
        await shows(pilot, "[red]A·[2J·[/]", "[link=x]·]0;gone·")
        await pilot.press("slash")
        await shows(pilot, "Find a market")
        text = screen_text(app)
        assert not any(ord(mark) < 32 and mark != "\n" for mark in text)
        assert "\u202e" not in text


async def test_nothing_to_show_is_calm() -> None:
    app = made(FakeFeed(), ascii_only=False)
    for size in SIZES:
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "/", "finds a market")
        app = made(FakeFeed(), ascii_only=False)


async def test_a_long_watchlist_keeps_the_chosen_row_in_sight() -> None:
    app, _, _ = dashboard()
    app.desk.watchlist += [MarketKey("kraken", f"COIN{n}/USD") for n in range(30)]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *["j"] * 34)
        await shows(pilot, "COIN29/USD")
        await pilot.press("enter")
        await shows(pilot, "COIN29/USD kraken", "SYNC")


async def test_a_replay_says_so_and_has_its_own_keys() -> None:
    player = FakePlayer()
    app, _, _ = dashboard(FakeFeed("replay"), player=player)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "REPLAY ×1", "playing  0:12/3:00 12:04:31 ━")
        await pilot.press("space", "right_square_bracket", "plus")
        await shows(pilot, "REPLAY paused", "paused   0:12/3:00", "×2")
        assert (player.playing, player.steps, player.speed) == (False, 1, 2.0)
        await pilot.resize_terminal(40, 10)
        await shows(pilot, "REPLAY", "paused   0:12/3:00 █")


async def test_the_feed_lives_as_long_as_the_screen() -> None:
    life: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        life.append("started")
        yield
        life.append("ended")

    app, feed, _ = dashboard(lifespan=lifespan)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(feed.wanted))
        assert life == ["started"]
        await pilot.press("q")
    assert life == ["started", "ended"]


@pytest.mark.row("F4")
async def test_at_80_columns_the_bar_keeps_the_age_of_every_stream() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE book 0.0s trades 0.0s ticker 0.0s candle 0.0s account 15s")
        feed.state(BTC, "book", ChannelState.RESYNC, "gap 1-3")
        await shows(pilot, "RESYNC gap 1-3 book  LIVE trades 0.0s")


@pytest.mark.row("E2")
async def test_a_late_loop_is_said_and_drawn_less() -> None:
    app, _, _ = dashboard()
    late: list[float] = [0.0]

    class Lag:
        @property
        def worst(self) -> float:
            return late[0]

        async def watch(self) -> None:
            """Do nothing."""

    app.lag = Lag()  # type: ignore[assignment]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "loop 0ms")
        late[0] = 0.3
        await shows(pilot, "loop 300ms")
        late[0] = 1.5
        await shows(pilot, "LOOP LATE 1.5s")
        await shows(pilot, "slowed to 10 fps")


async def test_what_refers_to_itself_does_not_lie_about_for_hours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The collector's own rounds are rare while the program runs: a whole one is timed."""

    class Loop:
        def __init__(self) -> None:
            self.itself = self

    monkeypatch.setattr("wsdash.ui.shell.SWEEP_EVERY", 0.05)
    app, _, _ = dashboard()
    thresholds = gc.get_threshold()
    async with app.run_test(size=(80, 24)) as pilot:
        gc.set_threshold(0)
        try:
            lost = weakref.ref(Loop())
            await until(pilot, lambda: lost() is None)
        finally:
            gc.set_threshold(*thresholds)


async def test_a_small_screen_copies_the_price_it_shows_and_none_of_before() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "65,004.4")
        await pilot.resize_terminal(40, 10)
        await shows(pilot, "kraken LIVE")
        feed.trade(BTC, "65111.1", "0.5", "buy")
        feed.touch(BTC, "book")
        await shows(pilot, "▲ 65,111.1")
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == "65,111.1", "the price in the clipboard")
