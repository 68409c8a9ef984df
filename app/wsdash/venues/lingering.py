"""Subscriptions that are let go of only when there is room to say so.

Going from market to market in haste costs one frame each, and what was passed by before
there was room for it none at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from wsdash.venues.subscriptions import Standing, Subscriptions
from wsdash.venues.venue import Subscription

Speech: TypeAlias = Callable[[int, float], str | None]
"""Writes the frame that is due, given how many there is room for and monotonic seconds.

It returns an empty text while there is not room enough, and None when all is said. What is
written only when it can be sent says what is wanted then, not what was on the way.
"""

ROOM = 2
"""Frames there must be room for before one is spent on letting go: the next switch comes first."""

MOST = 64
"""Streams that may linger; with more of them, letting go comes first."""


class LingeringSubscriptions(Subscriptions):
    """The subscriptions of one connection, and those the venue has yet to be told to end.

    Attributes:
        lingering: what is no longer wanted, as it stood.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lingering: dict[Subscription, Standing] = {}

    def change(
        self, wanted: Iterable[Subscription]
    ) -> tuple[list[Subscription], list[Subscription]]:
        """Make `wanted` the whole of what is wanted; what still lingers stands as it stood."""
        before = dict(self.standing)
        added, removed = super().change(wanted)
        for sub in removed:
            if before[sub].asked_at is not None and not before[sub].refused:
                self.lingering[sub] = before[sub]
        for sub in added:
            self.standing[sub] = self.lingering.pop(sub, self.standing[sub])
        return added, removed

    def wants_book(self, symbol: str) -> bool:
        """Whether a book is to be kept: not while its changes merely go on coming."""
        return Subscription("book", symbol) not in self.lingering and super().wants_book(symbol)

    def unasked(self) -> list[Subscription]:
        """Return what the venue has yet to be asked for."""
        return [sub for sub, standing in self.standing.items() if standing.asked_at is None]

    def let_go(self, room: int) -> list[Subscription]:
        """Return what the venue is to end now, if there is room to say so, and forget it."""
        if room < ROOM and len(self.lingering) <= MOST:
            return []
        gone = list(self.lingering)
        self.lingering.clear()
        return gone

    def settle_lingering(self, request_id: int, *, refused: bool) -> None:
        """Note the answer to a request for what is no longer wanted."""
        for sub, standing in list(self.lingering.items()):
            if standing.request_id == request_id and not standing.settled:
                standing.confirmed = not refused
                if refused:
                    del self.lingering[sub]
