"""Where the bar of a replay stands: a row of its own, above status and keys."""

from __future__ import annotations

from typing import Final

from wsdash.ui.layouts.tree import Place
from wsdash.ui.screens.plan import SMALLEST, Wish, plan
from wsdash.ui.snapshots.compact import BAR_FROM

LOWEST: Final = BAR_FROM + 1
"""Rows below which there is no room for a bar."""


def replay_plan(width: int, height: int, wish: Wish) -> list[Place]:
    """Return the panes of a screen that shows a replay; they cover it without overlapping."""
    if width < SMALLEST[0] or height < LOWEST:
        return plan(width, height, wish)
    places = plan(width, height - 1, wish)
    edges = {place.y: place.name for place in places if place.name in {"status", "keys"}}
    y = min(edges, default=height - 1)
    moved = [place._replace(y=place.y + 1) if place.y >= y else place for place in places]
    return [*moved, Place("seek", 0, y, width, 1)]
