"""How far Binance's clock is from ours: the best of a few readings over the WebSocket API.

A request whose time is a second ahead of the venue's clock, or too far behind it, is refused
(-1021), so requests are signed by the venue's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import msgspec

READINGS = 2
"""Readings taken; the one that took least time says most. The venue takes few frames a second."""

DEADLINE = 2.0
"""Seconds for a reading; without an answer our own clock must do."""


class VenueClock:
    """Readings of the venue's clock.

    Args:
        wall_clock: ours, seconds since the epoch.

    Attributes:
        awaited: id of the request that is under way; None where none is.
    """

    def __init__(self, wall_clock: Callable[[], float]) -> None:
        self.awaited: str | None = None
        self._wall = wall_clock
        self._ids = count(1)
        self._asked_at = 0.0
        self._readings: list[tuple[float, float]] = []

    def start(self) -> None:
        """Begin anew."""
        self._readings.clear()

    def ask(self, now: float) -> str:
        """Return the frame that asks for the time."""
        self.awaited, self._asked_at = f"clock-{next(self._ids)}", now
        return msgspec.json.encode({"id": self.awaited, "method": "time"}).decode()

    def is_answer(self, request_id: object) -> bool:
        """Whether an answer is to the request under way."""
        return self.awaited is not None and request_id == self.awaited

    def take(self, server_ms: int, now: float) -> bool:
        """Take a reading; tell whether another one is wanted."""
        took = now - self._asked_at
        ahead = server_ms / 1000 + took / 2 - self._wall()
        self._readings.append((took, ahead))
        return len(self._readings) < READINGS

    def is_overdue(self, now: float) -> bool:
        """Whether a reading under way has taken too long."""
        return self.awaited is not None and now - self._asked_at > DEADLINE

    def stop(self) -> float | None:
        """End the reading; return the seconds the venue is ahead, None where it did not say."""
        self.awaited = None
        return min(self._readings)[1] if self._readings else None
