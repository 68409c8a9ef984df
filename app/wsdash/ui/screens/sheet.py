"""A sheet to read over the dashboard: the help, the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from wsdash.ui.screens.dialog import Dialog
from wsdash.ui.snapshots.lines import Line, Span, ascii_only
from wsdash.ui.snapshots.picture import Frame, Picture, framed
from wsdash.ui.widgets.guarded import Guarded

Rows = Callable[[int], Sequence[Line]]
"""The rows of a sheet for a width."""


class Sheet(Dialog[None]):
    """Rows in a frame, to scroll through and to close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,comma,enter", "dismiss", "Close", show=False),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "page(1)", "A page down", show=False),
        Binding("b,pageup", "page(-1)", "A page up", show=False),
        Binding("g,home", "scroll(-100_000)", "To the top", show=False),
        Binding("G,end", "scroll(100_000)", "To the bottom", show=False),
    ]

    def __init__(self, title: str, rows: Rows, *, ascii_only: bool) -> None:
        super().__init__()
        self._title = title
        self._rows = rows
        self._ascii = ascii_only
        self._first = 0
        self.canvas = Guarded(name="sheet")

    def compose(self) -> ComposeResult:
        """Yield the sheet."""
        yield self.canvas

    def draw(self) -> None:
        """Show the rows that are in sight."""
        frame = Frame(self.canvas.size.width, self.canvas.size.height, focused=True)
        rows = list(self._rows(frame.inner_width))
        reach = max(0, len(rows) - frame.inner_height)
        self._first = min(self._first, reach)
        shown = rows[self._first : self._first + frame.inner_height]
        more: tuple[Line, ...] = ()
        if reach:
            last = self._first + len(shown)
            more = ((Span(f"{last} of {len(rows)}  j k Space", "dim"),),)
        lines = framed(Picture((Span(self._title),), tuple(shown), None, more), frame)
        self.canvas.show([ascii_only(line) for line in lines] if self._ascii else lines)

    def action_page(self, step: int) -> None:
        """Scroll by what is in sight; the last row stays as the first."""
        self.action_scroll(step * max(1, self.canvas.size.height - 3))

    def action_scroll(self, rows: int) -> None:
        """Scroll, without leaving the rows."""
        self._first = max(0, self._first + rows)
        self.draw()
