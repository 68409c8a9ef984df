"""What was true before the program stood still is doubted until the feed has looked at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from wsdash.feed.feed import LinkReport
from wsdash.feed.link import LinkState
from wsdash.feed.market import Stream
from wsdash.ui.snapshots.clocks import span
from wsdash.ui.snapshots.picture import Verdict

ASLEEP: Final = 5.0
"""Seconds between two looks that mean the machine or the program stood still."""

DOUBT: Final = 5.0
"""Seconds in which the feed surely marks what it does not believe itself."""

_LIVE: Final = frozenset({LinkState.LIVE, LinkState.ROTATING})


class Wake:
    """Notices that time has passed unseen.

    Whatever had been received by then, and whatever comes in from buffers filled before, is
    not drawn as live until the feed has given it a new state.

    Args:
        redraw: has everything drawn anew, because all of it is from before.
    """

    def __init__(self, redraw: Callable[[], None] = lambda: None) -> None:
        self.redraw = redraw
        self._looked_at: float | None = None
        self._woke_at: float | None = None
        self._away = 0.0

    def look(self, now: float) -> None:
        """Note that somebody looks at the clock, several times a second."""
        last, self._looked_at = self._looked_at, now
        if last is not None and now - last > ASLEEP:
            self.woke(now, now - last)

    def woke(self, now: float, away: float) -> None:
        """The program goes on after it stood still for `away` seconds."""
        self._woke_at, self._away, self._looked_at = now, away, now
        self.redraw()

    def judged(self, verdict: Verdict, stream: Stream | None, now: float) -> Verdict:
        """Return the verdict on a stream, or that it is from before."""
        if stream is None or not verdict.believable or not self._doubts(stream, now):
            return verdict
        return Verdict("STALE", f"{span(self._away)} asleep", "bad")

    def doubted(self, report: LinkReport, now: float) -> LinkReport:
        """Return the report, with a connection from before that nobody has looked at in doubt."""
        woke_at, link = self._woke_at, report.link
        if woke_at is None or link.state not in _LIVE or link.since >= woke_at:
            return report
        heard = report.received_at is not None and report.received_at >= woke_at
        if heard and now - woke_at > DOUBT:
            return report
        progress = f"{span(self._away)} asleep"
        doubted = msgspec.structs.replace(link, state=LinkState.SYNCING, progress=progress)
        return msgspec.structs.replace(report, link=doubted)

    def _doubts(self, stream: Stream, now: float) -> bool:
        woke_at = self._woke_at
        if woke_at is None or stream.since >= woke_at:
            return False
        heard = stream.received_at is not None and stream.received_at >= woke_at
        return not (heard and now - woke_at > DOUBT)
