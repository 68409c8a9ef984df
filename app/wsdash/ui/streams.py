"""The workers: one follows each subscription and draws what came of it, never event by event."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from wsdash.feed.feed import Feed
from wsdash.feed.market import Stream

FRAMES_PER_SECOND: Final = 30
"""How often a stream is drawn at most."""

LOOK_AGAIN: Final = 1.0
"""Seconds after which a follower looks whether its stream is still the one."""

NOT_YET: Final = 0.05
"""Seconds between looks for a stream that does not exist yet."""

Draw: TypeAlias = Callable[[], float | None]
"""Draws, and returns in how many seconds it must be drawn again although nothing came."""

Pace: TypeAlias = Callable[[], float]
"""Seconds between two drawings, at present."""


async def contained(
    work: Callable[[], Awaitable[None]],
    crashed: Callable[[Exception], None],
    may_run: Callable[[], bool],
) -> None:
    """Do `work`; when it crashes, tell, and begin it anew as soon as it may run again."""
    while True:
        if may_run():
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the other workers and the feeds live on
                crashed(error)
            else:
                return
        await asyncio.sleep(NOT_YET)


async def follow(find: Callable[[], Stream | None], draw: Draw, pace: Pace) -> None:
    """Draw a stream whenever it changed: the first change at once, then once per `pace`.

    However many events came in the meantime, they are one drawing.

    Args:
        find: returns the stream; it may appear late, or be replaced by another.
        draw: draws its present state.
        pace: returns the seconds between two drawings.
    """
    stream: Stream | None = None
    seen = -1
    due: float | None = None
    while True:
        current = find()
        if current is None:
            await asyncio.sleep(NOT_YET)
            continue
        if current is not stream:
            stream, seen = current, -1
        moved = await _moved(stream.changed, seen, LOOK_AGAIN if due is None else due)
        if moved is None and due is None:
            continue
        seen = seen if moved is None else moved
        due = draw()
        await asyncio.sleep(pace())


async def follow_links(feed: Feed, draw: Draw, pace: Pace) -> None:
    """Draw the connections whenever one of them changed."""
    seen = -1
    while True:
        moved = await _moved(feed.links_changed, seen, LOOK_AGAIN)
        if moved is not None:
            seen = moved
            draw()
        await asyncio.sleep(pace())


async def _moved(
    changed: Callable[[int], Awaitable[int]], seen: int, patience: float
) -> int | None:
    """Return the new revision, or None when none came in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, patience)):
            return await changed(seen)
    return None
