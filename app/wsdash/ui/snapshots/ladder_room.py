"""How many rows of a ladder there is room for."""

from __future__ import annotations

from typing import Final, NamedTuple

HEADED: Final = 9
"""Rows from which the columns have names."""

_READ_OUT: Final = 8
"""Rows from which there is room for what is told of a level, or of an order, below."""


class Sides(NamedTuple):
    """Rows of levels: one more of bids where an odd one is left, so that none stays empty."""

    asks: int
    bids: int


def below_rows(height: int, *, chosen: bool, amount: bool) -> int:
    """Return how many rows are kept below the ladder for what is told of it."""
    return 2 * (chosen + amount) if height >= _READ_OUT else 0


def grid_rows(height: int, *, chosen: bool, amount: bool) -> int:
    """Return how many rows fixed to prices there is room for."""
    below = below_rows(height, chosen=chosen, amount=amount)
    return max(1, height - 1 - (height >= HEADED) - below)


def side_rows(height: int, *, chosen: bool, amount: bool) -> Sides:
    """Return how many levels of each side there is room for, with the spread between them."""
    room = height - 1 - (height >= HEADED) - below_rows(height, chosen=chosen, amount=amount)
    return Sides(max(1, room // 2), max(1, room - room // 2))
