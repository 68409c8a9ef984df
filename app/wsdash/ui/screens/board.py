"""The board: all panes, where they stand, which is focused, and when they are drawn."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingsMap, BindingType
from textual.dom import DOMNode
from textual.layout import Layout

from wsdash.ui.desk import Desk
from wsdash.ui.keys import bindings
from wsdash.ui.layouts.kinds import name_of
from wsdash.ui.layouts.tree import Place
from wsdash.ui.screens.cast import Cast
from wsdash.ui.screens.framed import Framed
from wsdash.ui.screens.plan import PANES, Wish, plan
from wsdash.ui.screens.rooms import Rooms
from wsdash.ui.screens.seek_plan import replay_plan
from wsdash.ui.tempo import Tempo
from wsdash.ui.widgets.pane import Pane
from wsdash.ui.workers import Workers

TICK = 0.25
"""Seconds between two looks at ages and countdowns."""


class Board(Framed):
    """Every pane in its place.

    Attributes:
        wish: the panes that the trader asked for.
        panes: every pane by its name, on the screen or not.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(self, desk: Desk, tempo: Tempo) -> None:
        super().__init__(tempo, name="dashboard")
        self.desk = desk
        self.wish = Wish()
        self.cast = Cast(desk)
        self.panes = self.cast.panes
        self.work = Workers(self, desk, self.panes, tempo, self.hurry_all)
        self._ticks = 0
        self._bound_for = ""
        self._rooms = Rooms(self._places, self.panes, lambda: self.call_later(self._others_shown))

    @property
    def layout(self) -> Layout:
        """The plan of the panes."""
        return self._rooms

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        """Keys are those of a pane that is on its way already: typing waits for no drawing."""
        chain = super()._binding_chain
        if not self._bound_for:
            return chain
        pane = self.panes[self._bound_for]
        own = pane._bindings.copy()  # noqa: SLF001 - as the screen itself does
        own.apply_keymap(self.app._keymap)  # noqa: SLF001 - as above
        return [(pane, own), *(entry for entry in chain if not isinstance(entry[0], Pane))]

    @property
    def focused_name(self) -> str:
        """The name of the focused pane, or of the one that is on its way to the screen.

        The small screen counts as the ladder, and so does the first one.
        """
        name = self._bound_for or (self.focused.id if isinstance(self.focused, Pane) else None)
        return self.named("ladder") if name in (None, "compact", "welcome") else name

    @property
    def focused_kind(self) -> str:
        """What the focused pane is."""
        return self.panes[self.focused_name].pane_kind

    def named(self, kind: str) -> str:
        """Return the name of a kind's pane for the group in focus."""
        return name_of(kind, self.desk.groups.focus)

    @property
    def focused_pane(self) -> Pane:
        """The focused pane; while none is, the ladder, or what stands for it."""
        if isinstance(self.focused, Pane) and self.focused.place is not None:
            return self.focused
        small = self.panes["compact"]
        return self.cast.ladder if small.place is None else small

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
        """Focus what is on the screen at this size; all of it is drawn with the layout."""
        self.call_after_refresh(self._refocus)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Say which keys matter now; keys are about the group of the focused pane."""
        self.cast.keys.focused = self.focused_kind
        letter = self.focused.letter if isinstance(self.focused, Pane) else ""
        if letter and letter != self.desk.groups.focus:
            self._turn_to(letter)
            self.regroup()
        self.cast.keys.draw()

    # -------------------------------------------------------------------- drawing

    def fit_panes(self, *, whole: bool) -> None:
        """Draw what has another place than in the frame before."""
        if self._rooms.arranged:
            self._rooms.arranged = False
            with self.desk.glance:
                for pane in self.panes.values():
                    pane.fit(whole=whole)

    def draw_all(self) -> None:
        """Draw every pane that is on the screen."""
        with self.desk.glance:
            for pane in self.panes.values():
                pane.draw()

    def switch(self) -> None:
        """Another market is in focus: the old one's numbers go at once."""
        for pane in self.panes.values():
            mine = pane.of_market and pane.group is self.desk.group
            if mine or pane is self.panes["status"]:
                pane.attempt(pane.switch)
        self.desk.title_glow.forget()
        self.work.follow_desk()
        if self.wish.empty:
            self.arrange_anew()
        self.draw_all()

    def regroup(self) -> None:
        """Other groups are shown, or another is in focus: their markets are followed."""
        self.work.follow_desk()
        self.desk.resubscribe()
        self.draw_all()

    def cut(self) -> None:
        """A replay shows another moment of the same markets."""
        for pane in self.panes.values():
            pane.attempt(pane.cut)

    def arrange_anew(self, **wishes: str) -> None:
        """Put the panes that are wished for in their places."""
        self.wish = self.wish._replace(**wishes)  # type: ignore[arg-type]
        self.cast.keys.refresh(layout=True)  # of a child: a screen keeps its own arrangement
        self.call_after_refresh(self._settle)

    def _tick(self) -> None:
        with self.desk.glance:
            self._look()

    def _look(self) -> None:
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
        arrange = plan if self.desk.player is None else replay_plan
        return arrange(width, height, self.wish)

    def _counts(self) -> tuple[int, int, bool]:
        """How many connections and watched markets there are, and whether there is no market."""
        links, markets = len(self.desk.feed.reports()), len(self.desk.watchlist)
        return links, markets, self.desk.key is None and not markets

    def _settle(self) -> None:
        """Focus what is on the screen, and draw all of it."""
        self._refocus()
        self.draw_all()

    def _refocus(self) -> None:
        """Focus what is on the screen, if the focused pane is not."""
        if self.focused is None or getattr(self.focused, "place", None) is None:
            wished = self.wish.maximised or self.wish.side or self.named("ladder")
            self.focus_pane(wished)

    def _turn_to(self, letter: str) -> None:
        """Put a group in focus: what goes with that shows nothing of the other's market."""
        self.desk.groups.focus = letter
        for pane in self.panes.values():
            if (pane.of_market and not pane.letter) or pane is self.panes["status"]:
                pane.attempt(pane.switch)
        self.desk.title_glow.forget()

    def _others_shown(self) -> None:
        """Other panes are on the screen: the markets of their groups are wanted."""
        letters = {pane.letter for pane in self.panes.values() if pane.place is not None} - {""}
        groups = self.desk.groups
        if letters and groups.focus not in letters:
            self._turn_to(min(letters))
        if groups.show(letters, self.desk.watchlist):
            self.regroup()

    def focus_pane(self, name: str) -> None:
        """Focus a pane, or what stands for it at this size.

        One that the plan has a place for, but that has not been put there yet, is waited for.
        """
        bound = self._bound_for == name and self.panes[name].place is None
        if bound and any(place.name == name for place in self._places(*self.size)):
            self.set_timer(TICK / 10, lambda: self.focus_pane(name))  # let the others have a turn
            return
        near = [name_of(kind, self.desk.groups.focus) for kind in PANES]
        for candidate in (name, self.named("ladder"), "compact", *near, *self.panes):
            pane = self.panes[candidate]
            if pane.place is not None and pane.can_focus:
                self._bound_for = ""
                self.set_focus(pane, scroll_visible=False)
                return
