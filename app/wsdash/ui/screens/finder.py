"""The finder: a line to type in, and what matches below it. For markets and for commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from wsdash.ui.screens.dialog import Dialog
from wsdash.ui.snapshots.finder import Item, finder_rows, found
from wsdash.ui.snapshots.lines import Line, Span, ascii_only
from wsdash.ui.snapshots.picture import Frame, Picture, framed
from wsdash.ui.widgets.guarded import Guarded

_LIMIT = 200


class Finder(Dialog[str | None]):
    """Finds one of many items by a few letters of its name; returns its value, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("down,ctrl+n,tab", "choose(1)", "Next", show=False, priority=True),
        Binding("up,ctrl+p,shift+tab", "choose(-1)", "Previous", show=False, priority=True),
    ]

    def __init__(
        self, title: str, items: Callable[[], Sequence[Item]], *, ascii_only: bool, empty: str
    ) -> None:
        super().__init__()
        self._title = title
        self._items = items
        self._ascii = ascii_only
        self._empty = empty
        self._chosen = 0
        self._matches: list[Item] = []
        self._known = -1
        self.canvas = Guarded(name="matches")

    def compose(self) -> ComposeResult:
        """Yield the line to type in and the matches."""
        with Vertical(id="finder"):
            yield Input(id="query", select_on_focus=False)
            yield self.canvas

    def on_mount(self) -> None:
        """Look again now and then: the venue's list may still be on its way."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()
        self.set_interval(0.25, self._look_again)
        self.call_after_refresh(self._look_again)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.redraw)

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Search anew with every letter."""
        self._chosen = 0
        self._search()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Return what is chosen."""
        if self._matches:
            self.dismiss(self._matches[self._chosen].value)

    def action_choose(self, step: int) -> None:
        """Choose the next or the previous match."""
        self._chosen = max(0, min(len(self._matches) - 1, self._chosen + step))
        self.draw()

    def action_leave(self) -> None:
        """Go back with nothing."""
        self.dismiss(None)

    def draw(self) -> None:
        """Show the matches."""
        frame = Frame(self.canvas.size.width, self.canvas.size.height, focused=True)
        if self._known:
            rows = finder_rows(self._matches, self._chosen, frame.inner_width, frame.inner_height)
        else:
            rows = [(Span(f" {self._empty}", "dim"),)]
        notes: tuple[Line, ...] = ((Span(f"{self._known:,}", "dim"),),)
        lines = framed(Picture((Span(self._title),), tuple(rows), None, notes), frame)
        self.canvas.show([ascii_only(line) for line in lines] if self._ascii else lines)

    def _look_again(self) -> None:
        if len(self._items()) != self._known:
            self._search()

    def _search(self) -> None:
        items = self._items()
        self._known = len(items)
        self._matches = found(items, self.query_one(Input).value, _LIMIT)
        self._chosen = max(0, min(self._chosen, len(self._matches) - 1))
        self.redraw()
