"""The layout of the dashboard: puts every pane where the plan says, and leaves out the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement

from wsdash.ui.layouts.tree import Place

if TYPE_CHECKING:
    from textual.widget import Widget

    from wsdash.ui.widgets.pane import Pane


TELLING: Final = frozenset({"keys", "compact"})
"""Panes that have a word to the trader in a line of their own."""


class Rooms(Layout):
    """Asks for the plan at every size, so that a resize settles in one pass.

    Attributes:
        arranged: set whenever panes were given their places.
    """

    name = "rooms"

    def __init__(
        self,
        plan: Callable[[int, int], list[Place]],
        panes: Mapping[str, Pane],
        changed: Callable[[], object],
    ) -> None:
        self._plan = plan
        self._panes = panes
        self._changed = changed
        self._shown: set[str] = set()
        self.arranged = False

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Return where the panes of the plan stand, and tell each of them.

        A pane without a place is not drawn, and knows that it need not draw. When other
        panes than before are shown, that is told.
        """
        places = {place.name: place for place in self._plan(size.width, size.height)}
        if places.keys() != self._shown:
            self._shown = set(places)
            self._changed()
        self.arranged = True
        silent = not TELLING & places.keys()
        placements = []
        for pane in self._panes.values():
            pane.place = place = places.get(pane.id or "")
            pane.tells = silent
            if place is not None and pane in children:
                region = Region(place.x, place.y, place.width, place.height)
                placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, pane))
        return placements
