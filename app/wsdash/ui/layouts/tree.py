"""A layout as a tree: panes side by side and below each other. All of it is pure.

A pane is never drawn smaller than it can be read: where there is no room for all, the least
important are left out, and the others share what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from wsdash.ui.layouts.kinds import LETTERS, STAYING, name_of, room_of

_NARROWER: Final = {"ladder": (38, 3, 8), "watch": (30, 7, 24), "balances": (30, 7, 24)}
"""Kinds that take less of a narrow screen: at least so many columns, or such a part of it."""


class Leaf(NamedTuple):
    """A pane.

    Attributes:
        group: the letter of its group; without a meaning for panes of no market.
        share: of the split it is in, in thousandths; 0 as its kind and the screen have it.
        wanted: whether it was asked for, and stays longer than any other.
        rows: that it takes before others grow, 0 as its kind has it.
    """

    kind: str
    group: str = LETTERS[0]
    share: int = 0
    wanted: bool = False
    rows: int = 0

    @property
    def name(self) -> str:
        """The name of the pane."""
        return name_of(self.kind, self.group)


class Split(NamedTuple):
    """Parts below each other, or side by side."""

    down: bool
    parts: tuple[Node, ...]
    share: int = 0


Node: TypeAlias = Leaf | Split


class Box(NamedTuple):
    """Where something stands, in cells."""

    x: int
    y: int
    width: int
    height: int


class Place(NamedTuple):
    """Where a pane stands, and which of its borders it shares."""

    name: str
    x: int
    y: int
    width: int
    height: int
    joined: bool = False
    open_below: bool = False


def row(*parts: Node, share: int = 0) -> Split:
    """Return parts side by side."""
    return Split(False, parts, share)


def stack(*parts: Node, share: int = 0) -> Split:
    """Return parts below each other."""
    return Split(True, parts, share)


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the panes, from the left and the top."""
    if isinstance(node, Leaf):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


def fitted(node: Node, width: int, height: int) -> Node:
    """Return the tree without the panes for which there is no room.

    One pane is always left, however little room there is.
    """
    return _fitted(node, width, height) or min(leaves(node), key=_rank)


def places(node: Node, box: Box, *, joined: bool = False, below: bool = False) -> Iterator[Place]:
    """Yield where the panes of a fitted tree stand: they fill the box, and never each other."""
    if isinstance(node, Leaf):
        yield Place(node.name, *box, joined, below)
        return
    start = box.y if node.down else box.x
    whole = box.height if node.down else box.width
    sizes = _sizes(node, whole)
    for number, (part, size) in enumerate(zip(node.parts, sizes, strict=True)):
        if node.down:
            here = Box(box.x, start, box.width, size)
            alone = isinstance(part, Leaf)
            above = alone and number > 0 and isinstance(node.parts[number - 1], Leaf)
            under = alone and isinstance((*node.parts, node)[number + 1], Leaf)
            yield from places(part, here, joined=above, below=under)
        else:
            yield from places(part, Box(start, box.y, size, box.height))
        start += size


def least(node: Node) -> tuple[int, int]:
    """Return the columns and rows without which not all of a tree can be shown."""
    if isinstance(node, Leaf):
        return room_of(node.kind).least
    widths, heights = zip(*map(least, node.parts), strict=True)
    return (max(widths), sum(heights)) if node.down else (sum(widths), max(heights))


def tidy(down: bool, parts: Sequence[Node | None], share: int) -> Node | None:
    """Return a split of the parts that are left: a single one takes its place."""
    kept = tuple(part for part in parts if part is not None)
    if len(kept) == 1:
        return kept[0]._replace(share=share)
    return Split(down, kept, share) if kept else None


def _fitted(node: Node, width: int, height: int) -> Node | None:
    if isinstance(node, Leaf):
        wide, high = least(node)
        return node if wide <= width and high <= height else None
    parts = [part for part in (_fitted(part, width, height) for part in node.parts) if part]
    room, axis = (height, 1) if node.down else (width, 0)
    while sum(least(part)[axis] for part in parts) > room:
        worst = max(range(len(parts)), key=lambda n: (min(map(_rank, leaves(parts[n]))), n))
        del parts[worst]
    return tidy(node.down, parts, node.share)


def _rank(leaf: Leaf) -> tuple[bool, int, str]:
    kind = STAYING.index(leaf.kind) if leaf.kind in STAYING else len(STAYING)
    return (not leaf.wanted, kind, leaf.group)


def _sizes(node: Split, whole: int) -> list[int]:
    """Return how many cells each part of a split gets: first what was set, then the others."""
    axis = 1 if node.down else 0
    low = [least(part)[axis] for part in node.parts]
    sizes = list(low)
    spare = max(0, whole - sum(low))
    for number, part in enumerate(node.parts):
        if part.share:
            more = min(spare, max(0, round(whole * part.share / 1000) - low[number]))
            sizes[number] += more
            spare -= more
    free = [number for number, part in enumerate(node.parts) if not part.share]
    free = free or list(range(len(sizes)))
    growing = [number for number in free if _grows(node.parts[number], axis)]
    steady = [number for number in free if number not in growing]
    for numbers in (steady, growing):  # what does not grow has what it takes first
        gaps = [max(0, _most(node.parts[n], axis, whole) - sizes[n]) for n in numbers]
        spare = _share_out(sizes, numbers, gaps, spare)
    growing = growing or free
    _share_out(sizes, growing, [1] * len(growing), spare, beyond=True)
    sizes[-1] += whole - sum(sizes)  # where there is less than the least
    return sizes


def _share_out(
    sizes: list[int], numbers: list[int], weights: list[int], spare: int, *, beyond: bool = False
) -> int:
    """Give parts what is spare by weight, no more than the weight unless `beyond`; return rest."""
    total = sum(weights)
    given = spare if beyond else min(spare, total)
    left, weighed = given, total
    for number, weight in zip(numbers, weights, strict=True):
        share = left * weight // weighed if weighed else 0
        sizes[number] += share
        left, weighed = left - share, weighed - weight
    return spare - given


def _most(node: Node, axis: int, whole: int) -> int:
    """Return the cells that a part takes before others grow."""
    if isinstance(node, Leaf):
        most = room_of(node.kind).most[axis]
        if axis == 0 and node.kind in _NARROWER:
            low, part, of = _NARROWER[node.kind]
            return min(most, max(low, whole * part // of))
        return node.rows or most if axis else most
    sizes = [_most(part, axis, whole) for part in node.parts]
    return sum(sizes) if node.down == bool(axis) else max(sizes)


def _grows(node: Node, axis: int) -> bool:
    if isinstance(node, Leaf):
        return room_of(node.kind).grows[axis]
    along = any if node.down == bool(axis) else all
    return along(_grows(part, axis) for part in node.parts)
