"""Freshness: how long a channel may be silent before its silence means something.

Each channel is measured against its own cadence, learnt from it. Quiet is not dead:
a market may rest. But a channel that spoke ten times a second and has not for five
seconds is stale, whatever pongs and heartbeats say.
"""

from __future__ import annotations

from collections import deque
from typing import Final

FLOOR = 5.0
"""Seconds of silence that are never held against a channel."""

CEILING = 120.0
"""Seconds after which even a rare channel is asked for anew."""

FACTOR = 5.0
"""How many of its longest usual pauses a channel may stay silent."""

QUIET_AFTER = 2.0
"""Seconds after which a channel counts as quiet."""

MOMENT = 0.25
"""Seconds that count as one moment. A burst of prints, or the history that a venue sends on
subscribing, says nothing about how long a channel pauses."""

SAMPLES: Final = 100
"""Pauses remembered: the longest of them is the p99."""

ENOUGH: Final = 8
"""Pauses without which nothing is known of a channel. Few are trusted less than many."""


class Cadence:
    """The pauses between a channel's messages, and the limit that follows from them.

    A pause that was longer than usual is learnt at once: a market that slows down is
    accused once and not again and again.

    Attributes:
        limit: seconds of silence that are too many.
        rare: the channel pauses so long, or so little is known of it, that its silence
            proves nothing.
    """

    def __init__(self) -> None:
        self.limit = CEILING
        self.rare = True
        self._pauses: deque[float] = deque(maxlen=SAMPLES)
        self._last: float | None = None

    def heard(self, now: float) -> None:
        """A message came."""
        if self._last is not None:
            pause = now - self._last
            if pause < MOMENT:
                return
            self._pauses.append(pause)
            self._learn()
        self._last = now

    def restart(self) -> None:
        """The connection is new: the pause until its first message says nothing."""
        self._last = None

    def _learn(self) -> None:
        known = len(self._pauses)
        if known >= ENOUGH:
            limit = max(self._pauses) * FACTOR * (1 + ENOUGH / known)
            self.rare = limit > CEILING
            self.limit = min(max(limit, FLOOR), CEILING)


LAGGING = 2.0
"""Seconds later than at its best from which data is said to lag."""

TOO_LATE = 5.0
"""Seconds later than at its best from which data is not live any more."""

BEST_OF = 300.0
"""Seconds for which the best arrival is remembered, once or twice over."""


class Delay:
    """How much later a channel's data arrives than it did at its best.

    The clocks of venue and machine need not agree: only changes count.
    """

    def __init__(self) -> None:
        self._best = self._last_best = float("inf")
        self._turn_at = 0.0

    def note(self, now: float, venue_time: float) -> float:
        """Return how many seconds behind its best the channel is.

        Args:
            now: monotonic seconds.
            venue_time: seconds since the epoch by the venue's clock.
        """
        if now >= self._turn_at:
            self._last_best, self._best = self._best, float("inf")
            self._turn_at = now + BEST_OF
        took = now - venue_time
        self._best = min(self._best, took)
        return took - min(self._best, self._last_best)
