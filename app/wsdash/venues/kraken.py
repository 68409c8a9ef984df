"""Kraken Spot, WebSocket API v2: one public connection.

Books come with a snapshot in band and a CRC32 in every message; there are no
sequences. Source: docs.kraken.com, "Spot WebSocket API v2".
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from wsdash.domain.events import BookLost, Event, Listed, Refused, Subscribed
from wsdash.venues import kraken_facts as facts
from wsdash.venues import kraken_pages as pages
from wsdash.venues import kraken_requests as requests
from wsdash.venues import kraken_wire as wire
from wsdash.venues.crc import LEVELS, Verifier
from wsdash.venues.news import news
from wsdash.venues.pages import PageRefused
from wsdash.venues.subscriptions import Subscriptions, subscription_of
from wsdash.venues.sync import ChecksumBook, Result
from wsdash.venues.venue import (
    UNREADABLE,
    Answer,
    Progress,
    Request,
    Restated,
    Step,
    Subscription,
    Tally,
)


class KrakenSession:
    """A public connection. Without wishes of its own (a replay) it takes every market it sees."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._subs = Subscriptions()
        self._books: dict[str, ChecksumBook] = {}
        self._verifiers: dict[str, Verifier] = {}
        self._open = False

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return self._subs.progress(lambda name: name in self._books and self._books[name].synced)

    def hears(self, symbol: str) -> bool:
        """Whether the connection carries the book of a symbol."""
        return symbol in self._books

    def restate(self) -> list[Restated]:
        """Return a snapshot of every synced book, as the venue would send it."""
        books = [(symbol, kept.book) for symbol, kept in self._books.items() if kept.synced]
        return [
            Restated("in", "", wire.snapshot(symbol, book, self._verifiers[symbol].of(book)))
            for symbol, book in books
        ]

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Subscribe to what is new and unsubscribe from what is gone."""
        added, removed = self._subs.change(subscriptions)
        for sub in removed:
            if sub.channel == "book":
                self._books.pop(sub.symbol, None)
        if not self._open:
            return Step()
        return Step(
            send=self._frames("unsubscribe", removed, now) + self._frames("subscribe", added, now)
        )

    def opened(self, now: float) -> Step:
        """Subscribe to everything wanted."""
        self._open = True
        return Step(send=self._frames("subscribe", self._subs.standing, now))

    def ticked(self, now: float) -> Step:
        """Ask again for what was not answered; try parked books again when their time is over."""
        step = Step(send=self._frames("subscribe", self._subs.overdue(now), now))
        for symbol, book in self._books.items():
            self._uncross(symbol, book, step, now)
            if book.patience.due(now):
                step.extend(self.resync(Subscription("book", symbol), now, "parked time over"))
        return step

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Take a recorded page of candles; the session itself asks for nothing."""
        if request.path != pages.PATH:
            return Step()
        try:
            return Step(events=[pages.moved(request, answer)])
        except (*UNREADABLE, LookupError, PageRefused) as error:
            return Step(events=[self.tally.bad(error, answer.body)])

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Unsubscribe and subscribe again: the venue then sends a snapshot."""
        step = Step()
        if subscription not in self._subs:
            return step
        if subscription.channel == "book":
            book = self._book(subscription.symbol)
            book.patience.release()
            book.lose(reason)
            step.events.append(BookLost(subscription.symbol, reason))
        step.send = self._again(subscription, now)
        return step

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        step = Step()
        try:
            self._dispatch(wire.envelope.decode(frame), step, now)
        except UNREADABLE as error:
            step.events.append(self.tally.bad(error, frame))
        return step

    def _dispatch(self, message: wire.Envelope, step: Step, now: float) -> None:
        channel = message.channel
        if channel == "book":
            self._take_books(message, step, now)
        elif channel == "instrument":
            step.events.append(self._take_instruments(message))
        elif channel is None:
            if not message.method:
                raise ValueError("neither of a channel nor an answer")
            step.events += self._answer(message)
        elif channel in facts.TRANSLATORS:
            step.events += facts.TRANSLATORS[channel](message)
        if message.type == "snapshot":  # data is an answer too, whatever became of the other
            for event in step.events:
                if (sub := subscription_of(event)) is not None:
                    self._subs.confirm(sub)

    def _answer(self, message: wire.Envelope) -> list[Event]:
        if message.method not in ("subscribe", "unsubscribe"):
            return []
        if not message.success:
            return self._refusals(message)
        result = message.result or wire.Result()
        channel = wire.CHANNELS.get(result.channel)
        if message.method == "unsubscribe" or channel is None:
            return []
        if channel == "book" and result.depth > 0 and self._subs.wants_book(result.symbol):
            self._book(result.symbol).depth = result.depth
        interval = facts.INTERVAL_OF.get(result.interval, "") if channel == "candles" else ""
        confirmed = self._subs.confirm(Subscription(channel, result.symbol, interval))
        return [Subscribed(channel, result.symbol)] if confirmed else []

    def _refusals(self, message: wire.Envelope) -> list[Event]:
        if message.method != "subscribe" or "already subscribed" in message.error.lower():
            return [
                Subscribed(sub.channel, sub.symbol)
                for sub in self._subs.of_request(message.req_id)
                if self._subs.confirm(sub)
            ]
        return [
            Refused(sub.channel, sub.symbol, message.error)
            for sub in self._subs.of_request(message.req_id)
            if message.symbol in ("", sub.symbol) and self._subs.refuse(sub)
        ]

    def _take_books(self, message: wire.Envelope, step: Step, now: float) -> None:
        snapshot = message.type == "snapshot"
        try:
            changes = [facts.book_change(data) for data in wire.books.decode(message.data)]
        except UNREADABLE as error:
            step.events.append(self.tally.bad(error, bytes(message.data), "book: "))
            self._distrust(message, snapshot, step, now)
            return
        for change in changes:
            if self._subs.wants_book(change.symbol):  # else unsubscribed a moment ago
                self._take_book(change, snapshot, step, now)

    def _distrust(self, message: wire.Envelope, snapshot: bool, step: Step, now: float) -> None:
        """What a book's unreadable message changed is not known: lose that book, or else all."""
        named: list[wire.Named] = []
        with suppress(*UNREADABLE):
            named = wire.named.decode(message.data)
        whose = {entry.symbol for entry in named}
        for symbol, book in self._books.items():
            if (book.synced or snapshot) and (symbol in whose or whose <= {""}):
                book.lose("unreadable message")
                self._lost(symbol, book, step, now)

    def _take_book(self, data: facts.BookChange, snapshot: bool, step: Step, now: float) -> None:
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
            self.tally.checksum_pass += 1
            step.events += news(
                data.symbol, book, self.tally,
                was_synced=was_synced, sequence=None, time=data.time, now=now,
            )  # fmt: skip
            self._uncross(data.symbol, book, step, now)
        elif result is Result.LOST:
            self.tally.checksum_fail += book.reason == "checksum"
            self._lost(data.symbol, book, step, now)

    def _uncross(self, symbol: str, book: ChecksumBook, step: Step, now: float) -> None:
        if book.crossing.is_too_long(now):
            book.lose("crossed")
            self._lost(symbol, book, step, now)

    def _lost(self, symbol: str, book: ChecksumBook, step: Step, now: float) -> None:
        parked = book.patience.lost(now)
        reason = f"{book.reason} failed too often" if parked else book.reason
        step.events.append(BookLost(symbol, reason, parked))
        if not parked:
            step.send += self._again(Subscription("book", symbol), now)

    def _book(self, symbol: str) -> ChecksumBook:
        if symbol not in self._books:
            verifier = self._verifiers.setdefault(symbol, Verifier())
            self._books[symbol] = ChecksumBook(verifier.matches, LEVELS)
        return self._books[symbol]

    def _take_instruments(self, message: wire.Envelope) -> Listed:
        listed = facts.instruments(message)
        for pair in listed.instruments:
            verifier = self._verifiers.setdefault(pair.name, Verifier())
            verifier.set_official(pair.price_decimals, pair.size_decimals)
        return listed

    def _again(self, sub: Subscription, now: float) -> list[str]:
        return self._frames("unsubscribe", [sub], now) + self._frames("subscribe", [sub], now)

    def _frames(self, method: str, subs: Iterable[Subscription], now: float) -> list[str]:
        frames = []
        for members in requests.grouped(subs):
            request_id = self._subs.next_id()
            if method == "subscribe":
                self._subs.asked(members, request_id, now)
            frames.append(requests.frame(method, members, request_id))
        return frames
