"""Binance's books: the changes of the stream, and the snapshots fetched beside it."""

from __future__ import annotations

import msgspec

from wsdash.domain.events import Event
from wsdash.venues import binance_wire as wire
from wsdash.venues.books import Books
from wsdash.venues.news import news
from wsdash.venues.sync import Delta, DiffBook, Result
from wsdash.venues.venue import UNREADABLE, Answer, Request, Restated, Step, Tally

DEPTH_PATH = "/api/v3/depth"

SNAPSHOT_LIMIT = 1_000
"""Levels of each side fetched; costs 50 of 6000 weight a minute."""

RENEW_AT = 250
"""Known levels of a side below which another snapshot is fetched, while the book goes on."""

FEWEST = 60
"""Known levels of a side below which the book is not shown as true: a tall ladder needs them."""

SLOWEST = 6
"""Doublings after which the wait between tries for a snapshot grows no more (16 s)."""


class BinanceBooks(Books[DiffBook]):
    """The books of one connection."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self._tries: dict[str, int] = {}
        self._fetching: dict[str, Request] = {}
        self._abandoned: list[Request] = []

    def restate(self) -> list[Restated]:
        """Return a depth answer for every synced book."""
        return [
            Restated(
                "rest",
                f"{DEPTH_PATH}?symbol={symbol}&limit={SNAPSHOT_LIMIT}",
                msgspec.json.encode(
                    {
                        "lastUpdateId": book.sequence,
                        "bids": book.book.bids.top(SNAPSHOT_LIMIT),
                        "asks": book.book.asks.top(SNAPSHOT_LIMIT),
                    }
                ).decode(),
            )
            for symbol, book in self._books.items()
            if book.synced
        ]

    def forget(self, symbol: str) -> None:
        """Drop a book that is no longer wanted; a snapshot under way will not be taken."""
        super().forget(symbol)
        self._tries.pop(symbol, None)
        self._abandon(symbol)

    def update(self, data: wire.DepthUpdate, now: float) -> Step:
        """Take a change of the stream."""
        book = self._book(data.s)
        was_synced = book.synced
        result = book.update(Delta(data.U, data.u, data.b, data.a), now)
        if result is Result.LOST:
            return self._lost(data.s, book, now)
        step = Step()
        if result is not Result.WAITING:
            if not book.holds(FEWEST):
                book.lose("beyond the snapshot")
                return self._lost(data.s, book, now)
            step.events += self._valid(data.s, book, was_synced, data.E / 1000, now)
            step.extend(self._uncross(data.s, book, now))
            if book.synced and not book.renewing and not book.holds(RENEW_AT):
                book.renew()
                step.extend(self.fetch(data.s))
        elif book.awaiting_snapshot and book.patience.parked_until is None:
            step.extend(self.fetch(data.s))
        return step

    def snapshot(self, request: Request, answer: Answer, now: float) -> Step:
        """Take the answer to a depth request, unless it was asked for an earlier subscription."""
        symbol = dict(request.query)["symbol"]
        if any(request is late for late in self._abandoned):
            self._abandoned = [late for late in self._abandoned if late is not request]
            return Step()
        self._fetching.pop(symbol, None)
        book = self._book(symbol)
        if book.synced and not book.renewing:
            return Step()
        if answer.status != 200:
            return self.fetch(symbol, answer.retry_after)
        try:
            data = wire.snapshot.decode(answer.body)
        except UNREADABLE as error:
            step = Step(events=[self._tally.bad(error, where="snapshot: ")])
            step.extend(self.fetch(symbol))
            return step
        result = book.snapshot(data.lastUpdateId, data.bids, data.asks, now, SNAPSHOT_LIMIT)
        if result is Result.LOST:
            return self._lost(symbol, book, now)
        if result is Result.SYNCED:
            return Step(events=self._valid(symbol, book, False, None, now))
        return self.fetch(symbol) if book.outdated else Step()

    def distrust(self, symbol: str, now: float) -> Step:
        """A change could not be read: lose the book it was of; not named, it may be of any."""
        step = Step()
        for name, book in self._books.items():
            if book.synced and symbol in ("", name):
                book.lose("unreadable message")
                step.extend(self._lost(name, book, now))
        return step

    def ticked(self, now: float) -> Step:
        """Believe the snapshots of markets that stayed quiet after them; give up crossed books."""
        step = Step()
        for symbol, book in self._books.items():
            if book.settle(now) is Result.SYNCED:
                step.events += self._valid(symbol, book, False, None, now)
            step.extend(self._uncross(symbol, book, now))
        return step

    def restart(self, symbol: str, reason: str) -> Step:
        """Throw a book away; its snapshot is fetched when the subscription is confirmed."""
        self._abandon(symbol)
        return super().restart(symbol, reason)

    def fetch(self, symbol: str, retry_after: float | None = None) -> Step:
        """Ask for a snapshot, later each time it did not help."""
        renewing = self.known(symbol) and self._books[symbol].renewing
        if symbol in self._fetching or (self.synced(symbol) and not renewing):
            return Step()
        tries = self._tries.get(symbol, 0)
        self._tries[symbol] = tries + 1
        delay = 0.25 * 2 ** min(tries, SLOWEST) if tries else 0.0
        query = (("symbol", symbol), ("limit", str(SNAPSHOT_LIMIT)))
        request = Request(DEPTH_PATH, query, delay=max(delay, retry_after or 0.0))
        self._fetching[symbol] = request
        return Step(requests=[request])

    def _abandon(self, symbol: str) -> None:
        """A snapshot under way predates what the stream will send from now on."""
        if symbol in self._fetching:
            self._abandoned.append(self._fetching.pop(symbol))

    def _empty(self, symbol: str) -> DiffBook:
        return DiffBook()

    def _valid(
        self, symbol: str, book: DiffBook, was_synced: bool, time: float | None, now: float
    ) -> list[Event]:
        if not was_synced:
            self._tries.pop(symbol, None)
        return news(
            symbol, book, self._tally,
            was_synced=was_synced, sequence=book.sequence, time=time, now=now,
        )  # fmt: skip

    def _mend(self, symbol: str) -> Step:
        return self.fetch(symbol)
