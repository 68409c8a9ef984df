"""Virtual time: an event loop whose clock jumps to the next timer when nothing is ready.

Hours pass in milliseconds, and the same seed gives the same run, to the last bit.
"""

from __future__ import annotations

import asyncio
import gc
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

START = 1_000.0
"""Monotonic seconds at which virtual time begins."""

EPOCH = 1_795_608_000.0
"""Wall seconds at that moment."""


class Stuck(RuntimeError):
    """Nothing is left that could ever happen."""


class _Jump(selectors.SelectSelector):
    """A selector that does not wait: it moves the clock on by what it was to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("everything waits, and nothing will come")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; no real socket moves on it."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self.complaints: list[str] = []
        self.set_exception_handler(lambda _, context: self.complaints.append(str(context)))

    def time(self) -> float:
        """Virtual seconds."""
        return self._jump.now

    def sleep_through(self, seconds: float) -> None:
        """Let time pass while nothing runs, as on a machine that sleeps."""
        self._jump.now += seconds


class VirtualClock:
    """A clock on the loop that runs; its wall can be moved against it."""

    def __init__(self) -> None:
        self.wall_offset = EPOCH - START

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        return self.monotonic() + self.wall_offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _sweep(*, thorough: bool) -> set[asyncio.Task[object]]:
    left: set[asyncio.Task[object]] = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if thorough:
        gc.collect()  # an exception nobody retrieved is only complained about by a dying task
    return left


def play(scene: Coroutine[Any, Any, T], *, thorough: bool = True) -> T:
    """Run a scene in virtual time; fail if it leaves a task or an unheard exception behind.

    Where a scene is one of thousands, not every one need be searched for such exceptions.
    """
    loop = VirtualLoop()
    try:
        result = loop.run_until_complete(scene)
        left = loop.run_until_complete(_sweep(thorough=thorough))
    finally:
        loop.close()
    assert not left, f"left running: {left}"
    assert not loop.complaints, loop.complaints
    return result
