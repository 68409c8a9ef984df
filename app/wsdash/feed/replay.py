"""A recording as a feed: the same board, moved by the recording's time instead of the clock's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import msgspec

from wsdash.domain.alerts import Rule
from wsdash.domain.instrument import MarketKey
from wsdash.feed import survey
from wsdash.feed.clock import Clock
from wsdash.feed.deck import Deck
from wsdash.feed.feed import LinkReport, Mark
from wsdash.feed.link import LinkState
from wsdash.feed.recording import Recording, RecordingError
from wsdash.feed.replay_alerts import ReplayAlerts
from wsdash.feed.surveyor import Surveyor
from wsdash.venues.venue import Subscription, Venue

FRAME = 1 / 30
"""Seconds between two steps of the player."""


class ReplayFeed(Deck):
    """Plays a recording, and goes to any moment of it.

    Args:
        recording: what to play.
        clock: by which playing moves on.
        venue: the venue of connections whose address does not tell.
        rules: of alerts, watched on the recording's data.

    Raises:
        RecordingError: it cannot be read.
    """

    def __init__(
        self,
        recording: Recording,
        clock: Clock,
        venue: Venue | None = None,
        rules: Iterable[Rule] = (),
    ) -> None:
        look = survey.survey(recording, venue)
        self.mode: Literal["live", "demo", "replay"] = "replay"
        self.markets: Sequence[MarketKey] = look.markets
        self.venues: Sequence[str] = tuple(dict.fromkeys(key.venue for key in self.markets))
        self.empty = not look.records
        self._surveyor = Surveyor(recording, look, clock, lambda: self._target is not None)
        self._survey_again = asyncio.Event()
        alerts = ReplayAlerts(rules, self._begin_anew)
        super().__init__(recording.path, clock, venue, alerts, look.start)
        self.duration = max(0.0, look.end - look.start)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep playing while in the context; an error of our own ends it, and is raised."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._play(), name="player"),
                    group.create_task(self._survey(), name="survey"),
                ]
                yield
                for task in tasks:
                    task.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    # ------------------------------------------------------------------- as a feed

    def now(self) -> float:
        """Seconds of the recording since the epoch: they serve as its monotonic time."""
        return self.start + self.position

    def wall(self) -> float:
        """Seconds since the epoch, of the recording."""
        return self.now()

    def want(self, wanted: Iterable[tuple[str, Subscription]]) -> None:
        """A recording holds what it holds."""

    def resync(self, key: MarketKey) -> None:
        """A recording cannot be asked anew."""

    def older(self, key: MarketKey, interval: str) -> None:
        """A recording holds the candles that were fetched."""

    def reconnect(self, venue: str) -> None:
        """A recording has no connection."""

    def retry(self, name: str) -> None:
        """As above: what happened has happened."""

    def drop(self, name: str) -> None:
        """As above."""

    def park(self, name: str) -> None:
        """As above."""

    def rotate(self, name: str) -> None:
        """As above."""

    def reports(self) -> list[LinkReport]:
        """The recorded connections; while a moment is sought, none is what it was."""
        reports = self._projector.reel.reports()
        if self.seeking is None:
            return reports
        words = f"seek {self.seeking:.0%}"
        return [
            msgspec.structs.replace(
                report,
                link=msgspec.structs.replace(
                    report.link, state=LinkState.SYNCING, progress=words, reason=""
                ),
                rate=0.0,
            )
            for report in reports
        ]

    async def links_changed(self, seen: int) -> int:
        """Wait until a recorded link changed."""
        return await self._projector.reel.links.changed.changed(seen)

    @property
    def timed(self) -> bool:
        """Whether the end is known."""
        return self._surveyor.timed

    @property
    def surveyed(self) -> float:
        """How much of the recording has been looked through."""
        return self._surveyor.share

    @property
    def damaged(self) -> int:
        """Records that cannot be read, as far as is known."""
        return self._surveyor.damaged

    def marks(self, key: MarketKey | None) -> Sequence[Mark]:
        """Return what there is to go to, in order of time."""
        return self._surveyor.marks(key)

    @property
    def ended(self) -> bool:
        """Whether every record was played."""
        return self._projector.reel.ended

    async def _play(self) -> None:
        last = self._clock.monotonic()
        while True:
            await self._clock.sleep(FRAME)
            now = self._clock.monotonic()
            elapsed, last = now - last, now
            if self._target is not None:
                await self._seek()
                last = self._clock.monotonic()
            elif self.playing:
                await self._advance(min(elapsed, 1.0) * self.speed)
            self.alerts.look()
            if self.timed:
                self.duration = max(self.duration, self._surveyor.end - self.start)

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._survey_again.set()

    async def _survey(self) -> None:
        while True:
            self._survey_again.clear()
            going = asyncio.create_task(self._look_through(), name="survey")
            going.add_done_callback(self._looked_through)
            try:
                await self._survey_again.wait()
            finally:
                going.cancel()
                (result,) = await asyncio.gather(going, return_exceptions=True)
            if isinstance(result, Exception):
                raise result

    def _looked_through(self, going: asyncio.Task[None]) -> None:
        if not going.cancelled() and going.exception() is not None:
            self._survey_again.set()

    async def _look_through(self) -> None:
        try:
            await self._surveyor.run(self._first)
        except RecordingError as error:
            self.problem = str(error)
        self.duration = max(self.duration, self._surveyor.end - self.start)
        known = dict.fromkeys([*self.markets, *self._surveyor.counts])
        self.markets = tuple(known)
        self.venues = tuple(dict.fromkeys(key.venue for key in known))
        self.news.touch()
