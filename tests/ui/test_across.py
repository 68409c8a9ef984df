"""One asset at all venues: found, subscribed while it is looked at, and no longer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from tests.ui.fakes import BTC, MARKETS, FakeFeed, Scene
from tests.ui.screen import dashboard, until

from wsdash.domain.account import Balance
from wsdash.domain.alerts_text import parse
from wsdash.domain.book import Level
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.alerts_seen import Seen, reading
from wsdash.feed.alerts_store import resolve
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState
from wsdash.ui.across import Across, Pair, most_like, of_one_kind, one_each
from wsdash.ui.desk import Desk
from wsdash.ui.pane_tables import sheet_of
from wsdash.ui.snapshots.tape_rows import Choice
from wsdash.ui.trends import Trend, lag_of
from wsdash.venues.venue import Subscription

FAR = MarketKey("binance", "BTCUSDT")
PERPETUAL = MarketKey("binance", "BTCUSD_PERP")


def listed(name: str, base: str, quote: str, status: str = "online") -> Instrument:
    return Instrument("binance", name, base, quote, "0.01", 2, 5, status)


def desk_of(**more: object) -> tuple[Desk, FakeFeed]:
    feed = FakeFeed()
    Scene(feed).begin()
    feed.link("binance public")
    return Desk(feed, list(MARKETS), BTC, **more), feed  # type: ignore[arg-type]


def look(desk: Desk, *, needed: bool = True) -> Across:
    desk.across.look(desk.feed, desk.key, desk.watchlist, "merged", needed=needed)
    return desk.across


def quote(feed: FakeFeed, bid: str, ask: str) -> None:
    bids: list[Level] = [(bid, "2")]
    feed.book(FAR, bids, [(ask, "2")])
    feed.heard()


def test_the_other_venues_are_found_and_wanted_only_while_somebody_looks() -> None:
    desk, _ = desk_of()
    told: list[int] = []
    desk.across.changed = lambda: told.append(1)
    assert look(desk, needed=False).markets == (BTC, FAR)
    assert (desk.across.wanted(), told) == ((), [])
    look(desk)
    assert set(desk.across.wanted()) == {
        ("kraken", Subscription("instruments")), ("binance", Subscription("instruments")),
        ("kraken", Subscription("book", BTC.name)), ("binance", Subscription("book", FAR.name)),
    }  # fmt: skip
    look(desk)
    assert len(told) == 1
    look(desk, needed=False)
    assert (desk.across.wanted(), len(told)) == ((), 2)


def test_two_panes_that_look_are_two() -> None:
    desk, _ = desk_of()
    for pane in ("merged", "basis"):
        desk.across.look(desk.feed, BTC, [], pane, needed=True)
    look(desk, needed=False)
    assert desk.across.wanted()


def test_a_venue_is_there_with_the_market_that_is_most_like_ours() -> None:
    known = MARKETS[BTC][0]
    venue = {
        one.name: one
        for one in (
            listed("BTCEUR", "BTC", "EUR"),
            listed("ETHUSD", "ETH", "USD"),
            listed("BTCUSD", "BTC", "USD", "break"),
            listed("BTCUSDC", "BTC", "USDC"),
            listed("BTCUSDT", "BTC", "USDT"),
        )
    }
    assert most_like(known, venue) == FAR
    venue["BTCUSD"] = listed("BTCUSD", "BTC", "USD")
    assert most_like(known, venue) == MarketKey("binance", "BTCUSD")
    assert most_like(listed("X", "DOGE", "EUR"), venue) is None


def test_the_watchlist_comes_first_and_a_second_market_of_a_venue_makes_pairs() -> None:
    desk, feed = desk_of()
    feed.list_instruments([listed(PERPETUAL.name, "BTC", "USDT")])
    desk.watchlist += [PERPETUAL, FAR]
    across = look(desk)
    assert across.markets == (BTC, PERPETUAL, FAR)
    assert one_each(across.markets) == [BTC, PERPETUAL]
    assert across.pairs(feed.board, BTC) == [
        Pair(BTC, PERPETUAL), Pair(BTC, FAR), Pair(PERPETUAL, FAR),
    ]  # fmt: skip
    assert across.pairs(feed.board, FAR) == []


def test_a_perpetual_makes_pairs_with_spot_and_is_not_merged_with_it() -> None:
    desk, feed = desk_of()
    swap = MarketKey("bybit", "BTCUSDT")
    one = Instrument(*swap, "BTC", "USDT", "0.10", 1, 3, kind="perpetual")
    assert one.symbol == "BTC/USDT perp"
    feed.list_instruments([one])
    desk.watchlist += [swap, FAR]
    across = look(desk)
    assert across.markets == (BTC, swap, FAR)
    assert Pair(BTC, swap) in across.pairs(feed.board, BTC)
    assert of_one_kind(feed.board, across.markets) == [BTC, FAR]
    assert of_one_kind(feed.board, (swap, BTC, FAR)) == [swap]
    assert of_one_kind(feed.board, ()) == []
    book = ("bybit", Subscription("book", swap.name))
    desk.across.look(feed, BTC, desk.watchlist, "merged", needed=True, one_kind=True)
    assert book not in desk.across.wanted()
    desk.across.look(feed, BTC, desk.watchlist, "basis", needed=True)
    assert book in desk.across.wanted()
    desk.across.look(feed, BTC, desk.watchlist, "basis", needed=False)
    assert book not in desk.across.wanted()


def test_the_pane_and_the_alert_rule_tell_the_same_basis() -> None:
    desk, feed = desk_of()
    rule = parse("kraken:BTC/USD basis binance:BTCUSDT > 1bp", resolve)
    for state in (ChannelState.LIVE, ChannelState.QUIET, ChannelState.STALE, ChannelState.RESYNC):
        quote(feed, "64990.11", "64990.37")
        feed.touch(BTC, "book")
        feed.state(FAR, "book", state)
        seen = reading(rule, feed.board, Seen(feed.now()), feed.now())
        told = look(desk).basis(
            feed.board, Pair(BTC, FAR), lambda key: desk.verdict("book", key), feed.now()
        )
        assert (seen is None) == (told is None) == (state in ("STALE", "RESYNC"))
        if seen is not None and told is not None:
            assert seen.values == (told.bps,)
            own = feed.board.markets[BTC].book
            assert own is not None
            assert own.bids.best is not None
            assert own.asks.best is not None
            first = (Fraction(own.bids.best[0]) + Fraction(own.asks.best[0])) / 2
            second = Fraction("64990.24")
            assert Fraction(told.absolute) == first - second
            exact = (first - second) / second * 10_000
            assert abs(Fraction(told.bps) - exact) < Fraction(1, 10**20)


def test_a_history_holds_only_moments_when_both_are_live() -> None:
    desk, feed = desk_of()
    pair, across = Pair(BTC, FAR), look(desk)
    for second in range(30):
        feed.time += 1
        feed.touch(BTC, "book")
        quote(feed, "64990.1", "64990.3")
        if 10 <= second < 20:
            feed.state(FAR, "book", ChannelState.QUIET if second < 15 else ChannelState.RESYNC)
        across.note(feed, lambda key: desk.verdict("book", key))
    points = list(across.histories[pair].points)
    assert len(points) == 20
    assert [point.begins for point in points].count(True) == 2
    assert across.first_pair(BTC) == pair
    assert across.first_pair(MarketKey("kraken", "ETH/USD")) is None


def test_what_is_known_of_all_venues_can_be_written_to_a_file() -> None:
    desk, feed = desk_of()
    quote(feed, "64990.1", "64990.3")
    look(desk)
    for _ in range(3):
        feed.time += 1
        feed.touch(BTC, "book")
        quote(feed, "64990.1", "64990.3")
        desk.across.note(feed, lambda key: desk.verdict("book", key))
    merged = sheet_of("merged", desk, desk.group, Choice())
    assert merged is not None
    far = [row[1:] for row in merged.table.rows if row[1] == "binance"]
    assert far == [
        ("binance", FAR.name, "LIVE", "bid", "64990.1", "2"),
        ("binance", FAR.name, "LIVE", "ask", "64990.3", "2"),
    ]
    basis = sheet_of("basis", desk, desk.group, Choice())
    assert basis is not None
    times = [row[0] for row in basis.table.rows]
    assert times == [feed.wall() - 2, feed.wall() - 1, feed.wall()]
    assert {row[1:5] for row in basis.table.rows} == {(*BTC, *FAR)}
    feed.state(FAR, "book", ChannelState.RESYNC, "gap")
    merged = sheet_of("merged", desk, desk.group, Choice())
    assert merged is not None
    assert {row[1] for row in merged.table.rows} == {"kraken"}


def test_latency_is_that_of_the_venue_in_focus_while_it_can_be_believed() -> None:
    desk, feed = desk_of()
    for second in range(12):
        feed.time += 1
        feed.heard()
        feed.touch(BTC, "book")
        if 4 <= second < 8:
            feed.link("kraken public", LinkState.BACKOFF, "refused", wait=5)
        elif second == 8:
            feed.link("kraken public")
        desk.trends.note(desk)
        desk.trends.note(desk)
    known = desk.trends.latency["kraken"]
    assert [round(point.value) for point in known.lag.points] == [38] * 8
    assert [round(point.value) for point in known.rtt.points] == [31] * 8
    assert [point.begins for point in known.rtt.points].count(True) == 2


@pytest.mark.parametrize(("behind", "lag"), [(0.25, 0.25), (0.0, 0.0), (-1.272, None)])
def test_data_from_the_future_tells_of_a_clock_and_not_of_a_lag(
    behind: float, lag: float | None
) -> None:
    _, feed = desk_of()
    stream = feed.board.markets[BTC].streams["book"]
    stream.received_at = feed.now() - 2
    stream.venue_time = feed.wall() - 2 - behind
    assert lag_of(feed, stream) == (None if lag is None else pytest.approx(lag, abs=1e-6))


def test_the_worth_of_an_account_is_its_balances_at_the_last_prices() -> None:
    desk, feed = desk_of(accounts=["kraken"])
    for price in ("65000", "66000"):
        feed.time += 1
        feed.ticker(BTC, price, "0")
        feed.account("kraken", [Balance("BTC", "0.5"), Balance("USD", "100.25")])
        feed.board.market(BTC).tape.prints.clear()
        desk.trends.note(desk)
    points = desk.trends.worth["kraken"].points
    assert [point.value for point in points] == [32_600.25, 33_100.25]
    feed.account("kraken", [Balance("BTC", "0.5"), Balance("NONE", "1"), Balance("USD", "1")])
    feed.time += 1
    desk.trends.note(desk)
    assert [point.value for point in desk.trends.worth["kraken"].points] == [33_001.0]
    assert desk.trends.unpriced["kraken"] == ("NONE",)


def test_a_trend_is_broken_where_it_was_not_known() -> None:
    trend = Trend(length=10)
    for second in range(20):
        trend.note(float(second), None if second == 15 else 1.0)
    trend.note(60.0, 1.0)
    assert [point.time for point in trend.points if point.begins] == [16.0, 60.0]
    assert len(trend.points) == 10


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
async def test_the_merged_ladder_is_the_sum_of_the_venues_while_it_is_shown(
    size: tuple[int, int],
) -> None:
    app, feed, _ = dashboard(ascii_only=True)
    async with app.run_test(size=size) as pilot:
        feed.link("binance public")
        await pilot.press("M")
        book = ("binance", Subscription("book", FAR.name))
        await until(pilot, lambda: book in feed.wanted, "the other book")
        pane = app.board_screen.panes["merged"]
        feed.book(BTC, [("64999.9", "1.5")], [("65000.1", "1")])
        quote(feed, "64999.94", "65000.03")
        await until(pilot, lambda: "64,999.9  2.0" not in pane.text and "3.50" in pane.text)
        assert "KB" in pane.text.replace("KKB", "KB")
        feed.state(FAR, "book", ChannelState.RESYNC, "gap")
        await until(pilot, lambda: "out: RESYNC" in pane.text and "1.50" in pane.text)
        assert "~" not in pane.text
        await pilot.press("escape")
        await until(pilot, lambda: book not in feed.wanted, "without the other book")


async def test_the_basis_is_listed_drawn_and_turned_to() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        feed.link("binance public")
        pane, curve = app.board_screen.panes["basis"], app.board_screen.cast.curve
        await pilot.press("B")
        feed.book(BTC, [("65000.0", "1")], [("65000.2", "1")])
        quote(feed, "64990.0", "64990.2")
        await until(pilot, lambda: "kraken USD / binance USDT" in pane.text)
        bps = Decimal(10) / Decimal("64990.1") * 10_000
        await until(pilot, lambda: f"{bps:+.2f}bp" in pane.text and "+10.00" in pane.text)
        history = app.desk.across.histories[Pair(BTC, FAR)]
        for _ in range(4):
            feed.time += 1.0
            feed.touch(BTC, "book")
            quote(feed, "64990.0", "64990.2")
            before = len(history.points)
            await until(pilot, lambda before=before: len(history.points) > before)  # type: ignore[misc]
        seen = set()
        for _ in range(5):
            await pilot.press("v")
            await pilot.pause()
            seen.add(curve.drawn)
        await until(pilot, lambda: curve.place is not None)
        assert seen == {"depth", "delta", "basis", "latency", "worth"}
        app.desk.group.key = MarketKey("kraken", "ETH/USD")
        app.board_screen.switch()
        await pilot.press("B")
        await until(pilot, lambda: "65,000.1" not in pane.text)


def test_nothing_in_focus_is_nothing_to_look_for() -> None:
    desk, _ = desk_of()
    desk.group.key = None
    assert look(desk).markets == ()
    assert desk.across.wanted() == ()
