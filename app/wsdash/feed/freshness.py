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

SAMPLES: Final = 256
ENOUGH: Final = 8


class Cadence:
    """The pauses between a channel's messages, and the limit that follows from them."""

    def __init__(self) -> None:
        self._pauses: deque[float] = deque(maxlen=SAMPLES)
        self._last: float | None = None
        self._fresh = 0
        self._limit = CEILING
        self.rare = True

    def heard(self, now: float) -> None:
        """A message came."""
        if self._last is not None:
            self._pauses.append(now - self._last)
            self._fresh += 1
        self._last = now

    def restart(self) -> None:
        """The connection is new: the pause until its first message says nothing."""
        self._last = None

    @property
    def limit(self) -> float:
        """Seconds of silence that are too many."""
        if self._fresh >= ENOUGH:
            self._fresh = 0
            pauses = sorted(self._pauses)
            usual = pauses[min(len(pauses) - 1, int(len(pauses) * 0.99))]
            self.rare = usual * FACTOR > CEILING
            self._limit = min(max(usual * FACTOR, FLOOR), CEILING)
        return self._limit
