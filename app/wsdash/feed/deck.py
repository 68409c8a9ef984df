"""The deck of a replay: plays a recording from moment to moment, and goes to any of them.

A moment that was gone to is the one that playing from the beginning would have reached: it is
played up to there at full speed, from the beginning or from a checkpoint on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from wsdash.feed.clock import Clock
from wsdash.feed.feed import Follower
from wsdash.feed.log import new_log
from wsdash.feed.market import Board, Stream
from wsdash.feed.projector import Checkpoints, Projector, Target
from wsdash.feed.recording import RecordingError
from wsdash.feed.reel import Reel
from wsdash.feed.replay_alerts import ReplayAlerts, Watcher
from wsdash.venues.venue import Venue

SLOWEST: Final = 0.1
FASTEST: Final = 100.0

BATCH = 250
"""Records played between two looks at the rest of the program."""

AT_ONCE = 4
"""Batches of a seek that nobody has to see."""

CHEAP = 20_000
"""Records that are played anew rather than having figures that begin in their middle."""


class Deck:
    """Shows one moment of a recording after the other.

    Args:
        path: the recording.
        clock: gives the rest of the program its turn.
        venue: the venue of connections whose address does not tell.
        alerts: are watched at every moment.
        start: seconds since the epoch of the first record.
    """

    def __init__(
        self, path: Path, clock: Clock, venue: Venue | None, alerts: ReplayAlerts, start: float
    ) -> None:
        self.playing, self.speed, self.problem, self.cuts = True, 1.0, "", 0
        self.start, self.duration = start, 0.0
        self.news = Stream("account", 0.0)
        self.alerts = alerts
        self.board, self.log = Board(), new_log()
        self._path, self._clock, self._venue = path, clock, venue
        self._make: Callable[[bool], Follower] | None = None
        self._checkpoints = Checkpoints()
        self._target: Target | None = None
        self._from: tuple[int, float] | None = None
        self._projector = self._first()
        self._show()

    @property
    def position(self) -> float:
        """Seconds into the recording; while a moment is sought, where that is."""
        if self._target is not None and self._target.at is not None:
            return self._target.at - self.start
        return self._projector.reel.position

    @property
    def seeking(self) -> float | None:
        """How much of a seek is done; None while the board is true."""
        if self._from is None or self._target is None:
            return None
        reel, (taken, at) = self._projector.reel, self._from
        if self._target.taken is not None:
            whole, done = float(self._target.taken - taken), float(reel.taken - taken)
        else:
            whole, done = (self._target.at or at) - at, reel.now() - at
        return min(0.99, max(0.0, done / whole)) if whole > 0 else 0.0

    @property
    def follower(self) -> Follower | None:
        """What looks on at the moment that is shown; None while that is sought."""
        return None if self._from is not None else self._projector.reel.follower

    def toggle(self) -> None:
        """Play or pause."""
        self.playing = not self.playing and not self._projector.reel.ended

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as it was recorded."""
        self.speed = min(max(speed, SLOWEST), FASTEST)

    def step(self, frames: int = 1) -> None:
        """Pause, and play the next `frames` records; below zero take them back."""
        self.playing = False
        if self._target is not None:
            return
        target = Target(taken=max(0, self._projector.reel.taken + frames))
        if frames < 0:
            self._go(target)
        else:
            self._projector.take_until(target, frames + 1)
            self._moved()

    def seek(self, position: float) -> None:
        """Go to a moment; where that is beyond the end, to the end."""
        if self.timed:
            position = min(position, self.duration)
        self._go(Target(at=self.start + max(0.0, position)))

    def follow(self, make: Callable[[bool], Follower]) -> None:
        """Have followers made from here on; they look on from the beginning where that is near."""
        self._make = make
        self._projector.reel.follower = make(self._projector.reel.taken == 0)
        self._begin_anew()

    async def _advance(self, seconds: float) -> None:
        target = Target(at=self._projector.reel.now() + seconds)
        while not self._projector.take_until(target, BATCH):
            await self._clock.sleep(0)
            if self._target is not None:
                return
        self._moved()

    @property
    def timed(self) -> bool:
        """Whether the end is known."""
        return True

    def _moved(self) -> None:
        """The moment that is shown is a later one."""
        reel = self._projector.reel
        self.duration = max(self.duration, reel.position)
        self.playing = self.playing and not reel.ended

    def _go(self, target: Target) -> None:
        self._target = target
        self.news.touch()

    async def _seek(self) -> None:
        """Go to the target, which may become another one meanwhile."""
        batches, begun = 0, None
        while (target := self._target) is not None:
            try:
                if target is not begun:
                    self._set_out(target)
                    begun = target
                arrived = self._projector.take_until(target, BATCH)
            except RecordingError as error:
                self.problem, arrived = str(error), True
            if arrived:
                break
            batches += 1
            if batches >= AT_ONCE:
                self._hide()
                await self._clock.sleep(0)
        self._target = self._from = None
        self._show()

    def _set_out(self, target: Target) -> None:
        """Begin where the way to a target is shortest."""
        reel = self._projector.reel
        nearest = self._checkpoints.before(target)
        if target.passed_by(reel) or (nearest is not None and nearest.taken > reel.taken):
            if nearest is not None:
                self._projector = self._checkpoints.restore(nearest, self._path)
            else:
                self._projector = self._first()
        reel = self._projector.reel
        if self._from is not None:
            self._from = (reel.taken, reel.now())

    def _hide(self) -> None:
        """Nothing old is shown while a moment is sought."""
        if self._from is None:
            self._from = (self._projector.reel.taken, self._projector.reel.now())
            self._wake(self.board)
            self.board, self.log = Board(), new_log()
            self.alerts.show(None)
            self.cuts += 1
        self.news.touch()

    def _show(self) -> None:
        """Show the moment that was reached."""
        reel = self._projector.reel
        self._wake(self.board)
        self.board, self.log = reel.board, reel.log
        self.alerts.show(cast("Watcher | None", reel.watch))
        self.cuts += 1
        self._moved()
        reel.links.changed.touch()
        self.news.touch()

    def _wake(self, board: Board) -> None:
        """Whoever waits for a stream that is shown no more looks for another one."""
        for market in board.markets.values():
            for stream in market.streams.values():
                stream.touch()

    def _first(self) -> Projector:
        """The recording at its beginning."""
        reel = Reel(self._venue, self.start)
        self.alerts.watcher(reel)
        reel.follower = self._make(True) if self._make is not None else None
        return Projector(self._path, reel, 0, self._checkpoints)

    def _begin_anew(self) -> None:
        """Rules or followers are others: the way here is gone again with them, if it is short."""
        self._checkpoints.clear()
        reel, target = self._projector.reel, self._target
        if target is not None or 0 < reel.taken <= CHEAP:
            try:
                self._projector = self._first()
            except RecordingError as error:  # the file is gone: it goes on from here
                self.problem = str(error)
            else:
                self._go(Target(at=reel.now()) if target is None else target._replace())
