"""The dashboard: the board, and the keys that are about its panes."""

from __future__ import annotations

from wsdash.ui.layouts.edit import LARGE
from wsdash.ui.screens.board import Board
from wsdash.ui.screens.plan import PANES


class DashboardScreen(Board):
    """Everything at a glance; does what the keys say of panes."""

    def action_show(self, name: str) -> None:
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
        place = (PANES.index(self.focused_name) + step) % len(PANES)
        if PANES[place] == "ladder" and self.panes["ladder"].place is None:
            self.action_back()
        else:
            self.action_show(PANES[place])

    def action_supervisor(self) -> None:
        """Show the supervisor and its log, or go back."""
        if self.focused_name == "supervisor":
            self.action_back()
        else:
            self.action_show("supervisor")

    def action_gaps(self) -> None:
        """Show the ledger of gaps, or go back."""
        if self.focused_name == "gaps":
            self.action_back()
        else:
            self.action_show("gaps")

    def action_curve(self) -> None:
        """Show the curve; once it is focused, the other one."""
        if self.focused_name == "curve":
            self.cast.curve.attempt(self.cast.curve.turn)
        else:
            self.action_show("curve")

    def action_heat(self) -> None:
        """Show the depth over time beside a ladder of fixed rows, or go back."""
        if self.focused_name == "heat":
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
        self._bound_for = "ladder"
        self.call_after_refresh(self.focus_pane, "ladder")

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

    def action_centre(self) -> None:
        """Go back to the newest and the best."""
        pane = self.panes[self.focused_name]
        pane.attempt(pane.centre)
        pane.draw()
