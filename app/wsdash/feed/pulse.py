"""Whether a socket lives: what was heard on it, when, and what its silence means."""

from __future__ import annotations

from wsdash.feed.causes import Dropped, SchemaChanged, Silence
from wsdash.feed.link import Link, LinkState

SYNC_DEADLINE = 5.0
"""Seconds after which a connection with data is LIVE though some book is not, and one
without any data is given up."""

LOGIN_DEADLINE = 10.0
"""Seconds for a login."""

ASLEEP = 5.0
"""Seconds without a look at the clock that mean the machine or the program stood still: what
the socket holds then is old, and nobody knows what the venue has thrown away."""


SCHEMA_WINDOW = 10.0
"""Seconds over which frames that are not understood are counted."""

SCHEMA_SHARE = 0.2
"""Share of frames not understood from which the venue is held to have changed its ways."""

SCHEMA_FEW = 5
"""Frames not understood that prove nothing yet."""


class Pulse:
    """The signs of life of one socket.

    Args:
        heartbeat: longest normal silence in seconds; 0 where only pongs tell.
        now: when the socket was opened.

    Attributes:
        heard_at: when a frame last came in.
        data: whether a channel has proved itself, and not just the connection.
    """

    def __init__(self, heartbeat: float, now: float) -> None:
        self.heard_at = now
        self.data = False
        self._heartbeat = heartbeat
        self._looked_at = now
        self._counted = (now, 0, 0)

    def look(self, now: float) -> Exception | None:
        """Note that somebody looks at the clock; return why the socket must go if nobody did."""
        stood_still, self._looked_at = now - self._looked_at, now
        return Dropped(f"resumed after {stood_still:.0f} s") if stood_still > ASLEEP else None

    def judge(self, link: Link, now: float, *, wanted: bool) -> Exception | None:
        """Return why the socket must go, or None.

        Args:
            link: the state of the connection.
            now: monotonic seconds.
            wanted: whether anything is subscribed; without that a venue may be silent.
        """
        if self._heartbeat and wanted and now - self.heard_at > self._heartbeat:
            return Silence(f"silent for {self._heartbeat:.0f} s")
        if self.is_late(link, now) and not self.data:
            return Silence(f"no data in {SYNC_DEADLINE:.0f} s")
        if link.state is LinkState.AUTH and now - link.since > LOGIN_DEADLINE:
            return Silence(f"no login in {LOGIN_DEADLINE:.0f} s")
        return None

    def read(self, frames: int, bad: int, now: float) -> Exception | None:
        """Return why the socket must go when too many frames are not understood, or None.

        Args:
            frames: all frames of the socket so far.
            bad: those of them that were not understood.
            now: monotonic seconds.
        """
        since, frames_then, bad_then = self._counted
        if now - since < SCHEMA_WINDOW:
            return None
        self._counted = (now, frames, bad)
        more, worse = frames - frames_then, bad - bad_then
        if worse < SCHEMA_FEW or worse < more * SCHEMA_SHARE:
            return None
        return SchemaChanged(f"schema changed? {worse} of {more} frames not understood")

    def is_late(self, link: Link, now: float) -> bool:
        """Whether some channel is behind, so that the others must not wait for it any longer."""
        waiting = link.state in (LinkState.SUBSCRIBING, LinkState.SYNCING)
        return waiting and now - link.since > SYNC_DEADLINE
