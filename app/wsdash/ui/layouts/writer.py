"""Writes layouts beside the event loop: a disk may be slow, and a key that is held down is fast.

One write at a time, of the newest there is: writes that wait for a disk that hangs would take all
the threads that look up the names of venues.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from wsdash.ui.layouts.library import Library


class Writer:
    """Writes what changes in a library.

    Args:
        library: what is written.
        report: takes in words what went wrong.
    """

    def __init__(self, library: Library, report: Callable[[str], None]) -> None:
        self._library, self._report = library, report
        self._changed: set[str] = set()
        self._is_due = False
        self._task: asyncio.Task[None] | None = None

    def changed(self, names: Iterable[str] = ()) -> None:
        """Layouts of these names were saved or removed, or the present one is another; no wait."""
        self._changed.update(names)
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="layouts")

    async def finish(self) -> None:
        """Wait until everything is written."""
        if self._task is not None:
            await self._task

    async def _write(self) -> None:
        while self._is_due:
            self._is_due = False
            names, self._changed = self._changed, set()
            if problem := await asyncio.to_thread(self._library.write, names):
                self._changed |= names  # the next time
                self._report(f"layouts not kept: {problem}")
