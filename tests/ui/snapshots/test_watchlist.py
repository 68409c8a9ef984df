from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ui.fakes import BTC, ETH, MARKETS, SHIB, FakeFeed, Scene

from wsdash.domain.events import TickerMoved
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.market import Market
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.watch_entry import Entry, Watch, name_of
from wsdash.ui.snapshots.watch_order import ORDERS, Order, figure, ordered
from wsdash.ui.snapshots.watchlist import watchlist

LIVE = Verdict("LIVE", "0.2s")
STALE = Verdict("STALE", "12m", "bad")
RETRY = Verdict("RETRY", "22s #2 connection refused", "bad")
XBT = MarketKey("binance", "BTCUSDT")


@pytest.fixture(scope="module")
def feed() -> FakeFeed:
    made = FakeFeed()
    Scene(made).begin()
    made.list_instruments([Instrument("binance", "BTCUSDT", "BTC", "USDT", "0.01", 2, 5)])
    made.ticker(XBT, "65001.25", "-0.5")
    return made


def entries(feed: FakeFeed, verdict: Verdict = LIVE) -> list[Entry]:
    trail = [1.0, 2.0, 3.0] * 30
    return [Entry(key, feed.board.markets[key], verdict, trail) for key in [*MARKETS, XBT]]


def rows_of(feed: FakeFeed, watch: Watch, verdict: Verdict = LIVE) -> list[str]:
    picture = watchlist(entries(feed, verdict), watch, Glow(), 0.0)
    assert len(picture.rows) <= watch.height
    assert max(width_of(row) for row in picture.rows) <= watch.width
    return [plain_text(row) for row in picture.rows]


@pytest.mark.parametrize("width", [*range(18, 64, 5), 78, 98, 118, 198])
@pytest.mark.parametrize("height", [1, 5, 12])
@pytest.mark.parametrize("verdict", [LIVE, STALE, RETRY])
def test_every_width_is_kept_and_no_figure_is_cut(
    feed: FakeFeed, width: int, height: int, verdict: Verdict
) -> None:
    for by in ORDERS:
        watch = Watch(width, height, 3, BTC, Order(by))
        for row in rows_of(feed, watch, verdict):
            assert not [word for word in row.split() if "…" in word and word[0].isdigit()]


@pytest.mark.parametrize(
    ("width", "name"), [(30, "BTC perp"), (36, "BTC perp"), (42, "BTC/USDT perp")]
)
def test_what_is_not_spot_says_so_in_any_width(width: int, name: str) -> None:
    made = FakeFeed()
    swap = Instrument("bybit", "BTCUSDT", "BTC", "USDT", "0.10", 1, 3, kind="perpetual")
    made.list_instruments([swap])
    made.ticker(swap.key, "65001.2", "-0.5")
    entry = Entry(swap.key, made.board.markets[swap.key], LIVE, [1.0, 2.0])
    assert name_of(entry, width) == name


@pytest.mark.parametrize("width", [30, 60, 118])
def test_markets_of_other_groups_carry_their_letter(feed: FakeFeed, width: int) -> None:
    watch = Watch(width, 20, -1, BTC, others={ETH: "B", BTC: "C"})
    heads = [row[0] for row in rows_of(feed, watch) if row[2:5].isalpha() and row[1] == " "]
    marked = {mark for mark in heads if mark != " "}
    assert marked == {"▸", "B"}
    names = {tuple(row.split()[:2]) for row in rows_of(feed, watch) if row[0] == "B"}
    assert names == {("B", "ETH/USD")}


def test_the_letters_of_groups_follow_what_is_seen() -> None:
    desk = Desk(FakeFeed(), list(MARKETS), BTC)
    assert desk.groups.others() == {}
    desk.groups.show(["A", "B"], [BTC, ETH])
    assert desk.groups.others() == {ETH: "B"}
    desk.groups.focus = "B"
    assert desk.groups.others() == {BTC: "A"}
    desk.groups.show(["B"], [BTC, ETH])
    assert desk.groups.others() == {}


@pytest.mark.parametrize("width", [58, 64, 78, 118, 198])
def test_a_wide_list_has_headings_over_columns_that_stand(feed: FakeFeed, width: int) -> None:
    head, *rows = rows_of(feed, Watch(width, 12, 0, BTC))
    assert len(rows) == len(MARKETS) + 1
    for name, last in (("24 h", "%"), ("spread", "bp")):
        if name in head:
            end = head.index(name) + len(name)
            assert {row[:end].endswith(last) for row in rows if not row[:end].endswith("—")} <= {
                True
            }
    assert {row.index("LIVE") for row in rows} == {head.index("state")}
    if width >= 78:
        assert all(word in head for word in ("venue", "24 h", "spread", "volume"))


