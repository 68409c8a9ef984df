"""Figures over time, second by second: latency of a venue, worth of an account."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from wsdash.feed.feed import Feed
from wsdash.feed.link import LinkState
from wsdash.feed.market import Stream

if TYPE_CHECKING:
    from wsdash.ui.desk import Desk

EVERY: Final = 1.0
"""Seconds between two points at least."""

BREAK: Final = 3.0
"""Seconds without a point after which no line leads to the next one."""

KEPT: Final = 3_600
"""Points that are remembered of a figure."""

UP: Final = (LinkState.LIVE, LinkState.ROTATING)
"""States of a connection in which its round trip is of now."""


class Moment(NamedTuple):
    """One point; `begins` where what was before it is not known."""

    time: float
    value: float
    begins: bool


class Trend:
    """One figure over time; what is not known of it stays open.

    Attributes:
        points: oldest first.
    """

    def __init__(self, length: int = KEPT) -> None:
        self.points: deque[Moment] = deque(maxlen=length)
        self._begins = True

    def note(self, time: float, value: float | None) -> None:
        """Take the figure as it is; None while it is not known."""
        if value is None:
            self._begins = True
            return
        since = time - self.points[-1].time if self.points else 0.0
        self.points.append(Moment(time, value, self._begins or not 0 <= since <= BREAK))
        self._begins = False


@dataclass
class Latency:
    """How late a venue's data is, and how far away it is; milliseconds."""

    lag: Trend = field(default_factory=Trend)
    rtt: Trend = field(default_factory=Trend)


@dataclass
class Trends:
    """What the desk remembers of figures that have no other place.

    Attributes:
        latency: by venue, while it was in focus.
        worth: of accounts by venue, in their pricing asset.
        unpriced: assets of an account that have no price, so that its worth is without them.
    """

    latency: dict[str, Latency] = field(default_factory=dict)
    worth: dict[str, Trend] = field(default_factory=dict)
    unpriced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _noted: float | None = None

    def note(self, desk: Desk) -> None:
        """Look at everything, once a second however often it is called."""
        now = desk.feed.now()
        if self._noted is not None and 0 <= now - self._noted < EVERY:
            return
        self._noted = now
        if desk.key is not None:
            self._note_latency(desk, desk.key.venue, now)
        self._note_worth(desk, now)

    def _note_latency(self, desk: Desk, venue: str, now: float) -> None:
        known = self.latency.setdefault(venue, Latency())
        stream = desk.stream("book") if desk.verdict("book").believable else None
        lag, report = lag_of(desk.feed, stream), desk.report(venue)
        known.lag.note(now, None if lag is None else lag * 1000)
        rtt = report.rtt if report is not None and report.link.state in UP else None
        known.rtt.note(now, None if rtt is None else rtt * 1000)

    def _note_worth(self, desk: Desk, now: float) -> None:
        holding = desk.holding()
        if holding is None:
            return
        trend, account, venue = self.worth.get(holding.venue), holding.account, holding.venue
        if account is None or not account.balances or not holding.verdict.believable:
            if trend is not None:
                trend.note(now, None)
            return
        trend = self.worth.setdefault(venue, Trend())
        total, unpriced = account.value(lambda asset: desk.price_of(venue, asset))
        if self.unpriced.get(venue) != tuple(unpriced):
            self.unpriced[venue] = tuple(unpriced)
            trend.points.clear()  # more or fewer assets count: that is no gain or loss
        trend.note(now, float(total))


def lag_of(feed: Feed, stream: Stream | None) -> float | None:
    """Return how many seconds after the venue's own time a stream's last data came.

    None too where that is before it: one of the two clocks is wrong then, and there is no lag.
    """
    if stream is None or not stream.venue_time or stream.received_at is None:
        return None
    lag = feed.wall() - (feed.now() - stream.received_at) - stream.venue_time
    return max(0.0, lag) if lag > -0.001 else None
