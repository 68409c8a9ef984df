"""Binance Spot: one connection to the combined public streams.

Books are changes with chained update ids on the stream, and a snapshot by REST.
Source: binance-spot-api-docs, "WebSocket Streams".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from wsdash.domain.events import (
    Event,
    Listed,
    Notice,
    Refused,
    Subscribed,
)
from wsdash.venues import binance_facts as facts
from wsdash.venues import binance_wire as wire
from wsdash.venues.binance_books import DEPTH_PATH, BinanceBooks
from wsdash.venues.binance_requests import (
    INFO_PATH,
    KLINES_PATH,
    STREAMS,
    THIN_STREAMS,
    histories,
    stream_of,
)
from wsdash.venues.lingering import MOST, LingeringSubscriptions
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


class BinanceSession:
    """A public connection. Without wishes of its own (a replay) it takes every market it sees.

    Args:
        venue: the short name under which instruments are listed.
    """

    def __init__(self, venue: str = "binance") -> None:
        self.tally = Tally()
        self._venue = venue
        self._subs = LingeringSubscriptions()
        self._books = BinanceBooks(self.tally)
        self._raw_trades: set[str] = set()
        self._open = False
        self._streams = STREAMS

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return self._subs.progress(self._books.synced)

    def hears(self, symbol: str) -> bool:
        """Whether the connection carries the book of a symbol."""
        return self._books.known(symbol)

    def restate(self) -> list[Restated]:
        """Return a depth answer for every synced book, as the venue would give it."""
        return self._books.restate()

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Subscribe to what is new, and when there is room unsubscribe from what is gone."""
        added, removed = self._subs.change(subscriptions)
        for sub in removed:
            if sub.channel == "book":
                self._books.forget(sub.symbol)
        if not self._open:
            return Step()
        step = Step(requests=histories(added), more=self._speak)
        for sub in added:
            if self._subs.standing[sub].confirmed:  # it still comes
                self._confirmed(sub, step)
        return step

    def opened(self, now: float) -> Step:
        """Subscribe to everything wanted."""
        self._open = True
        return self._subscribe(self._subs.standing, now)

    def ticked(self, now: float) -> Step:
        """Ask again for what was not answered; believe quiet books; try parked ones again."""
        step = Step(send=self._frames("SUBSCRIBE", self._subs.overdue(now), now))
        step.more = self._speak if self._subs.lingering else None
        step.extend(self._books.ticked(now))
        for symbol in self._books.parked_due(now):
            step.extend(self.resync(Subscription("book", symbol), now, "parked time over"))
        return step

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Fetch a book anew; subscribe anew to any other channel."""
        if subscription not in self._subs:
            return Step()
        # A stream that died silently is only revived by asking for it again.
        step = Step(send=self._frames("UNSUBSCRIBE", [subscription], now))
        step.extend(self._subscribe([subscription], now))
        if subscription.channel == "book":
            step.extend(self._books.restart(subscription.symbol, reason))
        return step

    def thin(self, on: bool, now: float) -> Step:
        """Have the changes of books once a second, or ten times again: each book comes anew."""
        step, books = Step(), [sub for sub in self._subs.standing if sub.channel == "book"]
        gone = self._frames("UNSUBSCRIBE", [*books, *self._subs.let_go(MOST)], now)
        self._streams = THIN_STREAMS if on else STREAMS
        if self._open:
            step.send = gone + self._frames("SUBSCRIBE", books, now)
        for sub in books if self._open else ():
            step.extend(self._books.restart(sub.symbol, THINNER if on else FULLER))
        return step

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        step = Step()
        try:
            message = wire.envelope.decode(frame)
            if message.stream == "!serverShutdown" or message.e == "serverShutdown":
                step.events.append(Notice("server shutdown announced", shutdown=True))
            elif message.stream or message.e:
                self._take(bytes(message.data) if message.stream else frame, step, now)
            elif message.id is not None or message.code is not None:
                self._answer(message, step)
        except UNREADABLE as error:
            step.events.append(self.tally.bad(error, frame))
        return step

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Take a snapshot, a history of candles or the instrument list."""
        step = Step()
        symbol = dict(request.query).get("symbol", "")
        try:
            if request.path == DEPTH_PATH:
                if symbol and self._subs.wants_book(symbol):
                    step.extend(self._books.snapshot(request, answer, now))
            elif answer.status != 200:
                step.events += self._failed(request, answer, step)
            elif request.path == KLINES_PATH:
                query = dict(request.query)
                interval, past = query.get("interval", ""), "endTime" in query
                step.events.append(facts.history(symbol, interval, answer.body, past=past))
            elif request.path == INFO_PATH:
                step.events += self._listed(answer.body)
        except UNREADABLE as error:
            step.events.append(self.tally.bad(error, answer.body))
            step.events += self._failed(request, answer, step)
        return step

    def _subscribe(self, subs: Iterable[Subscription], now: float) -> Step:
        subs = list(subs)
        return Step(send=self._frames("SUBSCRIBE", subs, now), requests=histories(subs))

    def _speak(self, room: int, now: float) -> str | None:
        """Ask for all that is wanted by now; then end what lingers, where there is room."""
        frames = self._frames("SUBSCRIBE", self._subs.unasked(), now)
        frames = frames or self._frames("UNSUBSCRIBE", self._subs.let_go(room), now)
        return frames[0] if frames else "" if self._subs.lingering else None

    def _frames(self, method: str, subs: Iterable[Subscription], now: float) -> list[str]:
        streams = {stream: sub for sub in subs if (stream := stream_of(sub, self._streams))}
        if not streams:
            return []
        request_id = self._subs.next_id()
        if method == "SUBSCRIBE":
            self._subs.asked(streams.values(), request_id, now)
        frame = {"method": method, "params": list(streams), "id": request_id}
        return [msgspec.json.encode(frame).decode()]

    def _answer(self, message: wire.Envelope, step: Step) -> None:
        if message.id is None:
            raise ValueError("an error that names no request")
        if not isinstance(message.id, int):
            return
        self._subs.settle_lingering(message.id, refused=message.code is not None)
        for sub in self._subs.of_request(message.id):
            if message.code is not None:
                if self._subs.refuse(sub):
                    step.events.append(Refused(sub.channel, sub.symbol, message.msg))
            elif self._subs.confirm(sub):
                self._confirmed(sub, step)

    def _confirmed(self, sub: Subscription, step: Step) -> None:
        step.events.append(Subscribed(sub.channel, sub.symbol))
        if sub.channel == "book":
            step.extend(self._books.fetch(sub.symbol))

    def _take(self, payload: bytes, step: Step, now: float) -> None:
        kind = wire.head.decode(payload).e
        if kind not in wire.MARKET_TYPES:
            return
        try:
            data = wire.market.decode(payload)
        except UNREADABLE as error:
            step.events.append(self.tally.bad(error, payload))
            if kind == "depthUpdate":
                step.extend(self._books.distrust(wire.head.decode(payload).s, now))
            return
        if isinstance(data, wire.DepthUpdate):
            if self._subs.wants_book(data.s):
                step.extend(self._books.update(data, now))
            return
        if isinstance(data, wire.TradePrint):
            self._raw_trades.add(data.s)
        elif isinstance(data, wire.AggregateTrade) and data.s in self._raw_trades:
            return  # the same prints, once more
        step.events.append(facts.translate(data))

    def _failed(self, request: Request, answer: Answer, step: Step) -> list[Event]:
        """Ask again in a while, later each time; what the venue does not know is refused."""
        if request.path not in (KLINES_PATH, INFO_PATH):
            return []
        if answer.status in (400, 403, 404):
            listing = Subscription("instruments")
            if request.path == INFO_PATH and self._subs.refuse(listing):
                return [Refused("instruments", "", f"HTTP {answer.status}")]
            return []
        query = dict(request.query)
        candles = Subscription("candles", query.get("symbol", ""), query.get("interval", ""))
        if request.path == KLINES_PATH and candles not in self._subs:
            return []
        delay = max(answer.retry_after or 0.0, min(request.delay * 2, 60.0), 5.0)
        step.requests.append(replace(request, delay=delay))
        return []

    def _listed(self, body: bytes) -> list[Event]:
        self._subs.confirm(Subscription("instruments"))
        return [Listed(facts.instruments(self._venue, body))]
