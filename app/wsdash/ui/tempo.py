"""How many frames a second: fewer while the program is late, so that the feeds come first."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

LATE: Final = 0.25
"""Seconds the loop may be late; beyond that, drawing is what gives way."""

VERY_LATE: Final = 1.0
"""Seconds beyond which nothing on the screen is as fresh as it looks."""

WELL: Final = 0.1
"""Seconds of lateness below which more is drawn again."""

PATIENCE: Final = 2.0
"""Seconds it must stay late, or well, before anything is changed."""

CALM: Final = 1.0
"""Seconds between two drawings of an age, on a slow line."""

STEPS: Final = (10, 2)
"""Frames a second that are fallen back to."""


class Tempo:
    """The pace of drawing.

    Args:
        fps: frames a second while all is well.
        late: how late the loop is, in seconds.
        clock: monotonic seconds.
        limit: frames a second that the line to the terminal carries, None for any number.
    """

    def __init__(
        self,
        fps: int,
        late: Callable[[], float],
        clock: Callable[[], float] = monotonic,
        limit: Callable[[], float | None] = lambda: None,
    ) -> None:
        full = max(1, fps)
        self._steps = [full, *(step for step in STEPS if step < full)]
        self._late, self._clock, self._limit = late, clock, limit
        self._step = 0
        self._turn: tuple[int, float] = (0, 0.0)

    @property
    def fps(self) -> float:
        """Frames a second at present."""
        step, limit = self._steps[self._step], self._limit()
        return step if limit is None else min(step, limit)

    @property
    def slowed(self) -> bool:
        """Whether that is less than it should be."""
        return self._step > 0

    def pace(self) -> float:
        """Seconds between two frames."""
        return 1 / self.fps

    def pause(self) -> float:
        """Seconds to the next frame; on a slow line all panes share frames, few as they are."""
        pace = self.pace()
        return pace if self._limit() is None else pace - self._clock() % pace

    def idle(self, seconds: float) -> float:
        """Seconds after which a pane that nothing moved is drawn again all the same."""
        return max(seconds, self.pace(), 0.0 if self._limit() is None else CALM)

    def look(self) -> None:
        """Take a step when it has been late, or well, for long enough; called now and then."""
        now, late = self._clock(), self._late()
        wish = 1 if late > LATE else -1 if late < WELL else 0
        if not 0 <= self._step + wish < len(self._steps):
            wish = 0
        if wish != self._turn[0]:
            self._turn = (wish, now)
        elif wish and now - self._turn[1] >= PATIENCE:
            self._step += wish
            self._turn = (0, now)
