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
from wsdash.exchange.listing import Batch, Listing, open_listing
from wsdash.exchange.pairs import PAIRS, Pair
from wsdash.exchange.tape import Trade
from wsdash.exchange.trader import Trader
from wsdash.exchange.truth import Delta

_TRADER = -1


class Market:
    """All pairs and the account.

    Args:
        seed: decides every event.
        rate: events per second, as a multiple of the ordinary few hundred.
        opened: wall time of the open in microseconds since 1970.
        pairs: what is listed.
    """

    def __init__(
        self, seed: int, rate: float, opened: int, pairs: tuple[Pair, ...] = PAIRS
    ) -> None:
        self.opened = opened
        self.rate = rate
        self.account = Account(seed)
        self.listings = {pair.symbol: open_listing(pair, seed, opened) for pair in pairs}
        self.listeners: list[Callable[[Batch], None]] = []
        self.clock = 0.0
        """Seconds of market time since the open."""
        self._ordered = list(self.listings.values())
        self._trader = Trader(self.account, self._ordered, seed, self._settle)
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
        for listener in self.listeners:
            listener(batch)
