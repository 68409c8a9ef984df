"""Makes market time follow real time, and beats what has to beat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from wsdash.exchange.market import Market

_STEP = 0.008
"""Seconds between two looks at the clock."""
_CHUNK = 64
"""Events played before others get a turn."""
_MOST_BEHIND = 0.5
"""Seconds of market time to catch up with; what is beyond is skipped."""


class Clockwork:
    """Plays a market in real time.

    Args:
        market: what is played.
        ticks: called often, for what is due by the market's clock.
        beats: called once a second.
        pings: called every twenty seconds.
    """

    def __init__(
        self,
        market: Market,
        ticks: Callable[[], None],
        beats: Callable[[], None],
        pings: Callable[[], None],
    ) -> None:
        self._market = market
        self._ticks = ticks
        self._beats = beats
        self._pings = pings

    async def run(self) -> None:
        """Play until cancelled."""
        loop = asyncio.get_running_loop()
        market = self._market
        # Opening a market takes a while: it catches up with the wall clock it was opened by.
        origin = loop.time() - (time.time() - market.opened / 1e6)
        next_beat, next_ping = loop.time() + 1.0, loop.time() + 20.0
        while True:
            now = loop.time()
            behind = now - origin - market.clock
            if behind > _MOST_BEHIND:
                skipped = behind - _MOST_BEHIND
                origin += skipped
                market.opened += int(skipped * 1e6)  # stamps stay with the wall clock
            done = market.advance(now - origin, _CHUNK)
            self._ticks()
            if now >= next_beat:
                next_beat = max(now, next_beat + 1.0)
                self._beats()
            if now >= next_ping:
                next_ping = now + 20.0
                self._pings()
            await asyncio.sleep(_STEP if done else 0)
