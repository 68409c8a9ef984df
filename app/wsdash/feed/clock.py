"""Clocks, injected everywhere: nothing in the feed asks the machine for the time."""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has a clock of its own for this; elsewhere (macOS) the monotonic one goes on."""


class Clock(Protocol):
    """Two times: one that only moves forward, and one to show and to sign with."""

    def monotonic(self) -> float:
        """Seconds that never jump."""

    def wall(self) -> float:
        """Seconds since the epoch, as the machine believes them."""

    async def sleep(self, seconds: float) -> None:
        """Let monotonic seconds pass."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        """Seconds that never jump back, and that go on while the machine sleeps.

        What was received before a sleep is then as old as it really is.
        """
        return time.clock_gettime(_STEADY)

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let seconds pass."""
        await asyncio.sleep(seconds)
