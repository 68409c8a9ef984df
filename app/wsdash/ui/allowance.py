"""What a line that is known to be slow may be given: half of what it carries, the rest is for keys.

What was written is not there yet: a kernel keeps kilobytes of it, seconds on a slow line, and
tells nobody. So what has arrived by now is reckoned, from what the line carried while it was full.
"""

from __future__ import annotations

from typing import Final

SHARE: Final = 0.5
"""Share of the line that frames take of their own accord."""

SLACK: Final = 0.05
"""Seconds of the line that may be owed when the next frame goes."""

URGENT: Final = 0.4
"""Seconds of the line that may be on their way when what a key did goes."""

LEAST: Final = 512.0
"""Bytes a second that every line carries, or else it stands still and that says nothing of it."""


class Allowance:
    """Reckons what is on its way over a line.

    Attributes:
        rate: bytes a second that the line carries, None while it was never seen to be full.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self._looked_at = 0.0
        self._written = 0
        self._owed = self._waits = 0.0

    def measured(self, rate: float) -> None:
        """The line was full, and carried so much; a second alone says little."""
        self.rate = max(LEAST, rate if self.rate is None else (self.rate + rate) / 2)

    def double(self) -> None:
        """Try whether it carries more by now."""
        self.rate = None if self.rate is None else self.rate * 2

    def forget(self) -> None:
        """Begin anew: nothing is known of the line."""
        self.rate = None
        self._owed = self._waits = 0.0

    def look(self, now: float, written: int) -> None:
        """Reckon what has arrived; a frame is written right after somebody looked.

        Args:
            now: monotonic seconds.
            written: bytes since the start.
        """
        passed, more = now - self._looked_at, written - self._written
        self._looked_at, self._written = now, written
        if self.rate is not None:
            carried = self.rate * passed
            self._owed = max(0.0, self._owed + more - carried * SHARE)
            self._waits = max(0.0, self._waits + more - carried)

    @property
    def spent(self) -> bool:
        """Whether a frame has to wait."""
        return self.rate is not None and self._owed > self.rate * SLACK

    @property
    def clogged(self) -> bool:
        """Whether what a key did has to wait, too."""
        return self.rate is not None and self._waits > self.rate * URGENT
