"""How often and how lately the trader opened each market: what the search puts first."""

from __future__ import annotations

from collections import deque
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from wsdash import files
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.files import aside, head, whole

HALF_LIFE: Final = 7 * 86_400.0
"""Seconds in which an opening comes to count half."""

MOST_USES: Final = 500
"""Markets that are remembered; the least used are forgotten."""

LARGEST: Final = 256 * 1024
"""Bytes of a file that is read."""


class Use(NamedTuple):
    """How much a market was used: openings, each halved since, as of a wall time."""

    score: float
    wall: float

    def at(self, wall: float) -> float:
        """Return the score at a wall time; a clock that went back changes nothing."""
        return float(self.score * 0.5 ** (max(0.0, wall - self.wall) / HALF_LIFE))


class Uses:
    """What was opened, kept in a file that no person edits.

    Args:
        file: need not exist; None keeps nothing.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._uses: dict[str, Use] = {}
        self._news: deque[tuple[str, float]] = deque(maxlen=1000)

    def load(self) -> str:
        """Read the file; return in words what was wrong, nothing if all was well."""
        try:
            self._uses, problem = self._read()
        except OSError as error:
            return self.said(error)
        return problem

    def opened(self, key: MarketKey, wall: float) -> None:
        """A market was opened; `save` makes that last."""
        self._uses[str(key)] = _used(self._uses.get(str(key)), wall)
        if self._file is not None:
            self._news.append((str(key), wall))

    def weight(self, name: str, wall: float) -> float:
        """Return how much a market (``venue:name``) counts; 0 where it was never opened."""
        use = self._uses.get(name)
        return 0.0 if use is None else use.at(wall)

    def weights(self, wall: float) -> dict[str, float]:
        """Return how much every market counts that was opened."""
        return {name: use.at(wall) for name, use in self._uses.items()}

    def save(self) -> None:
        """Add what is new to the file as it is now: other screens write it too.

        Raises:
            OSError: it cannot be written; it is tried again the next time.
        """
        if self._file is None or not self._news:
            return
        news = [self._news.popleft() for _ in range(len(self._news))]
        try:
            self._write(news)
        except OSError:
            self._news.extendleft(reversed(news))
            raise

    def said(self, error: OSError) -> str:
        """Return what went wrong with the file, in words."""
        return "" if self._file is None else files.said(self._file, error)

    def _write(self, news: list[tuple[str, float]]) -> None:
        if self._file is None:
            return
        uses, _ = self._read()
        for name, wall in news:
            uses[name] = _used(uses.get(name), wall)
        latest = max(use.wall for use in uses.values())
        most = sorted(uses, key=lambda name: uses[name].at(latest), reverse=True)[:MOST_USES]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with whole(self._file, durable=False) as out:
            out.write(msgspec.json.encode({name: uses[name] for name in most}))

    def _read(self) -> tuple[dict[str, Use], str]:
        if self._file is None:
            return {}, ""
        content = head(self._file, LARGEST)
        if content is None:
            return {}, ""
        try:
            uses = msgspec.json.decode(content, type=dict[str, Use])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            uses = {"": Use(-1, 0)}
        if all(use.score >= 0 and isfinite(use.score + use.wall) for use in uses.values()):
            return uses, ""
        return {}, clean(f"{self._file.name} is damaged; it is put aside as {aside(self._file)}")


def _used(use: Use | None, wall: float) -> Use:
    return Use(1.0 if use is None else use.at(wall) + 1.0, wall)
