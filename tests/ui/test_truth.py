"""Nothing that is not known to be true is drawn as if it were."""

from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, ETH, FakeFeed, FakePlayer, Scene
from tests.ui.screen import dashboard, made, screen_text, shows, until

from wsdash.domain.candles import Candle
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.gaps import Gap
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.lines import plain_text
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.prices import last_price, price_source, shown_price
from wsdash.ui.snapshots.tape import tape, unbroken
from wsdash.ui.snapshots.warnings import key_warning, worst_warning

USDT = MarketKey("binance", "BTCUSDT")
LIVE = Verdict("LIVE", "0.2s")


def desk_of(feed: FakeFeed) -> Desk:
    return Desk(feed, [BTC], BTC)


# ------------------------------------------------------------------- sleep and resume


@pytest.mark.row("A9")
def test_a_backlog_from_before_a_pause_is_not_live_until_the_feed_has_marked_it() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    desk = desk_of(feed)
    assert desk.verdict("book").word == "LIVE"
    feed.time += 480.0
    feed.touch(BTC, "book")  # a frame that had lain in the socket
    feed.heard()
    assert desk.verdict("book").text == "STALE 8m00s asleep"
    assert desk.reports()[0].link.state is LinkState.SYNCING
    feed.time += 0.25
    feed.touch(BTC, "book")
    assert not desk.verdict("book").believable
    feed.state(BTC, "book", ChannelState.SYNCING)
    feed.touch(BTC, "book")
    assert desk.verdict("book").word == "LIVE"
    assert desk.verdict("trades").word == "STALE"


@pytest.mark.row("A9")
def test_doubt_ends_where_the_feed_sees_no_reason_for_it_and_data_goes_on() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    desk = desk_of(feed)
    desk.look_at_clock()
    feed.time += 6.0
    for _ in range(30):
        feed.time += 0.25
        desk.look_at_clock()
        feed.touch(BTC, "book")
        feed.heard()
    assert desk.verdict("book").word == "LIVE"
    assert not desk.verdict("trades").believable
    assert desk.reports()[0].link.state is LinkState.LIVE


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40)])
@pytest.mark.row("A9")
async def test_no_frame_after_a_pause_says_live(size: tuple[int, int]) -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LIVE")
        feed.time += 480.0
        for key in (BTC, ETH):
            for channel in ("book", "trades", "ticker", "candles"):
                feed.touch(key, channel)
        app.on_resume(0.0)
        assert "LIVE" not in screen_text(app)
        await shows(pilot, "STALE 8m00s asleep")
        feed.state(BTC, "book", ChannelState.SYNCING)
        feed.touch(BTC, "book")
        await shows(pilot, "LIVE")


@pytest.mark.row("A9")
async def test_a_pause_that_nobody_told_of_is_noticed_by_whoever_draws_first() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        feed.time += 480.0
        feed.trade(BTC, "71234.5", "1", "buy")
        await shows(pilot, "71,234.5")
        assert "LIVE" not in screen_text(app)


def test_a_replay_may_jump() -> None:
    feed = FakeFeed("replay")
    Scene(feed).begin()
    desk = desk_of(feed)
    desk.player = FakePlayer()
    assert desk.verdict("book").word == "LIVE"
    feed.time += 480.0
    feed.touch(BTC, "book")
    assert desk.verdict("book").word == "LIVE"


# ------------------------------------------------------------------------ intervals


async def test_candles_of_another_interval_are_not_live_before_their_first_message() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        chart = app.board_screen.panes["chart"]
        await until(pilot, lambda: "LIVE" in chart.text)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "5m candles" in chart.text)
        feed.candles(BTC, "1m", [Candle(0, "1", "1", "1", "1", "0")])
        await until(pilot, lambda: "SYNC" in chart.text)
        last = feed.board.market(BTC).candles["5m"].last(1)[0]
        feed.candles(BTC, "5m", [Candle(last.start, "65000", "65000", "65000", "65000", "1")])
        await until(pilot, lambda: "LIVE" in chart.text)


# ----------------------------------------------------------------------- prices


