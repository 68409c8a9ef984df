"""Counters of the way out to the terminal, for the status bar; nothing is written here."""

from __future__ import annotations

import time


class Rate:
    """How much a second, as of the last whole second."""

    def __init__(self) -> None:
        self._second = 0
        self._count = 0
        self._last = 0

    def _turn(self, now: float) -> None:
        second = int(now)
        if second != self._second:
            self._last = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0

    def add(self, count: int, now: float) -> None:
        """Count something that happened at `now`."""
        self._turn(now)
        self._count += count

    def per_second(self, now: float) -> int:
        """Return the count of the last whole second before `now`."""
        self._turn(now)
        return self._last


class OutputStats:
    """What went out and what did not; the status bar reads it.

    Attributes:
        bytes_written: since the start.
        frames_written: since the start.
        frames_dropped: since the start.
        dropped_in_stall: since the terminal last kept up.
        stalled_since: monotonic time since when the terminal takes nothing, else None.
        busy_since: monotonic time since when something waits to go out, else None.
    """

    def __init__(self) -> None:
        self.bytes_written = 0
        self.frames_written = 0
        self.frames_dropped = 0
        self.dropped_in_stall = 0
        self.stalled_since: float | None = None
        self.busy_since: float | None = None
        self._waited = 0.0
        self._bytes = Rate()
        self._frames = Rate()

    def wrote(self, size: int, now: float) -> None:
        """Count bytes the terminal took."""
        self.bytes_written += size
        self._bytes.add(size, now)

    def drew(self, now: float) -> None:
        """Count a frame accepted."""
        self.frames_written += 1
        self._frames.add(1, now)

    def dropped(self) -> None:
        """Count a frame that was not drawn."""
        self.frames_dropped += 1
        self.dropped_in_stall += 1

    def waits(self, now: float) -> None:
        """Something could not leave at once."""
        self.busy_since = self.stalled_since = now

    def kept_up(self, now: float) -> None:
        """Nothing waits any more."""
        if self.busy_since is not None:
            self._waited += now - self.busy_since
        self.busy_since = None
        self.dropped_in_stall = 0

    def waited(self, now: float) -> float:
        """Return for how many seconds since the start something waited to go out."""
        since = self.busy_since
        return self._waited + (0.0 if since is None else now - since)

    def bytes_per_second(self, now: float | None = None) -> int:
        """Return the bytes taken in the last whole second."""
        return self._bytes.per_second(time.monotonic() if now is None else now)

    def frames_per_second(self, now: float | None = None) -> int:
        """Return the frames accepted in the last whole second."""
        return self._frames.per_second(time.monotonic() if now is None else now)

    def stalled_for(self, now: float | None = None) -> float:
        """Return for how many seconds the terminal has taken nothing, 0 if it reads."""
        since = self.stalled_since
        return 0.0 if since is None else (time.monotonic() if now is None else now) - since

    def words(self, now: float | None = None) -> str:
        """Return what the status bar says about the terminal."""
        now = time.monotonic() if now is None else now
        if (stalled := self.stalled_for(now)) >= 1:
            return f"terminal stalled {stalled:.0f} s, {self.dropped_in_stall} frames dropped"
        kib = self.bytes_per_second(now) / 1024
        return f"tty {kib:.0f} KiB/s {self.frames_per_second(now)} fps"
