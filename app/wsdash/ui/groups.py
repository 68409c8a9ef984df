"""The groups of a desk: up to four markets at once, one of them in focus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wsdash.domain.instrument import MarketKey
from wsdash.ui.group import Group
from wsdash.ui.layouts.kinds import LETTERS

if TYPE_CHECKING:
    from wsdash.ui.desk import Desk


class Groups:
    """All groups, whether any of their panes is on the screen or not.

    Attributes:
        focus: the letter of the one that keys are about.
        shown: the letters of those with a pane on the screen.
    """

    def __init__(self, desk: Desk, opened: MarketKey | None, interval: str) -> None:
        self._all = {letter: Group(desk, letter, None, interval) for letter in LETTERS}
        self.focus = LETTERS[0]
        self.shown: frozenset[str] = frozenset()
        self.current.key = opened

    def __getitem__(self, letter: str) -> Group:
        return self._all[letter]

    def __iter__(self) -> Iterator[Group]:
        return iter(self._all.values())

    @property
    def current(self) -> Group:
        """The group in focus."""
        return self._all[self.focus]

    @property
    def several(self) -> bool:
        """Whether more than one market is shown, so that panes must say which is theirs."""
        return len(self.shown | {self.focus}) > 1

    def others(self) -> dict[MarketKey, str]:
        """Return the letters of the groups that are seen and not in focus, by their markets."""
        others = [group for group in self.live() if group.letter != self.focus]
        return {group.key: group.letter for group in reversed(others) if group.key is not None}

    def live(self) -> list[Group]:
        """Return the groups whose markets are wanted: what is seen, and what keys are about."""
        letters = self.shown | {self.focus}
        return [group for group in self if group.letter in letters]

    def show(self, letters: Iterable[str], watchlist: Sequence[MarketKey]) -> bool:
        """Take note of what is on the screen, and return whether that is news.

        A group that never had a market takes the next of the watchlist.
        """
        before, self.shown = self.shown, frozenset(letters)
        for group in self.live():
            if group.key is None:
                taken = {other.key for other in self}
                group.key = next((key for key in watchlist if key not in taken), None)
        return before != self.shown

    def look_at_flow(self) -> None:
        """Count what is new in what is shown; called now and then, drawn or not."""
        live = self.live()
        for group in self:
            if group in live:
                group.look_at_flow()
            elif group.traded.key is not None:
                group.rest()
