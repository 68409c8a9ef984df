"""Pages of a candle chart's past: how a venue is asked for older candles, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from wsdash.domain.candles import Candle
from wsdash.venues.venue import Answer, Budget, Request


class PageRefused(Exception):
    """The venue gave no page; the message is for people, the venue's part of it not cleaned."""


class Page(NamedTuple):
    """Candles of the past, oldest first; `more` when the venue may have older ones."""

    candles: tuple[Candle, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """How a venue is asked for the past.

    Attributes:
        request: makes the request for the candles of a symbol and an interval that begin
            before a time (seconds since the epoch), the newest of them.
        read: reads an answer; raises `PageRefused`, or one of
            `UNREADABLE`.
        budget: of such requests, for all markets of the venue.
    """

    request: Callable[[str, str, int], Request]
    read: Callable[[Answer], Page]
    budget: Budget


def checked(answer: Answer) -> bytes:
    """Return the body of an answer.

    Raises:
        PageRefused: it is none that holds candles.
    """
    if answer.status == 200:
        return answer.body
    words = {0: "no answer", 418: "asked too often", 429: "asked too often"}
    raise PageRefused(words.get(answer.status, f"HTTP {answer.status}"))
