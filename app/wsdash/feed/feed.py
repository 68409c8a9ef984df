"""What a screen may ask of a feed, live or replayed: the whole of the ui's view downwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

import msgspec

from wsdash.domain.instrument import MarketKey
from wsdash.feed.link import Link
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board
from wsdash.venues.venue import Subscription


class LinkReport(msgspec.Struct, frozen=True):
    """One connection as a screen shows it; times are monotonic seconds of the feed.

    Attributes:
        received_at: when a frame last came in, None before the first.
        rate: frames a second, over the last seconds.
        rtt: round-trip time in seconds, None while unknown.
        attempts: connection attempts in the last five minutes.
        budget: attempts allowed in five minutes.
        resyncs: books or channels asked anew in this session.
        bad: frames that could not be understood in this session.
        strip: the last hour, oldest first, one letter a minute:
            ``l`` live, ``s`` stale or syncing, ``d`` down, a space before it existed.
        rotate_at: when another connection is due to take over; None for never.
        streams: what it carries, as names and strips of the same kind.
        custom: host and port where the settings lead it somewhere else than to the venue.
    """

    link: Link
    received_at: float | None
    rate: float
    rtt: float | None
    attempts: int
    budget: int
    resyncs: int
    bad: int
    strip: str
    rotate_at: float | None = None
    custom: str = ""
    streams: tuple[tuple[str, str], ...] = ()


class Feed(Protocol):
    """A running feed."""

    mode: Literal["live", "demo", "replay"]
    board: Board
    log: deque[LinkEvent]
    venues: Sequence[str]

    def now(self) -> float:
        """Monotonic seconds of the feed; in a replay, of the recording."""

    def wall(self) -> float:
        """Seconds since the epoch, only to show; in a replay, of the recording."""

    def reports(self) -> list[LinkReport]:
        """Every connection, in a steady order."""

    async def links_changed(self, seen: int) -> int:
        """Wait until the revision of the links and their log is no longer `seen`; return it."""

    def want(self, wanted: Iterable[tuple[str, Subscription]]) -> None:
        """Make (venue, subscription) pairs the whole of what is subscribed."""

    def resync(self, key: MarketKey) -> None:
        """Throw away what is known of a market and get it anew."""

    def older(self, key: MarketKey, interval: str) -> None:
        """Have candles fetched that are older than those known, a page of them."""

    def reconnect(self, venue: str) -> None:
        """Retry the venue's connections now; drops those that are up."""

    def retry(self, name: str) -> None:
        """Do not wait for the next attempt of a connection; un-parks it."""

    def drop(self, name: str) -> None:
        """Drop a connection, as a fault would."""

    def park(self, name: str) -> None:
        """Keep a connection away until it is retried."""

    def rotate(self, name: str) -> None:
        """Make another connection ready, and let it take over without a gap."""


class Player(Protocol):
    """What a replay can do beside being a feed."""

    playing: bool
    speed: float
    position: float
    duration: float

    def toggle(self) -> None:
        """Play or pause."""

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as it was recorded, 0.1 to 100."""

    def step(self, frames: int = 1) -> None:
        """While paused: play the next `frames` frames."""
