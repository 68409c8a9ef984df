"""A tape that stands: a new print takes the place of the oldest, and no other row moves.

For slow lines: of a tape that scrolls every row is sent anew for every print.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

from wsdash.ui.snapshots.lines import Line, Span

MARK: Final = Span("▸", "bright")
"""What stands before the newest row; the one before it is above, and so on around."""


class Ring:
    """Remembers which row stands where."""

    def __init__(self) -> None:
        self._top: Hashable = None
        self._count = 0

    def place(
        self, keys: Sequence[Hashable], rows: Sequence[Line], height: int
    ) -> tuple[Line, ...]:
        """Return the rows in their places.

        Args:
            keys: what each row is of.
            rows: newest first.
            height: how many places there are.
        """
        keys, rows = keys[:height], rows[:height]
        if not rows:
            return ()
        if keys[0] != self._top:
            self._count += keys.index(self._top) if self._top in keys else len(rows)
            self._top = keys[0]
        if len(rows) < height:
            self._count = len(rows) - 1
        places: list[Line] = [()] * len(rows)
        for age, row in enumerate(rows):
            places[(self._count - age) % len(rows)] = row
        newest = self._count % len(rows)
        places[newest] = _marked(places[newest])
        return tuple(places)


def _marked(row: Line) -> Line:
    first, *rest = row
    return (MARK, Span(first.text[1:], first.role), *rest)
