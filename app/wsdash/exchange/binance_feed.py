"""Binance's streams: from what happened to who is told, and when.

Prints and best prices leave at once; books, candles and tickers on a beat.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wsdash.exchange import binance_text as text
from wsdash.exchange.account import Entry
from wsdash.exchange.binance_streams import INTERVALS, Stream
from wsdash.exchange.hub import Hub
from wsdash.exchange.listing import Batch, Listing
from wsdash.exchange.market import Market
from wsdash.exchange.message import Message
from wsdash.exchange.pairs import binance_asset
from wsdash.exchange.past import Candle

USER = "!user"
"""Key of the account's events."""


@dataclass(slots=True)
class _Changes:
    """Levels changed since the last diff event."""

    last: int
    """Last sequence already sent."""
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)


class BinanceFeed:
    """Publishes the market in Binance's words to whoever subscribed."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.hub: Hub[str] = Hub()
        self._streams: dict[str, Stream] = {}
        self._changes: dict[str, _Changes] = {}
        self._sent: dict[str, object] = {}
        self._beats: dict[int, int] = {}
        self._current: dict[str, Candle] = {}
        market.listeners.append(self.happened)
        market.account.listeners.append(self._booked)

    def watch(self, stream: Stream) -> None:
        """Start a stream, before its first subscriber is added."""
        if stream.name in self.hub:
            return
        self._streams[stream.name] = stream
        self._sent.pop(stream.name, None)
        if not stream.symbol:
            return
        listing = self.market.listings[stream.symbol]
        if stream.kind == "depth" and not stream.levels:
            self._changes[stream.name] = _Changes(listing.truth.sequence)
        elif stream.kind == "kline":
            length = INTERVALS[stream.interval]
            listing.candles.roll(length, self.market.now)
            self._current[stream.name] = listing.candles.series(length)[-1]

    def happened(self, batch: Batch) -> None:
        """Tell subscribers of prints and best prices, and remember changed levels."""
        listing, delta = batch.listing, batch.delta
        lower = listing.pair.binance_symbol.lower()
        for suffix in ("@depth", "@depth@100ms", "@depth@1000ms"):
            changes = self._changes.get(lower + suffix)
            if changes is not None:
                changes.bids.update(delta.bids)
                changes.asks.update(delta.asks)
        name = lower + "@bookTicker"
        if name in self.hub and self._sent.get(name) != listing.best():
            self._sent[name] = listing.best()
            self._publish(name, text.book_ticker(listing))
        if batch.trades:
            self._trades(lower, batch)

    def tick(self) -> None:
        """Send whatever is due by now; call it often."""
        now = self.market.now
        due = set()
        for period in (100_000, 1_000_000, 2_000_000):
            beat = now // period
            if self._beats.get(period) != beat:
                self._beats[period] = beat
                due.add(period)
        if not due:
            return
        for name in self.hub.keys():  # noqa: SIM118 - the hub is no mapping
            stream = self._streams.get(name)
            if stream is None:
                continue
            if stream.kind == "kline":
                self._candle(stream, now, due)
            elif stream.period in due:
                self._beat(stream, now)
        for name in [name for name in self._changes if name not in self.hub]:
            del self._changes[name]

    def _trades(self, lower: str, batch: Batch) -> None:
        pair, now = batch.listing.pair, batch.delta.time
        name = lower + "@trade"
        if name in self.hub:
            for item in batch.trades:
                self._publish(name, text.trade(pair, item, now))
        name = lower + "@aggTrade"
        if name in self.hub:
            for group in text.grouped(batch.trades):
                self._publish(name, text.aggregate(pair, group, now))

    def _beat(self, stream: Stream, now: int) -> None:
        if not stream.symbol:
            self._all_mini(stream, now)
            return
        listing = self.market.listings[stream.symbol]
        if stream.kind == "ticker":
            self._publish(stream.name, text.ticker(listing, now))
        elif stream.kind == "miniTicker":
            self._publish(stream.name, text.mini_ticker(listing, now))
        elif stream.levels:
            book = listing.book
            sides = book.bids.top(stream.levels), book.asks.top(stream.levels)
            if self._sent.get(stream.name) != sides:
                self._sent[stream.name] = sides
                self._publish(stream.name, text.depth(listing, sides, listing.truth.sequence))
        else:
            self._diff(stream, listing, now)

    def _diff(self, stream: Stream, listing: Listing, now: int) -> None:
        changes, sequence = self._changes[stream.name], listing.truth.sequence
        if sequence == changes.last:
            return
        ids = (changes.last + 1, sequence)
        self._changes[stream.name] = _Changes(sequence)
        bids = sorted(changes.bids.items(), reverse=True)
        asks = sorted(changes.asks.items())
        self._publish(stream.name, text.depth_update(listing.pair, now, ids, bids, asks))

    def _candle(self, stream: Stream, now: int, due: set[int]) -> None:
        listing = self.market.listings[stream.symbol]
        length = INTERVALS[stream.interval]
        interval = (stream.interval, length)
        listing.candles.roll(length, now)
        newest = listing.candles.series(length)[-1]
        known = self._current[stream.name]
        if newest is not known:
            self._publish(stream.name, text.kline(listing, known, interval, now, closed=True))
            self._current[stream.name] = newest
        elif stream.period not in due:
            return
        shown = (newest.start, newest.count)
        if self._sent.get(stream.name) != shown:
            self._sent[stream.name] = shown
            self._publish(stream.name, text.kline(listing, newest, interval, now, closed=False))

    def _all_mini(self, stream: Stream, now: int) -> None:
        changed: list[str] = []
        for symbol, listing in self.market.spot.items():
            key = f"{stream.name}/{symbol}"
            if self._sent.get(key) != listing.tape.last.id:
                self._sent[key] = listing.tape.last.id
                changed.append(text.mini_ticker(listing, now))
        if changed:
            self._publish(stream.name, f"[{','.join(changed)}]")

    def _publish(self, name: str, frame: str) -> None:
        stream = self._streams[name]
        self.hub.publish(name, Message(frame, "update", stream.channel, stream.symbol, name))

    def _booked(self, entries: list[Entry]) -> None:
        if USER not in self.hub:
            return
        account, now = self.market.account, self.market.now // 1000
        for entry in entries:
            if entry.kind != "trade":
                event = (
                    f'{{"e":"balanceUpdate","E":{now},"a":"{binance_asset(entry.asset)}",'
                    f'"d":"{entry.amount:.8f}","T":{entry.time // 1000}}}'
                )
                self.hub.publish(USER, Message(event, "update", "balances"))
        rows = ",".join(
            f'{{"a":"{binance_asset(asset)}","f":"{account.available(asset):.8f}",'
            f'"l":"{account.balance(asset) - account.available(asset):.8f}"}}'
            for asset in dict.fromkeys(entry.asset for entry in entries)
        )
        event = (
            f'{{"e":"outboundAccountPosition","E":{now},'
            f'"u":{account.updated // 1000},"B":[{rows}]}}'
        )
        self.hub.publish(USER, Message(event, "update", "balances"))
