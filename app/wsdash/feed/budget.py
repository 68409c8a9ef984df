"""Budgets: how often we may connect and send, so that no venue ever has to say so."""

from __future__ import annotations

import json
from collections import deque
from math import isfinite
from pathlib import Path

from wsdash.feed.clock import Clock
from wsdash.venues.venue import Budget

WINDOW = 300.0
"""Seconds over which attempts are counted for the screen."""

_ROUNDING = 1e-6
"""Part of a token that floats may lose: whoever waited as long as told must not wait again."""


class TokenBucket:
    """At most `burst` at once, refilled steadily."""

    def __init__(self, budget: Budget, now: float) -> None:
        self._budget = budget
        self._tokens = float(budget.burst)
        self._at = now

    def take(self, now: float, reserve: int = 0) -> float:
        """Take a token; return the seconds to wait when there is none (0: it was taken).

        Args:
            now: monotonic seconds.
            reserve: tokens to leave for whoever matters more.
        """
        wait = self.wait(now, reserve)
        if not wait:
            self._tokens -= 1
        return wait

    def wait(self, now: float, reserve: int = 0) -> float:
        """Return the seconds until there is a token, without taking it."""
        self._refill(now)
        missing = 1 + reserve - self._tokens
        return missing / self._budget.per_second if missing > _ROUNDING else 0.0

    def room(self, now: float) -> int:
        """Return how many tokens there are."""
        self._refill(now)
        return int(self._tokens + _ROUNDING)

    def _refill(self, now: float) -> None:
        gained = max(0.0, now - self._at) * self._budget.per_second
        self._tokens = min(self._budget.burst, self._tokens + gained)
        self._at = now


class ConnectBudget:
    """The connection attempts of one venue: all its connections share it.

    Attempts are noted in wall time in a file, where one is given, so that a restart
    of the program does not bring the budget back.

    Args:
        budget: what may be spent.
        clock: monotonic for the budget, wall only for the file.
        file: where attempts are kept, or None.
    """

    def __init__(self, budget: Budget, clock: Clock, file: Path | None = None) -> None:
        self._clock, self._file = clock, file
        self.limit = budget.burst + int(budget.per_second * WINDOW)
        now, wall = clock.monotonic(), clock.wall()
        # the wall clock may have been set back since: what lies ahead of it counts as just now
        ages = sorted(
            (max(0.0, wall - at) for at in self._load() if wall - at < WINDOW), reverse=True
        )
        self._attempts: deque[float] = deque((now - age for age in ages), maxlen=1_000)
        self._bucket = TokenBucket(budget, self._attempts[0] if self._attempts else now)
        for at in self._attempts:
            self._bucket.take(at)

    def take(self, reserve: int = 0) -> float:
        """Spend an attempt; return the seconds to wait when there is none (0: it was spent).

        Args:
            reserve: attempts to leave for a connection that matters more.
        """
        now = self._clock.monotonic()
        wait = self._bucket.take(now, reserve)
        if not wait:
            self._attempts.append(now)
            self._save()
        return wait

    def wait(self, reserve: int = 0) -> float:
        """Return the seconds until an attempt can be spent, without spending it."""
        return self._bucket.wait(self._clock.monotonic(), reserve)

    @property
    def spent(self) -> int:
        """Attempts in the last five minutes."""
        since = self._clock.monotonic() - WINDOW
        return sum(at > since for at in self._attempts)

    def _load(self) -> list[float]:
        try:
            times = json.loads(self._file.read_text()) if self._file else []
            return [float(at) for at in times if isinstance(at, int | float) and isfinite(at)]
        except (OSError, ValueError, TypeError, OverflowError, RecursionError):
            return []

    def _save(self) -> None:
        if self._file is None:
            return
        now, wall = self._clock.monotonic(), self._clock.wall()
        recent = [wall - (now - at) for at in self._attempts if now - at < WINDOW]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(".tmp")
            temporary.write_text(json.dumps(recent))
            temporary.replace(self._file)
        except OSError:
            self._file = None  # a disk that does not take it must not stop the feed
