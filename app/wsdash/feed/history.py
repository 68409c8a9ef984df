"""What the supervisor pane remembers of a connection: its last hour, and its pace."""

from __future__ import annotations

from collections import deque
from typing import Final

from wsdash.feed.link import OPEN, Link, LinkState
from wsdash.feed.market import ChannelState
from wsdash.venues.venue import Subscription

CELLS = 60
"""Minutes shown."""

CELL = 60.0
"""Seconds a cell stands for."""

RATE_WINDOW = 5.0
"""Seconds over which the pace is measured."""

_RANK: Final = " lsd"
"""Letters from best to worst: a minute shows the worst that happened in it."""


class Strip:
    """The last hour as one letter a minute, the worst of each."""

    def __init__(self) -> None:
        self._cells: deque[str] = deque(maxlen=CELLS)
        self._cell_ends = 0.0

    def __str__(self) -> str:
        """Oldest first: l live, s stale or not live yet, d down, space before it was."""
        return "".join(self._cells).rjust(CELLS)

    def note(self, letter: str, now: float) -> None:
        """Note how it is."""
        if now >= self._cell_ends:
            self._cell_ends = now + CELL
            self._cells.append(" ")
        if _RANK.index(letter) > _RANK.index(self._cells[-1]):
            self._cells[-1] = letter


class LinkHistory:
    """The last hour of a connection and of its streams, and frames a second of late."""

    def __init__(self) -> None:
        self.strip = Strip()
        self.streams: dict[Subscription, Strip] = {}
        self.resyncs = 0
        self._frames: deque[tuple[float, int]] = deque()

    def note(self, link: Link, frames: int, now: float) -> None:
        """Note how the connection is; called about four times a second."""
        self.strip.note(_letter(link), now)
        self._frames.append((now, frames))
        while now - self._frames[0][0] > RATE_WINDOW:
            self._frames.popleft()

    def note_stream(self, sub: Subscription, link: Link, state: ChannelState, now: float) -> None:
        """Note how a stream is that the connection carries."""
        letter = _letter(link)
        if letter == "l":
            letter = _LETTERS.get(state, "s")
        self.streams.setdefault(sub, Strip()).note(letter, now)

    @property
    def rate(self) -> float:
        """Frames a second."""
        if len(self._frames) < 2:
            return 0.0
        (start, before), (end, after) = self._frames[0], self._frames[-1]
        return (after - before) / (end - start) if end > start else 0.0


_LETTERS: Final = {ChannelState.LIVE: "l", ChannelState.QUIET: "l", ChannelState.PARKED: "d"}


def _letter(link: Link) -> str:
    if link.state in (LinkState.LIVE, LinkState.ROTATING):
        return "l"
    if link.state in OPEN:
        return "s"
    return " " if link.state is LinkState.IDLE else "d"
