"""What the desk tells of a market equals a separate calculation from the same state."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from msgspec.structs import replace
from tests.ui.fakes import BTC, MARKETS, FakeFeed, Scene
from tests.ui.screen import dashboard, hides, shows, until

from wsdash.domain.book import OrderBook
from wsdash.domain.numbers import price_key
from wsdash.domain.trades import Trade
from wsdash.ui.flow import Traded
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.grid import Grid, settled
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.slippage import BadAmount, amount_of, slippage_rows
from wsdash.ui.snapshots.stacking import Moved, Stacking
from wsdash.ui.snapshots.tape_rows import Choice, chosen


def begun() -> tuple[Traded, FakeFeed]:
    feed = FakeFeed()
    Scene(feed).begin()
    traded = Traded(BTC, feed.wall())
    traded.follow(feed.board.market(BTC), feed.now())
    return traded, feed


def test_volume_at_price_counts_live_prints_once_and_from_the_beginning_only() -> None:
    traded, feed = begun()
    market = feed.board.market(BTC)
    assert len(traded.at_price) == 0
    feed.trade(BTC, "65000.1", "0.5", "buy")
    feed.trade(BTC, "65000.3", "0.25", "sell")
    market.tape.add(Trade("old", "1", "1", "buy", None, history=True))
    traded.follow(market, feed.now())
    traded.follow(market, feed.now())
    feed.trade(BTC, "65000.1", "0.125", "buy")
    rows = traded.gathered(5 * 10**17)
    traded.follow(market, feed.now())
    assert traded.gathered(1)[price_key("65000.1")].bought == Decimal("0.625")
    rows = traded.gathered(5 * 10**17)
    assert rows[price_key("65000.5")].bought == Decimal("0.625")
    assert rows[price_key("65000")].sold == Decimal("0.25")
    assert traded.sums.vwap.value == pytest.approx(
        Decimal(float((Fraction("65000.1") * 5 + Fraction("65000.3") * 2) / 7))
    )
    assert traded.samples[-1].delta == Decimal("0.375")
    traded.reset(feed.wall())
    assert traded.gathered(1) == {}


def test_what_fell_off_the_tape_is_said() -> None:
    traded, feed = begun()
    for _ in range(2_001):
        feed.trade(BTC, "65000.1", "1", "buy")
    traded.follow(feed.board.market(BTC), feed.now())
    assert traded.missed


def book_of(**bids: str) -> OrderBook:
    book = OrderBook()
    book.replace([(price[1:], size) for price, size in bids.items()], [("200", "1")])
    return book


def test_what_was_pulled_is_what_went_without_a_trade() -> None:
    stacking, key = Stacking(), price_key("100")
    stacking.look(book_of(p100="5", p99="1", p98="1"), [], 0.0)
    assert stacking.rows == {}
    stacking.look(book_of(p100="8", p99="1", p98="1"), [], 0.1)
    assert stacking.rows[key] == Moved(Decimal(3), Decimal(0))
    sold = Trade("1", "100", "2", "sell", None)
    stacking.look(book_of(p100="5", p99="1", p98="1"), [sold], 0.2)
    assert stacking.rows[key] == Moved(Decimal(3), Decimal(1))
    late = Trade("2", "100", "1", "sell", None)
    stacking.look(book_of(p100="5", p99="1", p98="1"), [late], 0.3)
    assert stacking.rows[key] == Moved(Decimal(3), Decimal(0))
    assert stacking.rows[key].net == 3


def test_what_only_comes_into_sight_was_not_stacked() -> None:
    stacking = Stacking()
    stacking.look(book_of(p100="5", p99="1"), [], 0.0)
    stacking.look(book_of(p100="5"), [], 0.1)
    stacking.look(book_of(p100="5", p98="7"), [], 0.2)
    assert stacking.rows == {}
    stacking.look(None, [], 0.3)
    stacking.look(book_of(p100="1"), [], 0.4)
    assert stacking.rows == {}


def test_rows_stay_until_the_middle_leaves_their_middle_half() -> None:
    book = OrderBook()
    book.replace([("100", "1")], [("101", "1")])
    one = 10**18
    grid = settled(None, book, one, 20)
    assert grid is not None
    assert grid.holds(price_key("100"))
    for move in range(-4, 5):
        book.replace([(str(100 + move), "1")], [(str(101 + move), "1")])
        assert settled(grid, book, one, 20) == grid
    book.replace([("110", "1")], [("111", "1")])
    moved = settled(grid, book, one, 20)
    assert moved is not None
    assert moved.top > grid.top
    assert settled(moved, None, one, 20) == moved
    assert settled(moved, book, one, 18) == Grid(moved.top, one, 18)


async def test_fixed_rows_do_not_move_while_the_book_does() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "65,0")
        await pilot.press("m")
        ladder = app.board_screen.cast.ladder
        await until(pilot, lambda: ladder.grid is not None)
        grid = ladder.grid
        assert grid is not None
        prices = [row.split()[0] for row in ladder.text.split("\n") if "65,0" in row]
        best = feed.board.market(BTC).book
        assert best is not None
        bid, tick = Decimal(best.bids.top(1)[0][0]), Decimal("0.1")
        feed.book(BTC, [(str(bid + tick), "7")], [(str(bid + 2 * tick), "9")])
        await until(pilot, lambda: f"{bid + 2 * tick:,}" in ladder.text and "9.0" in ladder.text)
        assert ladder.grid == grid
        assert prices
        feed.book(BTC, [(str(bid + 100), "7")], [(str(bid + 101), "9")])
        await until(pilot, lambda: ladder.grid is not None and ladder.grid.top > grid.top)
        await pilot.press("j", "j")
        await until(pilot, lambda: ladder.at is not None)
        await pilot.press("c")
        await until(pilot, lambda: ladder.at is None)


async def test_the_cursor_tells_a_level_exactly() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        feed.book(BTC, [("65000.1", "2"), ("64999.1", "3.00000001")], [("65000.3", "1")])
        await shows(pilot, "65,000.3")
        await pilot.press("j", "j")
        middle = Fraction("65000.2")
        bps = float((Fraction("64999.1") - middle) / middle * 10_000)
        worth = Decimal("65000.1") * 2 + Decimal("64999.1") * Decimal("3.00000001")
        await shows(pilot, "64,999.1 × 3.00000001", f"{bps:+.2f}bp", "Σ 5.00000001")
        await until(
            pilot,
            lambda: (
                f"{worth:,.2f} USD" in app.board_screen.cast.ladder.text
                or f"{worth:,f} USD" in app.board_screen.cast.ladder.text
            ),
        )


async def test_the_cost_of_an_order_is_told_for_both_sides_and_kept() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        feed.book(BTC, [("100.0", "2"), ("99.0", "2")], [("102.0", "1"), ("104.0", "1")])
        await shows(pilot, "mid 101")
        await pilot.press("s", *"much", "enter")
        await shows(pilot, "expected a number, such as 2.5")
        await pilot.press(*["backspace"] * 4, *"3", "enter")
        await hides(pilot, "Cost of an order")
        sold = (Fraction(200) + 99) / 3
        cost = float((101 - sold) / 101 * 10_000)
        await shows(pilot, "buy  3 BTC", "103.00", "fills 66%", "sell 3 BTC", f"{cost:+.2f}bp")
        await pilot.press("s", *["backspace"] * 9, *"306 usd", "enter")
        await shows(pilot, "buy  306 USD", "103.00", "67%", "100%")
        await pilot.press("s", *["backspace"] * 9, "enter")
        await hides(pilot, "306 USD")


async def test_lines_over_the_candles_are_the_figures_of_the_prints() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "1m candles")
        chart = app.board_screen.cast.chart
        await until(pilot, lambda: app.desk.group.traded.key == BTC)
        feed.trade(BTC, "65000.0", "1", "buy")
        feed.time += 60
        feed.heard()
        feed.trade(BTC, "65010.0", "3", "sell")
        await pilot.press("a", "W", "d")
        await until(pilot, lambda: "VWAP 65,007.50" in chart.text)
        await until(pilot, lambda: "EWMA 65,005.00" in chart.text and "CVD -2" in chart.text)
        await pilot.press("d")
        await until(pilot, lambda: "CVD" not in chart.text)


async def test_candles_of_seconds_are_made_of_prints() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1m candles")
        chart = app.board_screen.cast.chart
        await pilot.press("g", "left_square_bracket")
        await until(pilot, lambda: "15s candles" in chart.text and "LIVE" in chart.text)
        feed.trade(BTC, "65123.4", "1", "buy")
        await until(pilot, lambda: "65,123.4" in chart.text)
        assert ("kraken", "1m") in [
            (venue, what.interval) for venue, what in feed.wanted if what.channel == "candles"
        ]


def test_prints_of_one_order_are_one_row_and_small_ones_are_left_out() -> None:
    prints = [
        Trade("5", "99", "0.5", "sell", 10.0021),
        Trade("4", "100", "1.25", "sell", 10.0019),
        Trade("3", "101", "2", "buy", 10.002),
        Trade("2", "101", "1", "buy", 10.001),
        Trade("1", "101", "1", "buy", None),
    ]
    rows = list(chosen(prints, Choice(united=True)))
    assert [(row.trade.price, row.trade.size, row.prints) for row in rows] == [
        ("99", "1.75", 2), ("101", "2", 1), ("101", "1", 1), ("101", "1", 1),
    ]  # fmt: skip
    large = list(chosen(prints, Choice(least=Decimal("1.5"), united=True)))
    assert [row.trade.size for row in large] == ["1.75", "2"]
    assert [row.trade.size for row in chosen(prints, Choice(least=Decimal("1.5")))] == ["2"]


async def test_a_tape_is_narrowed_paused_and_scrolled() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        tape = app.board_screen.cast.tape
        await until(pilot, lambda: "65,0" in tape.text)
        await pilot.press("t", "n", *"no", "enter")
        await shows(pilot, "expected a size, such as 0.5")
        await pilot.press("backspace", "backspace", *"40", "enter")
        await until(pilot, lambda: "no prints of that size" in tape.text and "≥40" in tape.text)
        feed.trade(BTC, "65111.1", "41", "buy")
        feed.trade(BTC, "65222.2", "1", "buy")
        await until(pilot, lambda: "65,111.1" in tape.text)
        assert "65,222.2" not in tape.text
        await pilot.press("n", "backspace", "backspace", "enter", "u", "space")
        await until(pilot, lambda: "FROZEN" in tape.text and "orders" in tape.text)
        before = tape.text.split("\n")[2:]
        feed.trade(BTC, "65333.3", "1", "buy")
        await until(pilot, lambda: "+1 ─" in tape.text)
        assert tape.text.split("\n")[2:] == before
        await pilot.press("j")
        await until(pilot, lambda: tape.text.split("\n")[1:5] == before[:4])
        await pilot.press("space", "c")
        await until(pilot, lambda: "65,333.3" in tape.text)


@pytest.mark.parametrize("width", [34, 36, 44, 58, 120])
def test_the_cost_of_an_order_fits_and_is_the_sum_of_what_it_takes(width: int) -> None:
    book = OrderBook()
    book.replace([("64999.9", "1"), ("64990.0", "3")], [("65000.1", "1"), ("65010.0", "3")])
    instrument = MARKETS[BTC][0]
    amount = amount_of("2.5", instrument)
    rows = slippage_rows(book, amount, digits_of(instrument, book), width)
    bought = (Fraction("65000.1") + Fraction("65010.0") * Fraction("1.5")) / Fraction("2.5")
    cost = float((bought - 65_000) / 65_000 * 10_000)
    text = plain_text(rows[0])
    assert f"{float(bought):,.2f}" in text
    assert f"{cost:+.2f}bp" in text
    assert "100%" in text
    assert ("2.5 BTC" in text) == (width >= 36)
    assert all(width_of(row) <= width for row in rows)
    spent = amount_of("65000.1 usd", instrument)
    assert "65,000.10  +0.02bp" in plain_text(
        slippage_rows(book, spent, digits_of(None, book), 60)[0]
    )


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("10000USD", "10000", "quote"),
        ("10k usd", "10000", "quote"),
        ("10kusd", "10000", "quote"),
        ("1.5m", "1500000", "base"),
        ("2btc", "2", "base"),
        ("1,000 USD", "1000", "quote"),
    ],
)
def test_an_amount_is_taken_as_it_is_written_in_a_hurry(text: str, value: str, unit: str) -> None:
    amount = amount_of(text, MARKETS[BTC][0])
    assert (amount.value, amount.unit) == (Decimal(value), unit)


def test_a_suffix_is_no_part_of_a_name() -> None:
    matic = replace(MARKETS[BTC][0], base="MATIC")
    assert amount_of("3MATIC", matic).value == 3
    assert amount_of("3mMATIC", matic).value == 3_000_000


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "1e99", "NaN", "2 DOGE", "2 BTC USD"])
def test_what_is_no_amount_is_said_in_words(text: str) -> None:
    with pytest.raises(BadAmount, match=r"number|above zero|BTC or USD"):
        amount_of(text, MARKETS[BTC][0])
