"""What a connection has yet to send and to fetch: paced, bounded, and ended with its socket."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from wsdash.feed.budget import TokenBucket
from wsdash.feed.clock import Clock
from wsdash.venues.lingering import Speech
from wsdash.venues.venue import Budget

CAPACITY = 512
"""Frames that may wait to be sent."""


class Outbox:
    """Frames in the order they are to be sent, no faster than the venue allows.

    Args:
        send: sends one frame.
        budget: frames the venue takes.
        clock: to pace by.
        failed: is told of an error that ended the sending.
    """

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        budget: Budget,
        clock: Clock,
        failed: Callable[[Exception], None],
    ) -> None:
        self._send, self._clock, self._failed = send, clock, failed
        self._pace = TokenBucket(budget, clock.monotonic())
        self._frames: deque[str] = deque()
        self._more: Speech | None = None
        self._unsent = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.run(self._deliver())

    def put(self, frame: str) -> bool:
        """Queue a frame; tell whether there was room."""
        if len(self._frames) >= CAPACITY:
            return False
        self._frames.append(frame)
        self._unsent.set()
        return True

    def offer(self, more: Speech) -> None:
        """Ask for frames when there is room, after all that are queued, until all is said."""
        self._more = more
        self._unsent.set()

    def run(self, errand: Coroutine[None, None, None]) -> None:
        """Do something beside the sending, until it ends or the outbox is closed."""
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End the sending and all errands."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._failed(error)

    async def _deliver(self) -> None:
        while True:
            now = self._clock.monotonic()
            if not self._frames and self._more is None:
                await self._wait()
            elif wait := self._pace.wait(now):
                await self._clock.sleep(wait)
            elif frame := self._frames.popleft() if self._frames else self._written(now):
                self._pace.take(now)
                await self._send(frame)
            elif self._more is not None:
                await self._wait()

    async def _wait(self) -> None:
        self._unsent.clear()
        await self._unsent.wait()

    def _written(self, now: float) -> str:
        frame = self._more(self._pace.room(now), now) if self._more is not None else None
        if frame is None:
            self._more = None
        return frame or ""
