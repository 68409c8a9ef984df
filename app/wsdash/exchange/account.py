"""The exchange's one account: exact balances, and a ledger line for every change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from wsdash.exchange.chance import seeded

_UNIT = Decimal("1E-8")
FEE = Decimal("0.001")
"""Share of the quote amount that a trade costs."""

OPENING: dict[str, Decimal] = {
    "USD": Decimal("125000"),
    "EUR": Decimal("18000"),
    "BTC": Decimal("1.75"),
    "ETH": Decimal("22.5"),
    "SOL": Decimal("310"),
    "XRP": Decimal("12500"),
    "DOGE": Decimal("64000"),
    "LINK": Decimal("420.5"),
    "SHIB": Decimal("150000000"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; amounts in units of the asset."""

    ledger_id: str
    ref_id: str
    time: int
    """Microseconds since 1970."""
    kind: str
    """``trade``, ``deposit`` or ``withdrawal``."""
    asset: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    """Balance of the asset after this line."""


class Account:
    """Balances with holds; never negative."""

    def __init__(self, seed: int) -> None:
        self._random = seeded(seed, "ledger")
        self.balances = dict(OPENING)
        self.held: dict[str, Decimal] = {}
        self.ledger: deque[Entry] = deque(maxlen=1000)
        self.listeners: list[Callable[[list[Entry]], None]] = []
        self.updated = 0
        """Microseconds of the last change."""

    def balance(self, asset: str) -> Decimal:
        """Return all of an asset, held or not."""
        return self.balances.get(asset, Decimal(0))

    def available(self, asset: str) -> Decimal:
        """Return what is not held by open orders."""
        return self.balance(asset) - self.held.get(asset, Decimal(0))

    def hold(self, asset: str, amount: Decimal) -> None:
        """Reserve an amount for an open order; a negative one releases.

        Raises:
            ValueError: more than available, or a release of more than held.
        """
        held = self.held.get(asset, Decimal(0)) + amount
        if held < 0 or held > self.balance(asset):
            raise ValueError(f"cannot hold {held} of {asset}")
        self.held[asset] = held

    def transfer(self, asset: str, amount: Decimal, time: int) -> None:
        """Book a deposit, or a withdrawal when the amount is negative.

        Raises:
            ValueError: the withdrawal exceeds what is available.
        """
        if amount < 0 and -amount > self.available(asset):
            raise ValueError(f"cannot withdraw {-amount} of {asset}")
        kind = "deposit" if amount > 0 else "withdrawal"
        self._publish([self._entry(kind, self._code(), asset, amount, Decimal(0), time)])

    def trade(self, base: str, quote: str, amount: Decimal, cost: Decimal, time: int) -> None:
        """Book a trade: `amount` of base came (negative: went) for `cost` of quote."""
        fee = (abs(cost) * FEE).quantize(_UNIT, ROUND_DOWN)
        ref = self._code()
        self._publish(
            [
                self._entry("trade", ref, base, amount, Decimal(0), time),
                self._entry("trade", ref, quote, -cost if amount > 0 else cost, fee, time),
            ]
        )

    def _entry(
        self, kind: str, ref: str, asset: str, amount: Decimal, fee: Decimal, time: int
    ) -> Entry:
        balance = self.balance(asset) + amount - fee
        self.balances[asset] = balance
        return Entry(self._code(), ref, time, kind, asset, amount, fee, balance)

    def _publish(self, entries: list[Entry]) -> None:
        self.updated = max(self.updated + 1, entries[0].time)
        self.ledger.extend(entries)
        for listener in self.listeners:
            listener(entries)

    def _code(self) -> str:
        letters = "".join(self._random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ234567", k=17))
        return f"{letters[:6]}-{letters[6:11]}-{letters[11:]}"


def exact(value: int, places: int) -> Decimal:
    """Return ``value * 10**-places`` rounded down to what the account keeps."""
    return Decimal(value).scaleb(-places).quantize(_UNIT, ROUND_DOWN)
