"""The life of a connection: its states, and a pure function over a table of transitions.

Rule 1: everything that decides the state of a connection lives in this file.
Rule 2: nothing here reads a clock, draws a random number or touches a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec


class LinkState(StrEnum):
    """States of a connection; the words are the same on screen, in logs and in JSON."""

    IDLE = "IDLE"
    HOLD = "HOLD"
    CONNECTING = "CONNECTING"
    AUTH = "AUTH"
    SUBSCRIBING = "SUBSCRIBING"
    SYNCING = "SYNCING"
    LIVE = "LIVE"
    ROTATING = "ROTATING"
    BACKOFF = "BACKOFF"
    PARKED = "PARKED"


class Signal(StrEnum):
    """What can happen to a connection."""

    START = "start"
    HOLD = "hold"
    OPENED = "opened"
    OPENED_PRIVATE = "opened, to log in"
    AUTHENTICATED = "authenticated"
    SUBSCRIBED = "subscribed"
    SYNCED = "synced"
    LOST = "lost"
    ROTATE = "rotate"
    ROTATED = "rotated"
    PARK = "park"
    STOP = "stop"


class Cause(msgspec.Struct, frozen=True):
    """Why a connection was lost or refused.

    Attributes:
        kind: compared with the last one's, to count failures of one kind in a row.
        words: for people; cleaned text.
        park_after: failures of this kind in a row that park the connection; 0 for never.
        hold: seconds the venue asked us to stay away.
        slow: the venue is restarting or overloaded: begin with a longer wait.
    """

    kind: str
    words: str
    park_after: int = 0
    hold: float = 0.0
    slow: bool = False


class Link(msgspec.Struct, frozen=True):
    """One connection as the supervisor sees it; times are monotonic seconds.

    Attributes:
        name: such as ``kraken public``.
        venue: the venue's short name.
        since: when the present state began.
        attempt: which try this is; 0 when the last session was stable.
        retry_at: when the next try is due; None where none is (so also if parked by key).
        reason: why it is where it is, in words; cleaned text.
        opened_at: when the present socket opened, None when there is none.
        live_at: when it became LIVE in this session, None before that.
        progress: such as ``2/5`` while SUBSCRIBING or SYNCING.
        parked: how often it was parked in a row (lengthens the wait).
        strikes: failures of `strike_kind` in a row.
    """

    name: str
    venue: str
    state: LinkState = LinkState.IDLE
    since: float = 0.0
    attempt: int = 0
    retry_at: float | None = None
    reason: str = ""
    opened_at: float | None = None
    live_at: float | None = None
    progress: str = ""
    parked: int = 0
    strike_kind: str = ""
    strikes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a socket."""
        return self.state in OPEN


Uniform = Callable[[float, float], float]
"""Draws a number between two bounds; injected, so that every schedule can be repeated."""


OPEN: Final = frozenset(
    {
        LinkState.AUTH,
        LinkState.SUBSCRIBING,
        LinkState.SYNCING,
        LinkState.LIVE,
        LinkState.ROTATING,
    }
)
"""States with a socket."""

WAITING: Final = frozenset({LinkState.HOLD, LinkState.BACKOFF, LinkState.PARKED})
"""States that end at `retry_at`; all but HOLD also at once by key."""

STABLE_AFTER = 30.0
"""Seconds of LIVE after which failures before them are forgotten. A handshake proves nothing:
a server that accepts and closes would otherwise be hammered."""

FIRST_DELAY = 0.5
"""Longest wait before the first retry, in seconds: quick, but not all clients at once."""

LONGEST_DELAY = 15.0
"""Longest wait before any retry, in seconds: a person is watching."""

SLOW_START = 3
"""The attempt whose wait a restarting venue is given at once."""

PARK_TIMES: Final = (300.0, 900.0, 1800.0)
"""Seconds a parked connection waits before it tries again, longer each time in a row."""

_S, _G = LinkState, Signal

