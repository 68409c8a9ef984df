"""Sends only the cells that changed: Textual repaints whole widget rows.

It stands between the compositor and the driver. It reads the strips of an update into
cells, compares them with what the terminal was sent before, and writes the difference
with as few colour changes as it can. Whatever it does not fully understand goes out as
Textual would have written it, after which the next update is drawn without comparing.
Nothing here decides whether a frame is drawn: what is rendered must be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from wsdash.ui.pen import PLAIN, Pen, Sgr, split

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_GAP = 5
"""Unchanged cells that are cheaper to send again than to jump over."""
_UNKNOWN = "\0"  # no cell ever holds it, so it differs from everything


class NotUnderstoodError(Exception):
    """The update holds something that is not a plain, styled cell."""


class _Row:
    __slots__ = ("cells", "styles")

    def __init__(self, width: int) -> None:
        self.cells: list[str] = [_UNKNOWN] * width
        self.styles: list[Sgr] = [PLAIN] * width


class CellDiff:
    """What the terminal shows, and how to get from there to the next picture."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._width = 0

    def forget(self) -> None:
        """Assume nothing about what the terminal shows."""
        self._rows = []

    def wrap(self, update: RenderableType) -> RenderableType:
        """Return `update` as one that renders to the difference, or as it is."""
        if isinstance(update, LayoutUpdate | ChopsUpdate):
            return cast("RenderableType", DiffedUpdate(self, update))
        self.forget()
        return update

    def render(self, update: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """Return what brings the terminal to the picture after `update`."""
        width, height = _size(update)
        if (width, height) != (self._width, len(self._rows)):
            self._width = width
            self._rows = [_Row(width) for _ in range(height)]
        system = getattr(console, "_color_system", None) or ColorSystem.TRUECOLOR
        pen = Pen()
        for y, pieces in _lines(update):
            row = self._rows[y]
            for x, strip in pieces:
                self._put(row, x, y, strip, system, pen)
        return pen.finish()

    def _put(self, row: _Row, x: int, y: int, strip: Strip, system: ColorSystem, pen: Pen) -> None:
        cells, styles = _read(strip, system)
        end = x + len(cells)
        if end > self._width:  # the terminal clips it without line wrap; so do we
            raise NotUnderstoodError
        old_cells, old_styles = row.cells[x:end], row.styles[x:end]
        if cells == old_cells and styles == old_styles:
            return
        if x and not row.cells[x]:  # half of a wide character goes, and the terminal
            row.cells[x - 1] = _UNKNOWN  # takes the other half with it
        if end < self._width and not row.cells[end]:
            row.cells[end] = _UNKNOWN
        row.cells[x:end], row.styles[x:end] = cells, styles
        changed = [
            at
            for at, (new, old, style, was) in enumerate(
                zip(cells, old_cells, styles, old_styles, strict=True)
            )
            if new != old or style != was
        ]
        for first, last in _runs(changed):
            # A second half equals any other, and still belongs to the first that changed.
            while last + 1 < len(cells) and not cells[last + 1]:
                last += 1  # noqa: PLW2901
            pen.draw(x + first, y, cells[first : last + 1], styles[first : last + 1])


class DiffedUpdate(CompositorUpdate):
    """An update that renders to the cells it changes.

    Attributes:
        empty: after rendering, whether it changed nothing.
    """

    def __init__(self, diff: CellDiff, update: LayoutUpdate | ChopsUpdate) -> None:
        self._diff = diff
        self._update = update
        self.empty = False

    def render_segments(self, console: Console) -> str:
        """Return the difference, or all of the update if it cannot be compared."""
        try:
            text = self._diff.render(self._update, console)
        except NotUnderstoodError:
            self._diff.forget()
            return self._update.render_segments(console)
        self.empty = not text
        return text


def _read(strip: Strip, system: ColorSystem) -> tuple[list[str], list[Sgr]]:
    cells: list[str] = []
    styles: list[Sgr] = []
    for text, style, control in strip:
        if control or (style is not None and style.link):
            raise NotUnderstoodError
        sgr = PLAIN if style is None else split(Strip.render_ansi(style, system))
        if text.isascii():
            if not text.isprintable():
                raise NotUnderstoodError
            cells.extend(text)
            styles.extend([sgr] * len(text))
        else:
            wide = _cells(text)
            cells.extend(wide)
            styles.extend([sgr] * len(wide))
    return cells, styles


def _lines(
    update: LayoutUpdate | ChopsUpdate,
) -> Iterator[tuple[int, Iterable[tuple[int, Strip]]]]:
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips):
            yield y, _side_by_side(strips)
    else:
        for y, x1, x2 in update.spans:
            ends = update.chop_ends[y]
            pieces = zip(ends, update.chops[y].items(), strict=False)
            yield y, _chops(pieces, x1, x2)


def _side_by_side(strips: Iterable[Strip]) -> Iterator[tuple[int, Strip]]:
    x = 0
    for strip in strips:
        yield x, strip
        x += strip.cell_length


def _chops(
    pieces: Iterable[tuple[int, tuple[int, Strip | None]]], x1: int, x2: int
) -> Iterator[tuple[int, Strip]]:
    # The same choice as ChopsUpdate.render_segments makes, cut for cut.
    for end, (x, strip) in pieces:
        if strip is not None and x <= x2 and end > x1:
            whole = x2 > x >= x1 and end <= x2
            yield x, strip if whole else strip.crop(0, min(end, x2) - x)


def _runs(changed: list[int]) -> Iterator[tuple[int, int]]:
    first = last = changed[0]
    for at in islice(changed, 1, None):
        if at - last > _GAP:
            yield first, last
            first = at
        last = at
    yield first, last


def _size(update: LayoutUpdate | ChopsUpdate) -> tuple[int, int]:
    if isinstance(update, LayoutUpdate):
        region = update.region
        if (region.x, region.y) != (0, 0):
            raise NotUnderstoodError
        return region.width, region.height
    return update.chop_ends[0][-1], len(update.chops)


@lru_cache(4096)
def _cells(text: str) -> tuple[str, ...]:
    cells: list[str] = []
    for character in text:
        width = cell_len(character)
        if width == 0 or not (character.isprintable() or character == "\xa0"):
            raise NotUnderstoodError  # joined characters: their width is a matter of opinion
        cells.append(character)
        cells.extend([""] * (width - 1))
    if len(cells) != cell_len(text):
        raise NotUnderstoodError
    return tuple(cells)
