from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ui.fakes import BTC, MARKETS, SHIB, FakeFeed, Scene

from wsdash.domain.account import Account, Balance
from wsdash.domain.candles import Candle
from wsdash.domain.instrument import MarketKey
from wsdash.feed.gaps import Gap
from wsdash.feed.market import Market
from wsdash.ui.snapshots.balances import Holding, balances
from wsdash.ui.snapshots.candle_cells import Bar, Scale, column
from wsdash.ui.snapshots.chart import View, chart
from wsdash.ui.snapshots.clocks import short_clock
from wsdash.ui.snapshots.curve import curve_rows, delta_curve, depth_curve
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Frame, Picture, Verdict, framed
from wsdash.ui.snapshots.tape import tape
from wsdash.ui.snapshots.watch_entry import Entry, Watch
from wsdash.ui.snapshots.watchlist import watchlist

LIVE = Verdict("LIVE", "0.2s")
WIDTHS = range(22, 110, 4)


@pytest.fixture(scope="module")
def feed() -> FakeFeed:
    made = FakeFeed()
    Scene(made).begin()
    return made


def text_of(picture: Picture) -> str:
    return "\n".join(plain_text(row) for row in picture.rows)


def market_of(feed: FakeFeed, key: MarketKey = BTC) -> Market:
    return feed.board.markets[key]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_print_fits_and_its_columns_stand(feed: FakeFeed, width: int) -> None:
    for key in (BTC, SHIB):
        picture = tape(market_of(feed, key), [], LIVE, (width, 20), feed.wall())
        assert max(width_of(row) for row in picture.rows) <= max(width, 30)
        places = {plain_text(row).find("▲") for row in picture.rows if "▲" in plain_text(row)}
        assert len(places) == 1


def test_a_hole_is_marked_between_the_prints_around_it(feed: FakeFeed) -> None:
    prints = market_of(feed).tape.prints
    newer, older = prints[3].time or 0, prints[4].time or 0
    gap = Gap((newer + older) / 2, newer, "kraken public", "", "lost")
    rows = text_of(tape(market_of(feed), [gap], LIVE, (44, 20), feed.wall())).split("\n")
    assert [index for index, row in enumerate(rows) if "gap" in row] == [4]


def test_an_open_hole_stands_on_top(feed: FakeFeed) -> None:
    gap = Gap(feed.wall(), None, "kraken public", "", "\x1b[31mlost")
    rows = text_of(tape(market_of(feed), [gap], LIVE, (60, 20), feed.wall())).split("\n")
    assert "gap since" in rows[0]
    assert "\x1b" not in rows[0]


def test_holes_concern_their_own_venue_and_market() -> None:
    assert Gap(0, 1, "kraken public", "", "").concerns(BTC)
    assert not Gap(0, 1, "kraken public", "ETH/USD", "").concerns(BTC)
    assert not Gap(0, 1, "binance public", "", "").concerns(BTC)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [3, 6, 9, 14, 30])
@pytest.mark.parametrize("spacing", [1, 3])
def test_a_chart_fills_its_pane_exactly(
    feed: FakeFeed, width: int, height: int, spacing: int
) -> None:
    picture = chart(market_of(feed), [], LIVE, View("1m", width, height, spacing))
    assert len(picture.rows) == height
    assert max(width_of(row) for row in picture.rows) <= width


def test_the_last_price_and_a_hole_are_marked(feed: FakeFeed) -> None:
    market = market_of(feed)
    last = market.candles["1m"].last(1)[0]
    gap = Gap(last.start - 300, last.start - 200, "kraken public", "", "lost")
    picture = chart(market, [gap], LIVE, View("1m", 60, 16))
    assert picture.figure in text_of(picture)
    marks = [span for row in picture.rows for span in row if span.text.startswith("┊")]
    assert marks
    assert {span.role for span in marks} == {"look"}


@given(
    st.lists(st.floats(0.001, 1e9), min_size=4, max_size=4),
    st.integers(1, 40),
)
def test_a_candle_is_drawn_from_its_high_to_its_low(prices: list[float], rows: int) -> None:
    low, *inner, high = sorted(prices)
    glyphs = column(Bar(0, inner[0], high, low, inner[1], 1.0), Scale(low, high, rows))
    assert len(glyphs) == rows
    assert " " not in glyphs or low == high


