"""The books of one connection: what all venues' have in common, however they are kept in step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Protocol, TypeVar

from wsdash.domain.events import BookLost
from wsdash.venues.patience import Crossing, Patience
from wsdash.venues.sync import Result
from wsdash.venues.venue import Restated, Step, Tally


class KeptBook(Protocol):
    """A book that is kept in step with a venue's, or says why it is not."""

    synced: bool
    reason: str
    patience: Patience
    crossing: Crossing

    def lose(self, reason: str) -> Result:
        """Distrust the book until it is anew."""


B = TypeVar("B", bound=KeptBook)


class Books(ABC, Generic[B]):
    """Books by symbol: lost for a reason, got anew, parked when that does not help.

    Args:
        tally: counts what went wrong.
    """

    TOO_OFTEN: ClassVar[str] = ", too often"
    """What is put behind the reason for which a book is parked."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._books: dict[str, B] = {}

    def synced(self, symbol: str) -> bool:
        """Whether the book of a symbol is valid."""
        return symbol in self._books and self._books[symbol].synced

    def known(self, symbol: str) -> bool:
        """Whether the book of a symbol is kept, valid or not."""
        return symbol in self._books

    def forget(self, symbol: str) -> None:
        """Drop a book that is no longer wanted."""
        self._books.pop(symbol, None)

    @abstractmethod
    def restate(self) -> list[Restated]:
        """Return what the venue could say for every synced book to be there at once."""

    def restart(self, symbol: str, reason: str) -> Step:
        """Throw a book away; the next snapshot makes it anew."""
        book = self._book(symbol)
        book.patience.release()
        book.lose(reason)
        return Step(events=[BookLost(symbol, reason)])

    def ticked(self, now: float) -> Step:
        """Give up books that stay crossed."""
        step = Step()
        for symbol, book in self._books.items():
            step.extend(self._uncross(symbol, book, now))
        return step

    def parked_due(self, now: float) -> list[str]:
        """The parked books whose time is over."""
        return [symbol for symbol, book in self._books.items() if book.patience.due(now)]

    @abstractmethod
    def _empty(self, symbol: str) -> B:
        """Make the book of a symbol, empty."""

    @abstractmethod
    def _mend(self, symbol: str) -> Step:
        """Get a book anew that was lost just now."""

    def _book(self, symbol: str) -> B:
        if symbol not in self._books:
            self._books[symbol] = self._empty(symbol)
        return self._books[symbol]

    def _uncross(self, symbol: str, book: B, now: float) -> Step:
        if not book.crossing.is_too_long(now):
            return Step()
        book.lose("crossed")
        return self._lost(symbol, book, now)

    def _lost(self, symbol: str, book: B, now: float) -> Step:
        """Say that a book is lost; get it anew, or park it when that was of no use too often."""
        self._tally.sequence_gaps += book.reason.startswith("gap")
        parked = book.patience.lost(now)
        reason = book.reason + self.TOO_OFTEN * parked
        step = Step(events=[BookLost(symbol, reason, parked)])
        if not parked:
            step.extend(self._mend(symbol))
        return step


class ResubscribedBooks(Books[B]):
    """Books whose snapshot comes on subscribing: `lost` collects those to be asked for anew."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self.lost: list[str] = []

    def _mend(self, symbol: str) -> Step:
        self.lost.append(symbol)
        return Step()
