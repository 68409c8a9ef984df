from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.feed.test_replay import BTC, trade
from tests.feed.test_seek import arrived, session, until
from tests.feed.test_summary import KRAKEN, line, recording
from tests.ui.fakes import BTC as FAKE
from tests.ui.fakes import ETH, START, FakeFeed, FakePlayer
from tests.ui.screen import dashboard, shows
from tests.ui.screen import until as shown
from tests.virtual import VirtualClock, play

from wsdash.feed.feed import Mark
from wsdash.feed.recording import Recording
from wsdash.feed.replay import ReplayFeed
from wsdash.ui.counting import Counted, Counting, counted_of


def sums(counted: Counted | None) -> Any:
    assert counted is not None
    traded = counted.traded
    return (
        traded.begun,
        traded.sums.volumes.delta,
        list(traded.samples),
        {name: made.last(500) for name, made in traded.candles.items()},
        list(traded.at_price.rows()),
        dict(counted.stacking.rows),
        [(second.at, second.live, dict(second.rows(1))) for second in counted.heat.seconds],
    )


def test_what_is_counted_is_that_of_the_recording_up_to_the_moment(tmp_path: Path) -> None:
    lines = [*session(), *(line(402.0 + n / 7, KRAKEN, trade(900 + n)) for n in range(30))]
    path = recording(tmp_path, lines)

    def begun() -> ReplayFeed:
        feed = ReplayFeed(Recording(path), VirtualClock())
        counted_of(feed, [BTC], BTC)
        return feed

    async def reached(feed: ReplayFeed, *positions: float) -> Any:
        async with feed.running():
            feed.playing = False
            for position in positions:
                feed.seek(position)
                await arrived(feed)
        return sums(counted_of(feed, [BTC], BTC))

    async def played(feed: ReplayFeed, position: float) -> Any:
        async with feed.running():
            await until(lambda: feed.position >= position)
        return feed.position, sums(counted_of(feed, [BTC], BTC))

    at, whole = play(played(begun(), 20.0))
    assert play(reached(begun(), 290.0, at)) == whole
    assert play(reached(begun(), at)) == whole
    prints = sum(1 for row in lines if row["dir"] == "in" and '"trade"' in row["data"])
    assert prints > 30
    _, delta, *_ = whole
    assert delta != Decimal(0)


def test_the_first_print_of_a_recording_counts(tmp_path: Path) -> None:
    path = recording(tmp_path, [line(1.0 + n, KRAKEN, trade(n)) for n in range(3)])
    feed = ReplayFeed(Recording(path), VirtualClock())
    counted_of(feed, [BTC], BTC)
    feed.step(3)
    counted = counted_of(feed, [BTC], BTC)
    assert counted is not None
    tape = feed.board.market(BTC).tape
    assert counted.traded.sums.volumes.delta == tape.bought - tape.sold


def test_another_market_is_counted_from_the_beginning_too(tmp_path: Path) -> None:
    path = recording(tmp_path, session())
    feed = ReplayFeed(Recording(path), VirtualClock())

    async def scene() -> None:
        async with feed.running():
            feed.step(20)
            assert counted_of(feed, [BTC], BTC) is not None
            await asyncio.sleep(1.0)
            await arrived(feed)
            counting = feed.follower
            assert isinstance(counting, Counting)
            assert counting.of[BTC].traded.begun == 100.0
            assert counting.of[BTC].traded.sums.volumes.delta != 0

    play(scene())


async def test_the_keys_of_a_replay_go_to_moments_and_marks() -> None:
    player = FakePlayer()
    player.found = [
        Mark("gap", START + 30, START + 32, "1006"),
        Mark("trade", START + 60, START + 60, "buy 9 at 1"),
    ]
    app, _, _ = dashboard(FakeFeed("replay"), player=player, watchlist=[FAKE])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("at", *"50%", "enter")
        await pilot.pause()
        assert player.position == 90.0
        await pilot.press("left_parenthesis")
        assert player.position == 60.0
        await shows(pilot, "$ trade at 1:00: buy 9 at 1")
        await pilot.press("full_stop", "left_parenthesis")
        assert player.position == 30.0
        await pilot.press("apostrophe", "asterisk", "semicolon")
        assert player.position == 90.0
        await pilot.press("right_parenthesis")
        await shows(pilot, "no more gaps after this")
        await pilot.press("at", *"nonsense", "enter")
        await shows(pilot, "expected 14:02:11, +90, -5m or 50%")
        await pilot.press("escape", "left_square_bracket")
        assert player.steps == -1


async def test_while_a_moment_is_sought_panes_say_so() -> None:
    player = FakePlayer()
    app, _, _ = dashboard(FakeFeed("replay"), player=player, watchlist=[FAKE])
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE")
        app.desk.remember()
        assert app.desk.trails
        player.seeking = 0.43
        player.cuts += 1
        player.news.touch()
        await shows(pilot, "REPLAY SEEK 43%", "─ SEEK 43% ─", " SEEK 43% 0:12/3:00")
        assert not app.desk.trails


async def test_there_are_no_such_keys_in_a_live_feed() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("at")
        await shows(pilot, "only in a replay")


async def test_markets_found_later_are_listed_once_and_can_be_taken_off() -> None:
    player = FakePlayer()
    player.markets = (FAKE,)
    app, _, _ = dashboard(FakeFeed("replay"), player=player, watchlist=[FAKE])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        player.markets = (FAKE, ETH)
        player.news.touch()
        await shown(pilot, lambda: app.desk.watchlist == [FAKE, ETH], "the market found later")
        app.desk.watchlist.remove(ETH)
        player.cuts += 1
        player.news.touch()
        app.desk.remember()
        await shown(pilot, lambda: not app.desk.trails, "the cut")
        assert app.desk.watchlist == [FAKE]


async def test_a_replay_shows_candles_of_another_length_by_their_name() -> None:
    """Its [ ] and + - step and play faster: what they do elsewhere has a name in the commands."""
    app, _, _ = dashboard(FakeFeed("replay"), player=FakePlayer(), watchlist=[FAKE])
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1m candles")
        await pilot.press("colon", *"candles of 5m", "enter")
        await shows(pilot, "5m candles")
        await pilot.press("o", "colon", *"coarser rows", "enter")
        await shows(pilot, "±")


async def test_a_recording_without_candles_says_where_some_can_be_had() -> None:
    app, feed, _ = dashboard(FakeFeed("replay"), player=FakePlayer(), watchlist=[FAKE])
    feed.board.markets[FAKE].candles.clear()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "no 1m candles so far in the recording", ": then candles of 5s")


def test_the_names_of_views_are_views() -> None:
    app, _, _ = dashboard()
    names = [item.value for item in app.view_items()]
    assert len(set(names)) == len(names)
    assert not app.do_view("candles of nothing")
