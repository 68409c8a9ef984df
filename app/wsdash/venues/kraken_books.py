"""Kraken's books: a snapshot in band, and a CRC32 in every message; there are no sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from wsdash.domain.events import BookLost
from wsdash.domain.instrument import Instrument
from wsdash.venues import kraken_facts as facts
from wsdash.venues import kraken_wire as wire
from wsdash.venues.crc import LEVELS, Verifier
from wsdash.venues.news import news
from wsdash.venues.sync import ChecksumBook, Result
from wsdash.venues.venue import UNREADABLE, Restated, Step, Tally


class KrakenBooks:
    """The books of one connection; `lost` collects those that must be got anew."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._books: dict[str, ChecksumBook] = {}
        self._verifiers: dict[str, Verifier] = {}
        self.lost: list[str] = []

    def synced(self, symbol: str) -> bool:
        """Whether the book of a symbol is valid."""
        return symbol in self._books and self._books[symbol].synced

    def known(self, symbol: str) -> bool:
        """Whether the book of a symbol is kept, valid or not."""
        return symbol in self._books

    def forget(self, symbol: str) -> None:
        """Drop a book that is no longer wanted."""
        self._books.pop(symbol, None)

    def restate(self) -> list[Restated]:
        """Return a snapshot of every synced book, as the venue would send it."""
        books = [(symbol, kept.book) for symbol, kept in self._books.items() if kept.synced]
        return [
            Restated("in", "", wire.snapshot(symbol, book, self._verifiers[symbol].of(book)))
            for symbol, book in books
        ]

    def confirmed(self, symbol: str, depth: int) -> None:
        """The venue said how many levels of a book it sends: those beyond are dropped."""
        self._book(symbol).depth = depth

    def listed(self, instruments: Iterable[Instrument]) -> None:
        """Take the decimals that checksums are made of from the venue's list."""
        for pair in instruments:
            verifier = self._verifiers.setdefault(pair.name, Verifier())
            verifier.set_official(pair.price_decimals, pair.size_decimals)

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
            self._uncross(symbol, book, step, now)
        return step

    def parked_due(self, now: float) -> list[str]:
        """The parked books whose time is over."""
        return [symbol for symbol, book in self._books.items() if book.patience.due(now)]

    def take(self, message: wire.Envelope, wants: Callable[[str], bool], now: float) -> Step:
        """Take a message of the book channel.

        Args:
            message: a snapshot or changes, of one market or more.
            wants: whether the book of a symbol is to be kept; else it was a moment ago.
            now: monotonic seconds.
        """
        step, snapshot = Step(), message.type == "snapshot"
        try:
            changes = [facts.book_change(data) for data in wire.books.decode(message.data)]
        except UNREADABLE as error:
            step.events.append(self._tally.bad(error, bytes(message.data), "book: "))
            self._distrust(message, snapshot, step, now)
            return step
        for change in changes:
            if wants(change.symbol):
                self._take(change, snapshot, step, now)
        return step

    def _distrust(self, message: wire.Envelope, snapshot: bool, step: Step, now: float) -> None:
        """What a book's unreadable message changed is not known: lose that book, or else all."""
        named: list[wire.Named] = []
        with suppress(*UNREADABLE):
            named = wire.named.decode(message.data)
        whose = {entry.symbol for entry in named}
        for symbol, book in self._books.items():
            if (book.synced or snapshot) and (symbol in whose or whose <= {""}):
                book.lose("unreadable message")
                self._lose(symbol, book, step, now)

    def _take(self, data: facts.BookChange, snapshot: bool, step: Step, now: float) -> None:
        book, verifier = self._book(data.symbol), self._verifiers[data.symbol]
        verifier.see(data.bids)
        verifier.see(data.asks)
        if snapshot and not book.depth:  # a recording without the acknowledgement
            most = max(len(data.bids), len(data.asks))
            book.depth = next((depth for depth in wire.DEPTHS if depth >= most), most)
        was_synced = book.synced
        take = book.snapshot if snapshot else book.update
        if snapshot and book.newest.is_after(data.time):
            result = book.lose("stale snapshot")
        else:
            result = take(data.bids, data.asks, data.checksum)
            book.newest.note(data.time)
        if result in (Result.SYNCED, Result.MOVED):
            self._tally.checksum_pass += 1
            step.events += news(
                data.symbol, book, self._tally,
                was_synced=was_synced, sequence=None, time=data.time, now=now,
            )  # fmt: skip
            self._uncross(data.symbol, book, step, now)
        elif result is Result.LOST:
            self._tally.checksum_fail += book.reason == "checksum"
            self._lose(data.symbol, book, step, now)

    def _uncross(self, symbol: str, book: ChecksumBook, step: Step, now: float) -> None:
        if book.crossing.is_too_long(now):
            book.lose("crossed")
            self._lose(symbol, book, step, now)

    def _lose(self, symbol: str, book: ChecksumBook, step: Step, now: float) -> None:
        parked = book.patience.lost(now)
        reason = f"{book.reason} failed too often" if parked else book.reason
        step.events.append(BookLost(symbol, reason, parked))
        if not parked:
            self.lost.append(symbol)

    def _book(self, symbol: str) -> ChecksumBook:
        if symbol not in self._books:
            verifier = self._verifiers.setdefault(symbol, Verifier())
            self._books[symbol] = ChecksumBook(verifier.matches, LEVELS)
        return self._books[symbol]
