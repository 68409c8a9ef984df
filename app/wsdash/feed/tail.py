"""The feed as lines: one JSON object for each thing that happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, Final, Literal

import msgspec

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    BalancesMoved,
    BalancesStated,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Event,
    Printed,
    TickerMoved,
)
from wsdash.domain.instrument import MarketKey
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.gaps import Gap
from wsdash.feed.link import Link
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.feed.pulse import ASLEEP
from wsdash.venues.venue import Request

BOOK_EVERY = 0.1
"""Seconds between two lines of one book, unless its state changes."""

DEPTH = 10
"""Levels of each side in a line."""

KINDS: Final = ("book", "trades", "ticker", "candles", "account", "status")
"""What can be asked for."""

_SHOWN: Final = (ChannelState.LIVE, ChannelState.QUIET, ChannelState.STALE, ChannelState.PARKED)
"""States in which the last numbers of a book are given; in all others they are not known."""


class Tail:
    """A listener that writes lines.

    Args:
        board: where books stand.
        kinds: which of `KINDS` to write.
        clock: wall time goes into the lines.
        write: takes one line.
    """

    def __init__(
        self, board: Board, kinds: Collection[str], clock: Clock, write: Callable[[bytes], None]
    ) -> None:
        self._board, self._kinds, self._clock, self._write = board, kinds, clock, write
        self._written: dict[MarketKey, float] = {}
        self._due: set[MarketKey] = set()
        self._flushed = clock.monotonic()

    def fact(self, venue: str, event: Event) -> None:
        """Write what a fact says."""
        match event:
            case BookMoved() | BookSynced() if "book" in self._kinds:
                key = MarketKey(venue, event.symbol)
                self._due.add(key)
                if self._clock.monotonic() - self._written.get(key, -1e9) >= BOOK_EVERY:
                    self._book(key)
            case Printed() if "trades" in self._kinds and not event.trade.history:
                trade = event.trade
                self._line(
                    "trade", venue, event.symbol, trade.time,
                    id=trade.id, price=trade.price, size=trade.size, side=trade.side,
                )  # fmt: skip
            case TickerMoved() if "ticker" in self._kinds:
                self._line(
                    "ticker", venue, event.symbol, event.time,
                    bid=event.bid, ask=event.ask, last=event.last,
                    change=event.change, volume=event.volume,
                )  # fmt: skip
            case CandlesMoved() if "candles" in self._kinds:
                self._candles(venue, event)
            case BalancesStated() | BalancesMoved() if "account" in self._kinds:
                for balance in event.balances:
                    self._balance(venue, balance, event.time)
            case _:
                pass

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        """Write the state of a stream; of a book, the book with it, at once."""
        if "status" in self._kinds:
            self._status(connection, stream.channel, symbol, stream.state, stream.reason)
        if stream.channel == "book" and "book" in self._kinds:
            self._book(MarketKey(connection.venue.name, symbol))

    def link(self, connection: Connection, before: Link) -> None:
        """Write the state of a connection."""
        link = connection.link
        same = (link.state, link.reason, link.attempt, link.retry_at) == (
            before.state, before.reason, before.attempt, before.retry_at,
        )  # fmt: skip
        if "status" in self._kinds and not same:
            self._status(connection, None, None, link.state, link.reason)

    def gap(self, gap: Gap) -> None:
        """Write a hole in the data when it begins, and again when it ends."""
        if "status" in self._kinds:
            venue = gap.connection.partition(" ")[0]
            self._line(
                "gap", venue, gap.symbol or None, None,
                connection=gap.connection, channels=gap.channels, start=gap.start, end=gap.end,
                reason=gap.reason, missed=gap.missed,
            )  # fmt: skip

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """Frames are not written."""

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """Answers are not written."""

    def flush(self) -> None:
        """Write the books that moved and were held back; to be called ten times a second.

        After the machine or the program stood still they are from before: what follows
        from that, the supervision says, and nothing is written as live until then.
        """
        now = self._clock.monotonic()
        stood_still, self._flushed = now - self._flushed, now
        if stood_still > ASLEEP:
            self._due.clear()
        for key in list(self._due):
            if now - self._written.get(key, -1e9) >= BOOK_EVERY:
                self._book(key)

    def _book(self, key: MarketKey) -> None:
        market = self._board.markets.get(key)
        stream = market.streams.get("book") if market else None
        if market is None or stream is None:
            return
        self._due.discard(key)
        self._written[key] = self._clock.monotonic()
        book = market.book if stream.state in _SHOWN else None
        self._line(
            "book", key.venue, key.name, stream.venue_time,
            state=stream.state, sequence=stream.sequence,
            bids=book.bids.top(DEPTH) if book else [],
            asks=book.asks.top(DEPTH) if book else [],
        )  # fmt: skip

    def _candles(self, venue: str, event: CandlesMoved) -> None:
        for candle in event.candles:
            self._line(
                "candle", venue, event.symbol, float(candle.start),
                interval=event.interval, start=candle.start, open=candle.open, high=candle.high,
                low=candle.low, close=candle.close, volume=candle.volume, closed=candle.closed,
            )  # fmt: skip

    def _balance(self, venue: str, balance: Balance, time: float | None) -> None:
        self._line(
            "balance", venue, None, time,
            asset=balance.asset, total=balance.total, available=balance.available,
        )  # fmt: skip

    def _status(
        self, connection: Connection, channel: str | None, symbol: str | None,
        state: str, reason: str,
    ) -> None:  # fmt: skip
        link = connection.link
        retry_in = None
        if link.retry_at is not None:
            retry_in = round(max(0.0, link.retry_at - self._clock.monotonic()), 3)
        self._line(
            "status", link.venue, symbol or None, None,
            connection=link.name, channel=channel, state=state, reason=reason,
            attempt=link.attempt, retry_in=retry_in,
        )  # fmt: skip

    def _line(
        self, kind: str, venue: str, symbol: str | None, time: float | None, **fields: Any
    ) -> None:
        line = {"type": kind, "venue": venue, "symbol": symbol, "time": time,
                "received": round(self._clock.wall(), 6), **fields}  # fmt: skip
        text = msgspec.json.encode(line)
        if not text.isascii() or b"\x7f" in text:  # a terminal may obey what is not
            text = json.dumps(line).replace("\x7f", "\\u007f").encode()
        self._write(text + b"\n")
