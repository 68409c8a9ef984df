"""What is kept of the trader's markets across starts; disks can be slow, so nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from wsdash.domain.instrument import MarketKey
from wsdash.feed.kept_list import ListFile
from wsdash.feed.uses import Uses
from wsdash.files import said


class Kept:
    """Keeps the watchlist, and what was opened.

    Args:
        shelf: the file with the list; None where changes are for this run only.
        base: what is in that file.
        uses: what was opened.
        passing: why changes do not last, in words; empty where they do.
        problems: what could not be read, in words.

    Attributes:
        report: takes in words what could not be written.
    """

    def __init__(
        self,
        shelf: ListFile | None = None,
        base: Iterable[MarketKey] = (),
        uses: Uses | None = None,
        passing: str = "",
        problems: Iterable[str] = (),
    ) -> None:
        self.uses = Uses() if uses is None else uses
        self.passing, self.problems = passing, tuple(problems)
        self.report: Callable[[str], None] = lambda _: None
        self._shelf, self._base = shelf, tuple(base)
        self._wanted: tuple[MarketKey, ...] | None = None
        self._news = asyncio.Event()
        self._closing = False

    def listed(self, keys: Iterable[MarketKey]) -> None:
        """The watchlist is another one; never waits."""
        if self._shelf is not None:
            self._wanted = tuple(keys)
        self._news.set()

    def opened(self, key: MarketKey, wall: float) -> None:
        """A market was opened; never waits."""
        self.uses.opened(key, wall)
        self._news.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write whatever changes; all of it is written when the context ends."""
        task = asyncio.create_task(self._run(), name="kept")
        try:
            yield
        finally:
            self._closing = True
            self._news.set()
            await task

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            closing = self._closing
            wanted, self._wanted = self._wanted, None
            problem = await asyncio.to_thread(self._save, wanted)
            if problem:
                self.report(f"not kept: {problem}")
            if closing:
                return

    def _save(self, wanted: tuple[MarketKey, ...] | None) -> str:
        problem = ""
        try:
            self.uses.save()
        except OSError as error:
            problem = self.uses.said(error)
        if wanted is not None and self._shelf is not None:
            try:
                self._base = self._shelf.write(wanted, self._base)
            except OSError as error:
                problem = said(self._shelf.file, error)
        return problem
