"""Layouts as plain data for a file, and back; whatever is wrong with them is said in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from wsdash.domain.text import clean
from wsdash.ui.layouts.kinds import LETTERS, OF_MARKET, SMALL_SCREEN
from wsdash.ui.layouts.presets import SIZES, STANDARD, Layout, Size
from wsdash.ui.layouts.tree import Leaf, Node, Split, leaves

MOST_PANES: Final = 24
DEEPEST: Final = 8
LONGEST: Final = 24
"""Characters of a layout's name."""


class BadLayout(Exception):
    """What a file says is no layout; the message says why, and is safe to show."""


def to_plain(layout: Layout) -> dict[str, Any]:
    """Return a layout without its name, as JSON can have it."""
    sizes = {size: _plain(tree) for size, tree in layout.trees.items()}
    return {"sizes": sizes, "markets": dict(layout.markets)}


def from_plain(name: str, plain: object, known: Collection[str]) -> Layout:
    """Return the layout that a file has.

    Args:
        name: of the layout.
        plain: as `to_plain` makes it; sizes that are not there are those of `standard`.
        known: the kinds of panes that there are.

    Raises:
        BadLayout: it is none.
    """
    sizes = _mapping(_mapping(plain).get("sizes"))
    trees: dict[Size, Node] = dict(STANDARD.trees)
    for size in SIZES:
        if size in sizes:
            trees[size] = _checked(_node(sizes[size], known, 0))
    markets = _mapping(_mapping(plain).get("markets", {}))
    return Layout(
        named(name),
        trees,
        {letter: str(market)[:80] for letter, market in markets.items() if letter in LETTERS},
    )


def named(text: str) -> str:
    """Return the name of a layout as it is kept.

    Raises:
        BadLayout: it is none.
    """
    name = text.strip()
    if not name or len(name) > LONGEST or clean(name, LONGEST) != name:
        raise BadLayout(f"a name of 1 to {LONGEST} plain characters")
    return name


def _plain(node: Node) -> dict[str, Any]:
    plain: dict[str, Any]
    if isinstance(node, Leaf):
        plain = {"pane": node.kind}
        if node.kind in OF_MARKET:
            plain["group"] = node.group
    else:
        plain = {"stack" if node.down else "row": [_plain(part) for part in node.parts]}
    return plain | {"share": node.share} if node.share else plain


def _node(plain: object, known: Collection[str], depth: int) -> Node:
    given = _mapping(plain)
    share = given.get("share", 0)
    if not isinstance(share, int) or not 0 <= share <= 1000:
        raise BadLayout("a share is a whole number of thousandths")
    if "pane" in given:
        kind, letter = str(given["pane"]), given.get("group", LETTERS[0])
        if kind not in known and kind != SMALL_SCREEN:
            raise BadLayout(f"no pane is named {clean(kind, 20)}")
        if letter not in LETTERS:
            raise BadLayout("a group is one of " + " ".join(LETTERS))
        return Leaf(kind, letter if kind in OF_MARKET else "", share)
    parts = given.get("row", given.get("stack"))
    if not isinstance(parts, list) or len(parts) < 2 or depth > DEEPEST:
        raise BadLayout("neither a pane nor a row nor a stack of several")
    return Split("row" not in given, tuple(_node(part, known, depth + 1) for part in parts), share)


def _checked(node: Node) -> Node:
    names = [leaf.name for leaf in leaves(node)]
    if len(names) > MOST_PANES:
        raise BadLayout(f"more than {MOST_PANES} panes")
    if len(set(names)) < len(names):
        raise BadLayout("a pane is there twice")
    return node


def _mapping(plain: object) -> Mapping[str, Any]:
    if not isinstance(plain, dict):
        raise BadLayout("not what a layout looks like")
    return plain
