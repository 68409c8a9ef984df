"""What a trader does to a layout: hide, resize, add, put into another group. All of it is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wsdash.ui.layouts.kinds import LETTERS, OF_MARKET, name_of
from wsdash.ui.layouts.tree import Leaf, Node, Place, Split, leaves, tidy

TALL = ("heat", "merged", "basis")
"""Panes that stand beside the ladder, as high as it."""

LARGE = ("supervisor", "gaps")
"""Panes that are opened large: they say little in a narrow column."""

FLOOR, CEILING = 50, 950
"""The smallest and the largest share of a split that can be set, in thousandths."""


def hidden(node: Node, name: str) -> Node | None:
    """Return the tree without a pane; None when nothing is left."""
    if isinstance(node, Leaf):
        return None if node.name == name else node
    return tidy(node.down, [hidden(part, name) for part in node.parts], node.share)


def beside(node: Node, name: str, new: Leaf) -> Node:
    """Return the tree with a pane at the right of another, in a column of its own."""
    if isinstance(node, Leaf):
        if node.name != name:
            return node
        return Split(False, (node._replace(share=0), new), node.share)
    parts: list[Node] = []
    for part in node.parts:
        if node.down or not _holds(part, name) or _has_row(part, name):
            parts.append(beside(part, name, new))
        else:
            parts += [part, new]
    return node._replace(parts=tuple(parts))


def regrouped(node: Node, name: str, letter: str) -> Node:
    """Return the tree with a pane in another group; one that was there changes places with it."""
    mine = next((leaf for leaf in leaves(node) if leaf.name == name), None)
    if mine is None or mine.kind not in OF_MARKET:
        return node
    turn = {name: letter, name_of(mine.kind, letter): mine.group}

    def turned(part: Node) -> Node:
        if isinstance(part, Split):
            return part._replace(parts=tuple(map(turned, part.parts)))
        return part._replace(group=turn[part.name]) if part.name in turn else part

    return turned(node)


def with_guest(node: Node, guest: Leaf, *, alone: bool) -> Node:
    """Return the tree with a pane that it does not have.

    Where it is `alone` it takes the whole of the last column, and not only the top of it.
    """
    if guest.kind in LARGE:
        return _with_foot(node, guest)
    if isinstance(node, Split) and node.down and not isinstance(node.parts[0], Leaf):
        first = with_guest(node.parts[0], guest, alone=alone)
        return node._replace(parts=(first, *node.parts[1:]))
    columns = node.parts if isinstance(node, Split) and not node.down else (node,)
    if guest.kind in TALL:
        return Split(False, _tall(columns, guest))
    last = columns[-1]
    if alone and len(columns) > 1:
        return Split(False, (*columns[:-1], guest._replace(share=last.share)))
    if len(columns) == 1:
        return Split(False, (last, guest))
    below = last.parts if isinstance(last, Split) and last.down else (last._replace(share=0),)
    return Split(False, (*columns[:-1], Split(True, (guest, *below), last.share)))


def resized(node: Node, name: str, step: int, *, down: bool, shown: Sequence[Place]) -> Node:
    """Return the tree with a pane some cells wider, or higher with `down`, than it is shown."""
    if isinstance(node, Leaf):
        return node
    for number, part in enumerate(node.parts):
        if not _holds(part, name):
            continue
        inner = resized(part, name, step, down=down, shown=shown)
        whole, own = _extent(node, down, shown), _extent(part, down, shown)
        if inner == part and node.down == down and own < whole:
            share = round(1000 * (own + step) / whole)
            inner = part._replace(share=max(FLOOR, min(CEILING, share)))
        return node._replace(parts=(*node.parts[:number], inner, *node.parts[number + 1 :]))
    return node


def asked_for(node: Node, name: str) -> Node:
    """Return the tree with a pane that stays longer than any other."""
    if isinstance(node, Split):
        return node._replace(parts=tuple(asked_for(part, name) for part in node.parts))
    return node._replace(wanted=node.wanted or node.name == name)


def settled(node: Node) -> Node:
    """Return the tree with what was only asked for as what belongs to it."""
    if isinstance(node, Split):
        return node._replace(parts=tuple(map(settled, node.parts)))
    return node._replace(wanted=False, rows=0)


def with_rows(node: Node, rows: Mapping[str, int]) -> Node:
    """Return the tree with the rows that some kinds of panes take before others grow."""
    if isinstance(node, Split):
        return node._replace(parts=tuple(with_rows(part, rows) for part in node.parts))
    return node._replace(rows=rows[node.kind]) if node.kind in rows else node


def next_letter(node: Node, kind: str, letter: str) -> str:
    """Return the group after this one, going round, in which a tree has no such pane yet."""
    taken = {leaf.group for leaf in leaves(node) if leaf.kind == kind}
    start = LETTERS.index(letter) + 1
    order = [*LETTERS[start:], *LETTERS[:start]]
    return next((other for other in order if other not in taken), "")


def _with_foot(node: Node, guest: Leaf) -> Node:
    """Return the tree with a pane over its whole width below, in place of what is like it."""
    foot = guest._replace(share=500)
    if not isinstance(node, Split) or not node.down or node.parts[-1].share >= foot.share:
        return node if _holds(node, guest.name) else Split(True, (node, foot))
    last = node.parts[-1]
    if isinstance(last, Leaf) and last.kind in LARGE:
        return node._replace(parts=(*node.parts[:-1], foot))
    return Split(True, (node, foot))


def _tall(columns: Sequence[Node], guest: Leaf) -> tuple[Node, ...]:
    """Return the columns with the guest beside the ladder, which has its column for itself.

    The curve gives way: with it there would be less room for the guest than it takes.
    """
    letter = guest.group if guest.kind in OF_MARKET else ""
    ladder, curve = name_of("ladder", letter), name_of("curve", letter)
    result: list[Node] = []
    for column in columns:
        if _holds(column, ladder):
            own = next(leaf for leaf in leaves(column) if leaf.name == ladder)
            result += [own._replace(share=column.share, wanted=True), guest]
        else:
            result.append(hidden(column, curve) or column)
    return tuple(result) if guest in result else (*columns, guest)


def _holds(node: Node, name: str) -> bool:
    return any(leaf.name == name for leaf in leaves(node))


def _has_row(node: Node, name: str) -> bool:
    """Tell whether a pane stands side by side with others somewhere in a tree."""
    if isinstance(node, Leaf) or not _holds(node, name):
        return False
    return not node.down or any(_has_row(part, name) for part in node.parts)


def _extent(node: Node, down: bool, shown: Sequence[Place]) -> int:
    names = {leaf.name for leaf in leaves(node)}
    spans = [
        (place.y, place.y + place.height) if down else (place.x, place.x + place.width)
        for place in shown
        if place.name in names
    ]
    return max(end for _, end in spans) - min(start for start, _ in spans) if spans else 0
