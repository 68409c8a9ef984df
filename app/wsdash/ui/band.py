"""How much a slow line gets: fewer frames, fewer colours and a tape that stands, while it is slow.

The slower it is, the less: panes beside the one in focus rest longer, and figures are plain. Once
it was seen to be full its rate is known, and frames take half of it: a key finds room.

A line is slow when what was written waits for the terminal most of the time, or in the
kernel on its way to an ssh client. It is fast again when nothing waits for a while. Whether
it would carry all of it can only be tried: after a try that failed the next one is later.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final, Literal, NamedTuple, TypeAlias

from wsdash.ui.allowance import Allowance
from wsdash.ui.output_stats import OutputStats

Mode: TypeAlias = Literal["auto", "low", "full"]


class Less(NamedTuple):
    """What a slow line gets.

    Attributes:
        fps: frames a second.
        beside: seconds between two drawings of panes that are neither in focus nor the ladder.
        plain: neither bars nor sums in the ladder, nor tenths of a second, nor digits that shine.
    """

    fps: float
    beside: float = 0.0
    plain: bool = False


STEPS: Final = (
    Less(8),
    Less(4),
    Less(2, beside=2),
    Less(1, beside=4, plain=True),
    Less(0.5, beside=8, plain=True),
)
"""The slower the line the less."""

SLOW: Final = 0.5
"""Share of the time that something waits to go out; above, the line is slow."""

WELL: Final = 0.15
"""Share below which the line could take more."""

QUEUE: Final = 16 * 1024
"""Bytes on their way to an ssh client above which its line is slow; well is half of that."""

LEAST_QUEUE: Final = 2 * 1024
"""Bytes on their way to an ssh client that say nothing, however slow its line."""

PATIENCE: Final = 2
"""Seconds it must be slow before less is drawn."""

REST: Final = 10
"""Seconds it must be well before more is drawn; twice as long after each try that failed."""

MEASURED: Final = 60
"""Seconds instead of `REST` where the rate of the line is known."""

FULL: Final = 0.8
"""Share of the time above which the kernel was never empty: what the line carried is its rate."""

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
        cleared: called when what waited for the line may go.
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
        self._stats, self._clock, self._queued = stats, clock, queued
        self._mode: Mode = mode
        self._step = 0
        self._sample = (clock(), 0.0, 0, 0)
        self._slow = self._well = 0.0
        self._rest = float(REST)
        self._raised: float | None = None
        self._allowance = Allowance()
        self._in_queue = 0
        self._was_congested = False
        self._looks: list[bool] = []
        self._was_low = mode == "low"

    @property
    def mode(self) -> Mode:
        """Whether it is chosen by itself, or was told."""
        return self._mode

    @property
    def less(self) -> Less | None:
        """What the line gets, None where it gets everything."""
        step = 0 if self._mode == "full" else max(self._step, self._mode == "low")
        return STEPS[step - 1] if step else None

    @property
    def fps(self) -> float | None:
        """Frames a second at most, None where the line sets no limit."""
        return None if self.less is None else self.less.fps

    @property
    def congested(self) -> bool:
        """Whether so much is on its way that another frame would only be late."""
        self._reckon()
        return self._mode != "full" and (self._in_queue > self._most or self._allowance.spent)

    @property
    def clogged(self) -> bool:
        """Whether that holds for what a key did, too."""
        self._reckon()
        return self._mode != "full" and (self._in_queue > self._most or self._allowance.clogged)

    @property
    def _most(self) -> float:
        """Bytes on their way to an ssh client above which nothing more is sent."""
        rate = self._allowance.rate
        return QUEUE if rate is None else min(QUEUE, max(LEAST_QUEUE, rate / 2))

    def _reckon(self) -> None:
        if (stats := self._stats()) is not None:
            self._allowance.look(self._clock(), stats.bytes_written)

    @property
    def low(self) -> bool:
        """Whether less is drawn."""
        return self.less is not None

    def force(self, mode: Mode) -> None:
        """Do as told, or choose by itself again."""
        self._mode, self._step = mode, 0
        self._slow = self._well = 0.0
        self._rest, self._raised = float(REST), None
        self._allowance.forget()
        self._tell()

    def look(self) -> None:
        """Look what waits, and judge the last second; called several times a second."""
        stats, now = self._stats(), self._clock()
        self._in_queue = self._queued()
        congested, was_congested = self.congested, self._was_congested
        self._was_congested = congested
        self._looks.append(congested)
        if was_congested and not congested:
            self.cleared()
        since, waited, written, queued_then = self._sample
        if stats is None or now - since < 1:
            return
        queued = self._in_queue
        self._sample = (now, stats.waited(now), stats.bytes_written, queued)
        share, moved = (self._sample[1] - waited) / (now - since), self._sample[2] - written
        saturated, self._looks = all(self._looks), []
        waits = saturated and queued <= QUEUE
        if not moved and (share > SLOW or waits):  # it does not read at all, or we let it catch up
            self._slow = self._well = 0.0
            return
        if share > FULL or min(queued, queued_then) > QUEUE:
            carried = moved + queued_then - queued
            if carried > 0:
                self._allowance.measured(carried / (now - since))
        slow = share > SLOW or queued > QUEUE or saturated
        well = share < WELL and queued < QUEUE / 2
        self._slow = self._slow + now - since if slow else 0.0
        self._well = self._well + now - since if well else 0.0
        self._move(now)

    def _move(self, now: float) -> None:
        if self._slow >= PATIENCE and self._step < len(STEPS):
            tried = self._raised is not None and now - self._raised < PROVEN
            self._rest = min(LONGEST, self._rest * 2) if tried else self._rest
            self._step, self._slow, self._raised = self._step + 1, 0.0, None
        elif self._well >= self._patience and self._step:
            self._step, self._well, self._raised = self._step - 1, 0.0, now
            self._allowance.double()
            if not self._step:
                self._allowance.forget()
        elif self._raised is not None and now - self._raised >= PROVEN:
            self._rest, self._raised = float(REST), None
        self._tell()

    @property
    def _patience(self) -> float:
        """Seconds it must be well before more is drawn."""
        known = self._allowance.rate is not None
        return min(LONGEST, self._rest * MEASURED / REST) if known else self._rest

    def _tell(self) -> None:
        if self.low != self._was_low:
            self._was_low = self.low
            self.changed()
