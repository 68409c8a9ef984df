"""Bybit's books: a snapshot first, then changes whose update ids follow one another.

Source: bybit-exchange.github.io/docs/v5, "Orderbook" (read in July 2026). That the ids have no
holes is promised there for the topic ``orderbook.full`` alone; on these depths it was measured
(5.7 million changes of 819 markets, September 2026: each by exactly one), so a hole is taken for
a lost message here too. Should the venue ever leave holes on purpose, `Patience` parks the book
after the third within a minute rather than asking for it for ever.
"""

from __future__ import annotations

import msgspec

from wsdash.venues import bybit_facts as facts
from wsdash.venues import bybit_wire as wire
from wsdash.venues.books import ResubscribedBooks
from wsdash.venues.chained import ChainedBook, Numbered
from wsdash.venues.news import news
from wsdash.venues.sync import Result
from wsdash.venues.venue import UNREADABLE, Restated, Step, Tally

RESTARTED = 1
"""The update id of a venue that began anew: such a frame is a snapshot, whatever it is called."""


class BybitBooks(ResubscribedBooks[ChainedBook]):
    """The books of one connection."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self._times: dict[str, int] = {}

    def forget(self, symbol: str) -> None:
        """Drop a book that is no longer wanted."""
        super().forget(symbol)
        self._times.pop(symbol, None)

    def restate(self) -> list[Restated]:
        """Return a snapshot of every synced book, as the venue would send it."""
        return [
            Restated("in", "", _snapshot(symbol, book, self._times.get(symbol, 0)))
            for symbol, book in self._books.items()
            if book.synced
        ]

    def take(self, topic: str, message: wire.Envelope, now: float) -> Step:
        """Take a frame of a book topic, such as ``200.BTCUSDT``.

        In a recording there may be several depths of a market: the deepest is the book. Books
        of other kinds (``full``, ``rpi``) are kept by other rules, and are not read.
        """
        number, _, symbol = topic.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            return Step()
        depth = int(number)
        book = self._books.get(symbol)
        if book is None or depth > book.depth:
            book = self._books[symbol] = ChainedBook(depth)
        elif depth < book.depth:
            return Step()
        try:
            data = wire.book.decode(message.data)
        except UNREADABLE as error:
            step = Step(events=[self._tally.bad(error, bytes(message.data), "book: ")])
            if book.synced or message.type == "snapshot":  # nobody would send another one
                book.lose("unreadable message")
                step.extend(self._lost(symbol, book, now))
            return step
        told = Numbered(data.u, data.seq, data.b, data.a)
        was_synced, restarted = book.synced, data.u == RESTARTED
        time = (message.cts or message.ts) / 1000 or None
        if message.type != "snapshot" and not restarted:
            result = book.change(told)
        elif book.newest.is_after(time) and not restarted:
            result = book.lose("stale snapshot")
        else:
            result = book.snapshot(told)
        book.newest.note(time)
        if result is Result.LOST:
            return self._lost(symbol, book, now)
        if result is Result.WAITING:
            return Step()
        return self._valid(symbol, book, message, was_synced, now)

    def _empty(self, symbol: str) -> ChainedBook:
        return ChainedBook(facts.DEPTH)

    def _valid(
        self, symbol: str, book: ChainedBook, message: wire.Envelope, was_synced: bool, now: float
    ) -> Step:
        """The engine's time is the book's; the sender's stands in where it is missing."""
        time = message.cts or message.ts
        self._times[symbol] = time
        step = Step(events=news(
            symbol, book, self._tally,
            was_synced=was_synced, sequence=book.moment, time=time / 1000 or None, now=now,
        ))  # fmt: skip
        step.extend(self._uncross(symbol, book, now))
        return step


def _snapshot(symbol: str, book: ChainedBook, time: int) -> str:
    return msgspec.json.encode(
        {
            "topic": f"orderbook.{book.depth}.{symbol}",
            "type": "snapshot",
            "ts": time,
            "data": {
                "s": symbol,
                "b": book.book.bids.top(book.depth),
                "a": book.book.asks.top(book.depth),
                "u": book.update,
                "seq": book.moment,
            },
            "cts": time,
        }
    ).decode()
