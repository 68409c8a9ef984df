"""The wait before an attempt to connect: until it is due, or wanted at once, and paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wsdash.feed.budget import ConnectBudget
from wsdash.feed.clock import Clock
from wsdash.feed.link import Link, LinkState


class Turnstile:
    """Lets one connection through when it is its turn.

    Args:
        budget: the venue's connection attempts.
        reserve: attempts to leave for a connection that matters more.
        clock: to wait by.
    """

    def __init__(self, budget: Callable[[], ConnectBudget], reserve: int, clock: Clock) -> None:
        self._budget, self._reserve, self._clock = budget, reserve, clock
        self._hurried = asyncio.Event()

    @property
    def wait(self) -> float:
        """Seconds until an attempt can be paid for."""
        return self._budget().wait(self._reserve)

    def hurry(self) -> None:
        """Somebody wants it at once; the budget and what the venue asked for still hold."""
        self._hurried.set()

    async def pass_through(self, link: Callable[[], Link], hold: Callable[[float], None]) -> None:
        """Wait for the turn, and pay for it.

        Args:
            link: the link as it is now.
            hold: is told the seconds to stay away when the budget is spent.
        """
        while True:
            due, state = link().retry_at, link().state
            now = self._clock.monotonic()
            if state is LinkState.HOLD:
                self._hurried.clear()  # whoever was told to stay away does, whatever is pressed
                await self._clock.sleep(max(0.0, (due or 0.0) - now))
            elif state is LinkState.PARKED and due is None and not self._hurried.is_set():
                await self._hurried.wait()
                continue
            elif due is not None and now < due and not self._hurried.is_set():
                await self._until(due - now)
                continue
            self._hurried.clear()
            wait = self._budget().take(self._reserve)
            if not wait:
                return
            hold(wait)

    async def _until(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hurried.wait()
        except TimeoutError:
            pass
