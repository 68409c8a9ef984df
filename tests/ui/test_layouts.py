"""Layouts by key: several markets at once, panes that come, go and grow, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ui.fakes import BTC, ETH, MARKETS, FakeFeed
from tests.ui.screen import dashboard, hides, screen_lines, screen_text, shows, until
from textual.screen import Screen

from wsdash.domain.instrument import MarketKey
from wsdash.ui import workers
from wsdash.ui.desk import Desk
from wsdash.ui.groups import Groups
from wsdash.ui.layouts.tree import Place
from wsdash.ui.tempo import Tempo
from wsdash.ui.widgets.pane import Pane
from wsdash.ui.workers import Workers
from wsdash.venues.venue import Subscription

SOL, DOGE = MarketKey("kraken", "SOL/USD"), MarketKey("kraken", "DOGE/USD")


class Counted(Pane):
    """Counts how often it is drawn."""

    drawn = 0

    def post(self) -> float | None:
        self.drawn += 1
        return None


def books(feed: FakeFeed) -> set[str]:
    return {what.symbol for _, what in feed.wanted if what.channel == "book"}


async def test_four_markets_side_by_side_and_a_switch_moves_one_group() -> None:
    app, feed, _ = dashboard()
    lone = MarketKey("kraken", "ADA/USD")
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "BTC/USD kraken", "LIVE")
        assert books(feed) == {"BTC/USD"}
        await pilot.press("f3")
        await shows(pilot, "A BTC/USD kraken", "B ETH/USD", "C SOL/USD", "D DOGE/USD", "65,0")
        await until(pilot, lambda: len(books(feed)) == 4, "four books")
        await pilot.press("tab")
        await shows(pilot, "wsdash   ETH/USD kraken")
        app.open_market(lone)
        await shows(pilot, "B ADA/USD", "wsdash   ADA/USD kraken", "A BTC/USD kraken")
        ladder, tape = app.board_screen.panes["ladder-b"], app.board_screen.panes["tape-b"]
        for _ in range(5):
            for channel in ("book", "trades"):
                feed.touch(ETH, channel)
            await pilot.pause()
            assert "1,87" not in ladder.text + tape.text
        assert "SYNC" in ladder.text
        assert books(feed) == {"BTC/USD", "ADA/USD", "SOL/USD", "DOGE/USD"}
        await pilot.press("f2")
        await until(pilot, lambda: books(feed) == {"BTC/USD"}, "one book")
        await hides(pilot, "ADA/USD kraken")
        assert ("kraken", Subscription("candles", "BTC/USD", "1m")) in feed.wanted


async def test_panes_are_hidden_resized_doubled_and_regrouped_by_key() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "Tape", "LIVE")
        board = app.board_screen
        tape, ladder = board.panes["tape"], board.panes["ladder"]
        await pilot.press("t", "X")
        await until(pilot, lambda: tape.place is None, "no tape")
        before = ladder.size.width
        await pilot.press("o", "greater_than_sign", "greater_than_sign")
        await until(pilot, lambda: ladder.size.width == before + 8, "a wider ladder")
        await pilot.press("less_than_sign")
        await until(pilot, lambda: ladder.size.width == before + 4, "a narrower ladder")
        await pilot.press("grave_accent", "escape", "w", "right_curly_bracket")
        watch = board.panes["watch"]
        height = watch.size.height
        await pilot.press("left_curly_bracket")
        await until(pilot, lambda: watch.size.height == height - 2, "a lower watchlist")
        await pilot.press("o", "N")
        await shows(pilot, "A BTC/USD kraken", "B ETH/USD kraken", "1,87")
        assert board.focused_name == "ladder-b"
        assert books(feed) == {"BTC/USD", "ETH/USD"}
        await pilot.press("C")
        await shows(pilot, "C SOL/USD kraken", "77.")
        assert books(feed) == {"BTC/USD", "SOL/USD"}
        await pilot.press("X")
        await hides(pilot, "C SOL/USD")
        await until(pilot, lambda: books(feed) == {"BTC/USD"}, "one book")
        await pilot.press("f2")
        await until(pilot, lambda: tape.place is not None, "the tape again")


async def test_a_layout_is_saved_by_name_and_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    app, _, _ = dashboard(FakeFeed("live"), layouts=file)
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("f3")
        await shows(pilot, "D DOGE/USD")
        await pilot.press("tab", "5")
        await shows(pilot, "B SHIB/USD")
        await pilot.press("L", *"save", "enter")
        await shows(pilot, "Save layout as")
        await pilot.press(*["backspace"] * 9, *"mine", "enter")
        await shows(pilot, "layout mine saved")
        await pilot.press("f2")
        await hides(pilot, "D DOGE/USD")
        await pilot.press("colon", *"layout mine", "enter")
        await shows(pilot, "D DOGE/USD", "B SHIB/USD")
    app, _, _ = dashboard(FakeFeed("live"), layouts=file)
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "A BTC/USD", "B SHIB/USD", "D DOGE/USD", "65,0")
        await pilot.press("f7")
        await shows(pilot, "layout mine")
        await pilot.press("L")
        await shows(pilot, "layout mine (on the screen)", "save this layout")
        text = screen_text(app)
        places = [text.index(f"layout {name}") for name in ("standard", "ladder", "flow", "mine")]
        assert places == sorted(places)
        await pilot.press(*"remove", "enter")
        await shows(pilot, "layout mine removed")
        await until(pilot, lambda: b'"mine": {' not in file.read_bytes(), "gone from the file")


async def test_a_damaged_file_is_said_on_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    file.write_bytes(b"{")
    app, _, _ = dashboard(layouts=file)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "layouts.json is damaged", "LIVE")
        await pilot.press("f3")
        await shows(pilot, "C SOL/USD")
        await pilot.press("x", "X", "greater_than_sign", "escape")
        await shows(pilot, "LIVE")
        assert "…" not in screen_text(app).replace("kr…", "")


def groups(feed: FakeFeed) -> Groups:
    return Desk(feed, list(MARKETS), BTC).groups


def test_a_group_takes_the_next_market_of_the_watchlist_and_keeps_it() -> None:
    feed = FakeFeed()
    shown = groups(feed)
    assert shown.show("AB", list(MARKETS))
    assert not shown.show("BA", list(MARKETS))
    assert (shown["A"].key, shown["B"].key, shown["C"].key) == (BTC, ETH, None)
    assert shown.several
    shown.show("A", list(MARKETS))
    assert [group.key for group in shown.live()] == [BTC]
    assert not shown.several
    shown.show("ABCD", [BTC, ETH])
    assert [group.key for group in shown] == [BTC, ETH, None, None]


def test_what_is_not_shown_is_not_counted_and_begins_anew() -> None:
    feed = FakeFeed()
    shown = groups(feed)
    shown.show("AB", list(MARKETS))
    feed.trade(ETH, "1877.1", "1", "buy")
    shown.look_at_flow()
    feed.trade(ETH, "1877.2", "1", "buy")
    shown.look_at_flow()
    assert len(shown["B"].traded.at_price) == 1
    shown.show("A", list(MARKETS))
    shown.look_at_flow()
    feed.time += 60
    shown.show("AB", list(MARKETS))
    shown.look_at_flow()
    assert len(shown["B"].traded.at_price) == 0
    assert shown["B"].traded.since == feed.wall()


def test_groups_beside_the_one_in_focus_are_drawn_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(FakeFeed(), list(MARKETS), BTC)
    desk.groups.show("AB", list(MARKETS))
    panes = {name: Counted(desk, name=name) for name in ("ladder", "ladder-b", "title")}
    for pane in panes.values():
        pane.place = Place(pane.id or "", 0, 0, 40, 20)
    work = Workers(Screen(), desk, panes, Tempo(30, lambda: 0.0))
    draw = work._drawer(*panes)
    for frame in range(60):
        now = 1_000 + frame / 30
        monkeypatch.setattr(workers, "monotonic", lambda now=now: now)
        due = draw()
    assert {name: pane.drawn for name, pane in panes.items()} == {
        "ladder": 60,
        "ladder-b": 20,
        "title": 60,
    }
    assert due is not None
    desk.groups.focus = "B"
    for frame in range(60, 120):
        now = 1_000 + frame / 30
        monkeypatch.setattr(workers, "monotonic", lambda now=now: now)
        draw()
    assert panes["ladder-b"].drawn == 80


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_a_pane_alone_on_a_small_screen_has_the_words_in_its_title(ascii_only: bool) -> None:
    app, feed, _ = dashboard(ascii_only=ascii_only)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("t")
        await shows(pilot, "Tape")
        await pilot.press("N")
        await shows(pilot, "a larger screen can be arranged")
        assert "a larger screen" in screen_lines(app)[1]
        feed.time += 4.0
        app.board_screen.draw_all()
        await shows(pilot, "Tape")


async def test_beside_other_markets_no_pane_is_named_in_half_a_word() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "BTC/USD kraken", "LIVE")
        await pilot.press("N", "N")
        await shows(pilot, "C SOL/USD", "A Tape", "A Depth")
        assert not [line for line in screen_lines(app) if "…" in line and "┌" in line]


async def test_a_name_that_no_layout_has_saves_this_one_under_it(tmp_path: Path) -> None:
    app, _, _ = dashboard(layouts=tmp_path / "layouts.json")
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("L", *"zwei", "enter")
        await shows(pilot, "layout zwei saved")
        await pilot.press("L", *"zwei")
        await shows(pilot, "layout zwei (on the screen)", "save this layout as zwei")
        await pilot.press("enter")
        await shows(pilot, "layout zwei")
        await hides(pilot, "Layouts")
        assert list(app.library.saved) == ["zwei"]
