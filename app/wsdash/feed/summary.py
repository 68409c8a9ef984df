"""A whole recording at full speed: its end state as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from wsdash.domain.account import Account
from wsdash.domain.book import OrderBook
from wsdash.domain.events import (
    BalancesMoved,
    BalancesStated,
    BookLost,
    BookSynced,
    Event,
    Printed,
)
from wsdash.domain.instrument import MarketKey, told_apart
from wsdash.domain.trades import Tape
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Recording
from wsdash.venues.venue import Venue

T = TypeVar("T")

DEPTH = 10
"""Levels of each side in the summary."""


class Summary:
    """Collects the end state of a recording."""

    def __init__(self) -> None:
        self.venues: list[str] = []
        self.frames = 0
        self.books: dict[MarketKey, OrderBook] = {}
        self.tapes: dict[MarketKey, Tape] = {}
        self.account = Account()

    def take(self, venue: Venue, event: Event) -> None:
        """Take one event."""
        if venue.name not in self.venues:
            self.venues.append(venue.name)
        match event:
            case BookSynced():
                self.books[MarketKey(venue.name, event.symbol)] = event.book
            case BookLost():
                self.books.pop(MarketKey(venue.name, event.symbol), None)
            case Printed() if not event.trade.history:
                self.tapes.setdefault(MarketKey(venue.name, event.symbol), Tape()).add(event.trade)
            case BalancesStated():
                self.account.replace(event.balances)
            case BalancesMoved():
                self.account.update(event.balances)
            case _:
                pass


def summarise(path: Path, venue: Venue | None = None) -> dict[str, Any]:
    """Read the whole recording and return its end state; numbers are text.

    Args:
        path: the recording.
        venue: the venue of connections whose address does not tell.

    Raises:
        RecordingError: it cannot be read, or is of a venue this program does not speak.
    """
    recording, playback, summary = Recording(path), Playback(venue), Summary()
    for record in recording:
        summary.frames += record.dir in ("in", "rest")
        for source, event in playback.feed(record):
            summary.take(source, event)
    for source, event in playback.finish():
        summary.take(source, event)
    tallies = [session.tally for session in playback.all_sessions()]
    return {
        "venue": summary.venues[0] if len(summary.venues) == 1 else summary.venues or None,
        "frames": summary.frames,
        "damaged": recording.damaged,
        "sequence_gaps": sum(tally.sequence_gaps for tally in tallies),
        "checksum_pass": sum(tally.checksum_pass for tally in tallies),
        "checksum_fail": sum(tally.checksum_fail for tally in tallies),
        "ever_crossed": any(tally.ever_crossed for tally in tallies),
        "unparsed": sum(tally.unparsed for tally in tallies),
        "books": {
            name: _book(book)
            for name, key, book in _named(summary.books)
            if playback.stands(key.venue, key.name)
        },
        "trades": {name: _trades(tape) for name, _, tape in _named(summary.tapes)},
        "balances": {
            asset: {"total": balance.total, "available": balance.available}
            for asset, balance in sorted(summary.account.balances.items())
        },
    }


def _named(markets: Mapping[MarketKey, T]) -> list[tuple[str, MarketKey, T]]:
    names = told_apart(markets.keys())
    return sorted(
        ((names[key], key, of) for key, of in markets.items()), key=lambda market: market[0]
    )


def _book(book: OrderBook) -> dict[str, Any]:
    return {
        "best_bid": book.bids.best,
        "best_ask": book.asks.best,
        "bids": book.bids.top(DEPTH),
        "asks": book.asks.top(DEPTH),
    }


def _trades(tape: Tape) -> dict[str, Any]:
    return {"count": tape.count, "taker_buy": _text(tape.bought), "taker_sell": _text(tape.sold)}


def _text(amount: Decimal) -> str:
    return format(amount, "f")
