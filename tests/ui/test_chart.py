"""The chart looks back: what it asks for, what it says of it, and where it stays meanwhile."""

from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, FakeFeed, Scene
from tests.ui.screen import dashboard, until

from wsdash.domain.candles import Candle, CandleSeries
from wsdash.feed.gaps import Gap
from wsdash.feed.past import Past
from wsdash.ui.snapshots.chart import View, chart
from wsdash.ui.snapshots.chart_past import due, past_words
from wsdash.ui.snapshots.clocks import short_clock
from wsdash.ui.snapshots.lines import ascii_only, plain_text, width_of
from wsdash.ui.snapshots.picture import Verdict

LIVE = Verdict("LIVE", "0.1s")
MIDNIGHT = 1_795_651_200


def series_of(count: int) -> CandleSeries:
    series = CandleSeries("1m")
    series.update(Candle(minute * 60, "1", "2", "1", "2", "1") for minute in range(count))
    return series


def said(past: Past | None, *, now: float = 100.0, at_edge: bool = True) -> str:
    return plain_text(past_words(series_of(10), past, "kraken", now, at_edge=at_edge)).strip()


def test_the_past_is_spoken_of_in_words() -> None:
    assert said(None) == ""
    assert said(Past()) == ""
    assert said(Past(asked_at=99.7)) == ""
    assert said(Past(asked_at=98.0)) == "fetching older 2s"
    assert said(Past(asked_at=98.0), at_edge=False) == ""
    failed = Past(failures=2, retry_at=107.0, reason="HTTP 503")
    assert said(failed) == "no older: HTTP 503, again in 7s"
    assert said(failed, now=108.0) == "no older: HTTP 503"
    assert said(Past(begins=0)) == "nothing older at kraken"
    assert said(Past(begins=-60)) == "", "what was the oldest is not known any more"


def test_what_is_said_is_drawn_in_time() -> None:
    assert due(None, 0.0) is None
    assert due(Past(), 0.0) is None
    assert due(Past(asked_at=100.0), 100.1) == pytest.approx(0.4)
    assert due(Past(asked_at=100.0), 100.49) == pytest.approx(0.1)
    assert due(Past(reason="HTTP 503", retry_at=107.0), 100.0) == 0.5
    assert due(Past(begins=0), 100.0) is None


@pytest.mark.parametrize("width", [35, 78, 118])
def test_the_words_of_the_past_stand_before_the_times(width: int) -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    words = past_words(
        series_of(10), Past(reason="HTTP 503", retry_at=107.0), "kraken", 100.0, at_edge=True
    )
    view = View("1m", width, 12, back=50)
    rows, told = (
        chart(feed.board.market(BTC), [], LIVE, view._replace(past=past)).rows
        for past in ((), words)
    )
    assert rows[:-1] == told[:-1], "nothing jumps"
    assert width_of(told[-1]) <= width
    text, plain = plain_text(told[-1]), plain_text(rows[-1])
    assert text.startswith(" no older: HTTP 503, again in 7s ")
    assert text[len(plain_text(words)) :].split() == [
        label for label in plain.split() if plain.index(label) > len(plain_text(words))
    ]


def test_labels_tell_the_day_where_it_changes() -> None:
    assert short_clock(MIDNIGHT + 600, 60, MIDNIGHT) == "00:10"
    assert short_clock(MIDNIGHT, 60, MIDNIGHT - 60) == "26 Nov"
    assert short_clock(MIDNIGHT, 86_400, MIDNIGHT - 86_400) == "26 Nov"
    assert short_clock(MIDNIGHT + 40 * 86_400, 86_400, MIDNIGHT) == "Jan 2027"
    assert short_clock(MIDNIGHT + 61, 1, MIDNIGHT + 60) == "00:01:01"


async def test_scrolling_back_asks_for_older_candles_and_stays_at_its_time() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.board_screen.cast.chart
        await until(pilot, lambda: "1m candles" in pane.text)
        await pilot.press("g")
        await until(pilot, lambda: app.board_screen.focused_name == "chart")
        feed.older_asked.clear()
        for _ in range(12):
            await pilot.press("pageup")
        assert (BTC, "1m") in feed.older_asked
        series = feed.board.market(BTC).candles["1m"]
        shown = series.last(series_length := len(series))[-1 - pane._back()]
        start = series.last(1)[0].start + 60
        feed.candles(BTC, "1m", [Candle(start + n * 60, "1", "1", "1", "1", "1") for n in range(3)])
        assert series.last(series_length + 3)[-1 - pane._back()] == shown
        market = feed.board.market(BTC)
        market.past["1m"] = Past(failures=1, retry_at=feed.now() + 7, reason="HTTP 503")
        feed.touch(BTC, "candles")
        await until(pilot, lambda: "no older: HTTP 503, again in 7s" in pane.text)
        await pilot.press("c")
        assert pane._back() == 0


def test_a_hole_is_told_from_a_wick_and_from_a_time_without_trades() -> None:
    feed = FakeFeed()
    market = feed.board.market(BTC)
    known = [Candle(minute * 60, "5", "9", "1", "5", "1") for minute in (0, 1, 8, 9)]
    feed.candles(BTC, "1m", known)
    gap = Gap(180.0, 200.0, "kraken public", "", "lost")
    for gaps in ([], [gap]):
        picture = chart(market, gaps, LIVE, View("1m", 40, 5))
        assert any(":" in plain_text(ascii_only(row)) for row in picture.rows) == bool(gaps)
        assert any("┊" in plain_text(row) for row in picture.rows) == bool(gaps)
