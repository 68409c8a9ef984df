"""The dashboard: the board, and the keys that bring its panes and move in them."""

from __future__ import annotations

from typing import Final

from wsdash.ui.layouts.edit import LARGE
from wsdash.ui.screens.arranged import Arranged
from wsdash.ui.screens.plan import PANES

FAR: Final = 1_000_000
"""Steps that lead from anywhere to an end: every pane stops at its own."""


class DashboardScreen(Arranged):
    """Everything at a glance; does what the keys say of panes."""

    def action_show(self, name: str) -> None:
        """Bring a kind of pane, of the group in focus, to the screen and focus it."""
        self.bring(self.named(name))

    def bring(self, name: str) -> None:
        """Bring a pane to the screen and focus it."""
        wishes = {"maximised": name} if self.wish.maximised else {"side": name}
        if self.panes[name].place is None or name in LARGE:
            self._bound_for = name
            self.arrange_anew(**wishes)
            self.call_after_refresh(self.focus_pane, name)
        else:
            self.focus_pane(name)

    def action_pane(self, step: int) -> None:
        """Go to the next pane; where there is one place beside the ladder, it comes there."""
        names = self._round()
        name = names[(names.index(self.focused_name) + step) % len(names)]
        if self.panes[name].pane_kind == "ladder" and self.panes[name].place is None:
            self.action_back()
        else:
            self.bring(name)

    def _round(self) -> list[str]:
        """Return the panes in the order in which Tab goes through them: all that are seen.

        Of every other kind there is one, of the group in focus.
        """
        names: list[str] = []
        for kind in PANES:
            all_of = [name for name, pane in self.panes.items() if pane.pane_kind == kind]
            seen = [name for name in all_of if self.panes[name].place or name == self.focused_name]
            names += seen or [self.named(kind)]
        return names

    def action_supervisor(self) -> None:
        """Show the supervisor and its log, or go back."""
        if self.focused_kind == "supervisor":
            self.action_back()
        else:
            self.action_show("supervisor")

    def action_gaps(self) -> None:
        """Show the ledger of gaps, or go back."""
        if self.focused_kind == "gaps":
            self.action_back()
        else:
            self.action_show("gaps")

    def action_curve(self) -> None:
        """Show the curve; once it is focused, the other one."""
        if self.focused_kind == "curve":
            self.cast.curve.attempt(self.cast.curve.turn)
        else:
            self.action_show("curve")

    def action_heat(self) -> None:
        """Show the depth over time beside a ladder of fixed rows, or go back."""
        if self.focused_kind == "heat":
            self.action_back()
            return
        self.cast.ladder.attempt(self.cast.ladder.fix)
        self.action_show("heat")

    def action_maximise(self) -> None:
        """Give the focused pane the whole body, or give it back."""
        self.arrange_anew(maximised="" if self.wish.maximised else self.focused_name)

    def action_back(self) -> None:
        """Undo what was brought to the screen; with nothing to undo, focus the ladder."""
        if self.wish.maximised:
            self.arrange_anew(maximised="")
        elif self.wish.side:
            self.arrange_anew(side="")
        self._bound_for = self.named("ladder")
        self.call_after_refresh(self.focus_pane, self._bound_for)

    def action_move(self, dx: int, dy: int) -> None:
        """Move the cursor of the focused pane, or scroll it."""
        pane = self.panes[self.focused_name]
        pane.attempt(pane.move, dx, dy)
        pane.draw()

    def action_page(self, step: int) -> None:
        """Scroll the focused pane by a page."""
        pane = self.panes[self.focused_name]
        pane.attempt(pane.page, step)
        pane.draw()

    def action_edge(self, step: int) -> None:
        """Go to the first or the last of what the focused pane lists, or to either end of time."""
        pane = self.panes[self.focused_name]
        pane.attempt(pane.move, step * FAR, step * FAR)
        pane.draw()

    def action_centre(self) -> None:
        """Go back to the newest and the best."""
        pane = self.panes[self.focused_name]
        pane.attempt(pane.centre)
        pane.draw()
