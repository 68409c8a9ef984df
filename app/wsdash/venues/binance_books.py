"""Binance's books: the changes of the stream, and the snapshots fetched beside it."""

from __future__ import annotations

import msgspec

from wsdash.domain.events import BookLost, Event
from wsdash.venues import binance_wire as wire
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


class BinanceBooks:
    """The books of one connection."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._books: dict[str, DiffBook] = {}
        self._tries: dict[str, int] = {}
        self._fetching: dict[str, Request] = {}
        self._abandoned: list[Request] = []

    def synced(self, symbol: str) -> bool:
        """Whether the book of a symbol is complete."""
        return symbol in self._books and self._books[symbol].synced

    def known(self, symbol: str) -> bool:
        """Whether the book of a symbol is kept, complete or not."""
        return symbol in self._books

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
        self._books.pop(symbol, None)
        self._tries.pop(symbol, None)
        self._abandon(symbol)

    def update(self, data: wire.DepthUpdate, now: float) -> Step:
        """Take a change of the stream."""
        book = self._books.setdefault(data.s, DiffBook())
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
        book = self._books.setdefault(symbol, DiffBook())
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

    def settle(self, now: float) -> Step:
        """Believe the snapshots of markets that stayed quiet after them."""
        step = Step()
        for symbol, book in self._books.items():
            if book.settle(now) is Result.SYNCED:
                step.events += self._valid(symbol, book, False, None, now)
            step.extend(self._uncross(symbol, book, now))
        return step

    def parked_due(self, now: float) -> list[str]:
        """The parked books whose time is over."""
        return [symbol for symbol, book in self._books.items() if book.patience.due(now)]

    def restart(self, symbol: str, reason: str) -> Step:
        """Throw a book away; its snapshot is fetched when the subscription is confirmed."""
        book = self._books.setdefault(symbol, DiffBook())
        book.patience.release()
        book.lose(reason)
        self._abandon(symbol)
        return Step(events=[BookLost(symbol, reason)])

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

    def _valid(
        self, symbol: str, book: DiffBook, was_synced: bool, time: float | None, now: float
    ) -> list[Event]:
        if not was_synced:
            self._tries.pop(symbol, None)
        return news(
            symbol, book, self._tally,
            was_synced=was_synced, sequence=book.sequence, time=time, now=now,
        )  # fmt: skip

    def _uncross(self, symbol: str, book: DiffBook, now: float) -> Step:
        if not book.crossing.is_too_long(now):
            return Step()
        book.lose("crossed")
        return self._lost(symbol, book, now)

    def _lost(self, symbol: str, book: DiffBook, now: float) -> Step:
        self._tally.sequence_gaps += book.reason.startswith("gap")
        parked = book.patience.lost(now)
        reason = f"{book.reason}, too often" if parked else book.reason
        step = Step(events=[BookLost(symbol, reason, parked)])
        if not parked:
            step.extend(self.fetch(symbol))
        return step
