"""Bybit's topics: from what happened to who is told, and when.

Prints leave at once; books, candles and tickers on a beat. Every topic counts its own frames,
and who subscribes is told its state as of the last of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from wsdash.exchange import bybit_text as text
from wsdash.exchange.bybit_topics import INTERVALS, NAMES, SPOT, Topic
from wsdash.exchange.hub import Hub
from wsdash.exchange.listing import Batch, Listing
from wsdash.exchange.market import Market
from wsdash.exchange.message import Message
from wsdash.exchange.past import Candle

AGAIN = 3_000_000
"""Microseconds after which best prices that have not changed are told again."""


@dataclass(slots=True)
class _Told:
    """A book as its topic last told it."""

    update: int
    sequence: int
    made: int
    bids: dict[int, int]
    asks: dict[int, int]
    sent: int = 0


@dataclass(slots=True)
class _State:
    """A topic that somebody listens to."""

    topic: Topic
    beat: int = 0
    book: _Told | None = None
    ticker: dict[str, str] = field(default_factory=dict)
    candle: Candle | None = None
    shown: tuple[int, int] = (0, 0)


class BybitFeed:
    """Publishes the contracts of a market in Bybit's words to whoever subscribed."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.hub: Hub[str] = Hub()
        self._states: dict[str, _State] = {}
        market.perpetual_listeners.append(self.happened)

    def watch(self, topic: Topic) -> None:
        """Start a topic, before its first subscriber is added."""
        if topic.name in self.hub:
            return
        state = self._states[topic.name] = _State(topic)
        listing, now = self.market.perpetuals[topic.symbol], self.market.now
        state.beat = now // topic.period if topic.period else 0
        if topic.channel == "book":
            state.book = _look(listing, topic.depth, listing.truth.sequence // 3 + 2)
            state.book.sent = now
        elif topic.channel == "ticker":
            state.ticker = self._ticker(listing)
        elif topic.channel == "ohlc":
            state.candle = self._newest(listing, topic)

    def snapshot(self, topic: Topic, age: int = 0) -> Message | None:
        """Return what a new subscriber is told first, None where that is nothing.

        Args:
            topic: one that is watched.
            age: by how many sequences a book shall be too old.
        """
        state, now = self._states[topic.name], self.market.now
        listing = self.market.perpetuals[topic.symbol]
        if state.book is not None:
            told = _old(listing, topic.depth, state.book, age) if age else state.book
            return _message(topic, "snapshot", _frame(topic, listing, "snapshot", told, now))
        if topic.channel == "ticker":
            return _message(topic, "snapshot", self._summary(topic, "snapshot", state.ticker))
        return None

    def happened(self, batch: Batch) -> None:
        """Tell subscribers of prints."""
        pair = batch.listing.pair
        name = f"publicTrade.{NAMES[pair.symbol]}"
        if batch.trades and name in self.hub:
            topic, delta = self._states[name].topic, batch.delta
            frame = text.trades(topic, pair, batch.trades, delta.sequence, delta.time)
            self.hub.publish(name, _message(topic, "update", frame))

    def tick(self) -> None:
        """Send whatever is due by now; call it often."""
        now = self.market.now
        for name in self.hub.keys():  # noqa: SIM118 - the hub is no mapping
            state = self._states[name]
            period = state.topic.period
            if not period or now // period == state.beat:
                continue
            state.beat = now // period
            listing = self.market.perpetuals[state.topic.symbol]
            if state.book is not None:
                self._book(state, state.book, listing, now)
            elif state.topic.channel == "ticker":
                self._move_ticker(state, listing)
            else:
                self._move_candle(state, listing, now)

    def _book(self, state: _State, before: _Told, listing: Listing, now: int) -> None:
        topic = state.topic
        if listing.truth.sequence == before.sequence:
            if topic.depth == 1 and now - before.sent >= AGAIN:
                before.sent = now
                self._publish(topic, "update", _frame(topic, listing, "snapshot", before, now))
            return
        after = _look(listing, topic.depth, before.update + 1)
        bids, asks = _changes(before.bids, after.bids), _changes(before.asks, after.asks)
        if not bids and not asks:
            return  # it happened below what this topic tells
        after.sent, state.book = now, after
        kind = "snapshot" if topic.depth == 1 else "delta"
        ids, times = (after.update, after.sequence), (now, after.made)
        sides = (after.bids, after.asks) if topic.depth == 1 else (bids, asks)
        self._publish(topic, "update", text.book(topic, listing.pair, kind, sides, ids, times))

    def _move_ticker(self, state: _State, listing: Listing) -> None:
        fields = self._ticker(listing)
        changed = {name: value for name, value in fields.items() if state.ticker[name] != value}
        state.ticker = fields
        if changed:
            told = {"symbol": fields["symbol"], **changed}
            self._publish(state.topic, "update", self._summary(state.topic, "delta", told))

    def _move_candle(self, state: _State, listing: Listing, now: int) -> None:
        """The last word on a candle and the first on the next one come together."""
        newest, known = self._newest(listing, state.topic), state.candle
        shown = (newest.start, newest.count)
        if shown == state.shown:
            return
        told = [(known, True)] if known is not None and known is not newest else []
        state.candle, state.shown = newest, shown
        frame = text.kline(state.topic, listing.pair, [*told, (newest, False)], now)
        self._publish(state.topic, "update", frame)

    def _newest(self, listing: Listing, topic: Topic) -> Candle:
        length = INTERVALS[topic.interval]
        listing.candles.roll(length, self.market.now)
        return listing.candles.series(length)[-1]

    def _ticker(self, listing: Listing) -> dict[str, str]:
        pair = listing.pair
        spot = self.market.spot[SPOT[pair.symbol]]
        bid, ask = spot.best()
        index = round((bid[0] + ask[0]) / 2 * 10.0 ** (pair.price_places - spot.pair.price_places))
        return text.ticker(listing, index, self.market.now)

    def _summary(self, topic: Topic, kind: str, fields: dict[str, str]) -> str:
        listing = self.market.perpetuals[topic.symbol]
        frame = {"topic": topic.name, "type": kind, "data": fields}
        tail = {"cs": listing.truth.sequence, "ts": self.market.now // 1000}
        return msgspec.json.encode({**frame, **tail}).decode()

    def _publish(self, topic: Topic, kind: str, frame: str) -> None:
        self.hub.publish(topic.name, _message(topic, kind, frame))


def _message(topic: Topic, kind: str, frame: str) -> Message:
    return Message(frame, kind, topic.channel, topic.symbol, topic.name)


def _look(listing: Listing, depth: int, update: int) -> _Told:
    """Return the book as it is now, as far as a topic tells it."""
    book, truth = listing.book, listing.truth
    bids, asks = dict(book.bids.top(depth)), dict(book.asks.top(depth))
    return _Told(update, truth.sequence, truth.time, bids, asks)


def _old(listing: Listing, depth: int, told: _Told, age: int) -> _Told:
    """Return the book as it was some sequences ago."""
    truth = listing.truth
    sequence = max(truth.oldest, told.sequence - age)
    bids, asks = truth.at(sequence)
    update = max(2, told.update - max(1, age // 3))
    return _Told(update, sequence, truth.time_at(sequence), dict(bids[:depth]), dict(asks[:depth]))


def _changes(before: dict[int, int], after: dict[int, int]) -> dict[int, int]:
    """Return the sizes that differ; 0 for a level that is gone, or has fallen out of the depth."""
    gone = {price: 0 for price in before if price not in after}
    return gone | {price: size for price, size in after.items() if before.get(price) != size}


def _frame(topic: Topic, listing: Listing, kind: str, told: _Told, now: int) -> str:
    ids, times = (told.update, told.sequence), (now, told.made)
    return text.book(topic, listing.pair, kind, (told.bids, told.asks), ids, times)
