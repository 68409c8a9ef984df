"""What the account does: now and then an order, a deposit, a withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from wsdash.exchange.account import FEE, Account, exact
from wsdash.exchange.book import Fill, Order, Side
from wsdash.exchange.chance import seeded
from wsdash.exchange.flow import Taken
from wsdash.exchange.listing import Listing

_PATIENCE = 4
"""Open orders the trader keeps before it cancels the oldest."""
_DEPOSITS = {"USD": (200, 5000), "BTC": (1, 20), "ETH": (1, 4), "SOL": (5, 60), "XRP": (50, 900)}


@dataclass(slots=True)
class _Open:
    listing: Listing
    order: Order
    asset: str
    held: Decimal


class Trader:
    """Acts on the market for the account; `act` is called every few seconds of market time."""

    def __init__(
        self,
        account: Account,
        listings: list[Listing],
        seed: int,
        settle: Callable[[Listing, list[Taken]], None],
    ) -> None:
        self._account = account
        self._listings = [item for item in listings if item.pair.quote == "USD"][:5]
        self._random = seeded(seed, "trader")
        self._settle = settle
        self._open: dict[tuple[str, int], _Open] = {}

    def wait(self) -> float:
        """Return the seconds until the trader acts again."""
        return self._random.uniform(5.0, 14.0)

    def act(self, time: int) -> None:
        """Do one thing at `time` (microseconds)."""
        chance = self._random.random()
        if chance < 0.18:
            self._move_money(time)
            return
        listing = self._random.choice(self._listings)
        side: Side = self._random.choice(("buy", "sell"))
        if chance < 0.45:
            self._take(listing, side, time)
        else:
            if len(self._open) >= _PATIENCE:
                self._cancel(next(iter(self._open)))
            self._rest(listing, side)

    def filled(self, listing: Listing, fill: Fill, time: int) -> None:
        """Book a fill of one of the account's resting orders."""
        key = (listing.pair.symbol, fill.maker_id)
        mine = self._open[key]
        amount, cost = _amounts(listing, fill.price, fill.size)
        spent = cost * (1 + FEE) if mine.order.side == "buy" else amount
        release = mine.held if not mine.order.size else min(mine.held, spent)
        mine.held -= release
        self._account.hold(mine.asset, -release)
        if not mine.order.size:
            del self._open[key]
        self._book(listing, mine.order.side, amount, cost, time)

    def _move_money(self, time: int) -> None:
        asset = self._random.choice(sorted(_DEPOSITS))
        low, high = _DEPOSITS[asset]
        amount = Decimal(self._random.randrange(low * 100, high * 100)) / 100
        if asset == "BTC":
            amount /= 50
        if self._random.random() < 0.45 and amount * 4 < self._account.available(asset):
            amount = -amount
        self._account.transfer(asset, amount, time)

    def _take(self, listing: Listing, side: Side, time: int) -> None:
        size = self._size(listing, side)
        if not size:
            return
        fills = listing.book.take(side, size)
        for fill in fills:
            amount, cost = _amounts(listing, fill.price, fill.size)
            self._book(listing, side, amount, cost, time)
        self._settle(listing, [Taken(side, "market", fills)] if fills else [])

    def _rest(self, listing: Listing, side: Side) -> None:
        """Join the book a little behind the touch, where the flow will reach it."""
        size = self._size(listing, side)
        best = listing.book.half(side).best()
        opposite = listing.book.half("sell" if side == "buy" else "buy").best()
        if not size or best is None or opposite is None:
            return
        away = self._random.randrange(max(2, int(best * 8e-5)))
        price = max(1, best - away) if side == "buy" else best + away
        amount, cost = _amounts(listing, price, size)
        pair = listing.pair
        asset, held = (pair.quote, cost * (1 + FEE)) if side == "buy" else (pair.base, amount)
        self._account.hold(asset, held)
        order, _ = listing.book.place(side, price, size, own=True)
        if order is None:
            self._account.hold(asset, -held)
            return
        self._open[pair.symbol, order.id] = _Open(listing, order, asset, held)
        self._settle(listing, [])

    def _cancel(self, key: tuple[str, int]) -> None:
        mine = self._open.pop(key)
        mine.listing.book.cancel(mine.order.id)
        self._account.hold(mine.asset, -mine.held)
        self._settle(mine.listing, [])

    def _size(self, listing: Listing, side: Side) -> int:
        """Return lots worth a few hundred dollars that the account can pay for."""
        pair = listing.pair
        best = listing.book.half("sell" if side == "buy" else "buy").best()
        if best is None:
            return 0
        budget = Decimal(self._random.randrange(150, 4000))
        if side == "buy":
            budget = min(budget, self._account.available(pair.quote) / 2)
        lots = int(budget.scaleb(pair.price_places + pair.size_places) / best)
        if side == "sell":
            owned = self._account.available(pair.base).scaleb(pair.size_places)
            lots = min(lots, int(owned / 2))
        return lots

    def _book(
        self, listing: Listing, side: Side, amount: Decimal, cost: Decimal, time: int
    ) -> None:
        signed = amount if side == "buy" else -amount
        self._account.trade(listing.pair.base, listing.pair.quote, signed, cost, time)


def _amounts(listing: Listing, price: int, size: int) -> tuple[Decimal, Decimal]:
    pair = listing.pair
    return (
        exact(size, pair.size_places),
        exact(price * size, pair.price_places + pair.size_places),
    )
