"""One pair as the exchange runs it: book, flow, tape, candles and truth together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from wsdash.exchange.book import Book
from wsdash.exchange.candles import Candles
from wsdash.exchange.chance import seeded
from wsdash.exchange.flow import Flow
from wsdash.exchange.pairs import Pair
from wsdash.exchange.perpetuals import Following, Perpetual
from wsdash.exchange.tape import Tape, Trade
from wsdash.exchange.truth import Delta, Truth

_WARM_UP = 600
"""Events before the open, so that the book has lived a little."""


@dataclass(slots=True, eq=False)
class Listing:
    """A pair and everything that happens in it."""

    pair: Pair
    book: Book
    flow: Flow
    truth: Truth
    tape: Tape
    candles: Candles

    def best(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return best bid and best ask as (price, size), zeros on an empty side."""
        bids, asks = self.book.bids.top(1), self.book.asks.top(1)
        return (bids[0] if bids else (0, 0)), (asks[0] if asks else (0, 0))


class Batch(NamedTuple):
    """What one event did to a pair: the unit in which the venue publishes."""

    listing: Listing
    delta: Delta
    trades: list[Trade]


def open_listing(pair: Pair, seed: int, now: int) -> Listing:
    """Return a pair ready to trade at venue time `now` (microseconds)."""
    book = Book()
    return _opened(pair, book, Flow(pair, book, seed), seed, now)


def open_perpetual(pair: Perpetual, spot: Listing, seed: int, now: int) -> Listing:
    """Return a perpetual ready to trade, near the price of the pair it follows."""
    book = Book()
    scale = 10.0 ** (pair.price_places - spot.pair.price_places)
    return _opened(pair, book, Following(pair, book, seed, spot.flow, scale), seed, now)


def _opened(pair: Pair, book: Book, flow: Flow, seed: int, now: int) -> Listing:
    for _ in range(_WARM_UP):
        flow.wait(1.0)
        flow.step()
    book.commit()
    bid = book.bids.best() or pair.opening
    sequence = seeded(seed, pair.symbol, "sequence").randrange(10**6, 10**8)
    candles = Candles(pair, bid, now, seed)
    return Listing(
        pair, book, flow, Truth(book, sequence, now), Tape(pair, candles, seed, now), candles
    )
