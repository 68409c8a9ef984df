"""Budgets: how often we may connect and send, so that no venue ever has to say so."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from math import isfinite
from pathlib import Path

from wsdash.feed.clock import Clock
from wsdash.files import whole
from wsdash.venues.venue import Budget

WINDOW = 300.0
"""Seconds over which attempts are counted for the screen."""

BUSY = 0.05
"""Seconds to wait while another program spends an attempt."""

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
    of the program does not bring the budget back, and two programs have one between them.

    Args:
        budget: what may be spent.
        clock: monotonic for the budget, wall only for the file.
        file: where attempts are kept, or None.
    """

    def __init__(self, budget: Budget, clock: Clock, file: Path | None = None) -> None:
        self._budget, self._clock, self._file = budget, clock, file
        self.limit = budget.burst + int(budget.per_second * WINDOW)
        self._attempts: list[float] = []
        self._noted: Counter[float] = Counter()
        self._bucket = TokenBucket(budget, clock.monotonic())
        self._learn()

    def take(self, reserve: int = 0) -> float:
        """Spend an attempt; return the seconds to wait when there is none (0: it was spent).

        Args:
            reserve: attempts to leave for a connection that matters more.
        """
        with self._alone() as alone:
            if not alone:
                return BUSY
            self._learn()
            now = self._clock.monotonic()
            wait = self._bucket.take(now, reserve)
            if not wait:
                self._attempts = [at for at in self._attempts if now - at < WINDOW] + [now]
                self._noted[self._clock.wall()] += 1
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

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other programs from the file; tells whether that was possible at once."""
        if self._file is None:
            yield True
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._file.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError:
            self._file = None  # a disk that does not take it must not stop the feed
            yield True
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except OSError as error:
            alone = error.errno not in (errno.EAGAIN, errno.EACCES)  # or there is no locking here
        try:
            yield alone
        finally:
            os.close(lock)

    def _learn(self) -> None:
        """Count the attempts in the file that are not known yet."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        found = Counter(at for at in self._load() if wall - at < WINDOW) - self._noted
        if not found:
            return
        self._noted += found
        # the wall clock may have been set back since: what lies ahead of it counts as just now
        ages = [max(0.0, wall - at) for at in found.elements()]
        self._attempts = sorted([*self._attempts, *(now - age for age in ages)])
        self._bucket = TokenBucket(self._budget, self._attempts[0])
        for at in self._attempts:
            self._bucket.take(at)

    def _load(self) -> list[float]:
        try:
            times = json.loads(self._file.read_text()) if self._file else []
            return [float(at) for at in times if isinstance(at, int | float) and isfinite(at)]
        except (OSError, ValueError, TypeError, OverflowError, RecursionError):
            return []

    def _save(self) -> None:
        wall = self._clock.wall()
        kept = [at for at in self._noted.elements() if wall - at < WINDOW]
        self._noted = Counter(kept)
        if self._file is not None:
            try:
                with whole(self._file, durable=False) as out:
                    out.write(json.dumps(sorted(kept)).encode())
            except OSError:
                self._file = None
