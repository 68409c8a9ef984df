"""The dashboard: all panes, where they stand, and the keys that are about panes."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.layout import Layout
from textual.screen import Screen
from textual.timer import Timer

from wsdash.ui.desk import Desk
from wsdash.ui.keys import bindings
from wsdash.ui.screens.cast import Cast
from wsdash.ui.screens.plan import LARGE, PANES, Place, Wish, plan
from wsdash.ui.screens.rooms import Rooms
from wsdash.ui.tempo import Tempo
from wsdash.ui.widgets.pane import Pane
from wsdash.ui.workers import Workers

TICK = 0.25
"""Seconds between two looks at ages and countdowns."""


class DashboardScreen(Screen[None]):
    """Everything at a glance.

    Attributes:
        wish: the panes that the trader asked for.
        panes: every pane by its name, on the screen or not.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(self, desk: Desk, tempo: Tempo) -> None:
        super().__init__(id="dashboard")
        self._tempo = tempo
        self._frames: Timer | None = None
        self.desk = desk
        self.wish = Wish()
        self.cast = Cast(desk)
        self.panes = self.cast.panes
        self.work = Workers(self, desk, self.panes, tempo)
        self._ticks = 0
        self._bound_for = ""
        self._rooms = Rooms(self._places, self.panes)

    @property
    def _update_timer(self) -> Timer:
        """The screen's own frame timer, so that panes drawn apart still share frames.

        It rests while nothing changes, and then fires at once.
        """
        if self._frames is None:
            self._frames = self.set_interval(self._tempo.pace(), self._on_timer_update, pause=True)
        return self._frames

    @property
    def layout(self) -> Layout:
        """The plan of the panes."""
        return self._rooms

    @property
    def focused_name(self) -> str:
        """The name of the focused pane, or of the one that is on its way to the screen.

        The small screen counts as the ladder.
        """
        name = self._bound_for or (self.focused.id if isinstance(self.focused, Pane) else None)
        return "ladder" if name is None or name == "compact" else name

    @property
    def focused_pane(self) -> Pane:
        """The focused pane; while none is, the ladder, or what stands for it."""
        if isinstance(self.focused, Pane) and self.focused.place is not None:
            return self.focused
        small = self.panes["compact"]
        return self.panes["ladder"] if small.place is None else small

    def compose(self) -> ComposeResult:
        """Yield every pane; the layout decides which are seen."""
        yield from self.panes.values()

    def on_mount(self) -> None:
        """Begin to draw."""
        self.set_interval(TICK, self._tick)
        self.work.follow_links()
        self.work.follow_desk()
        self.call_after_refresh(self._settle)

    def on_resize(self) -> None:
        """Draw everything for the new size."""
        self.call_after_refresh(self._settle)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Say which keys matter now."""
        self.cast.keys.focused = self.focused_name
        self.cast.keys.draw()

    # -------------------------------------------------------------------- drawing

    def draw_all(self) -> None:
        """Draw every pane that is on the screen."""
        for pane in self.panes.values():
            pane.draw()

    def switch(self) -> None:
        """Another market is in focus: the old one's numbers go at once."""
        for pane in self.panes.values():
            if pane.of_market or pane is self.panes["status"]:
                pane.attempt(pane.switch)
        self.desk.title_glow.forget()
        self.work.follow_desk()
        if self.wish.empty:
            self.arrange_anew()
        self.draw_all()

    def arrange_anew(self, **wishes: str) -> None:
        """Put the panes that are wished for in their places."""
        self.wish = self.wish._replace(**wishes)  # type: ignore[arg-type]
        self.cast.keys.refresh(layout=True)  # of a child: a screen keeps its own arrangement
        self.call_after_refresh(self._settle)

    def _tick(self) -> None:
        self._ticks += 1
        self._tempo.look()
        self.desk.look_at_clock()
        self.desk.look_at_flow()
        if self._ticks % 4 == 0:
            self.desk.remember()
        if self.desk.drawing():
            if self._counts() != (self.wish.links, self.wish.markets, self.wish.empty):
                self.arrange_anew()
            self.work.draw_idle(TICK / 2)

    def _places(self, width: int, height: int) -> list[Place]:
        links, markets, empty = self._counts()
        self.wish = self.wish._replace(links=links, markets=markets, empty=empty)
        return plan(width, height, self.wish)

    def _counts(self) -> tuple[int, int, bool]:
        """How many connections and watched markets there are, and whether there is no market."""
        links, markets = len(self.desk.feed.reports()), len(self.desk.watchlist)
        return links, markets, self.desk.key is None and not markets

    def _settle(self) -> None:
        """Focus what is on the screen, and draw all of it."""
        if self.focused is None or getattr(self.focused, "place", None) is None:
            wished = self.wish.maximised or self.wish.side or "ladder"
            self.focus_pane(wished)
        self.draw_all()

    def focus_pane(self, name: str) -> None:
        """Focus a pane, or what stands for it at this size.

        One that the plan has a place for, but that has not been put there yet, is waited for.
        """
        bound = self._bound_for == name and self.panes[name].place is None
        if bound and any(place.name == name for place in self._places(*self.size)):
            self.set_timer(TICK / 10, lambda: self.focus_pane(name))  # let the others have a turn
            return
        for candidate in (name, "ladder", "compact", *PANES):
            pane = self.panes[candidate]
            if pane.place is not None and pane.can_focus:
                self._bound_for = ""
                self.set_focus(pane, scroll_visible=False)
                return

    # --------------------------------------------------------------- keys for panes

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
