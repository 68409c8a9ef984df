"""When books are had by a thinner channel: fewer levels or fewer messages, but in time."""

from __future__ import annotations

from wsdash.feed.freshness import LAGGING

AFTER = 10.0
"""Seconds of lag in a row after which less is asked for: a burst passes sooner."""

IN_TIME = 0.5
"""Seconds of lag that are none."""

BACK_AFTER = 60.0
"""Seconds in time after which everything is asked for again."""

BACK_AT_MOST = 3_600.0
"""That grows twofold whenever it was too soon, up to this."""


class Thinning:
    """Decides for one connection, by how late its data comes.

    Attributes:
        on: whether the thinner channel is to be used.
    """

    def __init__(self) -> None:
        self.on = False
        self._since: float | None = None
        self._patience = BACK_AFTER
        self._back_at: float | None = None

    def look(self, lag: float, now: float) -> bool:
        """Look at the lag; tell whether `on` has changed.

        Args:
            lag: seconds by which data comes later than it could.
            now: monotonic seconds.
        """
        wrong = lag <= IN_TIME if self.on else lag > LAGGING
        if not wrong:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        if now - self._since < (self._patience if self.on else AFTER):
            return False
        self._since, self.on = None, not self.on
        if not self.on:
            self._back_at = now
        elif self._back_at is not None:
            soon = now - self._back_at < BACK_AFTER
            self._patience = min(self._patience * 2, BACK_AT_MOST) if soon else BACK_AFTER
        return True
