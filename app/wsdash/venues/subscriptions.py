"""What a connection is to deliver, and what the venue has said to it so far.

The trader's wishes are kept here in our own words and sent anew on every
connection; a venue's acknowledgement is never replayed as a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wsdash.domain.events import (
    BookMoved,
    BookSynced,
    CandlesMoved,
    Event,
    Listed,
    Printed,
    TickerMoved,
)
from wsdash.venues.venue import Progress, Subscription

ACK_DEADLINE = 5.0
"""Seconds until an unanswered request is sent again."""


@dataclass(slots=True)
class Standing:
    """How one subscription stands; `asked_at` is None until it was sent."""

    asked_at: float | None = None
    request_id: int = 0
    confirmed: bool = False
    refused: bool = False

    @property
    def settled(self) -> bool:
        """Whether the venue has answered."""
        return self.confirmed or self.refused


class Subscriptions:
    """The subscriptions of one connection."""

    def __init__(self) -> None:
        self.standing: dict[Subscription, Standing] = {}
        self._next_id = 0

    def __contains__(self, subscription: Subscription) -> bool:
        return subscription in self.standing

    def change(
        self, wanted: Iterable[Subscription]
    ) -> tuple[list[Subscription], list[Subscription]]:
        """Make `wanted` the whole of what is wanted; return what was added and removed."""
        wanted = list(dict.fromkeys(wanted))
        added = [sub for sub in wanted if sub not in self.standing]
        keep = set(wanted)
        removed = [sub for sub in self.standing if sub not in keep]
        for sub in removed:
            del self.standing[sub]
        for sub in added:
            self.standing[sub] = Standing()
        return added, removed

    def next_id(self) -> int:
        """Return a request id that no request on this connection had."""
        self._next_id += 1
        return self._next_id

    def asked(self, subscriptions: Iterable[Subscription], request_id: int, now: float) -> None:
        """Note that a request for them was sent."""
        for sub in subscriptions:
            if sub in self.standing:
                self.standing[sub] = Standing(asked_at=now, request_id=request_id)

    def of_request(self, request_id: int) -> list[Subscription]:
        """Return the unanswered subscriptions of a request."""
        return [
            sub
            for sub, standing in self.standing.items()
            if standing.request_id == request_id and not standing.settled
        ]

    def confirm(self, subscription: Subscription) -> bool:
        """Note a confirmation; tell whether it was awaited."""
        standing = self.standing.get(subscription)
        if standing is None or standing.confirmed:
            return False
        standing.confirmed, standing.refused = True, False
        return True

    def refuse(self, subscription: Subscription) -> bool:
        """Note a refusal; tell whether it was awaited."""
        standing = self.standing.get(subscription)
        if standing is None or standing.settled:
            return False
        standing.refused = True
        return True

    def overdue(self, now: float) -> list[Subscription]:
        """Return what was asked longer ago than the deadline and is still unanswered."""
        return [
            sub
            for sub, standing in self.standing.items()
            if not standing.settled
            and standing.asked_at is not None
            and now - standing.asked_at >= ACK_DEADLINE
        ]

    def progress(self, synced: Callable[[str], bool]) -> Progress:
        """How far the connection is: all answered, then all books synced.

        The instrument list is not waited for: markets are true without it.

        Args:
            synced: whether the book of a symbol is.
        """
        markets = [s for sub, s in self.standing.items() if sub.channel != "instruments"]
        settled = sum(standing.settled for standing in markets)
        if settled < len(markets):
            return Progress("subscribing", settled, len(markets))
        books = [
            sub.symbol
            for sub, standing in self.standing.items()
            if sub.channel == "book" and not standing.refused
        ]
        done = sum(synced(symbol) for symbol in books)
        return Progress("syncing" if done < len(books) else "ready", done, len(books))

    def wants_book(self, symbol: str) -> bool:
        """Whether a book is to be kept; without any wishes (a replay) every book is."""
        return not self.standing or Subscription("book", symbol) in self.standing


def subscription_of(event: Event) -> Subscription | None:
    """Return the subscription whose data a fact is, None for all other facts."""
    match event:
        case BookSynced() | BookMoved():
            return Subscription("book", event.symbol)
        case Printed():
            return Subscription("trades", event.symbol)
        case TickerMoved():
            return Subscription("ticker", event.symbol)
        case CandlesMoved():
            return Subscription("candles", event.symbol, event.interval)
        case Listed():
            return Subscription("instruments")
        case _:
            return None
