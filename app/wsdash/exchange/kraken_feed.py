"""Kraken's public and private streams: from what happened to who is told.

A book is a window of N levels a side. Levels pushed out of the window are not
deleted; a level that moves back in is sent again.
"""

from __future__ import annotations

from wsdash.exchange import kraken_text as text
from wsdash.exchange.account import Entry
from wsdash.exchange.book import Half, Levels
from wsdash.exchange.hub import Hub
from wsdash.exchange.listing import Batch, Listing
from wsdash.exchange.market import Market
from wsdash.exchange.message import Message

DEPTHS = (10, 25, 100, 500, 1000)
INTERVALS = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)
Key = tuple[str, str, str]
"""Channel, symbol and parameter, such as ("book", "BTC/USD", "10")."""
SNAPSHOT_TRADES = 50
SNAPSHOT_CANDLES = 720


class Window:
    """The N best levels of one side, as every subscriber holds them."""

    def __init__(self, half: Half, depth: int) -> None:
        self._half = half
        self._depth = depth
        self._shown = dict(half.top(depth))

    def update(self) -> Levels:
        """Return the levels to send so that subscribers hold the book's window again."""
        half = self._half
        top = dict(half.top(self._depth))
        shown, self._shown = self._shown, top
        gone = [(price, 0) for price in shown if price not in top and price not in half.sizes]
        return gone + [item for item in top.items() if shown.get(item[0]) != item[1]]


class KrakenFeed:
    """Publishes the market in Kraken's words to whoever subscribed."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.hub: Hub[Key] = Hub()
        self._windows: dict[tuple[str, int], tuple[Window, Window]] = {}
        self._quoted: dict[str, object] = {}
        market.listeners.append(self.happened)
        market.account.listeners.append(self._booked)

    def happened(self, batch: Batch) -> None:
        """Tell every subscriber what one event changed."""
        symbol = batch.listing.pair.symbol
        if batch.trades:
            self._trades(symbol, batch)
        self._quote(symbol, batch)
        self._books(symbol, batch)

    def book_snapshot(self, listing: Listing, depth: int, age: int = 0) -> Message:
        """Return the book as a snapshot, `age` sequences old (a fault when not 0)."""
        truth = listing.truth
        bids, asks = listing.book.bids.top(depth), listing.book.asks.top(depth)
        time = truth.time
        if age:
            sequence = max(truth.oldest, truth.sequence - age)
            bids, asks = truth.at(sequence)
            bids, asks, time = bids[:depth], asks[:depth], truth.time_at(sequence)
        crc = text.checksum(asks, bids)
        frame = text.book(listing.pair, "snapshot", (bids, asks), crc, time)
        return Message(frame, "snapshot", "book", listing.pair.symbol)

    def watch(self, listing: Listing, depth: int) -> None:
        """Start a window, before its first subscriber's snapshot is taken."""
        book = listing.book
        key = (listing.pair.symbol, depth)
        if ("book", key[0], str(depth)) not in self.hub:
            self._windows[key] = (Window(book.bids, depth), Window(book.asks, depth))

    def snapshot(self, channel: str, listing: Listing, parameter: str) -> Message:
        """Return the first data of a trade, ticker or ohlc subscription."""
        pair, now = listing.pair, self.market.now
        if channel == "trade":
            frame = text.trades(pair, "snapshot", list(listing.tape.trades)[-SNAPSHOT_TRADES:])
        elif channel == "ticker":
            frame = text.ticker(listing, "snapshot", now)
        else:
            minutes = int(parameter)
            listing.candles.roll(minutes * 60_000_000, now)
            series = listing.candles.series(minutes * 60_000_000)
            frame = text.ohlc(pair, "snapshot", list(series)[-SNAPSHOT_CANDLES:], minutes, now)
        return Message(frame, "snapshot", channel, pair.symbol)

    def _trades(self, symbol: str, batch: Batch) -> None:
        listing, pair = batch.listing, batch.listing.pair
        key: Key = ("trade", symbol, "")
        if key in self.hub:
            frame = text.trades(pair, "update", batch.trades)
            self.hub.publish(key, Message(frame, "update", "trade", symbol))
        key = ("ticker", symbol, "trades")
        if key in self.hub:
            frame = text.ticker(listing, "update", batch.delta.time)
            self.hub.publish(key, Message(frame, "update", "ticker", symbol))
        for minutes in INTERVALS:
            key = ("ohlc", symbol, str(minutes))
            if key in self.hub:
                last = listing.candles.series(minutes * 60_000_000)[-1]
                frame = text.ohlc(pair, "update", [last], minutes, batch.delta.time)
                self.hub.publish(key, Message(frame, "update", "ohlc", symbol))

    def _quote(self, symbol: str, batch: Batch) -> None:
        key: Key = ("ticker", symbol, "bbo")
        if key not in self.hub:
            return
        quote = (batch.listing.best(), batch.listing.tape.last.id)
        if self._quoted.get(symbol) != quote:
            self._quoted[symbol] = quote
            frame = text.ticker(batch.listing, "update", batch.delta.time)
            self.hub.publish(key, Message(frame, "update", "ticker", symbol))

    def _books(self, symbol: str, batch: Batch) -> None:
        book, crc = batch.listing.book, -1
        for depth in DEPTHS:
            key: Key = ("book", symbol, str(depth))
            if key not in self.hub:
                continue
            bids, asks = self._windows[symbol, depth]
            changed = bids.update(), asks.update()
            if not changed[0] and not changed[1]:
                continue
            if crc < 0:
                crc = text.checksum(book.asks.top(10), book.bids.top(10))
            frame = text.book(batch.listing.pair, "update", changed, crc, batch.delta.time)
            self.hub.publish(key, Message(frame, "update", "book", symbol))

    def _booked(self, entries: list[Entry]) -> None:
        rows = ",".join(text.ledger_row(entry) for entry in entries)
        # the sequence is each subscription's own: the session numbers it
        self.hub.publish(("balances", "", ""), Message(rows, "update", "balances"))