def test_flat_and_missing_candles_are_no_trouble() -> None:
    market = Market(BTC)
    feed = FakeFeed()
    feed.board.markets[BTC] = market
    for start in (0, 60, 600):
        feed.candles(BTC, "1m", [Candle(start, "1", "1", "1", "1", "0")])
    picture = chart(market, [], LIVE, View("1m", 40, 12))
    assert len(picture.rows) == 12
    assert "no candles" in text_of(chart(market, [], LIVE, View("5m", 40, 12)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [1, 4, 12])
def test_the_watchlist_fits_and_aligns(feed: FakeFeed, width: int, height: int) -> None:
    entries = [Entry(key, market_of(feed, key), LIVE, [1.0, 2.0]) for key in MARKETS]
    picture = watchlist(entries, Watch(width, height, 0, BTC), Glow(), 0.0)
    assert max(width_of(row) for row in picture.rows) <= width
    rows = [plain_text(row) for row in picture.rows]
    if width >= 36 and height == 12:
        points = {row.index(".") for row in rows if "/USD" in row}
        assert len(points) == 1


def test_a_watched_market_that_is_not_true_says_so(feed: FakeFeed) -> None:
    stale = Verdict("STALE", "6s", "bad")
    entries = [Entry(BTC, market_of(feed), stale), Entry(SHIB, None, Verdict("SYNC", "", "look"))]
    text = text_of(watchlist(entries, Watch(34, 2, 0, None), Glow(), 0.0))
    assert "STALE" in text
    assert "SYNC" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_balances_fit_and_their_worth_adds_up(width: int) -> None:
    account = Account()
    account.replace(
        [
            Balance("BTC", "0.412345000"),
            Balance("USD", "15400.12", "15000"),
            Balance("KFEE", "123456789.123456789"),
        ]
    )
    prices = {"BTC": Decimal(65_000), "USD": Decimal(1)}
    picture = balances(Holding("kraken", account, LIVE), "USD", prices.get, (width, 8))
    assert picture.figure == "42,203+ USD"
    assert max(width_of(row) for row in picture.rows) <= max(width, 32)
    assert "without a price: KFEE" in text_of(picture)


@pytest.mark.parametrize("width", [27, 30, 60])
def test_balances_are_rounded_down_and_exact_under_the_cursor(width: int) -> None:
    account = Account()
    account.replace(
        [
            Balance("USD", "126096.92309876"),
            Balance("BTC", "1.98765432999900"),
            Balance("ETH", "0.000000019"),
        ]
    )
    prices = {"BTC": Decimal(65_000), "USD": Decimal(1), "ETH": Decimal(3_000)}
    holding = Holding("kraken", account, LIVE)
    picture = balances(holding, "USD", prices.get, (width, 8), "BTC")
    rows = {row.split()[0]: row.split()[1] for row in text_of(picture).split("\n")}
    assert rows["USD"] == "126,096.92"
    assert "1.98765432".startswith(rows["BTC"])
    assert rows["ETH"].startswith("<0.0") if width < 60 else rows["ETH"] == "0.00000001"
    assert "…" not in text_of(picture)
    assert picture.figure == "1.987654329999 BTC"
    cursors = [span.text for row in picture.rows for span in row if span.role == "cursor"]
    assert [text.strip() for text in cursors] == ["BTC"]
    points = {text.index(".") for row in picture.rows if "." in (text := plain_text(row))}
    assert len(points) == 1


def test_one_large_balance_takes_no_digits_from_the_others() -> None:
    account = Account()
    account.replace(
        [
            Balance("SHIB", "159999999.5"),
            Balance("BTC", "1.75"),
            Balance("USD", "128397.67"),
        ]
    )
    prices = {"SHIB": Decimal("0.00001"), "BTC": Decimal(65_000), "USD": Decimal(1)}
    picture = balances(Holding("kraken", account, LIVE), "USD", prices.get, (26, 8))
    rows = {row.split()[0]: row.split()[1] for row in text_of(picture).split("\n")}
    assert rows["SHIB"] == "159M"
    assert rows["BTC"].startswith("1.7")
    assert rows["USD"].startswith("128,397.6")
    assert max(width_of(row) for row in picture.rows) <= 26


def test_a_wide_list_of_balances_has_names_prices_and_shares() -> None:
    account = Account()
    account.replace(
        [
            Balance("BTC", "1.5", "1.25"),
            Balance("SHIB", "200000000"),
            Balance("USD", "500.5"),
            Balance("KFEE", "7"),
        ]
    )
    prices = {"BTC": Decimal(65_000), "SHIB": Decimal("0.00000812"), "USD": Decimal(1)}
    picture = balances(Holding("kraken", account, LIVE), "USD", prices.get, (72, 7))
    rows = [row.split() for row in text_of(picture).split("\n")]
    assert rows[0] == ["asset", "total", "held", "worth", "share", "price"]
    assert rows[1] == ["BTC", "1.50", "0.25", "held", "97,500", "97.9%", "65,000"]
    assert rows[2] == ["SHIB", "200,000,000.00", "1,624", "1.6%", "0.00000812"]
    assert rows[3] == ["USD", "500.50", "500", "0.5%", "1"]
    assert rows[4] == ["KFEE", "7.00", "?"]
    lines = [plain_text(row) for row in picture.rows]
    ends = {
        line.index(word) + len(word) for line, word in zip(lines, ("price", "65,000"), strict=False)
    }
    assert len(ends) == 1
    assert "asset" not in text_of(balances(Holding("k", account, LIVE), "USD", prices.get, (40, 7)))
    assert "asset" not in text_of(balances(Holding("k", account, LIVE), "USD", prices.get, (72, 2)))


def test_a_list_of_balances_follows_its_cursor() -> None:
    account = Account()
    account.replace([Balance(f"A{number:02}", str(100 - number)) for number in range(30)])
    holding = Holding("kraken", account, LIVE)
    for number in range(30):
        picture = balances(holding, "USD", lambda _: Decimal(1), (40, 5), f"A{number:02}")
        assert len(picture.rows) == 5
        assert f"A{number:02}" in text_of(picture)


def test_curves_are_drawn_in_their_size(feed: FakeFeed) -> None:
    market = market_of(feed)
    for curve in (depth_curve(market.book, 1), delta_curve(list(market.tape.prints))):
        for width, height in ((24, 4), (44, 9), (120, 30)):
            rows = curve_rows(curve, width, height, ascii_only=False)
            assert len(rows) <= height
            assert max(width_of(row) for row in rows) <= width
            assert {span.role for row in rows for span in row} & {"bid", "ask"}
    assert "nothing" in plain_text(curve_rows(depth_curve(None, 1), 44, 9, ascii_only=False)[1])
    assert all(
        plain_text(row).isascii()
        for row in curve_rows(depth_curve(market.book, 1), 44, 9, ascii_only=True)
    )


def test_the_price_of_the_chart_is_that_of_the_tape() -> None:
    """Binance speaks of a candle every two seconds: meanwhile prints move its price."""
    feed = FakeFeed()
    feed.time = 10.0
    start = int(feed.wall()) // 60 * 60
    older = Candle(start - 60, "90", "95", "85", "94", "3", closed=True)
    feed.candles(BTC, "1m", [older, Candle(start, "100", "101", "99", "100.5", "1")])
    market, view = feed.board.markets[BTC], View("1m", 40, 12)
    assert chart(market, [], LIVE, view).figure == "100.5"
    feed.time += 0.5
    feed.trade(BTC, "102.0", "0.5", "buy")
    picture = chart(market, [], LIVE, view)
    assert picture.figure == "102"
    assert "H 102 L 99 C 102" in plain_text(picture.notes[-1])
    assert "vol 1.00" in plain_text(picture.notes[-2])
    assert chart(market, [], LIVE, view._replace(back=1)).figure == "94"
    feed.time += 0.5
    feed.candles(BTC, "1m", [Candle(start, "100", "102", "99", "101.5", "2")])
    assert chart(market, [], LIVE, view).figure == "101.5"
    feed.time += 60
    feed.trade(BTC, "105.0", "0.5", "buy")
    assert chart(market, [], LIVE, view).figure == "101.5"


@pytest.mark.parametrize("width", [28, 30, 38, 46, 80, 120])
def test_a_chart_of_the_past_says_so_at_every_width(feed: FakeFeed, width: int) -> None:
    picture = chart(market_of(feed), [], LIVE, View("1m", width, 12, back=40))
    top = plain_text(framed(picture, Frame(width + 2, 14))[0])
    start = market_of(feed).candles["1m"].last(41)[0].start
    assert short_clock(start, 60, start) in top
    assert " to " in top
    assert "LIVE" in top
