"""The alert rules over the dashboard: a line to type a rule in, and all rules below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from wsdash.domain.alerts_text import BadRule
from wsdash.domain.text import clean
from wsdash.ui.screens.dialog import LineDialog
from wsdash.ui.snapshots.lines import Line, Span, first_fit
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.rules import rule_rows

if TYPE_CHECKING:
    from wsdash.feed.replay_alerts import AlertView

LOOK = 0.25
"""Seconds between two looks at how the rules stand."""


class Rules(LineDialog[None]):
    """Makes rules, shows how they stand, and removes them.

    Args:
        engine: watches the rules.
        begun: what stands in the line at first.
        changed: called when rules came or went.
        ascii_only: draw with ASCII alone.
    """

    FRAME = "rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down,ctrl+n", "choose(1)", "Next", show=False, priority=True),
        Binding("up,ctrl+p", "choose(-1)", "Previous", show=False, priority=True),
        Binding("ctrl+x", "remove", "Remove", show=False, priority=True),
    ]

    def __init__(
        self, engine: AlertView, begun: str, changed: Callable[[], None], *, ascii_only: bool
    ) -> None:
        super().__init__("matches", begun, ascii_only=ascii_only)
        self._engine, self._changed = engine, changed
        self._chosen = 0
        self._problem = ""

    def on_mount(self) -> None:
        """Look again and again."""
        self.set_interval(LOOK, self.redraw)

    def on_input_changed(self, _event: Input.Changed) -> None:
        """What was wrong may be right by now."""
        self._problem = ""
        self.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Watch what was typed, or say in words what is wrong with it."""
        if event.value.strip() in {"", self._begun.strip()}:
            return
        try:
            self._engine.add(event.value)
        except BadRule as error:
            self._problem = clean(str(error), 400)
        else:
            event.input.value = self._begun
            self._chosen = len(self._engine.rules) - 1
            self._changed()
        self.redraw()

    def action_choose(self, step: int) -> None:
        """Choose the next or the previous rule."""
        self._chosen += step
        self.redraw()

    def action_remove(self) -> None:
        """Remove the chosen rule."""
        triggers = self._engine.rules
        if triggers:
            self._engine.remove(triggers[self._chosen].rule)
            self._changed()
            self.redraw()

    def draw(self) -> None:
        """Show the rules, and below them what is wrong, or the keys."""
        frame = self.frame
        triggers = self._engine.rules
        self._chosen = max(0, min(self._chosen, len(triggers) - 1))
        width = frame.inner_width
        below = self._below(width)
        room = max(1, frame.inner_height - len(below))
        rows = rule_rows(triggers, self._engine.log, self._chosen, width, room)
        rows = [*rows[:room], *[()] * (room - len(rows)), *below]
        notes: tuple[Line, ...] = ((Span(f"{len(triggers)}", "dim"),),)
        self.show(Picture((Span("Alerts"),), tuple(rows), None, notes))

    def _below(self, width: int) -> list[Line]:
        problems = self._engine.problems
        if self._problem or problems:
            said = self._problem or problems[-1]
            return [(Span(f" {part}", "look"),) for part in _wrapped(said, max(8, width - 2))]
        forms = ("Enter adds  ↑ ↓ choose  Ctrl+X removes", "Enter adds  Ctrl+X removes")
        return [first_fit(width, [(Span(f" {form}", "dim"),) for form in forms])]


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:4]
