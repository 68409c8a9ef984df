"""The account at a venue: balances, and what they are worth together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec


class Balance(msgspec.Struct, frozen=True):
    """How much of one asset the account holds, in units of that asset.

    Attributes:
        total: everything, held in orders or not.
        available: free to trade; None where the venue does not say.
    """

    asset: str
    total: str
    available: str | None = None


class Account:
    """The balances of one account."""

    def __init__(self) -> None:
        self.balances: dict[str, Balance] = {}

    def replace(self, balances: Iterable[Balance]) -> None:
        """Take a full statement: what it does not name is zero."""
        self.balances = {balance.asset: balance for balance in balances}

    def update(self, balances: Iterable[Balance]) -> None:
        """Take new absolute amounts of some assets."""
        self.balances.update((balance.asset, balance) for balance in balances)

    def value(self, price_of: Callable[[str], Decimal | None]) -> tuple[Decimal, list[str]]:
        """Return the worth in the pricing asset, and the assets that have no price.

        Args:
            price_of: price of one unit of an asset in the pricing asset, or None.
        """
        total, unpriced = Decimal(0), []
        for balance in self.balances.values():
            amount = Decimal(balance.total)
            price = price_of(balance.asset) if amount else Decimal(0)
            if price is None:
                unpriced.append(balance.asset)
            else:
                total += amount * price
        return total, unpriced
