"""The cells that changed bring a terminal to the same picture as all of them."""

from __future__ import annotations

import random
import re

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from wsdash.ui.celldiff import CellDiff, DiffedUpdate

WORDS = ["BTC/USD", "64123.5", "│", "▁▂▃▄▅", "█", "·", "ask", "漢字", "📈", "  ", "LIVE", "\u00a0x"]
COLOURS = ["red", "#102030", "rgb(9,200,7)", "default", "color(201)", None, None]


class Noise(Widget):
    """A widget of random strips."""

    DEFAULT_CSS = "Noise { height: 1fr; width: 1fr; }"
    dice = random.Random(0)

    def render_line(self, y: int) -> Strip:
        dice, width, segments = self.dice, self.size.width, []
        for _ in range(dice.randrange(1, 9)):
            style = Style(
                color=dice.choice(COLOURS),
                bgcolor=dice.choice(COLOURS),
                bold=dice.random() < 0.2 or None,
                reverse=dice.random() < 0.1 or None,
                underline=dice.random() < 0.1 or None,
            )
            segments.append(Segment(dice.choice(WORDS), dice.choice((style, None))))
        return Strip(segments).adjust_cell_length(width)


class Overlay(ModalScreen[None]):
    CSS = (
        "Overlay { align: center middle; } Overlay Static { width: 21; height: 5; border: round; }"
    )

    def compose(self) -> ComposeResult:
        yield Static("on top 漢字")


class Screens(App[None]):
    """Renders every update twice: as it is, and as a difference."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.diff = CellDiff()
        self.stock, self.ours = (Glass(size) for _ in range(2))
        self.compared = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Noise()
            yield Noise()
        yield Input("typed")
        yield Static("steady")

    def _display(self, screen, renderable) -> None:  # type: ignore[no-untyped-def]
        super()._display(screen, renderable)
        update = self.diff.wrap(renderable) if renderable is not None else None
        if not isinstance(update, DiffedUpdate) or self._batch_count:
            return
        console = Console(color_system="truecolor")
        self.stock.show(renderable.render_segments(console))
        self.ours.show(update.render_segments(console))
        assert self.ours.cells() == self.stock.cells()
        self.compared += 1


class Glass:
    def __init__(self, size: tuple[int, int]) -> None:
        self.screen = pyte.Screen(*size)
        self.stream = pyte.Stream(self.screen)
        self.screen.reset_mode(pyte.modes.DECAWM >> 5, private=True)
        self.bytes = 0

    def show(self, text: str) -> None:
        self.bytes += len(text.encode())
        self.stream.feed(re.sub("\n", "\r\n", text))

    def cells(self) -> list[list[tuple[object, ...]]]:
        return [
            [tuple(self.screen.buffer[y][x]) for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        ]


@pytest.mark.parametrize("seed", range(3))
async def test_random_screens_overlays_and_sizes(seed: int) -> None:
    dice = Noise.dice = random.Random(seed)
    app = Screens((60, 16))
    async with app.run_test(size=(60, 16)) as pilot:
        for step in range(40):
            match dice.randrange(8):
                case 0:
                    await app.push_screen(Overlay())
                case 1 if len(app.screen_stack) > 1:
                    app.pop_screen()
                case 2:
                    width, height = dice.randrange(10, 70), dice.randrange(4, 20)
                    app.stock.screen.resize(height, width)
                    app.ours.screen.resize(height, width)
                    app.diff.forget()
                    await pilot.resize_terminal(width, height)
                case 3:
                    app.screen_stack[0].query_one(Input).insert_text_at_cursor(f"{step}")
                case 4:
                    app.screen_stack[0].query_one(Static).update(dice.choice(WORDS) * 3)
                case _:
                    for noise in app.screen_stack[0].query(Noise):
                        noise.refresh()
            await pilot.pause()
    assert app.compared > 30
    assert app.ours.bytes < app.stock.bytes


def render(diff: CellDiff, *lines: str) -> str:
    strips = [[Strip([Segment(line, Style(color="red"))])] for line in lines]
    update = diff.wrap(LayoutUpdate(strips, Region(0, 0, cell_len(lines[0]), len(lines))))  # type: ignore[arg-type]
    assert isinstance(update, DiffedUpdate)
    return update.render_segments(Console(color_system="truecolor"))


def test_nothing_changed_is_nothing_sent() -> None:
    diff = CellDiff()
    assert render(diff, "abc", "def")
    assert render(diff, "abc", "def") == ""


def test_one_cell_changed_is_one_cell_sent() -> None:
    diff = CellDiff()
    render(diff, "abc", "def")
    assert render(diff, "abc", "dXf") == "\x1b[2;2H\x1b[31mX\x1b[0m"


def test_half_of_a_wide_character_takes_the_other_with_it() -> None:
    diff = CellDiff()
    render(diff, "漢字ab")
    chops = [{0: None, 1: Strip([Segment("X")]), 2: None}]
    window = diff.wrap(ChopsUpdate(chops, [(0, 1, 2)], [[1, 2, 6]]))
    assert isinstance(window, DiffedUpdate)
    assert "X" in window.render_segments(Console(color_system="truecolor"))
    assert render(diff, "漢字ab") == "\x1b[1;1H\x1b[31m漢\x1b[0m"


@pytest.mark.row("G3")
def test_a_wide_character_moves_the_cursor_as_far_as_the_terminal_thinks() -> None:
    diff = CellDiff()
    render(diff, "漢a      b")
    assert render(diff, "字a      c") == "\x1b[1;1H\x1b[31m字\x1b[1;10Hc\x1b[0m"


def test_after_forgetting_all_is_sent() -> None:
    diff = CellDiff()
    first = render(diff, "abc", "def")
    diff.forget()
    assert render(diff, "abc", "def") == first


def test_what_is_not_understood_goes_out_as_it_is_and_then_all_again() -> None:
    diff = CellDiff()
    render(diff, "abc", "def")
    joined = "e\u0301bc"
    assert joined in render(diff, joined, "def")
    assert "abc" in render(diff, "abc", "def")
    assert render(diff, "abc", "def") == ""
