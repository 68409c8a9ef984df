"""The layouts that come with the program, each for every size of terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.ui.layouts.kinds import LETTERS, SMALL_SCREEN
from wsdash.ui.layouts.tree import Leaf, Node, Split, row, stack

Size: TypeAlias = Literal["tiny", "small", "tall", "broad", "large", "wide"]
"""A class of terminal sizes; see `size_of`."""

SIZES: Final[tuple[Size, ...]] = ("tiny", "small", "tall", "broad", "large", "wide")


class Layout(NamedTuple):
    """Which panes stand where, for every size.

    Attributes:
        markets: of its groups, ``venue:symbol`` by their letter; empty where nobody said.
    """

    name: str
    trees: Mapping[Size, Node]
    markets: Mapping[str, str] = {}


def size_of(width: int, height: int) -> Size:
    """Return the class of a terminal's size: 40x10, 80x24, 80x50, 120x24, 120x40 or 200x60."""
    if width < 64 or height < 16:
        return "tiny"
    if width < 110:
        return "small" if height < 30 else "tall"
    if height < 32:
        return "broad"
    return "large" if width < 160 else "wide"


def _many(kind: str, count: int) -> tuple[Leaf, ...]:
    return tuple(Leaf(kind, letter) for letter in LETTERS[:count])


def _pairs(kind: str) -> tuple[Split, ...]:
    """Return four panes, two by two."""
    first, second, third, fourth = _many(kind, 4)
    return row(first, second), row(third, fourth)


_LADDER, _TAPE, _CHART = Leaf("ladder"), Leaf("tape"), Leaf("chart")
_HEAT, _CURVE = Leaf("heat"), Leaf("curve")
_WATCH, _BALANCES, _SUPERVISOR = Leaf("watch", ""), Leaf("balances", ""), Leaf("supervisor", "")
_GAPS = Leaf("gaps", "")
_COMPACT = Leaf(SMALL_SCREEN, "")
_TAPE_CURVE = row(_TAPE, _CURVE, share=450)
_LISTS = stack(_WATCH, _BALANCES)

PRESETS: Final[tuple[Layout, ...]] = (
    Layout(
        "standard",
        {
            "tiny": _COMPACT,
            "small": row(_LADDER, _TAPE),
            "tall": row(_LADDER, stack(_CHART, _TAPE)),
            "broad": row(_LADDER, _TAPE, _CHART),
            "large": stack(row(_LISTS, stack(_LADDER, _CURVE), stack(_CHART, _TAPE)), _SUPERVISOR),
            "wide": stack(row(_LISTS, _LADDER, stack(_CHART, _TAPE_CURVE)), _SUPERVISOR),
        },
    ),
    Layout(
        "ladder",
        {
            "tiny": _COMPACT,
            "small": row(*_many("ladder", 2)),
            "tall": row(*_many("ladder", 2)),
            "broad": row(*_many("ladder", 3)),
            "large": row(*_many("ladder", 3)),
            "wide": row(*(stack(Leaf("ladder", g, 650), Leaf("tape", g)) for g in LETTERS)),
        },
    ),
    Layout(
        "flow",
        {
            "tiny": _TAPE,
            "small": row(_LADDER, _HEAT),
            "tall": row(_LADDER, stack(_HEAT, _TAPE)),
            "broad": row(_LADDER, _HEAT, _TAPE),
            "large": row(_LADDER, _HEAT, stack(_TAPE, _CURVE)),
            "wide": row(_LADDER, _HEAT, stack(_CHART, _TAPE_CURVE)),
        },
    ),
    Layout(
        "watch",
        {
            "tiny": _WATCH,
            "small": row(_WATCH, _CHART),
            "tall": row(_WATCH, stack(_CHART, _TAPE)),
            "broad": row(_WATCH, _CHART),
            "large": row(_LISTS, stack(*_pairs("chart"))),
            "wide": row(_LISTS, stack(*_pairs("chart")), _LADDER),
        },
    ),
    Layout(
        "supervisor",
        {
            "tiny": _SUPERVISOR,
            "small": _SUPERVISOR,
            "tall": stack(row(_LADDER, _TAPE), Leaf("supervisor", "", 500)),
            "broad": _SUPERVISOR,
            "large": stack(row(_LADDER, _GAPS), Leaf("supervisor", "", 550)),
            "wide": stack(row(_LADDER, _TAPE, _GAPS), Leaf("supervisor", "", 550)),
        },
    ),
)
"""All of them, in the order of their keys."""

STANDARD: Final = PRESETS[0]
