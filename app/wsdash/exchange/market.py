"""The market behind the exchange: every pair, one account, one clock.

`advance` plays events up to a moment of market time. The order of events and
everything in them follow from the seed alone; only their stamps know the date.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heapreplace

from wsdash.exchange.account import Account
from wsdash.exchange.book import Levels
from wsdash.exchange.flow import Taken
from wsdash.exchange.listing import Batch, Listing, open_listing, open_perpetual
from wsdash.exchange.pairs import PAIRS, Pair
from wsdash.exchange.perpetuals import Perpetual
from wsdash.exchange.tape import Trade
from wsdash.exchange.trader import Trader
from wsdash.exchange.truth import Delta

_TRADER = -1


class Market:
    """All pairs, perpetuals on them, and the account.

    Args:
        seed: decides every event.
        rate: events per second, as a multiple of the ordinary few hundred.
        opened: wall time of the open in microseconds since 1970.
        pairs: what is listed.
        perpetuals: contracts on some of these; what happens in the pairs is the same without.

    Attributes:
        spot: the pairs, by their symbols.
        perpetuals: the contracts.
        listings: all of these.
        listeners: are told what happens in the pairs.
        perpetual_listeners: are told what happens in the contracts.
    """

    def __init__(
        self,
        seed: int,
        rate: float,
        opened: int,
        pairs: tuple[Pair, ...] = PAIRS,
        perpetuals: tuple[Perpetual, ...] = (),
    ) -> None:
        self.opened = opened
        self.rate = rate
        self.account = Account(seed)
        self.spot = {pair.symbol: open_listing(pair, seed, opened) for pair in pairs}
        self.perpetuals = {
            pair.symbol: open_perpetual(pair, self.spot[pair.spot], seed, opened)
            for pair in perpetuals
        }
        self.listings = {**self.spot, **self.perpetuals}
        self.listeners: list[Callable[[Batch], None]] = []
        self.perpetual_listeners: list[Callable[[Batch], None]] = []
        self.clock = 0.0
        """Seconds of market time since the open."""
        self._ordered = list(self.listings.values())
        self._trader = Trader(self.account, list(self.spot.values()), seed, self._settle)
        self._due = [(item.flow.wait(rate), at) for at, item in enumerate(self._ordered)]
        self._due.append((self._trader.wait(), _TRADER))
        heapify(self._due)

    @property
    def now(self) -> int:
        """Venue time in microseconds since 1970."""
        return self.opened + int(self.clock * 1e6)

    def advance(self, until: float, limit: int = 1 << 30) -> bool:
        """Play at most `limit` events up to market second `until`; tell whether all are done."""
        for _ in range(limit):
            moment, at = self._due[0]
            if moment > until:
                self.clock = until
                return True
            self.clock = moment
            if at == _TRADER:
                self._trader.act(self.now)
                wait = self._trader.wait()
            else:
                listing = self._ordered[at]
                self._settle(listing, listing.flow.step())
                wait = listing.flow.wait(self.rate)
            heapreplace(self._due, (moment + wait, at))
        return False

    def truth(self, symbol: str, sequence: int) -> tuple[Levels, Levels]:
        """Return (bids, asks) in ticks and lots after change `sequence` of `symbol`.

        Raises:
            LookupError: unknown symbol, or a sequence not remembered.
        """
        return self.listings[symbol].truth.at(sequence)

    def _settle(self, listing: Listing, taken: list[Taken]) -> None:
        """Publish what an event changed: one delta, and its prints."""
        bids, asks = listing.book.commit()
        if not bids and not asks:
            return
        truth = listing.truth
        time = max(truth.time + 1, self.now)
        delta = Delta(truth.sequence + 1, time, bids, asks)
        truth.record(delta)
        trades: list[Trade] = []
        for item in taken:
            fills = [(fill.price, fill.size) for fill in item.fills]
            trades += listing.tape.print(item.side, item.order_type, fills, time)
            for fill in item.fills:
                if fill.maker_own:
                    self._trader.filled(listing, fill, time)
        batch = Batch(listing, delta, trades)
        is_spot = listing.pair.symbol in self.spot
        for listener in self.listeners if is_spot else self.perpetual_listeners:
            listener(batch)