def test_the_room_goes_first_to_what_it_is_ordered_by(feed: FakeFeed) -> None:
    def below(by: str) -> str:
        return rows_of(feed, Watch(33, 12, 0, BTC, Order(by)))[1]

    assert "vol" in below("volume")
    assert "bp" in below("spread")
    assert "vol" not in below("spread")


def test_the_order_is_said(feed: FakeFeed) -> None:
    def notes(order: Order) -> list[str]:
        watch = Watch(40, 12, 0, BTC, order)
        return [plain_text(note) for note in watchlist(entries(feed), watch, Glow(), 0.0).notes]

    assert notes(Order()) == []
    assert notes(Order("change")) == ["by change ▼"]
    assert notes(Order("spread", turned=True)) == ["by spread ▼"]


def test_what_is_not_true_keeps_its_word_at_every_width(feed: FakeFeed) -> None:
    for width in (18, 22, 33, 40, 58, 120):
        for height in (6, 30):
            text = "\n".join(rows_of(feed, Watch(width, height, 0, BTC), STALE))
            assert text.count("STALE") >= min(6, height - 1)


def test_an_empty_list_says_what_to_do() -> None:
    picture = watchlist([], Watch(40, 5, 0, None, empty="Ctrl+F finds one"), Glow(), 0.0)
    assert plain_text(picture.rows[0]) == " Ctrl+F finds one"


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(
                st.decimals(-99, 99, places=2),
                st.integers(0, 10**6),
                st.integers(1, 10**6),
                st.integers(1, 1000),
            ),
        ),
        max_size=12,
    ),
    st.sampled_from(ORDERS),
    st.booleans(),
)
def test_an_order_is_a_sorted_permutation_with_the_unknown_last(
    figures: list[tuple[Decimal, int, int, int] | None], by: str, turned: bool
) -> None:
    markets: dict[MarketKey, Market] = {}
    for number, told in enumerate(figures):
        key = MarketKey("kraken", f"C{number:02}/USD")
        markets[key] = Market(key)
        if told is not None:
            change, volume, bid, wide = told
            ask = str(bid + wide)
            markets[key].ticker = TickerMoved(
                key.name, str(bid), ask, str(bid), str(change), str(volume), 0.0
            )
    keys = list(markets)
    listed = ordered(keys, Order(by, turned), markets.get)
    assert sorted(listed) == sorted(keys)
    if by in ("own", "name"):
        assert listed == (keys[::-1] if turned else keys)
        return
    values = [figure(by, markets[key]) for key in listed]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    falling = (by != "spread") != turned
    assert known == sorted(known, reverse=falling)


def test_spread_and_volume_are_of_the_mid_and_in_the_quote_currency() -> None:
    market = Market(ETH)
    market.ticker = TickerMoved("ETH/USD", "1999", "2001", "2000", "1", "3", 0.0)
    assert figure("spread", market) == 10.0
    assert figure("volume", market) == 6000.0
    assert figure("spread", Market(SHIB)) is None
    market.ticker = TickerMoved("ETH/USD", None, "2001", None, None, None, None)
    assert [figure(by, market) for by in ("spread", "volume", "change")] == [None] * 3


def test_the_orders_go_round() -> None:
    order, seen = Order(), []
    for _ in ORDERS:
        seen.append(order.by)
        order = order.next()
    assert tuple(seen) == ORDERS
    assert order == Order()


@pytest.mark.parametrize("groups", [{}, {ETH: "B"}])
@pytest.mark.parametrize("width", range(22, 58))
def test_two_rows_always_have_room_for_the_change_over_a_day(
    feed: FakeFeed, width: int, groups: dict[MarketKey, str]
) -> None:
    rows = rows_of(feed, Watch(width, 20, 0, BTC, others=groups))
    told = [market.ticker.change for market in feed.board.markets.values() if market.ticker]
    assert told
    text = "\n".join(rows)
    assert text.count("%") == len(told)
    if width >= 30:  # and of several venues each is named
        assert text.count("binance") == 1


@pytest.mark.parametrize("width", [28, 33, 40, 50])
def test_figures_that_nobody_told_take_no_room(width: int) -> None:
    entry = Entry(BTC, Market(BTC), LIVE, [1.0, 2.0] * 40)
    rows = watchlist([entry], Watch(width, 12, 0, BTC), Glow(), 0.0).rows
    assert not {"vol", "—"} & {*plain_text(rows[1]).split()}
