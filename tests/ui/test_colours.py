from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from tests.ui.screen import dashboard, shows
from textual.strip import Strip

from wsdash.ui.colours import ALL, Depth, depth_of
from wsdash.ui.palettes import IN_16
from wsdash.ui.pen import split
from wsdash.ui.themes import MONO, TITLES, palette_of

TEXT = ("ink", "bright", "dim", "off", "bid", "ask", "good", "look", "bad", "focus")
"""What is written in; bars and lines are not read."""

APART = ("bid", "ask", "look", "bad", "dim", "ink")
"""What must not look the same."""

COLOURED = [name for name in TITLES if name != MONO]

_EIGHT = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_DARK = ("000000", "aa0000", "00aa00", "aa5500", "0000aa", "aa00aa", "00aaaa", "aaaaaa")
_LIGHT = ("555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff")
VGA = {
    **dict(zip(_EIGHT, _DARK, strict=True)),
    **dict(zip((f"bright_{name}" for name in _EIGHT), _LIGHT, strict=True)),
}
"""What the sixteen colours are on a text console."""


def luminance(hex_colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(hex_colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def sent(colour: str, depth: Depth) -> str:
    """The colour that a terminal of that depth shows for it."""
    if depth == 16:
        return VGA[colour.removeprefix("ansi_")]
    parsed = Color.parse(colour)
    if depth == 256:
        parsed = parsed.downgrade(ColorSystem.EIGHT_BIT)
    return parsed.get_truecolor().hex.removeprefix("#")


@pytest.mark.parametrize("depth", [ALL, 256, 16])
@pytest.mark.parametrize("theme", COLOURED)
def test_all_text_can_be_read(theme: str, depth: Depth) -> None:
    palette = {name: sent(colour, depth) for name, colour in palette_of(theme, depth).items()}
    low = {name: round(contrast(palette[name], palette["paper"]), 2) for name in TEXT}
    assert min(low.values()) >= 4.5, low
    assert contrast(palette["bright"], palette["chosen"]) >= 4.5


@pytest.mark.parametrize("depth", [ALL, 256])
@pytest.mark.parametrize("theme", COLOURED)
def test_what_differs_looks_different(theme: str, depth: Depth) -> None:
    palette = palette_of(theme, depth)
    assert len({sent(palette[name], depth) for name in APART}) == len(APART)
    assert sent(palette["bid-bar"], depth) != sent(palette["ask-bar"], depth)


@pytest.mark.row("F5")
async def test_sixteen_colours_are_sixteen_and_what_differs_looks_different() -> None:
    app, _, _ = dashboard(depth=16)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        ladder = app.board_screen.panes["ladder"]
        for theme in COLOURED:
            app.theme = theme
            await pilot.pause()
            roles = ("bid", "ask", "look", "bad", "dim", "text", "bid-bar", "ask-bar", "cursor")
            looks = {
                role: split(
                    Strip.render_ansi(
                        ladder.get_component_rich_style(f"pane--{role}"), ColorSystem.STANDARD
                    )
                )
                for role in roles
            }
            assert len(set(looks.values())) == len(roles), looks
            for _, front, back in looks.values():
                assert int(front) in {*range(30, 38), *range(90, 98)}
                assert int(back) in {*range(40, 48), *range(100, 108)}


async def test_a_line_that_is_slow_gets_sixteen_colours_and_all_of_them_afterwards() -> None:
    app, _, _ = dashboard(depth=256)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        grounds = []
        for mode in ("auto", "low", "full"):
            app.band.force(mode)
            await pilot.pause()
            grounds.append((app.depth, app.theme_variables["paper"], app.console.color_system))
        assert grounds[0] == grounds[2] == (256, "#101317", "256")
        assert grounds[1] == (16, IN_16["calm"]["paper"], "standard")


@pytest.mark.row("F5")
@pytest.mark.parametrize(
    ("term", "colorterm", "setting", "depth"),
    [
        ("xterm-256color", "truecolor", "auto", ALL),
        ("xterm-256color", "", "auto", 256),
        ("screen-256color", "yes", "auto", 256),
        ("xterm-kitty", "", "auto", ALL),
        ("xterm-direct", "", "auto", ALL),
        ("xterm", "", "auto", 16),
        ("linux", "", "auto", 16),
        ("screen", "", "auto", 16),
        ("vt100", "", "auto", 0),
        ("dumb", "truecolor", "auto", 0),
        ("", "", "auto", 0),
        ("xterm", "", "truecolor", ALL),
        ("xterm-256color", "truecolor", "16", 16),
        ("xterm-256color", "truecolor", "none", 0),
    ],
)
def test_colours_of_a_terminal(term: str, colorterm: str, setting: str, depth: Depth) -> None:
    assert depth_of({"TERM": term, "COLORTERM": colorterm}, setting) == depth
