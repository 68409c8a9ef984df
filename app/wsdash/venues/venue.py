"""What every venue is: a description as data, and sans-I/O state machines for its connections.

A session never awaits, sleeps, logs or reads a clock. It is told what happened
and when (monotonic seconds), and returns what followed from it as a `Step`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias

import msgspec

from wsdash.domain.events import Channel, Event, Unparsed
from wsdash.domain.numbers import BadNumber

if TYPE_CHECKING:
    from wsdash.venues.lingering import Speech
    from wsdash.venues.pages import Pages
    from wsdash.venues.permissions import Permissions
    from wsdash.venues.signing import Signer

UNREADABLE: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)
"""All that reading hostile data can raise: bad JSON, numbers, times, and nesting without end."""

SAMPLE = 120
"""Bytes of an unreadable frame that are shown."""

END_OF_TIME = 253_402_300_800.0
"""Seconds since the epoch until the year 10000: no calendar goes on from there."""


class Subscription(NamedTuple):
    """One channel of one market, as the trader wants it.

    Attributes:
        channel: what is wanted.
        symbol: the venue's own name; empty for channels of the whole venue.
        interval: of candles, such as ``1m``; empty for other channels.
    """

    channel: Channel
    symbol: str = ""
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A REST request that a session wants made.

    Attributes:
        path: below the venue's REST root, such as ``/api/v3/depth``.
        query: parameters; in the URL for GET, in the form body for POST.
        signed: must be signed by the venue's signer before it is sent.
        delay: seconds to wait before it is sent (a retry).
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    signed: bool = False
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a request.

    Attributes:
        status: HTTP status, 0 when no answer came; the body is empty then.
        retry_after: seconds the venue asked us to wait, None where it asked nothing.
    """

    status: int
    body: bytes
    retry_after: float | None = None


@dataclass(slots=True)
class Step:
    """What follows from one thing that happened; `more` is said when there is room for it."""

    events: list[Event] = field(default_factory=list)
    send: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    more: Speech | None = None

    def extend(self, other: Step) -> None:
        """Append everything of `other`."""
        self.events += other.events
        self.send += other.send
        self.requests += other.requests
        self.more = other.more or self.more


@dataclass(slots=True)
class Tally:
    """Counts over the life of a session."""

    sequence_gaps: int = 0
    checksum_pass: int = 0
    checksum_fail: int = 0
    unparsed: int = 0
    ever_crossed: bool = False

    def bad(self, error: Exception, frame: bytes = b"", where: str = "") -> Unparsed:
        """Count a frame that cannot be read, and say what is wrong with it.

        Args:
            error: one of `UNREADABLE`.
            frame: shown in part; left out where it may hold something of the account.
            where: what kind of frame it was.
        """
        self.unparsed += 1
        reason = "bad number" if isinstance(error, BadNumber) else type(error).__name__
        return Unparsed(where + reason, frame[:SAMPLE].decode("utf-8", "replace"))


Phase: TypeAlias = Literal["auth", "subscribing", "syncing", "ready"]
"""How far a session is: logged in, all subscriptions answered, all books valid."""


class Progress(NamedTuple):
    """How far a session is, and how much of the present phase is done."""

    phase: Phase
    done: int
    total: int


class Restated(NamedTuple):
    """Something the venue could have said, that brings a fresh session to where this one is.

    Attributes:
        dir: ``in`` a frame, ``rest`` the body of an answer.
        path: of an answer, with its query; empty for a frame.
    """

    dir: Literal["in", "rest"]
    path: str
    data: str


class Session(Protocol):
    """One connection's state machine. A new socket needs a new session."""

    @property
    def tally(self) -> Tally:
        """What was counted so far."""

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Make the connection's subscriptions those given; before `opened` it only notes them."""

    def opened(self, now: float) -> Step:
        """The socket is open."""

    def received(self, frame: bytes, now: float) -> Step:
        """A text frame came in. Whatever it holds, this does not raise."""

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """A REST request was answered, or failed. Whatever it holds, this does not raise."""

    def ticked(self, now: float) -> Step:
        """About a quarter second has passed."""

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Throw away what is known of a subscription and get it anew."""

    def hears(self, symbol: str) -> bool:
        """Whether the connection carries the book of a symbol."""

    def restate(self) -> list[Restated]:
        """Return what brings a fresh session to where this one is: its synced books."""

    @property
    def progress(self) -> Progress:
        """How far the session is."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Whole addresses of a venue; `alternates` to the public stream's are others of its hosts."""

    ws_url: str
    private_ws_url: str
    rest_url: str
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens: at most `burst` at once, refilled at `per_second`."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Liveness:
    """How a healthy connection of the venue sounds.

    Attributes:
        heartbeat: longest normal silence in seconds, data and heartbeats together; 0 where
            the venue sends no heartbeats, so that only pongs tell whether it lives.
        max_age: life of a connection in seconds before the venue ends it; 0 for none.
    """

    heartbeat: float
    max_age: float = 0.0


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue as data. Everything else in the program is the same for all venues.

    Attributes:
        name: short name used on the command line, such as ``kraken``.
        title: the name people use.
        hosts: host names by which recorded traffic of the venue is recognised.
        channels: public channels that it offers.
        intervals: candle intervals that it offers.
        connects: budget for connection attempts (per machine, kept across restarts).
        messages: budget for frames sent on one connection.
        public: makes the session of a public connection.
        private: makes the session of an account's connection of a signer and a wall clock
            (both None in a replay), or None.
        signer: makes a signer of a key, a secret and a wall clock (seconds), or None.
        pages: how it is asked for older candles, or None.
        permissions: how it is asked what a key may do, or None.
        canonical: returns the venue's own name for ``BASE/QUOTE`` text a person typed.
        max_size: largest frame accepted, in bytes.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    endpoints: Endpoints
    channels: frozenset[Channel]
    intervals: tuple[str, ...]
    connects: Budget
    messages: Budget
    liveness: Liveness
    public: Callable[[], Session]
    private: Callable[[Signer | None, Callable[[], float] | None], Session] | None
    signer: Callable[[str, str, Callable[[], float]], Signer] | None
    canonical: Callable[[str], str]
    permissions: Permissions | None = None
    pages: Pages | None = None
    max_size: int = 16 * 1024 * 1024
