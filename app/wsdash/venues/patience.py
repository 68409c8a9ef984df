"""How much a book may go wrong before it is got anew, and before it is left alone."""

from __future__ import annotations

from collections import deque

from wsdash.domain.book import OrderBook

RESYNCS = 3
"""Losses of one book within `RESYNC_PERIOD` that are repaired; the next one parks it."""

RESYNC_PERIOD = 60.0
"""Seconds over which losses are counted."""

PARK_TIME = 300.0
"""Seconds after which a parked book is tried again."""

OLDER = 0.5
"""Seconds by which a snapshot may be older than what was seen before it."""

CROSSED_CHANGES = 3
"""Changes a crossed book may stay crossed for before it is got anew."""

CROSSED_TIME = 1.0
"""Seconds it may."""


class Patience:
    """Counts losses, and says when one is too many."""

    def __init__(self) -> None:
        self._losses: deque[float] = deque(maxlen=RESYNCS + 1)
        self.parked_until: float | None = None

    def lost(self, now: float) -> bool:
        """Note a loss; tell whether the book is to be parked."""
        self._losses.append(now)
        full = len(self._losses) > RESYNCS
        if full and now - self._losses[0] < RESYNC_PERIOD:
            self.parked_until = now + PARK_TIME
            self._losses.clear()
        return self.parked_until is not None

    def release(self) -> None:
        """Un-park."""
        self.parked_until = None

    def due(self, now: float) -> bool:
        """Whether a parked book's time is over."""
        return self.parked_until is not None and now >= self.parked_until


class Newest:
    """The newest venue time that was seen of a book: a snapshot from before it is a stale one.

    It knows nothing of what another connection saw; there the lag of the channel tells.
    """

    def __init__(self) -> None:
        self._time = 0.0

    def is_after(self, time: float | None) -> bool:
        """Whether more than a hair's breadth newer data than of this time was seen."""
        return time is not None and time < self._time - OLDER

    def note(self, time: float | None) -> None:
        """Data of this time was taken."""
        self._time = max(self._time, time or 0.0)


class Crossing:
    """A book whose best bid is above its best ask.

    Some venues pass through that for a moment. It is not to be believed meanwhile, and
    no level is ever deleted to hide it; where it lasts, something is wrong with it.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self._changes = 0

    def note(self, book: OrderBook, now: float) -> None:
        """Look at the book after a change."""
        if not book.crossed:
            self.since, self._changes = None, 0
            return
        self.since = now if self.since is None else self.since
        self._changes += 1

    def is_too_long(self, now: float) -> bool:
        """Whether it has lasted."""
        if self.since is None:
            return False
        return self._changes > CROSSED_CHANGES or now - self.since > CROSSED_TIME