def test_the_price_comes_from_whatever_spoke_last() -> None:
    feed = FakeFeed()
    market = feed.board.market(USDT)
    assert shown_price(market) == "—"
    feed.book(USDT, [("65023.60000000", "1")], [("65023.80000000", "1")])
    assert (price_source(market), last_price(market)) == ("book", "65023.70")
    feed.time += 1
    feed.ticker(USDT, "65023.60000000", "1.2")
    assert (price_source(market), shown_price(market)) == ("ticker", "65,023.6")
    feed.time += 1
    feed.trade(USDT, "65024.10000000", "1", "buy")
    assert (price_source(market), shown_price(market)) == ("trades", "65,024.1")
    del market.streams["trades"]  # another market is in focus: this tape is old
    assert price_source(market) == "ticker"


@pytest.mark.parametrize(("decimals", "text"), [(1, "65,023.6"), (2, "65,023.60")])
def test_a_price_has_the_digits_of_its_instrument(decimals: int, text: str) -> None:
    feed = FakeFeed()
    tick = "0.1" if decimals == 1 else "0.01"
    feed.list_instruments([Instrument("binance", USDT.name, "BTC", "USDT", tick, decimals, 5)])
    feed.ticker(USDT, "65023.60000000", "1.2")
    assert shown_price(feed.board.market(USDT)) == text


async def test_a_replay_without_ticker_shows_the_mid_and_how_true_it_is() -> None:
    feed = FakeFeed("replay")
    feed.book(USDT, [("65023.60000000", "1")], [("65023.80000000", "1")])
    feed.link("binance public")
    app = made(feed, watchlist=[USDT], player=FakePlayer(), ascii_only=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "mid 65,023.7")
        watch = app.board_screen.panes["watch"]
        await until(pilot, lambda: "65,023.7" in watch.text and "LIVE" in watch.text)


# ------------------------------------------------------------------ sums and gaps


def test_a_sum_begins_anew_after_a_gap_and_says_so() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    market = feed.board.markets[BTC]
    prints = list(market.tape.prints)
    newest = prints[0].time or 0.0
    assert unbroken(prints, []) == (prints, None)
    ended = (prints[5].time or 0.0) - 0.001
    gap = Gap(ended - 2, ended, "kraken public", "", "lost")
    assert unbroken(prints, [gap]) == (prints[:6], ended)
    picture = tape(market, [gap], LIVE, (60, 12), newest)
    notes = "  ".join(plain_text(note) for note in picture.notes)
    assert "since gap 12:04:" in notes
    bought = sum(float(trade.size) for trade in prints[:6] if trade.side == "buy")
    share = round(bought / sum(float(trade.size) for trade in prints[:6]) * 100)
    assert f"buy {share}% since" in notes


async def test_the_delta_says_since_when_it_is_whole() -> None:
    app, feed, _ = dashboard()
    prints = list(feed.board.markets[BTC].tape.prints)
    ended = prints[8].time or 0.0
    feed.board.gaps.gaps.append(Gap(ended - 2, ended, "kraken public", "", "lost"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "v")
        await shows(pilot, "Delta since gap 12:04:", "9 prints ago")


# ------------------------------------------------------------------------ the key


def test_the_gravest_warning_of_several_keys_is_said() -> None:
    assert key_warning("") is None
    words = ["permissions unknown", "can trade (spot)", ""]
    warning = worst_warning(words)
    assert warning is not None
    assert (warning.text, warning.role) == ("KEY CAN TRADE", "bad")
    unknown = worst_warning(words[:1])
    assert unknown is not None
    assert unknown.role == "look"


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40)])
@pytest.mark.row("G8")
async def test_a_key_that_can_trade_is_said_for_as_long_as_it_can(size: tuple[int, int]) -> None:
    app, feed, _ = dashboard(title_badge="DEMO")
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LIVE")
        feed.board.key_warnings["kraken"] = "can trade (spot)"
        await until(pilot, lambda: "KEY CAN TRADE" in screen_text(app).split("\n")[0])
        await pilot.press("b")
        balances = app.board_screen.panes["balances"]
        await until(pilot, lambda: "KEY CAN TRADE" in balances.text)
        feed.board.key_warnings["kraken"] = "permissions unknown"
        await until(pilot, lambda: "key permissions unknown" in balances.text)
        feed.board.key_warnings["kraken"] = ""
        await until(pilot, lambda: "ermissions" not in screen_text(app))
