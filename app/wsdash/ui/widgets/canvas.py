"""The widget under everything drawn: finished lines, and of those only the ones that changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from wsdash.ui.snapshots.lines import ROLES, Line, fit, plain_text
from wsdash.ui.widgets.heat_colours import heat_colours

KEPT = 32
"""Finished lines that are kept in each of two generations, or as many as there are rows: those of
the frame before are then always there, for rows that move up or down. A line that was shown costs
some ten kilobytes, with all that Textual remembers of how it was cut."""


class Canvas(Widget):
    """Draws lines; knows nothing of markets or time."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"pane--{role}" for role in ROLES}

    def __init__(self, *, name: str) -> None:
        super().__init__(id=name)
        self._lines: tuple[Line, ...] = ()
        self._strips: dict[tuple[Line, int], Strip] = {}
        self._older: dict[tuple[Line, int], Strip] = {}
        self._drawn: dict[int, Strip] = {}
        self._palette: dict[str, Style] = {}

    @property
    def text(self) -> str:
        """The characters on show, line by line."""
        return "\n".join(plain_text(line) for line in self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines, each as wide as the widget, marking as dirty those that differ."""
        width = self.size.width
        dirty = [
            y
            for y, (old, new) in enumerate(zip_longest(self._lines, lines))
            if old is not new and old != new
        ]
        self._lines = tuple(lines)
        if dirty:
            for y in dirty:
                self._drawn.pop(y, None)
            self.refresh(*(Region(0, y, width, 1) for y in dirty))

    def asked_for(self) -> None:
        """All of it is in the frame that is being made: it need not be asked for again."""
        self._exchange_repaint_regions()
        self._repaint_required = False

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        # Nothing stands in it: its size is no reason to lay everything out once more.
        return super()._size_updated(size, virtual_size, container_size, layout=False)

    def render_line(self, y: int) -> Strip:
        """Return a line as Textual wants it; equal lines are the same object."""
        return self._row(y, self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines as they were kept.

        A canvas has neither border nor padding nor opacity: what Textual does for
        those on every line of every frame would be for nothing.
        """
        width = self.size.width
        strips = [self._row(y, width) for y in crop.line_range]
        if crop.column_span != (0, width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _row(self, y: int, width: int) -> Strip:
        strip = self._drawn.get(y)
        if strip is None or strip.cell_length != width:
            line = self._lines[y] if y < len(self._lines) else ()
            strip = self._drawn[y] = self._kept(line, width)
        return strip

    def notify_style_update(self) -> None:
        """The theme changed: every style and every strip that was kept is wrong."""
        super().notify_style_update()
        self._palette.clear()
        self._strips.clear()
        self._older.clear()
        self._drawn.clear()

    def _kept(self, line: Line, width: int) -> Strip:
        strip = self._strips.get((line, width))
        if strip is None:
            kept = len(self._strips)
            if kept >= KEPT and kept >= self.size.height:
                self._older, self._strips = self._strips, {}
            strip = self._older.pop((line, width), None) or self._strip(line, width)
            self._strips[line, width] = strip
        return strip

    def _strip(self, line: Line, width: int) -> Strip:
        return Strip(
            [Segment(text, self._style(role)) for text, role in fit(line, width) if text], width
        )

    def _style(self, role: str) -> Style:
        style = self._palette.get(role)
        if style is None:
            style = self._palette[role] = self._filtered(self.rich_style + self._own_style(role))
        return style

    def _own_style(self, role: str) -> Style:
        if role.startswith("heat "):
            older, newer = heat_colours(role, self.app.theme_variables)
            return Style(color=older.rich_color, bgcolor=newer.rich_color)
        return self.get_component_rich_style(f"pane--{role}")

    def _filtered(self, style: Style) -> Style:
        """Return a style as the filters of the terminal leave it.

        They change styles and never text: once for a role is enough, and not once for a line.
        """
        background, segments = self.background_colors[1], [Segment(" ", style)]
        for line_filter in self.get_line_filters():
            segments = line_filter.apply(segments, background)
        return segments[0].style or style
