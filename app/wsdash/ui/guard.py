"""How often something may crash before it stays down: so many restarts in so much time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from wsdash.domain.text import SafeText, clean

RESTARTS: Final = 3
"""Restarts within `PERIOD`; what crashes once more stays down until somebody says otherwise."""

PERIOD: Final = 60.0
"""Seconds over which crashes are counted."""

PAUSE: Final = 2.0
"""Seconds between a crash and the restart: long enough to be seen."""


class Guard:
    """Counts the crashes of one pane, and says when it may run again.

    Args:
        clock: monotonic seconds.

    Attributes:
        kind: the type of the last exception; never its message, which may hold anything.
        parked: whether it stays down.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.kind = SafeText("")
        self.parked = False
        self._clock = clock
        self._crashes: deque[float] = deque(maxlen=RESTARTS + 1)
        self._retry_at: float | None = None

    @property
    def is_down(self) -> bool:
        """Whether it crashed and was not started again."""
        return self._retry_at is not None

    @property
    def words(self) -> str:
        """What happened, and what comes next."""
        if self.parked:
            return f"{self.kind}, {RESTARTS + 1} times in {PERIOD:.0f} s; r starts it again"
        wait = max(0.0, (self._retry_at or 0.0) - self._clock())
        return f"{self.kind}, again in {wait:.0f}s"

    def crashed(self, error: BaseException) -> None:
        """It crashed."""
        inner = getattr(error, "error", None)  # Textual wraps what a worker raised
        now = self._clock()
        self.kind = clean(type(inner if isinstance(inner, Exception) else error).__name__, 40)
        self._crashes.append(now)
        often = len(self._crashes) > RESTARTS
        self.parked = self.parked or (often and now - self._crashes[0] <= PERIOD)
        self._retry_at = now + PAUSE

    def may_run(self) -> bool:
        """Tell whether it may run; after its pause it is started again by this."""
        if self._retry_at is not None and not self.parked and self._clock() >= self._retry_at:
            self._retry_at = None
        return not self.is_down

    def restart(self) -> None:
        """Forget all crashes."""
        self._crashes.clear()
        self.parked, self._retry_at = False, None
