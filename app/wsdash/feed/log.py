"""The supervisor's log: one line for every turn in the life of a connection or a channel."""

from __future__ import annotations

from collections import deque

import msgspec

LENGTH = 500
"""Lines kept."""


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


def new_log() -> deque[LinkEvent]:
    """Return an empty log that forgets its oldest lines."""
    return deque(maxlen=LENGTH)
