"""The depth of a book over time: a row is a price, half a cell is a second, colour is size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.ui.heat_log import Second
from wsdash.ui.snapshots.bars import steady_scale
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.grid import Grid
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import Column, column_of, human

SHADES: Final = 12
"""Levels of each side; both together are 24."""

USUAL: Final = 0.99
"""Share of the sizes in sight that the strongest colour is made for; a few may be larger."""

Glyphs: TypeAlias = Literal["colours", "shades", "ascii"]
"""How sizes are told: by half cells of many colours, or by how full a cell is."""

_FULL: Final[dict[Glyphs, str]] = {"shades": " ·░▒▓█", "ascii": " .:=*#"}
_LOST: Final = "lost"


class HeatView(NamedTuple):
    """How the heat is looked at."""

    width: int
    height: int
    grid: Grid
    prices: Sequence[str]
    glyphs: Glyphs = "colours"
    header: bool = True


def heat(seconds: Sequence[Second], view: HeatView) -> tuple[tuple[Line, ...], float]:
    """Return the rows, and the size that is drawn in full.

    Args:
        seconds: oldest first.
        view: its rows stand where the ladder's do.
    """
    axis = column_of(view.prices)
    cells = max(0, view.width - axis.width - 2)
    if not seconds or not cells:
        return ((), (Span(" no live book yet", "dim"),)), 0.0
    end = seconds[-1].at // 2 * 2 + 2
    known = {second.at: second for second in seconds}
    first = seconds[0].at
    shown = [
        known[at].rows(view.grid.step) if at in known and known[at].live else
        _LOST if first <= at <= seconds[-1].at else None
        for at in range(end - cells * 2, end)
    ]  # fmt: skip
    keys = [view.grid.price(row) for row in range(view.grid.height)]
    seen = set(keys)
    sizes = [abs(size) for rows in shown if isinstance(rows, Mapping)
             for key, size in rows.items() if key in seen]  # fmt: skip
    sizes.sort()
    scale = steady_scale(sizes[int((len(sizes) - 1) * USUAL + 0.999)] if sizes else 0.0)
    lines: list[Line] = []
    if view.header:
        lines.append((Span(f" {'price':>{axis.width}}", "off"),))
    for row, key in enumerate(keys):
        levels = [_level(rows, key, scale) for rows in shown]
        pairs = list(zip(levels[::2], levels[1::2], strict=True))
        label = _label(view, axis, row)
        lines.append((label, *_merged([_cell(pair, view.glyphs) for pair in pairs])))
    lines.append(_times(end, cells, axis.width + 2))
    return tuple(lines), scale


def shade(size: float, scale: float) -> int:
    """Return how strongly a size is drawn, 0 to `SHADES`; what rests is never nothing."""
    if size <= 0 or scale <= 0:
        return 0
    return max(1, min(SHADES, ceil(SHADES * sqrt(size / scale) - 1e-9)))


def _level(rows: Mapping[int, float] | str | None, key: int, scale: float) -> str:
    """Return ``b7`` or ``a3``, ``0`` where nothing rested, ``x`` where nothing is known."""
    if isinstance(rows, str):
        return "x"
    size = 0.0 if rows is None else rows.get(key, 0.0)
    if not size:
        return "0"
    return f"{'a' if size > 0 else 'b'}{shade(abs(size), scale)}"


def _cell(pair: tuple[str, str], glyphs: Glyphs) -> Span:
    older, newer = pair
    if "x" in pair:
        return Span("┊", "look")
    if older == newer == "0":
        return Span(" ", "faint")
    if glyphs == "colours":
        return Span("▌", f"heat {older} {newer}")
    strongest = max(pair, key=lambda level: int(level.lstrip("ab")))
    marks = _FULL[glyphs]
    place = ceil(int(strongest[1:]) / SHADES * (len(marks) - 1))
    return Span(marks[place], "bid" if strongest[0] == "b" else "ask")


def _merged(cells: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for cell in cells:
        if merged and merged[-1].role == cell.role:
            merged[-1] = Span(merged[-1].text + cell.text, cell.role)
        else:
            merged.append(cell)
    return merged


def _label(view: HeatView, axis: Column, row: int) -> Span:
    return Span(f" {axis.place(view.prices[row])} ", "dim")


def _times(end: int, cells: int, lead: int) -> Line:
    text = " " * lead
    for cell in range(cells):
        at = end - (cells - cell) * 2
        label = clock(at)
        fits = len(text) <= lead + cell and cell + len(label) <= cells
        if at % 30 == 0 and fits:
            text = text.ljust(lead + cell) + label + " "
    return (Span(text[: lead + cells], "off"),)


def words(scale: float) -> tuple[Line, ...]:
    """Return what the strongest colour stands for."""
    return ((Span(f"full {human(scale)}", "dim"),),) if scale else ()
