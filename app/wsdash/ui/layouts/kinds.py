"""What kinds of panes there are, how much room each needs, and which gives way first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

LETTERS: Final = ("A", "B", "C", "D")
"""The groups: panes of a group show one market."""

OF_MARKET: Final = ("ladder", "tape", "chart", "curve", "heat")
"""Panes that show the market of a group; there is one of each for every group."""

SMALL_SCREEN: Final = "compact"
"""What stands for the ladder on a small screen."""


class Room(NamedTuple):
    """How much room a kind of pane takes, in cells.

    Attributes:
        least: columns and rows below which it is left out.
        most: columns and rows that it takes before others grow.
        grows: whether it takes more where there is more, in width and in height.
    """

    least: tuple[int, int]
    most: tuple[int, int]
    grows: tuple[bool, bool] = (True, True)


ROOMS: Final[Mapping[str, Room]] = {
    "ladder": Room((36, 8), (60, 24), (False, True)),
    "tape": Room((30, 6), (42, 12)),
    "chart": Room((34, 8), (42, 12)),
    "curve": Room((28, 6), (42, 12), (True, False)),
    "heat": Room((28, 8), (42, 24)),
    "merged": Room((28, 8), (50, 24)),
    "basis": Room((28, 8), (50, 16)),
    "watch": Room((30, 4), (40, 12), (False, False)),
    "balances": Room((30, 4), (40, 8), (False, True)),
    "supervisor": Room((60, 4), (80, 6), (True, False)),
    "gaps": Room((60, 4), (80, 6), (True, False)),
}
"""The room of every kind."""

USUAL: Final = Room((30, 6), (42, 12))
"""The room of a kind that is not in the table."""

STAYING: Final = (
    "ladder",
    "watch",
    "tape",
    "chart",
    "heat",
    "merged",
    "basis",
    "supervisor",
    "gaps",
    "curve",
    "balances",
)
"""The kinds, the first of which stay longest where there is less and less room."""


def room_of(kind: str) -> Room:
    """Return how much room a kind of pane takes."""
    return ROOMS.get(kind, USUAL)


def name_of(kind: str, letter: str) -> str:
    """Return the name of a kind's pane for a group."""
    if kind not in OF_MARKET or letter in {"", LETTERS[0]}:
        return kind
    return f"{kind}-{letter.lower()}"


def split_name(name: str) -> tuple[str, str]:
    """Return the kind of a pane by its name, and the letter of its group; empty if it has none."""
    kind, _, letter = name.partition("-")
    return kind, (letter.upper() or LETTERS[0]) if kind in OF_MARKET else ""
