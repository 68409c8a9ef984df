"""A line to type in over the dashboard; what is wrong with it is said below."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from wsdash.domain.text import clean
from wsdash.ui.screens.dialog import LineDialog
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture


class Ask(LineDialog[str | None]):
    """Asks for a line; returns what was typed, or None.

    Args:
        title: what is asked for.
        hint: how it is written.
        wrong: returns in words what is wrong with a text, or nothing.
        before: what stands in the line at first.
        ascii_only: draw with ASCII alone.
    """

    FRAME = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
    ]

    def __init__(
        self,
        title: str,
        hint: str,
        wrong: Callable[[str], str],
        before: str = "",
        *,
        ascii_only: bool,
    ) -> None:
        super().__init__("said", before, ascii_only=ascii_only, select=True)
        self._title = title
        self._hint = hint
        self._wrong = wrong
        self._problem = ""

    def on_input_changed(self, _event: Input.Changed) -> None:
        """What was wrong may be right by now."""
        self._problem = ""
        self.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return what was typed, unless something is wrong with it."""
        self._problem = clean(self._wrong(event.value), 200)
        if self._problem:
            self.redraw()
        else:
            self.dismiss(event.value)

    def action_leave(self) -> None:
        """Go back with nothing."""
        self.dismiss(None)

    def draw(self) -> None:
        """Show the hint, or what is wrong."""
        words = f"expected {self._problem}" if self._problem else self._hint
        row: Line = (Span(f" {clean(words, 200)}", "look" if self._problem else "dim"),)
        self.show(Picture((Span(self._title),), (row,)))
