"""The life of a connection: its states, and a pure function over a table of transitions.

Rule 1: everything that decides the state of a connection lives in this file.
Rule 2: nothing here reads a clock, draws a random number or touches a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

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


class Link(msgspec.Struct, frozen=True):
    """One connection as the supervisor sees it; times are monotonic seconds.

    Attributes:
        name: such as ``kraken public``.
        venue: the venue's short name.
        since: when the present state began.
        attempt: which try this is; 0 when the last session was stable.
        retry_at: when the next try is due (BACKOFF, HOLD, PARKED), else None.
        reason: why it is where it is, in words; cleaned text.
        opened_at: when the present socket opened, None when there is none.
        live_at: when it became LIVE in this session, None before that.
        progress: such as ``2/5`` while SUBSCRIBING or SYNCING.
        parked: how often it was parked in a row (lengthens the wait).
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


class LinkEvent(msgspec.Struct, frozen=True):
    """One line of the supervisor's log.

    Attributes:
        at: monotonic seconds.
        time: wall seconds, only to show.
        connection: name of the link.
        subject: the channel and market it is about, empty for the connection itself.
        state: the state entered.
        text: cause and action in words; cleaned text.
    """

    at: float
    time: float
    connection: str
    subject: str
    state: str
    text: str


Uniform = Callable[[float, float], float]
"""Draws a number between two bounds; injected, so that every schedule can be repeated."""
