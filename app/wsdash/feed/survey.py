"""A first look at a recording: when it plays, and which markets are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from wsdash.domain.events import (
    BookLost,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Channel,
    Event,
    Printed,
    TickerMoved,
)
from wsdash.domain.instrument import MarketKey
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Record, Recording
from wsdash.venues.venue import Venue

UNTIMED_STEP = 0.01
"""Seconds between records that carry no time."""

SURVEYED = 2_000
"""Records read beforehand to find out which markets there are."""

_CHANNELS: Final[dict[type[Event], Channel]] = {
    BookSynced: "book",
    BookMoved: "book",
    BookLost: "book",
    Printed: "trades",
    TickerMoved: "ticker",
    CandlesMoved: "candles",
}


def channel_of(event: Event) -> Channel | None:
    """Return the market channel a fact belongs to, None for all others."""
    return _CHANNELS.get(type(event))


def timed(recording: Recording, last: float = 0.0, skip: int = 0) -> Iterator[Record]:
    """The records in order, each with a time that is not before the last one's.

    Args:
        recording: where they are.
        last: the time of the record before, where the first `skip` lines are left out.
        skip: lines.
    """
    for record in recording.records(skip):
        time = last + UNTIMED_STEP if record.t is None else max(record.t, last)
        last = time
        yield record if record.t == time else msgspec.structs.replace(record, t=time)


class Look(NamedTuple):
    """What a first look tells.

    Attributes:
        markets: those with a book first, then the liveliest.
        start: seconds since the epoch of the first record.
        end: of the last one that was looked at.
        whole: whether that was all of it.
        records: how many were looked at.
    """

    markets: tuple[MarketKey, ...]
    start: float
    end: float
    whole: bool
    records: int


def survey(recording: Recording, venue: Venue | None) -> Look:
    """Take a first look at a recording: it never takes long, however large it is."""
    playback = Playback(venue)
    counts: dict[MarketKey, int] = {}
    start: float | None = None
    end, looked = 0.0, 0
    records = timed(recording)
    for record in islice(records, SURVEYED):
        start, end = record.t if start is None else start, record.t or 0.0
        looked += 1
        count(counts, playback.feed(record))
    whole = looked < SURVEYED
    return Look(ranked(counts), start or 0.0, end, whole, looked)


def count(counts: dict[MarketKey, int], said: Iterable[tuple[Venue, Event]]) -> None:
    """Count what is said of every market; its book counts most."""
    for source, event in said:
        channel = channel_of(event)
        if channel is not None:
            key = MarketKey(source.name, getattr(event, "symbol", ""))
            counts[key] = counts.get(key, 0) + (10 if channel == "book" else 1)


def ranked(counts: dict[MarketKey, int]) -> tuple[MarketKey, ...]:
    """Return the markets, those with a book first."""
    return tuple(sorted(counts, key=lambda key: -counts[key]))
