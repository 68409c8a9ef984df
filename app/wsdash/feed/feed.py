"""What a screen may ask of a feed, live or replayed: the whole of the ui's view downwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

import msgspec

from wsdash.domain.instrument import MarketKey
from wsdash.feed.link import Link
from wsdash.feed.log import LinkEvent
from wsdash.feed.market import Board, Stream
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


class Moment(Protocol):
    """What there is at one moment of a recording."""

    board: Board

    def now(self) -> float:
        """Seconds of the recording."""

    def wall(self) -> float:
        """Seconds since the epoch, of the recording."""

    def reports(self) -> list[LinkReport]:
        """The recorded connections."""


class Follower(Protocol):
    """Looks on while a recording is played, however fast, and remembers what it wants."""

    def printed(self, moment: Moment) -> None:
        """There are new prints."""

    def look(self, moment: Moment) -> None:
        """A quarter of a second of the recording has passed."""


class Mark(msgspec.Struct, frozen=True):
    """A moment of a recording to go to.

    Attributes:
        kind: of what.
        start: seconds since the epoch.
        end: of a gap: when it was over; None where it never was.
        text: what it is, in words safe to show.
    """

    kind: Literal["gap", "alert", "trade"]
    start: float
    end: float | None
    text: str


class Player(Protocol):
    """What a replay can do beside being a feed.

    Attributes:
        start: seconds since the epoch of the first record.
        position: seconds into the recording; while it is sought, where it will be.
        duration: seconds of it that are known of.
        seeking: how much of a seek is done, 0 to 1; None while there is none.
        surveyed: how much of the recording has been looked through, 0 to 1.
        timed: whether its end is known by now.
        damaged: records that cannot be read, as far as is known.
        problem: what cannot be done, in words; empty while all is well.
        cuts: how many times the recording was cut: what is shown after a seek does not
            follow from what was shown before.
        news: moves whenever any of these has changed by itself.
        follower: what the follower of this moment is; see `follow`.
        markets: those that are known of, the most important first.
    """

    playing: bool
    speed: float
    start: float
    duration: float
    problem: str
    cuts: int
    news: Stream

    @property
    def position(self) -> float: ...  # noqa: D102
    @property
    def seeking(self) -> float | None: ...  # noqa: D102
    @property
    def surveyed(self) -> float: ...  # noqa: D102
    @property
    def timed(self) -> bool: ...  # noqa: D102
    @property
    def damaged(self) -> int: ...  # noqa: D102
    @property
    def follower(self) -> Follower | None: ...  # noqa: D102
    @property
    def markets(self) -> Sequence[MarketKey]: ...  # noqa: D102

    def toggle(self) -> None:
        """Play or pause."""

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as it was recorded, 0.1 to 100."""

    def step(self, frames: int = 1) -> None:
        """Pause, and play the next `frames` records; below zero take them back."""

    def seek(self, position: float) -> None:
        """Go to where it is `position` seconds into the recording."""

    def follow(self, make: Callable[[bool], Follower]) -> None:
        """Have followers made from here on.

        Args:
            make: makes one; is told whether it looks on from the very beginning.
        """

    def marks(self, key: MarketKey | None) -> Sequence[Mark]:
        """Return what there is to go to, of a market and of its venue, in order of time."""
