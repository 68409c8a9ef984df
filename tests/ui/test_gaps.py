"""A hole in one channel is told, and restarts sums, only where that channel is drawn."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.ui.fakes import BTC, FakeFeed, Scene

from wsdash.domain.candles import Candle
from wsdash.domain.events import Channel
from wsdash.domain.numbers import price_key
from wsdash.feed.gaps import Gap
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.gaps import gap_sheet
from wsdash.ui.snapshots.lines import plain_text
from wsdash.ui.snapshots.stacking import Moved
from wsdash.ui.widgets.charts import ChartPane
from wsdash.ui.widgets.ladder import LadderPane
from wsdash.ui.widgets.lists import TapePane
from wsdash.ui.widgets.pane import Pane

ALL: tuple[Channel, ...] = ("book", "candles", "ticker", "trades")


def desk_of(feed: FakeFeed) -> Desk:
    Scene(feed).begin()
    feed.board.gaps.gaps.clear()
    return Desk(feed, [BTC], opened=BTC)


@pytest.mark.parametrize("channel", ALL)
def test_a_hole_in_one_channel_of_a_market_concerns_that_channel_only(channel: Channel) -> None:
    gap = Gap(0, 1, "kraken public", BTC.name, "", (channel,))
    assert [other for other in ALL if gap.concerns(BTC, other)] == [channel]
    assert gap.concerns(BTC)
    assert gap.concerns(BTC, *ALL)


def test_a_hole_in_a_connection_concerns_what_it_carried_and_everything_where_nobody_knows() -> (
    None
):
    carried = Gap(0, 1, "kraken public", "", "lost", ("book", "trades"))
    assert [channel for channel in ALL if carried.concerns(BTC, channel)] == ["book", "trades"]
    recorded = Gap(0, 1, "kraken public", "", "lost")
    assert [channel for channel in ALL if recorded.concerns(BTC, channel)] == list(ALL)
    account = Gap(0, 1, "kraken private", "", "lost", ("account",))
    assert not account.concerns(BTC, *ALL)


def test_the_desk_tells_holes_by_channel_and_since_when() -> None:
    feed = FakeFeed()
    desk, wall = desk_of(feed), feed.wall()
    feed.board.gaps.gaps.append(Gap(wall - 9, wall - 8, "kraken public", BTC.name, "", ("book",)))
    assert [gap.channels for gap in desk.group.gaps("book")] == [("book",)]
    assert desk.group.gaps("trades") == []
    assert desk.group.holed(wall - 10, "book", "trades")
    assert not desk.group.holed(wall - 7, "book")
    assert not desk.group.holed(wall - 10, "trades")
    feed.board.gaps.open("kraken public", BTC.name, wall, "silent", ("trades",))
    assert desk.group.holed(wall + 60, "trades")


def test_nothing_is_stacked_or_pulled_while_prints_are_missing() -> None:
    feed = FakeFeed()
    desk, gaps, name = desk_of(feed), feed.board.gaps, "kraken public"

    def rest(size: str) -> None:
        feed.book(BTC, [("65000", size)], [("65001", "1")])
        desk.group.look_at_flow()

    rest("5")
    rest("7")
    assert desk.group.stacking.rows == {price_key("65000"): Moved(Decimal(2))}
    gaps.open(name, BTC.name, feed.wall(), "silent", ("trades",))
    rest("3")  # traded or pulled: nobody knows
    assert desk.group.heat.seconds[-1].live
    gaps.close(name, BTC.name, feed.wall(), ("trades",))
    rest("3")
    rest("4")
    assert desk.group.stacking.rows == {price_key("65000"): Moved(Decimal(3))}


@pytest.mark.parametrize(
    ("channel", "tape", "ladder", "candles", "seconds"),
    [
        ("ticker", False, False, False, False),
        ("book", False, True, False, False),
        ("candles", False, False, True, False),
        ("trades", True, True, False, True),
    ],
)
def test_panes_mark_only_holes_in_what_they_are_made_of(
    channel: Channel, tape: bool, ladder: bool, candles: bool, seconds: bool
) -> None:
    feed = FakeFeed()
    desk = desk_of(feed)
    desk.group.look_at_flow()
    feed.time += 60.0
    for price in ("65000", "65001"):
        feed.trade(BTC, price, "1", "buy")
        feed.time += 10.0
    wall = feed.wall()
    for start in (int(wall) // 60 * 60 - 60, int(wall) // 60 * 60):
        feed.candles(BTC, "1m", [Candle(start, "65000", "65001", "65000", "65001", "1")])
    gap = Gap(wall - 14, wall - 12, "kraken public", BTC.name, "", (channel,))
    feed.board.gaps.gaps.append(gap)

    def text(pane: Pane) -> str:
        picture = pane.picture(120, 30)
        return "\n".join(map(plain_text, (*picture.rows, *picture.notes)))

    chart = ChartPane(desk, name="chart")
    chart.lines = frozenset({"vwap"})
    assert ("gap" in text(TapePane(desk, name="tape"))) == tape
    told = text(LadderPane(desk, name="ladder"))
    assert ("gaps" in told) == ladder
    assert ("book gaps" in told) == (channel == "book")
    for interval, marked in (("1m", candles), ("5s", seconds)):
        desk.group.interval = interval
        marks = [span for row in chart.picture(120, 30).rows for span in row if "┊" in span.text]
        assert any(span.role == "look" for span in marks) == marked
        assert ("gaps" in text(chart)) == (channel == "trades")


NAMES = [f"{venue} {kind}" for venue in ("kraken", "binance") for kind in ("public", "private")]


def test_a_small_ledger_shows_every_connection_there_is_room_for() -> None:
    rows = gap_sheet([], NAMES, 1_000.0, (38, 6), 0).rows
    told = [plain_text(row).split("  ")[0].strip() for row in rows]
    assert told == [*NAMES, "", "no gap so far"]


def test_a_small_ledger_shows_first_what_missed_most() -> None:
    gap = Gap(900.0, 930.0, "binance private", "", "no answer")
    rows = [plain_text(row) for row in gap_sheet([gap], NAMES, 1_000.0, (38, 6), 0).rows]
    assert rows[0].startswith(" binance private")
    assert "1 gap, 30s" in rows[0]
    whole = gap_sheet([gap], NAMES, 1_000.0, (38, 24), 0).rows
    assert [plain_text(row)[1:16].strip() for row in whole[:4]] == NAMES


def test_the_cause_has_all_the_room_that_the_rest_leaves() -> None:
    gap = Gap(900.0, 910.0, "kraken public", "BTC/USD", "no data for 5 s", ("book",))
    whole = Gap(905.0, 906.0, "kraken public", "", "BTC/USD book silent")
    head, *rows = [
        plain_text(row) for row in gap_sheet([gap, whole], NAMES, 1_000.0, (73, 14), 0).rows[4:]
    ]
    assert [row.rstrip()[head.index("cause") :] for row in rows] == [gap.reason, whole.reason]
    for name, column in (("market", ("BTC/USD", "all")), ("data", ("book", "all"))):
        assert tuple(row[head.index(name) :].split()[0] for row in rows) == column
