from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ui.fakes import BTC, MARKETS, FakeFeed, Scene

from wsdash.domain.book import OrderBook
from wsdash.domain.figures_tape import AtPrice
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import price_key
from wsdash.feed.market import Market, Stream
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.depth import GROUPS, Digits, digits_of, middle, rungs
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.grid import Grid
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.ladder_rows import FlowRows
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.slippage import Amount
from wsdash.ui.snapshots.stacking import Moved
from wsdash.ui.widgets.ladder import LadderPane
from wsdash.ui.widgets.merged import MergedPane

LIVE = Verdict("LIVE", "0.2s")
TENTH = Digits(1, 4, 10**17)

levels = st.lists(
    st.tuples(
        st.integers(1, 2_000_000).map(lambda tick: f"{tick // 10}.{tick % 10}"),
        st.integers(1, 10**9).map(lambda size: f"{size / 10_000:.4f}"),
    ),
    max_size=60,
)


def book_of(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> OrderBook:
    book = OrderBook()
    book.replace(bids, asks)
    return book


def market_of(book: OrderBook | None, key: MarketKey = BTC, *, listed: bool = True) -> Market:
    market = Market(key)
    market.book = book
    market.instrument = MARKETS[key][0] if listed else None
    market.streams["book"] = Stream("book", 0.0)
    return market


def drawn(market: Market, width: int = 60, height: int = 22, **sight: Any) -> Picture:
    looked = Sight(width, height, **sight)
    return ladder(market, market.key, LIVE, looked, Glow(), 0.0)


@pytest.mark.parametrize("width", [38, 60])
@pytest.mark.parametrize("gridded", [False, True])
def test_levels_that_no_checksum_covers_carry_a_mark(width: int, gridded: bool) -> None:
    """Kraken's checksum covers ten levels of each side: a change of a deeper one can get lost."""
    book = OrderBook(proven=3)
    book.replace(
        [(f"{100 - n}.0", "1.0000") for n in range(6)],
        [(f"{101 + n}.0", "1.0000") for n in range(6)],
    )
    grid = Grid(price_key("106"), 10**18, 12) if gridded else None
    market = market_of(book, listed=False)
    rows = [plain_text(row) for row in drawn(market, width, 20, grid=grid).rows]
    marked = {
        price for price in range(95, 107) for row in rows if row[:1] == "·" and f"{price}" in row
    }
    assert marked == {95, 96, 97, 104, 105, 106}
    book.proven = 0
    assert all(plain_text(row)[:1] != "·" for row in drawn(market, width, 20, grid=grid).rows)


@pytest.mark.parametrize("width", [42, 44, 60, 80])
def test_all_sums_have_the_same_digits(width: int) -> None:
    asks = [(f"150.{n:02}", "2683.4832" if n < 4 else "277164.2048") for n in range(1, 7)]
    picture = drawn(market_of(book_of([("150.00", "1.5000")], asks)), width, 22)
    rows = [plain_text(row) for row in picture.rows]
    sums = [row.split()[-1] for row in rows for price, _ in asks if f"{price} " in row]
    assert len(sums) == 6
    short = [text for text in sums if "k" in text]
    assert short == (sums if width == 44 else [])
    assert short or len({len(text.partition(".")[2]) for text in sums}) == 1


@pytest.mark.parametrize("width", [38, 60])
def test_the_read_out_says_that_no_checksum_covers_a_level(width: int) -> None:
    book = OrderBook(proven=3)
    book.replace(
        [(f"{100 - n}.0", "1.0000") for n in range(6)],
        [(f"{101 + n}.0", "1.0000") for n in range(6)],
    )
    market = market_of(book, listed=False)
    told = {
        cursor: "· no checksum" in plain_text(drawn(market, width, 24, cursor=cursor).rows[-2])
        for cursor in (-4, -3, -1, 1, 3, 4)
    }
    assert told == {-4: True, -3: False, -1: False, 1: False, 3: False, 4: True}
    assert max(width_of(row) for row in drawn(market, 20, 24, cursor=4).rows[-2:]) <= 20


@given(levels, st.sampled_from(GROUPS), st.integers(1, 30))
def test_sums_add_up_and_groups_lose_nothing(
    given_levels: list[tuple[str, str]], ticks: int, count: int
) -> None:
    side = book_of([], given_levels).asks
    shown = rungs(side, count, TENTH, ticks, up=True)
    total = Decimal(0)
    for rung in shown:
        total += rung.size
        assert rung.total == total
    assert len(shown) <= count
    if len(shown) < count:
        assert total == sum((Decimal(size) for _, size in side.top(len(side))), Decimal(0))


@given(levels, st.sampled_from(GROUPS))
def test_no_row_promises_a_better_price_than_there_is(
    given_levels: list[tuple[str, str]], ticks: int
) -> None:
    book = book_of(given_levels, given_levels)
    for side, up in ((book.bids, False), (book.asks, True)):
        shown = rungs(side, 1, TENTH, ticks, up=up)
        if shown and shown[0].price.strip("0."):
            best, row = side.best_key or 0, price_key(shown[0].price.replace(",", ""))
            assert row >= best if up else row <= best


def test_bids_and_asks_stand_on_their_sides_of_the_spread() -> None:
    book = book_of([("65000.1", "4.81"), ("65000.0", "0.21")], [("65000.2", "5.93")])
    rows = [plain_text(row) for row in drawn(market_of(book)).rows]
    spread = next(y for y, row in enumerate(rows) if "mid 65,000.15" in row)
    above, below = "\n".join(rows[:spread]), "\n".join(rows[spread + 1 :])
    assert "65,000.2" in above
    assert "65,000.1" not in above
    assert below.index("65,000.1") < below.index("65,000.0")


@pytest.mark.parametrize("width", range(16, 120, 3))
@pytest.mark.parametrize("height", [3, 8, 23, 50])
def test_no_row_is_wider_than_the_pane(width: int, height: int) -> None:
    asks = [(f"{65_000 + n}.2", f"{n * 1_234.5678:.8f}") for n in range(1, 40)]
    bids = [(f"{65_000 - n}.2", "0.00000001") for n in range(40)]
    picture = drawn(market_of(book_of(bids, asks)), width, height)
    assert len(picture.rows) <= max(3, height)
    if width >= 30:
        assert max(width_of(row) for row in picture.rows) <= width


def test_all_prices_of_a_picture_share_one_column() -> None:
    asks = [("10000.5", "1"), ("10000", "2"), ("9999.5", "30")]
    bids = [("999", "1"), ("99.5", "1")]
    rows = [plain_text(row) for row in drawn(market_of(book_of(bids, asks), listed=False)).rows]
    ends = set()
    for price in ("10,000.5", "9,999.5", "99.5"):
        row = next(row for row in rows if f" {price}" in row)
        ends.add(row.index(f" {price}") + len(price))
    assert len(ends) == 1


@pytest.mark.row("D6")
def test_an_empty_side_says_so() -> None:
    text = "\n".join(plain_text(row) for row in drawn(market_of(book_of([], [("1", "1")]))).rows)
    assert "no bids" in text
    assert "no asks" not in text


def test_without_a_book_there_is_no_number() -> None:
    rows = drawn(market_of(None)).rows
    assert not any(character.isdigit() for row in rows for character in plain_text(row))


def test_the_cursor_reads_the_exact_size() -> None:
    picture = drawn(market_of(book_of([("65000.1", "4.81000001")], [])), cursor=-1)
    assert any("65,000.1 × 4.81000001" in plain_text(row) for row in picture.rows)
    assert picture.figure == "65,000.1"


def test_spread_mid_and_microprice() -> None:
    figures = middle(book_of([("100.0", "3")], [("100.2", "1")]), TENTH)
    assert (figures.spread, figures.mid, figures.micro) == ("0.2", "100.10", "100.150")
    assert figures.imbalance == pytest.approx(0.5)
    assert float(figures.basis) == pytest.approx(19.98, abs=0.01)


def test_decimals_of_an_unknown_instrument_are_those_it_came_with() -> None:
    book = book_of([("0.00000812", "1000.5")], [("0.0000082", "1")])
    assert digits_of(None, book)[:2] == (8, 1)


def test_a_level_of_five_times_the_median_stands_out() -> None:
    asks = [("100.1", "1"), ("100.2", "5"), ("100.3", "4.9")]
    bids = [("100.0", "1"), ("99.9", "1")]
    rows = drawn(market_of(book_of(bids, asks))).rows
    bright = {
        plain_text(row).split()[0]
        for row in rows
        for span in row
        if span.role == "bright" and "mid" not in plain_text(row)
    }
    assert bright == {"100.2"}


def test_fixed_rows_tell_what_was_traded_and_stacked_at_every_price() -> None:
    one = 10**17
    market = market_of(book_of([("100.0", "1")], [("100.3", "2")]))
    grid = Grid(price_key("100.4"), one, 6)
    key = price_key("100.1")
    flow = FlowRows(
        {key: AtPrice(Decimal("100.1"), Decimal("0.25"), Decimal("1.5"))},
        {key: Moved(Decimal(2), Decimal("0.5"))},
    )
    picture = drawn(market, 60, 16, grid=grid, at=price_key("100.3"), flow=flow)
    rows = [plain_text(row).split() for row in picture.rows]
    assert [row[0] for row in rows[1:7]] == ["100.4", "100.3", "100.2", "100.1", "100.0", "99.9"]
    assert rows[4] == ["100.1", "1.50", "0.25", "+1.50"]
    assert rows[2][1].rstrip("0") == "2."
    assert "100.3 × 2" in plain_text(picture.rows[-2])
    assert "+14.98bp" in plain_text(picture.rows[-2])
    assert "Σ 2 = 200.6 USD" in plain_text(picture.rows[-1])
    assert all(width_of(row) <= 60 for row in picture.rows)


@pytest.mark.parametrize("gridded", [False, True])
def test_what_was_sold_bought_and_stacked_never_touches(gridded: bool) -> None:
    market = market_of(book_of([("100.0", "1")], [("100.3", "2")]))
    key, small = price_key("100.3"), Decimal("0.00591")
    flow = FlowRows({key: AtPrice(Decimal("100.3"), small, small)}, {key: Moved(small, small * 2)})
    grid = Grid(price_key("100.4"), 10**17, 6) if gridded else None
    picture = drawn(market, 60, 16, grid=grid, flow=flow)
    row = next(plain_text(row) for row in picture.rows if "0.00591" in plain_text(row))
    assert row.split()[-3:] == ["0.00591", "0.00591", "-0.00591"]
    assert all(width_of(row) <= 60 for row in picture.rows)


DEEP = book_of(
    [(f"{100_000 - n}.0", "1.0000") for n in range(60)],
    [(f"{100_001 + n}.0", "1.0000") for n in range(60)],
)


@pytest.mark.parametrize("height", range(3, 40))
@pytest.mark.parametrize("cursor", [0, 1])
@pytest.mark.parametrize("amount", [None, Amount(Decimal(2), "base")])
def test_no_row_stays_empty_while_there_are_levels(
    height: int, cursor: int, amount: Amount | None
) -> None:
    picture = drawn(market_of(DEEP), 40, height, cursor=cursor, amount=amount)
    assert len(picture.rows) == height
    assert all(plain_text(row).strip() for row in picture.rows)


@pytest.mark.parametrize("kind", [LadderPane, MergedPane])
@pytest.mark.parametrize("height", [5, 8, 12, 17, 24])
@pytest.mark.parametrize("dy", [1, -1])
def test_the_cursor_cannot_leave_what_is_in_sight(
    kind: type[LadderPane] | type[MergedPane], height: int, dy: int
) -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    feed.book(BTC, bids=DEEP.bids.top(60), asks=DEEP.asks.top(60))
    pane = kind(Desk(feed, [BTC], BTC), name="ladder" if kind is LadderPane else "merged")
    for _ in range(16):
        picture = pane.picture(40, height)
        pane.move(0, dy)
    cells = [span.role for row in picture.rows for span in row]
    assert "cursor" in cells


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ("0.5119", "0.5119"),
        ("17.0514", "17.0514"),
        ("1751.7875", "1,751.788"),
        ("253923.8712", "253,923.9"),
    ],
)
def test_large_sizes_leave_their_room_to_the_bars(size: str, shown: str) -> None:
    market = market_of(book_of([("150.00", size)], [("150.01", size)]))
    rows = [plain_text(row) for row in drawn(market, 38, 12).rows]
    cells = [row.split() for row in rows if "150.0" in row and "mid" not in row]
    assert [words[1] for words in cells] == [shown, shown]


