"""Kraken Spot, WebSocket API v2: one public connection.

Source: docs.kraken.com, "Spot WebSocket API v2".
"""

from __future__ import annotations

from collections.abc import Iterable

from wsdash.domain.events import Event, Listed, Refused, Subscribed
from wsdash.venues import kraken_facts as facts
from wsdash.venues import kraken_pages as pages
from wsdash.venues import kraken_requests as requests
from wsdash.venues import kraken_wire as wire
from wsdash.venues.kraken_books import KrakenBooks
from wsdash.venues.pages import PageRefused
from wsdash.venues.subscriptions import Subscriptions, subscription_of
from wsdash.venues.thin import FULLER, THINNER
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
        self._books = KrakenBooks(self.tally)
        self._open = False
        self._width = requests.FULL

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return self._subs.progress(self._books.synced)

    def hears(self, symbol: str) -> bool:
        """Whether the connection carries the book of a symbol."""
        return self._books.known(symbol)

    def restate(self) -> list[Restated]:
        """Return a snapshot of every synced book, as the venue would send it."""
        return self._books.restate()

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Subscribe to what is new and unsubscribe from what is gone."""
        added, removed = self._subs.change(subscriptions)
        for sub in removed:
            if sub.channel == "book":
                self._books.forget(sub.symbol)
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
        step.extend(self._mended(self._books.ticked(now), now))
        for symbol in self._books.parked_due(now):
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
        if subscription not in self._subs:
            return Step()
        step = Step(send=self._again(subscription, now))
        if subscription.channel == "book":
            step.extend(self._books.restart(subscription.symbol, reason))
        return step

    def thin(self, on: bool, now: float) -> Step:
        """Have books of ten levels and a ticker a trade, or whole books and every best price."""
        step = Step()
        anew = [sub for sub in self._subs.standing if sub.channel in ("book", "ticker")]
        gone = self._frames("unsubscribe", anew, now)
        self._width = requests.THIN if on else requests.FULL
        if not self._open:
            return step
        step.send = gone + self._frames("subscribe", anew, now)
        for sub in anew:
            if sub.channel == "book":
                step.extend(self._books.restart(sub.symbol, THINNER if on else FULLER))
                self._books.confirmed(sub.symbol, self._width.depth)
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
            step.extend(self._mended(self._books.take(message, self._subs.wants_book, now), now))
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
            self._books.confirmed(result.symbol, result.depth)
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

    def _take_instruments(self, message: wire.Envelope) -> Listed:
        listed = facts.instruments(message)
        self._books.listed(listed.instruments)
        return listed

    def _mended(self, step: Step, now: float) -> Step:
        """Get the books anew that were lost just now."""
        lost, self._books.lost = self._books.lost, []
        for symbol in lost:
            step.send += self._again(Subscription("book", symbol), now)
        return step

    def _again(self, sub: Subscription, now: float) -> list[str]:
        return self._frames("unsubscribe", [sub], now) + self._frames("subscribe", [sub], now)

    def _frames(self, method: str, subs: Iterable[Subscription], now: float) -> list[str]:
        frames = []
        for members in requests.grouped(subs):
            request_id = self._subs.next_id()
            if method == "subscribe":
                self._subs.asked(members, request_id, now)
            frames.append(requests.frame(method, members, request_id, self._width))
        return frames
