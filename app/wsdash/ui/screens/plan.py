"""Which panes stand where, for every size of terminal and every layout: a pure function."""

from __future__ import annotations

from typing import Final, NamedTuple

from wsdash.ui.layouts.edit import LARGE, TALL, asked_for, with_guest, with_rows
from wsdash.ui.layouts.kinds import SMALL_SCREEN, split_name
from wsdash.ui.layouts.presets import STANDARD, Layout, Size, size_of
from wsdash.ui.layouts.tree import Box, Leaf, Node, Place, fitted, leaves, places

SMALLEST: Final = (20, 5)
"""Columns and rows below which only price and state are said."""

PANES: Final = (
    "ladder",
    "tape",
    "chart",
    "curve",
    "heat",
    "merged",
    "basis",
    "watch",
    "balances",
    "supervisor",
    "gaps",
)
"""Panes that can be focused, in the order in which Tab goes through them."""


TALL_SHARE: Final = 310
"""Thousandths of a screen that a pane beside the ladder has where there are three columns."""


class Wish(NamedTuple):
    """What the trader wants to see.

    Attributes:
        side: the pane that was brought to the screen, or empty.
        maximised: the pane that takes the whole body, or empty.
        links: how many connections there are.
        markets: how many markets are on the watchlist.
        empty: whether there is no market at all.
        layout: what stands where while nothing else is asked for.
    """

    side: str = ""
    maximised: str = ""
    links: int = 1
    markets: int = 1
    empty: bool = False
    layout: Layout = STANDARD


def plan(width: int, height: int, wish: Wish) -> list[Place]:
    """Return the panes of a screen; together they cover it without overlapping."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [Place("compact", 0, 0, width, height)]
    if wish.empty and not (wish.side or wish.maximised):
        keys = Place("keys", 0, height - 1, width, 1)
        return [Place("welcome", 0, 0, width, height - 1), keys]
    size = size_of(width, height)
    if size == "tiny":
        return _small(width, height, wish)
    edges = [
        Place("title", 0, 0, width, 1),
        Place("status", 0, height - 2, width, 1),
        Place("keys", 0, height - 1, width, 1),
    ]
    alone = wish.maximised
    if wish.side in LARGE and size not in {"large", "wide"}:
        alone = alone or wish.side
    if alone:
        return [*edges, Place(alone, 0, 1, width, height - 3)]
    links = min(max(1, wish.links), 2 if height < 40 else 6)
    tree = tree_of(size, wish, height)
    shown = fitted(tree, width, height - 3)
    if any(leaf.kind == "supervisor" for leaf in leaves(shown)):
        return [*edges, *places(shown, Box(0, 1, width, height - 3))]
    body = height - 3 - links
    shown = fitted(tree, width, body)
    lines = Place("links", 0, 1 + body, width, links)
    return [*edges, *places(shown, Box(0, 1, width, body)), lines]


def tree_of(size: Size, wish: Wish, height: int) -> Node:
    """Return the panes of a layout at a size, with the one that was brought to the screen."""
    tree = wish.layout.trees[size]
    kind, letter = split_name(wish.side)
    there = any(leaf.name == wish.side for leaf in leaves(tree))
    if wish.side and (kind in LARGE or not there):
        share = TALL_SHARE if kind in TALL and size not in {"small", "tall"} else 0
        guest = Leaf(kind, letter, share, wanted=True)
        tree = with_guest(tree, guest, alone=size == "small")
    links = min(max(1, wish.links), 6)
    supervisor = links + 2 if height < 48 else links + 3 + min(8, (height - 40) // 3)
    rows = {"watch": wish.markets * 2 + 2, "supervisor": supervisor}
    return with_rows(asked_for(tree, wish.side), rows)


def _small(width: int, height: int, wish: Wish) -> list[Place]:
    alone = wish.maximised or wish.side or next(leaves(wish.layout.trees["tiny"])).name
    if split_name(alone)[0] in {SMALL_SCREEN, "ladder"}:
        return [Place(SMALL_SCREEN, 0, 0, width, height)]
    status = 1 if height >= 8 else 0
    shown = [Place("title", 0, 0, width, 1), Place(alone, 0, 1, width, height - 1 - status)]
    return [*shown, Place("status", 0, height - 1, width, 1)] if status else shown