@pytest.mark.parametrize("height", [6, 9, 17])
def test_in_rows_fixed_to_prices_every_step_stays_in_sight(height: int) -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    feed.book(BTC, bids=DEEP.bids.top(60), asks=DEEP.asks.top(60))
    pane = LadderPane(Desk(feed, [BTC], BTC), name="ladder")
    pane.beside = lambda: True
    pane.moved = lambda: None
    pane.call_later = lambda *_: True  # type: ignore[method-assign]
    seen = []
    for dy in (10**6, 0, -(10**6), 0, 1, 7, 99, -3):
        pane.picture(40, height)
        pane.move(0, dy)
        rows = pane.picture(40, height).rows
        marked = [index for index, row in enumerate(rows) if any(s.role == "cursor" for s in row)]
        assert len(marked) == 1
        seen += marked
    headed = height >= 9
    assert seen[2] == headed
    assert seen[0] == seen[6] > seen[2]


@pytest.mark.parametrize("apart", [1, 3, 23, 400])
@pytest.mark.parametrize("height", [9, 17, 34])
def test_rows_fixed_to_prices_have_both_best_prices_in_sight(apart: int, height: int) -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    bids = [(f"{65_000 - n / 10:.1f}", "1.0000") for n in range(60)]
    asks = [(f"{65_000 + (apart + n) / 10:.1f}", "1.0000") for n in range(60)]
    feed.book(BTC, bids=bids, asks=asks)
    pane = LadderPane(Desk(feed, [BTC], BTC), name="ladder")
    pane.beside = lambda: True
    pane.moved = lambda: None
    pane.call_later = lambda *_: True  # type: ignore[method-assign]
    roles = [span.role for row in pane.picture(40, height).rows for span in row if span.text != " "]
    assert "bid" in roles
    assert "ask" in roles
    if apart <= 3:
        assert pane.ticks == 1
    chosen = GROUPS[GROUPS.index(pane.ticks) + 1]
    pane.adjust(1)  # what the trader chooses stays
    feed.book(BTC, bids=bids, asks=[("66000.0", "1.0000")])
    pane.picture(40, height)
    assert pane.ticks == chosen
    pane.beside = lambda: False
    pane.picture(40, height)
    assert pane.ticks == chosen


def test_a_grouping_that_nobody_chose_goes_with_the_fixed_rows() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    feed.book(BTC, bids=[("64000.0", "1.0")], asks=[("66000.0", "1.0")])
    pane = LadderPane(Desk(feed, [BTC], BTC), name="ladder")
    pane.moved = lambda: None
    pane.call_later = lambda *_: True  # type: ignore[method-assign]
    for shown in (True, False):
        pane.beside = lambda: shown  # noqa: B023
        pane.picture(40, 17)
        assert (pane.ticks > 1) == shown
