"""A replay that goes on: a moment of a recording, and the records that come after it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from wsdash.domain.events import Event
from wsdash.feed.recording import Record, Recording
from wsdash.feed.reel import Reel
from wsdash.feed.survey import timed
from wsdash.venues.venue import Venue

EVERY: Final = 5_000
"""Records between two checkpoints, as long as there are few."""

MOST: Final = 32
"""Checkpoints that are kept; of more, every other one goes."""

LARGEST: Final = 64 * 1024 * 1024
"""Bytes that all checkpoints may take."""


class Projector:
    """Takes one record after the other.

    Args:
        path: the recording.
        reel: the moment.
        lines: how many lines of the file that moment is made of.
        checkpoints: keeps moments on the way, if there is one.

    Raises:
        RecordingError: the file cannot be read.
    """

    def __init__(
        self, path: Path, reel: Reel, lines: int = 0, checkpoints: Checkpoints | None = None
    ) -> None:
        self.recording = Recording(path)
        self.reel = reel
        self.lines = lines
        self._checkpoints = checkpoints
        last = reel.heard_at if reel.taken else 0.0
        self._records: Iterator[Record] = timed(self.recording, last, lines)
        self.next: Record | None = None
        self._fetch()

    def take(self) -> list[tuple[Venue, Event]]:
        """Take the next record, if there is one, and return what it said."""
        if self.next is None:
            return []
        said = self.reel.take(self.next)
        self.lines = self._ahead
        self._fetch()
        if self._checkpoints is not None:
            self._checkpoints.look(self)
        return list(said)

    def take_until(self, target: Target, most: int) -> bool:
        """Take at most `most` records, none of them beyond a target; tell whether it is reached."""
        reel = self.reel
        for _ in range(most):
            if self.next is None:
                reel.end()
                break
            if target.stops_before(reel.taken, self.next.t):
                break
            self.take()
        else:
            return False
        if target.at is not None and not reel.ended:
            reel.pass_time(target.at)
        return True

    def _fetch(self) -> None:
        self.next = next(self._records, None)
        self._ahead = self.recording.lines


class Target(NamedTuple):
    """Where to go: a time in seconds since the epoch, or a number of records."""

    at: float | None = None
    taken: int | None = None

    def stops_before(self, taken: int, t: float | None) -> bool:
        """Tell whether the next record is beyond it; `t` is its time, None where there is none."""
        if self.taken is not None:
            return taken >= self.taken
        return t is not None and self.at is not None and t > self.at

    def passed_by(self, reel: Reel) -> bool:
        """Tell whether a moment is later than this: the way to it leads back."""
        if self.taken is not None:
            return reel.taken > self.taken
        return self.at is not None and reel.now() > self.at


class Checkpoint(NamedTuple):
    """A moment, packed."""

    at: float
    taken: int
    lines: int
    packed: bytes


class Checkpoints:
    """Moments on the way through a recording, so that a way back need not begin at its start.

    Venues are not packed: there is one of each.
    """

    def __init__(self) -> None:
        self.every = EVERY
        self._kept: dict[int, Checkpoint] = {}
        self._venues: dict[str, Venue] = {}
        self._able = True

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes that they take."""
        return sum(len(one.packed) for one in self._kept.values())

    def clear(self) -> None:
        """Forget all of them."""
        self.every = EVERY
        self._kept.clear()

    def look(self, projector: Projector) -> None:
        """Keep this moment if it is time for it; called after every record."""
        taken = projector.reel.taken
        if taken % self.every or taken in self._kept or not self._able or projector.reel.ended:
            return
        try:
            packed = self._pack(projector.reel)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
            self._able = False  # a session of another kind: ways back begin at the start
            return
        at = projector.reel.now()
        self._kept[taken] = Checkpoint(at, taken, projector.lines, packed)
        while len(self._kept) > MOST or (self.size > LARGEST and len(self._kept) > 1):
            self.every *= 2
            for number in [n for n in self._kept if n % self.every]:
                del self._kept[number]

    def before(self, target: Target) -> Checkpoint | None:
        """Return the last of them on the way to a target."""
        fitting = [
            one
            for one in self._kept.values()
            if (one.at <= target.at if target.at is not None else one.taken <= (target.taken or 0))
        ]
        return max(fitting, key=lambda one: one.taken, default=None)

    def restore(self, checkpoint: Checkpoint, path: Path) -> Projector:
        """Return a projector that goes on from a checkpoint.

        Raises:
            RecordingError: the file cannot be read any more.
        """
        reel: Reel = _Unpickler(checkpoint.packed, self._venues).load()
        return Projector(path, reel, checkpoint.lines, self)

    def _pack(self, reel: Reel) -> bytes:
        out = BytesIO()
        _Pickler(out, self._venues).dump(reel)
        return out.getvalue()


class _Pickler(pickle.Pickler):
    def __init__(self, out: BytesIO, venues: dict[str, Venue]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._venues = venues

    def persistent_id(self, obj: object) -> str | None:
        if isinstance(obj, Venue):
            self._venues[obj.name] = obj
            return obj.name
        return None


class _Unpickler(pickle.Unpickler):
    """Reads nothing but what was packed by this program in its own memory."""

    def __init__(self, packed: bytes, venues: dict[str, Venue]) -> None:
        super().__init__(BytesIO(packed))
        self._venues = venues

    def persistent_load(self, pid: str) -> Venue:
        return self._venues[pid]
