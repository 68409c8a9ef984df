"""How much a slow line gets: fewer frames, fewer colours and a tape that stands, while it is slow.

A line is slow when what was written waits for the terminal most of the time, or in the
kernel on its way to an ssh client. It is fast again when nothing waits for a while. Whether
it would carry all of it can only be tried: after a try that failed the next one is later.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final, Literal, TypeAlias

from wsdash.ui.output_stats import OutputStats

Mode: TypeAlias = Literal["auto", "low", "full"]

STEPS: Final = (8, 4, 2, 1, 0.5)
"""Frames a second on a slow line, the slower the line the fewer."""

SLOW: Final = 0.5
"""Share of the time that something waits to go out; above, the line is slow."""

WELL: Final = 0.15
"""Share below which the line could take more."""

QUEUE: Final = 16 * 1024
"""Bytes on their way to an ssh client above which its line is slow; well is half of that."""

PATIENCE: Final = 2
"""Seconds it must be slow before less is drawn."""

REST: Final = 10
"""Seconds it must be well before more is drawn; twice as long after each try that failed."""

LONGEST: Final = 320
"""Seconds between two tries at most."""

PROVEN: Final = 20
"""Seconds after which a try has not failed."""


class Band:
    """What the line to the terminal takes.

    Args:
        stats: the counters of the terminal, None without one.
        mode: ``auto``, or always ``low`` or ``full``.
        clock: monotonic seconds.
        queued: bytes that are on their way to an ssh client.

    Attributes:
        changed: called when it turns low, or full again.
        cleared: called when an ssh client has caught up.
        congested: whether so much is on its way to an ssh client that more would only be late.
    """

    def __init__(
        self,
        stats: Callable[[], OutputStats | None],
        mode: Mode = "auto",
        clock: Callable[[], float] = monotonic,
        queued: Callable[[], int] = lambda: 0,
    ) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.cleared: Callable[[], None] = lambda: None
        self.congested = False
        self._stats, self._clock, self._queued = stats, clock, queued
        self._mode: Mode = mode
        self._step = 0
        self._sample = (clock(), 0.0, 0)
        self._slow = self._well = 0.0
        self._rest = float(REST)
        self._raised: float | None = None
        self._was_low = mode == "low"

    @property
    def mode(self) -> Mode:
        """Whether it is chosen by itself, or was told."""
        return self._mode

    @property
    def fps(self) -> float | None:
        """Frames a second at most, None where the line sets no limit."""
        step = 0 if self._mode == "full" else max(self._step, self._mode == "low")
        return STEPS[step - 1] if step else None

    @property
    def low(self) -> bool:
        """Whether less is drawn."""
        return self.fps is not None

    def force(self, mode: Mode) -> None:
        """Do as told, or choose by itself again."""
        self._mode, self._step = mode, 0
        self._slow = self._well = 0.0
        self._rest, self._raised = float(REST), None
        self._tell()

    def look(self) -> None:
        """Look what waits, and judge the last second; called several times a second."""
        stats, now, queued = self._stats(), self._clock(), self._queued()
        was_congested, self.congested = self.congested, queued > QUEUE
        if was_congested and not self.congested:
            self.cleared()
        since, waited, written = self._sample
        if stats is None or now - since < 1:
            return
        self._sample = (now, stats.waited(now), stats.bytes_written)
        share, moved = (self._sample[1] - waited) / (now - since), self._sample[2] > written
        if share > SLOW and not moved:  # it does not read at all: that says nothing of the line
            self._slow = self._well = 0.0
            return
        slow, well = share > SLOW or queued > QUEUE, share < WELL and queued < QUEUE / 2
        self._slow = self._slow + now - since if slow else 0.0
        self._well = self._well + now - since if well else 0.0
        self._move(now)

    def _move(self, now: float) -> None:
        if self._slow >= PATIENCE and self._step < len(STEPS):
            tried = self._raised is not None and now - self._raised < PROVEN
            self._rest = min(LONGEST, self._rest * 2) if tried else self._rest
            self._step, self._slow, self._raised = self._step + 1, 0.0, None
        elif self._well >= self._rest and self._step:
            self._step, self._well, self._raised = self._step - 1, 0.0, now
        elif self._raised is not None and now - self._raised >= PROVEN:
            self._rest, self._raised = float(REST), None
        self._tell()

    def _tell(self) -> None:
        if self.low != self._was_low:
            self._was_low = self.low
            self.changed()
