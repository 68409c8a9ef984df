"""A first look at a recording: when it plays, and which markets are in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

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

SURVEYED = 20_000
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


def timed(recording: Recording) -> Iterator[Record]:
    """The records in order, each with a time that is not before the last one's."""
    last = 0.0
    for record in recording:
        time = last + UNTIMED_STEP if record.t is None else max(record.t, last)
        last = time
        yield record if record.t == time else msgspec.structs.replace(record, t=time)


def survey(recording: Recording, venue: Venue | None) -> tuple[tuple[MarketKey, ...], float, float]:
    """Return the markets (those with a book first), the start and the seconds of a recording."""
    playback = Playback(venue)
    counts: dict[MarketKey, int] = {}
    start: float | None = None
    end = 0.0
    records = timed(recording)
    for record in islice(records, SURVEYED):
        start, end = record.t if start is None else start, record.t or 0.0
        for source, event in playback.feed(record):
            channel = channel_of(event)
            if channel is not None:
                key = MarketKey(source.name, getattr(event, "symbol", ""))
                counts[key] = counts.get(key, 0) + (10 if channel == "book" else 1)
    for record in records:
        end = record.t or end
    markets = sorted(counts, key=lambda key: -counts[key])
    return tuple(markets), start or 0.0, max(0.0, end - (start or 0.0))
