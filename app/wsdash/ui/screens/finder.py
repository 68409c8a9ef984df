"""The finder: a line to type in, and what matches below it. For markets and for commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.widgets import Input

from wsdash.ui.screens.dialog import LineDialog
from wsdash.ui.snapshots.finder import finder_rows, note
from wsdash.ui.snapshots.lines import Line, Span, width_of
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.search import Index, Item

_LIMIT = 200


class Source(Protocol):
    """What is searched."""

    def total(self) -> int:
        """Return how much there is to be found."""

    def search(self, query: str, limit: int) -> list[Item]:
        """Return the best matches of a query, best first."""

    def pending(self, width: int) -> list[Line]:
        """Return what is still to come, as rows."""

    def beside(self, item: Item) -> Sequence[Line]:
        """Return what can stand beside an item, the longest first."""


class Fixed:
    """Items that are all there."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items, self._index = items, Index(items)

    def total(self) -> int:
        """Return how many there are."""
        return len(self._index)

    def search(self, query: str, limit: int) -> list[Item]:
        """Return the best matches; all of them in their own order while nothing is typed."""
        if not query.strip():
            return list(self._items[:limit])
        return [match.item for match in self._index.search(query, limit)]

    def pending(self, width: int) -> list[Line]:
        """Nothing more comes."""
        del width
        return []

    def beside(self, item: Item) -> Sequence[Line]:
        """Return its note."""
        return [note(item, 40)]


class Finder(LineDialog[list[str] | None]):
    """Finds items by a few letters of their names; returns their values, or None.

    Args:
        title: what is looked for.
        source: what is searched.
        several: whether Tab marks items that are returned together.
        ascii_only: draw with ASCII alone.
    """

    FRAME = "finder"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("down,ctrl+n", "choose(1)", "Next", show=False, priority=True),
        Binding("up,ctrl+p,shift+tab", "choose(-1)", "Previous", show=False, priority=True),
        Binding("tab", "mark", "Mark", show=False, priority=True),
    ]

    def __init__(
        self, title: str, source: Source, *, ascii_only: bool, several: bool = False
    ) -> None:
        super().__init__("matches", ascii_only=ascii_only)
        self._title, self._source, self._several = title, source, several
        self._chosen = 0
        self._matches: list[Item] = []
        self._marked: dict[str, None] = {}
        self._known = -1

    def on_mount(self) -> None:
        """Look again now and then: the venue's list may still be on its way."""
        self.set_interval(0.25, self._look_again)
        self.call_after_refresh(self._look_again)

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Search anew with every letter."""
        self._chosen = 0
        self._search()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Return what is marked, or else what is chosen."""
        if self._marked:
            self.dismiss(list(self._marked))
        elif self._matches:
            self.dismiss([self._matches[self._chosen].value])

    def action_choose(self, step: int) -> None:
        """Choose the next or the previous match."""
        self._chosen = max(0, min(len(self._matches) - 1, self._chosen + step))
        self.redraw()

    def action_mark(self) -> None:
        """Mark what is chosen, or mark it no more, and go on to the next."""
        if self._several and self._matches:
            value = self._matches[self._chosen].value
            if value in self._marked:
                del self._marked[value]
            else:
                self._marked[value] = None
        self.action_choose(1)

    def action_leave(self) -> None:
        """Go back with nothing."""
        self.dismiss(None)

    def draw(self) -> None:
        """Show the matches, and below them what is still to come."""
        frame = self.frame
        width, height = frame.inner_width, frame.inner_height
        below = [*self._source.pending(width), *self._keys(width, height)]
        below = below[: max(0, height - 1)]
        rows: list[Line] = []
        if self._known or self._matches or not below:
            rows = finder_rows(
                self._matches,
                self._chosen,
                width,
                height - len(below),
                marked=self._marked,
                beside=self._source.beside,
            )
        blank: list[Line] = [()] * (height - len(below) - len(rows))
        notes: tuple[Line, ...] = ((Span(f"{self._known:,}", "dim"),),)
        if self._marked:
            notes = ((Span(f"{len(self._marked)} marked", "bright"),), *notes)
        rows = [*rows, *blank, *below]
        self.show(Picture((Span(self._title),), tuple(rows), None, notes))

    def _keys(self, width: int, height: int) -> list[Line]:
        """Return what the keys do, where that is not what everybody expects."""
        line: Line = (Span(" Tab marks  Enter takes the marked  Esc back", "dim"),)
        return [line] if self._several and height >= 5 and width_of(line) <= width else []

    def _look_again(self) -> None:
        if self._source.total() != self._known:
            self._search()
        else:
            self.redraw()  # waits and prices go on

    def _search(self) -> None:
        self._known = self._source.total()
        self._matches = self._source.search(self.query_one(Input).value, _LIMIT)
        self._chosen = max(0, min(self._chosen, len(self._matches) - 1))
        self.redraw()
