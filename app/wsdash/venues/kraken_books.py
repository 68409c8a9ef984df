"""Kraken's books: a snapshot in band, and a CRC32 in every message; there are no sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from wsdash.domain.instrument import Instrument
from wsdash.venues import kraken_facts as facts
from wsdash.venues import kraken_wire as wire
from wsdash.venues.books import ResubscribedBooks
from wsdash.venues.crc import LEVELS, Verifier
from wsdash.venues.news import news
from wsdash.venues.sync import ChecksumBook, Result
from wsdash.venues.venue import UNREADABLE, Restated, Step, Tally


class KrakenBooks(ResubscribedBooks[ChecksumBook]):
    """The books of one connection."""

    TOO_OFTEN = " failed too often"

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self._verifiers: dict[str, Verifier] = {}

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
                step.extend(self._lost(symbol, book, now))

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
            step.extend(self._uncross(data.symbol, book, now))
        elif result is Result.LOST:
            self._tally.checksum_fail += book.reason == "checksum"
            step.extend(self._lost(data.symbol, book, now))

    def _empty(self, symbol: str) -> ChecksumBook:
        verifier = self._verifiers.setdefault(symbol, Verifier())
        return ChecksumBook(verifier.matches, LEVELS)
