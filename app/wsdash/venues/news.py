"""What is to be said of a book after a message, whichever way it is kept in step."""

from __future__ import annotations

from wsdash.domain.events import BookLost, BookMoved, BookSynced, Event
from wsdash.venues.chained import ChainedBook
from wsdash.venues.sync import ChecksumBook, DiffBook
from wsdash.venues.venue import Tally


def news(
    symbol: str,
    kept: ChecksumBook | DiffBook | ChainedBook,
    tally: Tally,
    *,
    was_synced: bool,
    sequence: int | None,
    time: float | None,
    now: float,
) -> list[Event]:
    """Return what is to be said of a book that took a message and stands verified."""
    was_crossed = kept.crossing.since is not None
    kept.crossing.note(kept.book, now)
    if kept.crossing.since is not None:
        tally.ever_crossed = True
        return [] if was_crossed else [BookLost(symbol, "crossed")]
    if was_synced and not was_crossed:
        return [BookMoved(symbol, sequence, time)]
    return [BookSynced(symbol, kept.book, sequence, time)]
