from __future__ import annotations

import pytest
from tests.ui.fakes import BTC
from tests.ui.screen import dashboard, hides, screen_text, shows, until

from wsdash.domain.book import OrderBook
from wsdash.domain.numbers import price_key
from wsdash.feed.market import ChannelState
from wsdash.ui.heat_log import KEPT, HeatLog
from wsdash.ui.snapshots.grid import Grid
from wsdash.ui.snapshots.heat import SHADES, Glyphs, HeatView, heat, shade
from wsdash.ui.snapshots.lines import plain_text, width_of

ONE = 10**18


def book_of(size: str) -> OrderBook:
    book = OrderBook()
    book.replace([("100", size), ("99.5", "1")], [("101.5", "4")])
    return book


def view_of(width: int = 12, glyphs: Glyphs = "colours") -> HeatView:
    grid = Grid(price_key("102"), ONE, 4)
    return HeatView(width, 8, grid, ["102", "101", "100", "99"], glyphs, header=False)


def test_a_cell_is_two_seconds_of_a_price_and_groups_as_the_ladder_does() -> None:
    log = HeatLog()
    log.look(None, 9.0)
    log.look(book_of("4"), 10.0)
    log.look(book_of("9"), 10.9)
    log.look(book_of("1"), 11.2)
    rows, scale = heat(list(log.seconds), view_of())
    assert scale == 5.0
    full, small = shade(4, 5), shade(1, 5)
    assert rows[0][-1] == ("▌", f"heat a{full} a{full}")
    assert rows[2][-1] == ("▌", f"heat b{full} b{small}")
    assert rows[3][-1] == ("▌", f"heat b{small} b{small}")
    assert plain_text(rows[1]).strip() == "101"


def test_seconds_that_were_not_live_are_blank_with_a_mark() -> None:
    log = HeatLog()
    log.look(book_of("4"), 10.0)
    log.look(None, 12.1)
    log.look(book_of("4"), 14.0)
    log.look(None, 14.5)
    log.look(book_of("4"), 16.0)
    assert [(second.at, second.live) for second in log.seconds] == [
        (10, True), (12, False), (14, False), (16, True),
    ]  # fmt: skip
    rows, _ = heat(list(log.seconds), view_of())
    assert plain_text(rows[1]).endswith("┊┊┊ ")
    assert all("heat b" not in span.role for span in rows[1])


@pytest.mark.parametrize("glyphs", ["colours", "shades", "ascii"])
@pytest.mark.parametrize("width", [6, 20, 61])
def test_no_row_is_wider_than_the_pane_and_ascii_is_ascii(glyphs: Glyphs, width: int) -> None:
    log = HeatLog()
    for second in range(400):
        log.look(book_of(str(second + 1)), float(second))
    assert len(log.seconds) == KEPT
    rows, _ = heat(list(log.seconds), view_of(width, glyphs))
    assert all(width_of(row) <= width for row in rows)
    if glyphs == "ascii":
        assert all(plain_text(row).isascii() for row in rows)


def test_shades_rise_with_size_and_are_never_nothing() -> None:
    shades = [shade(size / 100, 1.0) for size in range(101)]
    assert shades == sorted(shades)
    assert (shades[0], shades[1] > 0, shades[100]) == (0, True, SHADES)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("theme", ["calm", "mono"])
async def test_the_heat_stands_on_the_rows_of_the_ladder(size: tuple[int, int], theme: str) -> None:
    app, feed, _ = dashboard(theme=theme)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("H")
        await shows(pilot, "Heat")
        pane, ladder = app.board_screen.panes["heat"], app.board_screen.cast.ladder
        await until(pilot, lambda: ladder.grid is not None and "65,0" in pane.text)

        def prices(text: str) -> list[tuple[int, str]]:
            rows = enumerate(text.split("\n"))
            return [
                (y, word) for y, row in rows for word in row.split() if word.startswith("65,0")
                and "mid" not in row
            ]  # fmt: skip

        await until(pilot, lambda: prices(pane.text)[:9] == prices(ladder.text)[:9])
        feed.time += 2
        feed.state(BTC, "book", ChannelState.RESYNC, "gap")
        await until(pilot, lambda: "┊" in pane.text)
        assert "…" not in screen_text(app).replace("USD…", "")


async def test_the_ladder_has_levels_again_when_the_heat_has_gone() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        ladder = app.board_screen.cast.ladder
        await shows(pilot, "LIVE")
        await pilot.press("H")
        await shows(pilot, "Heat")
        await until(pilot, lambda: ladder.grid is not None)
        await pilot.press("t")
        await hides(pilot, "Heat")
        await until(pilot, lambda: ladder.grid is None)
        await pilot.press("o", "m")
        await until(pilot, lambda: ladder.grid is not None)
        await pilot.press("H")
        await shows(pilot, "Heat")
        await pilot.press("escape")
        await hides(pilot, "Heat")
        assert ladder.fixed, "by the trader's own wish"
