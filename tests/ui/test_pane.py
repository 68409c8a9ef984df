from __future__ import annotations

from typing import Any

from tests.ui.fakes import BTC, FakeFeed
from tests.ui.screen import dashboard, shows
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.lines import Line, Span, plain_text, width_of
from wsdash.ui.widgets.canvas import KEPT, Canvas
from wsdash.ui.widgets.curve import CurvePane
from wsdash.ui.widgets.ladder import LadderPane
from wsdash.ui.widgets.pane import Pane


class Counting(Canvas):
    made: list[str]

    def _strip(self, line: Line, width: int) -> Strip:
        self.made.append(plain_text(line))
        return super()._strip(line, width)


class Host(App[None]):
    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas

    def compose(self) -> ComposeResult:
        yield self.canvas


async def test_only_the_row_that_changed_is_drawn_again() -> None:
    canvas = Counting(name="canvas")
    canvas.made = []
    async with Host(canvas).run_test(size=(20, 6)) as pilot:
        rows = [(Span(f"row {number}"),) for number in range(6)]
        canvas.show(rows)
        await pilot.pause()
        canvas.made.clear()
        changed = [*rows[:3], (Span("changed"),), *rows[4:]]
        canvas.show(changed)
        assert canvas._repaint_regions == {Region(0, 3, 20, 1)}
        await pilot.pause()
        assert canvas.made == ["changed"]
        canvas.show(list(changed))
        assert not canvas._repaint_regions


async def test_rows_that_never_come_again_do_not_pile_up() -> None:
    canvas = Counting(name="canvas")
    canvas.made = []
    async with Host(canvas).run_test(size=(20, 4)) as pilot:
        for number in range(1_000):
            canvas.show([(Span("stays"),), (Span(f"row {number}"),)])
            for y in range(2):
                canvas.render_line(y)
        await pilot.pause()
        assert len(canvas._strips) + len(canvas._older) <= 2 * KEPT
        assert canvas.made.count("stays") == 1
        canvas.made.clear()
        canvas.show([(Span("row 998"),), (Span("row 999"),)])
        await pilot.pause()
        assert canvas.made == [], "what was drawn a moment ago is kept"


async def test_every_strip_is_as_wide_as_the_widget_and_equal_rows_share_one() -> None:
    canvas = Canvas(name="canvas")
    async with Host(canvas).run_test(size=(20, 4)) as pilot:
        canvas.show([(Span("short"),), (Span("x" * 40),), (Span("漢字" * 9),), (Span("short"),)])
        await pilot.pause()
        assert [canvas.render_line(y).cell_length for y in range(4)] == [20] * 4
        assert canvas.render_line(0) is canvas.render_line(3)
        assert canvas.render_line(1).text.endswith("…")


async def test_every_strip_of_the_dashboard_is_exact_at_every_size() -> None:
    app, _, scene = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        for size in ((40, 10), (80, 24), (133, 37), (200, 60)):
            await pilot.resize_terminal(*size)
            scene.step(0.1)
            await shows(pilot, "LIVE")
            for pane in app.board_screen.panes.values():
                if pane.place is not None:
                    width, height = pane.size
                    assert {pane.render_line(y).cell_length for y in range(height)} == {width}


def desk_of(feed: FakeFeed) -> Desk:
    return Desk(feed, [BTC], BTC)


async def test_a_picture_of_another_market_is_not_shown() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE")
        ladder: Any = app.board_screen.panes["ladder"]
        before = ladder.text
        blank = tuple((Span(" " * ladder.size.width),) for _ in range(ladder.size.height))
        stale = Pane.Painted(app.desk.watchlist[1], blank)
        ladder.on_pane_painted(stale)
        assert ladder.text == before


def test_a_pane_that_is_not_on_the_screen_does_not_draw() -> None:
    pane = LadderPane(desk_of(FakeFeed()), name="ladder")
    assert pane.place is None
    assert pane.paint() == ()
    pane.draw()
    assert pane.text == ""


def test_the_cursor_skips_the_spread() -> None:
    pane = LadderPane(desk_of(FakeFeed()), name="ladder")
    pane.picture(60, 20)
    places = []
    for step in (-1, -1, 1, 1, 1):
        pane.move(0, step)
        places.append(pane.cursor)
    assert places == [1, 2, 1, -1, -2]


def test_a_curve_of_another_size_is_not_shown() -> None:
    pane: Any = CurvePane(desk_of(FakeFeed()), name="curve")
    pane.picture(60, 10)
    pane._plot = ((Span("x" * 60),),) * 10
    assert width_of(pane.picture(60, 10).rows[0]) == 60
    for _ in range(2):
        assert pane.picture(40, 10).rows == ()