TRANSITIONS: Final[dict[tuple[LinkState, Signal], LinkState]] = {
    (_S.IDLE, _G.START): _S.CONNECTING,
    (_S.IDLE, _G.HOLD): _S.HOLD,
    (_S.HOLD, _G.START): _S.CONNECTING,
    (_S.HOLD, _G.HOLD): _S.HOLD,
    (_S.BACKOFF, _G.START): _S.CONNECTING,
    (_S.BACKOFF, _G.HOLD): _S.HOLD,
    (_S.PARKED, _G.START): _S.CONNECTING,
    (_S.PARKED, _G.HOLD): _S.HOLD,
    (_S.CONNECTING, _G.OPENED): _S.SUBSCRIBING,
    (_S.CONNECTING, _G.OPENED_PRIVATE): _S.AUTH,
    (_S.CONNECTING, _G.LOST): _S.BACKOFF,
    (_S.AUTH, _G.AUTHENTICATED): _S.SUBSCRIBING,
    (_S.AUTH, _G.LOST): _S.BACKOFF,
    (_S.SUBSCRIBING, _G.SUBSCRIBED): _S.SYNCING,
    (_S.SUBSCRIBING, _G.LOST): _S.BACKOFF,
    (_S.SYNCING, _G.SYNCED): _S.LIVE,
    (_S.SYNCING, _G.LOST): _S.BACKOFF,
    (_S.LIVE, _G.ROTATE): _S.ROTATING,
    (_S.LIVE, _G.LOST): _S.BACKOFF,
    (_S.ROTATING, _G.ROTATED): _S.LIVE,
    (_S.ROTATING, _G.LOST): _S.BACKOFF,
    **{(state, _G.PARK): _S.PARKED for state in LinkState if state is not _S.IDLE},
    **{(state, _G.STOP): _S.IDLE for state in LinkState if state is not _S.IDLE},
}
"""The whole life of a connection. A signal that is not here means nothing in that state.
A LOST whose cause says so leads to HOLD or PARKED instead of BACKOFF."""


def advance(
    link: Link,
    signal: Signal,
    now: float,
    uniform: Uniform,
    *,
    cause: Cause | None = None,
    hold: float = 0.0,
) -> Link:
    """Return the link after `signal`; the same link if the signal means nothing here.

    Args:
        link: the link before.
        signal: what happened.
        now: monotonic seconds.
        uniform: draws the random part of waits.
        cause: of a LOST.
        hold: seconds to stay away at least, of a HOLD, or of a LOST when the budget is spent.
    """
    target = TRANSITIONS.get((link.state, signal))
    if target is None:
        return link
    changed = msgspec.structs.replace(link, state=target, since=now, retry_at=None, progress="")
    match target:
        case LinkState.BACKOFF:
            return _lost(changed, now, uniform, cause or Cause("lost", "lost"), hold)
        case LinkState.PARKED:
            return msgspec.structs.replace(
                changed, reason="parked by key", opened_at=None, live_at=None
            )
        case LinkState.HOLD:
            reason = link.reason or "connect budget spent"
            return msgspec.structs.replace(changed, retry_at=now + hold, reason=reason)
        case LinkState.AUTH | LinkState.SUBSCRIBING if link.state is LinkState.CONNECTING:
            return msgspec.structs.replace(changed, opened_at=now, live_at=None)
        case LinkState.LIVE if signal is Signal.SYNCED:
            return msgspec.structs.replace(changed, live_at=now, reason="")
        case LinkState.IDLE:
            return Link(link.name, link.venue, since=now)
        case _:
            return changed


def forgive(link: Link, now: float) -> Link:
    """Return the link with its failures forgotten, once it has been LIVE for long enough."""
    healthy = link.live_at is not None and now - link.live_at >= STABLE_AFTER
    if not healthy or not (link.attempt or link.parked or link.strikes):
        return link
    return msgspec.structs.replace(link, attempt=0, parked=0, strikes=0, strike_kind="")


def _lost(link: Link, now: float, uniform: Uniform, cause: Cause, hold: float) -> Link:
    link = forgive(link, now)
    strikes = link.strikes + 1 if cause.kind == link.strike_kind else 1
    link = msgspec.structs.replace(
        link,
        reason=cause.words,
        strike_kind=cause.kind,
        strikes=strikes,
        opened_at=None,
        live_at=None,
    )
    if cause.park_after and strikes >= cause.park_after:
        wait = PARK_TIMES[min(link.parked, len(PARK_TIMES) - 1)] * uniform(0.8, 1.2)
        return msgspec.structs.replace(
            link, state=LinkState.PARKED, retry_at=now + wait, parked=link.parked + 1, strikes=0
        )
    attempt = max(link.attempt, SLOW_START if cause.slow else 0)
    if cause.hold:
        wait = cause.hold + uniform(0, 5)
        return msgspec.structs.replace(
            link, state=LinkState.HOLD, retry_at=now + wait, attempt=attempt + 1
        )
    wait = max(delay(attempt, uniform), hold)
    return msgspec.structs.replace(link, retry_at=now + wait, attempt=attempt + 1)


def delay(attempt: int, uniform: Uniform) -> float:
    """Return the seconds to wait before retry number `attempt`, counted from 0."""
    if attempt == 0:
        return uniform(0, FIRST_DELAY)
    longest = min(LONGEST_DELAY, 2.0 ** min(attempt - 1, 10))
    return uniform(longest / 2, longest)
