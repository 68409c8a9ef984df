"""Bybit USDT perpetuals, API v5: one connection to the public linear stream, no account.

The same symbol names another market on the venue's spot stream, which is not read here.
Source: bybit-exchange.github.io/docs/v5 (read in July 2026), and its behaviour as others
measured it where the documentation is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from wsdash.domain.events import Event, Heartbeat, Refused, Subscribed
from wsdash.venues import bybit_facts as facts
from wsdash.venues import bybit_wire as wire
from wsdash.venues.bybit_books import BybitBooks
from wsdash.venues.bybit_rest import BybitRest
from wsdash.venues.subscriptions import Subscriptions, subscription_of
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

PING_EVERY: Final = 20.0
"""Seconds between two pings; the venue ends a connection that says nothing for ten minutes."""

GROUP: Final = 10
"""Topics asked for in one frame: one bad topic has the whole frame refused."""

_KNOWN: Final = "already subscribed"
"""What the venue says to a second request for a topic; seen, not documented."""


class BybitSession:
    """A public connection. Without wishes of its own (a replay) it takes every market it sees.

    Args:
        venue: the short name under which instruments are listed.
    """

    def __init__(self, venue: str = "bybit") -> None:
        self.tally = Tally()
        self._subs = Subscriptions()
        self._books = BybitBooks(self.tally)
        self._rest = BybitRest(venue, self.tally, self._subs)
        self._tickers: dict[str, tuple[wire.Ticker, int]] = {}
        self._pinged_at: float | None = None
        self._readers: Final[dict[str, Callable[[str, wire.Envelope, float], Step]]] = {
            "orderbook": self._book,
            "publicTrade": self._trades,
            "tickers": self._ticker,
            "kline": self._candles,
        }

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return self._subs.progress(self._books.synced)

    def hears(self, symbol: str) -> bool:
        """Whether the connection carries the book of a symbol."""
        return self._books.known(symbol)

    def restate(self) -> list[Restated]:
        """Return snapshots of every synced book, and of every ticker: deltas tell not all."""
        tickers = [
            {"topic": f"tickers.{symbol}", "type": "snapshot", "data": known, "ts": time}
            for symbol, (known, time) in self._tickers.items()
        ]
        told = [Restated("in", "", msgspec.json.encode(frame).decode()) for frame in tickers]
        return self._books.restate() + told

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Subscribe to what is new and unsubscribe from what is gone."""
        added, removed = self._subs.change(subscriptions)
        for sub in removed:
            if sub.channel == "book":
                self._books.forget(sub.symbol)
            elif sub.channel == "ticker":
                self._tickers.pop(sub.symbol, None)
        if self._pinged_at is None:
            return Step()
        step = Step(send=self._frames("unsubscribe", removed, now))
        step.extend(self._subscribe(added, now))
        return step

    def opened(self, now: float) -> Step:
        """Subscribe to everything wanted."""
        self._pinged_at = now
        return self._subscribe(self._subs.standing, now)

    def ticked(self, now: float) -> Step:
        """Ping; ask again for what was not answered; try parked books again."""
        step = Step(send=self._frames("subscribe", self._subs.overdue(now), now))
        if self._pinged_at is not None and now - self._pinged_at >= PING_EVERY:
            self._pinged_at = now
            step.send.append('{"op":"ping"}')
        step.extend(self._mended(self._books.ticked(now), now))
        for symbol in self._books.parked_due(now):
            step.extend(self.resync(Subscription("book", symbol), now, "parked time over"))
        return step

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Unsubscribe and subscribe again: the venue then sends a snapshot."""
        if subscription not in self._subs:
            return Step()
        step = self._again(subscription, now)
        if subscription.channel == "book":
            step.extend(self._books.restart(subscription.symbol, reason))
        return step

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        try:
            message = wire.envelope.decode(frame)
            if message.topic:
                return self._take(message, now)
            return self._answer(message, now)
        except (*UNREADABLE, LookupError) as error:
            return Step(events=[self.tally.bad(error, frame)])

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Take the instrument list or candles."""
        return self._rest.answered(request, answer, now)

    def _take(self, message: wire.Envelope, now: float) -> Step:
        """Data is an answer too: it may come before the word that confirms it."""
        kind, _, rest = message.topic.partition(".")
        if kind not in self._readers:
            return Step()
        step = self._readers[kind](rest, message, now)
        if message.type == "snapshot":
            for event in step.events:
                if (sub := subscription_of(event)) is not None:
                    self._subs.confirm(sub)
        return step

    def _book(self, rest: str, message: wire.Envelope, now: float) -> Step:
        symbol = rest.partition(".")[2]
        if not self._subs.wants_book(symbol):  # unsubscribed a moment ago
            return Step()
        return self._mended(self._books.take(rest, message, now), now)

    def _trades(self, rest: str, message: wire.Envelope, now: float) -> Step:
        """``snapshot`` does not mean history here: every print is live."""
        del rest, now
        return Step(events=[facts.printed(one) for one in wire.trades.decode(message.data)])

    def _ticker(self, symbol: str, message: wire.Envelope, now: float) -> Step:
        del now
        news = wire.ticker.decode(message.data)
        if message.type != "snapshot":
            if symbol not in self._tickers:
                return Step()
            news = facts.merged(self._tickers[symbol][0], news)
        event = facts.ticker(symbol, news, message.ts / 1000 or None)
        self._tickers[symbol] = news, message.ts
        return Step(events=[event])

    def _candles(self, rest: str, message: wire.Envelope, now: float) -> Step:
        del now
        interval, _, symbol = rest.partition(".")
        if interval not in facts.INTERVAL_OF:
            return Step()
        return Step(events=[facts.candles(symbol, interval, wire.candles.decode(message.data))])

    def _answer(self, message: wire.Envelope, now: float) -> Step:
        """A pong is called ``ping`` on this stream, and ``pong`` on others of the venue."""
        if message.op == "pong" or message.ret_msg == "pong":
            return Step(events=[Heartbeat()])
        if not message.op and message.success is None:
            raise ValueError("neither of a topic nor an answer")
        number = message.req_id or ""
        if message.op != "subscribe" or not number.isascii() or not number.isdigit():
            return Step()
        members = self._subs.of_request(int(number[:9]))
        if message.success:
            return Step(events=self._confirm(members))
        return self._refused(message.ret_msg, members, now)

    def _confirm(self, members: list[Subscription]) -> list[Event]:
        confirmed = [sub for sub in members if self._subs.confirm(sub)]
        return [Subscribed(sub.channel, sub.symbol) for sub in confirmed]

    def _refused(self, words: str, members: list[Subscription], now: float) -> Step:
        """One bad topic has the whole frame refused: ask for the others again, without it.

        Where the words name none, each is asked for alone. What becomes of the others is not
        documented; it was seen that none of them is sent.
        """
        named = words.rpartition("topic:")[2].strip()
        bad = [sub for sub in members if facts.topic_of(sub) == named]
        if not bad and len(members) > 1:
            return Step(send=self._frames("subscribe", members, now, group=1))
        bad = bad or members
        step = Step()
        if _KNOWN in words.lower():
            step.events += self._confirm(bad)
        else:
            step.events += [
                Refused(sub.channel, sub.symbol, words) for sub in bad if self._subs.refuse(sub)
            ]
        step.send += self._frames("subscribe", [sub for sub in members if sub not in bad], now)
        return step

    def _mended(self, step: Step, now: float) -> Step:
        """Get the books anew that were lost just now."""
        lost, self._books.lost = self._books.lost, []
        for symbol in lost:
            step.extend(self._again(Subscription("book", symbol), now))
        return step

    def _again(self, sub: Subscription, now: float) -> Step:
        step = Step(send=self._frames("unsubscribe", [sub], now))
        step.extend(self._subscribe([sub], now))
        return step

    def _subscribe(self, subs: Iterable[Subscription], now: float) -> Step:
        subs = list(subs)
        send = self._frames("subscribe", subs, now)
        return Step(send=send, requests=self._rest.ask(subs, now))

    def _frames(
        self, op: str, subs: Iterable[Subscription], now: float, group: int = GROUP
    ) -> list[str]:
        topics = {topic: sub for sub in subs if (topic := facts.topic_of(sub))}
        names, frames = list(topics), list[str]()
        for start in range(0, len(names), group):
            args, number = names[start : start + group], self._subs.next_id()
            if op == "subscribe":
                self._subs.asked((topics[name] for name in args), number, now)
            frame = {"req_id": str(number), "op": op, "args": args}
            frames.append(msgspec.json.encode(frame).decode())
        return frames


def canonical(text: str) -> str:
    """Return Bybit's name for what a person typed: ``btc/usdt`` and ``BTC/USDT:USDT`` are one."""
    name = text.upper().partition(":")[0].removesuffix(".P")
    return name.replace("/", "").replace("-", "")
