"""What a pane shows goes into a file exactly as it is known, and the screen as a picture."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.ui.fakes import BTC, MARKETS, FakeFeed, Scene
from tests.ui.screen import dashboard, shows, until

from wsdash.domain.instrument import MarketKey
from wsdash.feed import tables
from wsdash.feed.tables import write_csv
from wsdash.ui.desk import Desk
from wsdash.ui.export import write_whole
from wsdash.ui.pane_tables import Sheet, sheet_of
from wsdash.ui.snapshots.tape_rows import Choice


@pytest.fixture(scope="module")
def desk() -> Desk:
    feed = FakeFeed()
    Scene(feed).begin()
    made = Desk(feed, list(MARKETS), BTC)
    made.look_at_flow()
    feed.trade(BTC, "65000.1", "0.50000000", "buy")
    feed.trade(BTC, "65000.3", "0.25000000", "sell")
    made.look_at_flow()
    return made


def rows_of(sheet: Sheet | None) -> list[dict[str, str]]:
    assert sheet is not None
    out = io.BytesIO()
    count = write_csv(sheet.table, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert len(rows) == count > 0
    return rows


def sheet(desk: Desk, pane: str, choice: Choice | None = None) -> Sheet | None:
    return sheet_of(pane, desk, desk.group, choice or Choice())


def test_a_chart_is_all_its_candles(desk: Desk) -> None:
    rows = rows_of(sheet(desk, "chart"))
    series = desk.feed.board.markets[BTC].candles["1m"]
    known = series.last(10_000)
    assert [(row["open"], row["high"], row["low"], row["close"]) for row in rows] == [
        (candle.open, candle.high, candle.low, candle.close) for candle in known
    ]
    assert sum(Decimal(row["volume"]) for row in rows) == sum(Decimal(c.volume) for c in known)
    assert [row["closed"] for row in rows] == ["true"] * (len(rows) - 1) + ["false"]


def test_a_tape_is_the_prints_it_shows_oldest_first(desk: Desk) -> None:
    prints = list(desk.feed.board.markets[BTC].tape.prints)
    rows = rows_of(sheet(desk, "tape"))
    assert [row["id"] for row in rows] == [trade.id for trade in reversed(prints)]
    for side in ("buy", "sell"):
        told = sum(Decimal(row["size"]) for row in rows if row["side"] == side)
        assert told == sum(Decimal(trade.size) for trade in prints if trade.side == side)
    large = rows_of(sheet(desk, "tape", Choice(least=Decimal("0.5"))))
    assert [row["id"] for row in large] == [
        row["id"] for row in rows if Decimal(row["size"]) >= Decimal("0.5")
    ]


def test_a_ladder_is_the_whole_book_and_says_how_true_it_was(desk: Desk) -> None:
    book = desk.feed.board.markets[BTC].book
    assert book is not None
    rows = rows_of(sheet(desk, "ladder"))
    bids = [(row["price"], row["size"]) for row in rows if row["side"] == "bid"]
    assert bids == [tuple(level) for level in book.bids.top(1_000)]
    assert len(rows) == len(book.bids) + len(book.asks)
    assert {row["state"] for row in rows} == {"LIVE"}


def test_figures_are_those_of_the_book_and_of_the_prints_since(desk: Desk) -> None:
    (row,) = rows_of(sheet(desk, "curve"))
    book = desk.feed.board.markets[BTC].book
    assert book is not None
    (bid, _), (ask, _) = (
        (Decimal(price), size) for price, size in (*book.bids.top(1), *book.asks.top(1))
    )
    assert Decimal(row["mid"]) == (bid + ask) / 2
    assert Decimal(row["spread"]) == ask - bid
    assert (row["volume_buy"], row["volume_sell"]) == ("0.5", "0.25")
    assert Decimal(row["cvd"]) == Decimal("0.25")


def test_gaps_balances_and_prices(desk: Desk) -> None:
    (gap,) = desk.feed.board.gaps
    assert [row["reason"] for row in rows_of(sheet(desk, "gaps"))] == [gap.reason]
    told = {row["asset"]: row["total"] for row in rows_of(sheet(desk, "balances"))}
    assert told["BTC"] == "0.4123450000"
    prices = rows_of(sheet(desk, "watch"))
    assert [row["symbol"] for row in prices] == [key.name for key in MARKETS]
    assert sheet(desk, "supervisor") is None


def test_a_name_of_a_market_leads_nowhere() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    evil = MarketKey("kraken", "../../=x\x1b[2J/USD")
    feed.board.markets[evil] = feed.board.markets[BTC]
    made = sheet(Desk(feed, [evil], evil), "chart")
    assert made is not None
    assert re.fullmatch(r"wsdash-candles-kraken-[A-Za-z0-9.-]+-1m", made.stem)
    assert rows_of(made)[0]["symbol"] == "../../=x·[2J/USD"


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def good(out: io.BufferedIOBase | object) -> int:
        return 3

    def bad(out: io.BufferedIOBase | object) -> int:
        raise OSError(28, "No space left on device")

    first, second = (write_whole(tmp_path / "a", "x", 0.0, ".csv", good)[0] for _ in range(2))
    assert (first.name, second.name) == ("x-19700101-000000.csv", "x-19700101-000000-2.csv")
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", "x", 0.0, ".csv", bad)
    assert sorted(tmp_path.joinpath("a").iterdir()) == sorted([first, second])


async def test_keys_write_a_table_and_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    folder = tmp_path / "new"
    app, feed, _ = dashboard(export_dir=folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.board_screen.focused_name == "tape")
        await pilot.press("E")
        await shows(pilot, "Write trades as")
        await pilot.press(*"xml", "enter")
        await shows(pilot, "expected csv or parquet")
        await pilot.press("end", *["backspace"] * 3, *"parquet", "enter")
        await shows(pilot, "Parquet needs pyarrow: pip install 'wsdash[parquet]'")
        await pilot.press("E")
        await shows(pilot, "Write trades as")
        await pilot.press(*"csv", "enter")
        await shows(pilot, " rows in ")
        await pilot.press("P")
        await shows(pilot, "picture in ")
    table, picture = sorted(folder.iterdir(), key=lambda file: file.suffix)
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in folder.iterdir())
    assert re.fullmatch(r"wsdash-trades-kraken-BTC-USD-\d{8}-\d{6}\.csv", table.name)
    with table.open(newline="") as text:
        assert len(list(csv.DictReader(text))) == len(feed.board.markets[BTC].tape.prints)
    svg = picture.read_text()
    assert "BTC/USD" in "".join(ET.fromstring(svg).itertext()).replace("\xa0", " ")
    assert "url(" not in svg.replace("url(#", ""), "nothing is fetched by whoever opens it"


async def test_where_nothing_can_be_written_the_keys_say_so() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("E")
        await shows(pilot, "there is nowhere to write to")
        app.desk.export_dir = Path("/dev/null/x")
        await pilot.press("P")
        await shows(pilot, "picture not written: not a directory")
        await pilot.press("grave_accent", "E")
        await shows(pilot, "the log: e writes it")


async def test_a_pane_of_another_group_is_written_too(tmp_path: Path) -> None:
    app, _, _ = dashboard(export_dir=tmp_path)
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("N")
        await until(pilot, lambda: app.board_screen.focused_name == "ladder-b")
        await pilot.press("E")
        await shows(pilot, "Write book as")
