"""What an order of a typed size would cost at once; nothing here can send one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.book import OrderBook
from wsdash.domain.figures_depth import Unit, slippage
from wsdash.domain.instrument import Instrument
from wsdash.domain.numbers import EXACT, BadNumber, plain, trimmed
from wsdash.domain.text import clean
from wsdash.domain.trades import Aggressor
from wsdash.ui.snapshots.depth import Digits, rounded
from wsdash.ui.snapshots.lines import Line, Span, first_fit
from wsdash.ui.snapshots.numbers import grouped

_SIDES: Final[tuple[tuple[Aggressor, str, str], ...]] = (("buy", "bid", "▲"), ("sell", "ask", "▼"))


_TYPED: Final = re.compile(r"([0-9.,]*) *(.*)")
"""A number, and what stands behind it."""

_TIMES: Final = {"K": Decimal(1000), "M": Decimal(1_000_000)}


class Amount(NamedTuple):
    """How much would be traded, and in which unit.

    Attributes:
        asset: as it is shown; empty where the market's own is not known.
    """

    value: Decimal
    unit: Unit
    asset: str = ""

    @property
    def typed(self) -> str:
        """As it can be typed."""
        return f"{trimmed(f'{self.value:f}')} {self.asset}".rstrip()

    @property
    def text(self) -> str:
        """As it is shown."""
        return f"{grouped(trimmed(f'{self.value:f}'))} {self.asset}".rstrip()


class BadAmount(ValueError):
    """Text that is no amount; the message is for people."""


def amount_of(text: str, instrument: Instrument | None) -> Amount:
    """Return what was typed: a number in base units, or with the asset behind it.

    Also as it is written in a hurry: ``10kusd`` is ``10000 USD``.

    Raises:
        BadAmount: it is something else.
    """
    base = clean(instrument.base, 12) if instrument is not None else ""
    quote = clean(instrument.quote, 12) if instrument is not None else ""
    found = _TYPED.fullmatch(" ".join(text.split()))
    number, rest = found.groups() if found is not None else ("", "")
    asset, times = rest.upper(), Decimal(1)
    known = ("", base.upper(), quote.upper())
    if asset not in known and asset[1:].strip() in known and asset[0] in _TIMES:
        asset, times = asset[1:].strip(), _TIMES[asset[0]]
    try:
        value = EXACT.multiply(Decimal(plain(number.replace(",", ""))), times)
    except BadNumber:
        raise BadAmount(f"a number, such as 2.5 or 10000 {quote or 'USD'}") from None
    if value <= 0:
        raise BadAmount("an amount above zero")
    if asset and asset == quote.upper():
        return Amount(value, "quote", quote)
    if asset and asset != base.upper():
        raise BadAmount(
            f"in {base} or {quote}" if base else "a number alone: this market is not listed yet"
        )
    return Amount(value, "base", base)


def slippage_rows(
    book: OrderBook | None, amount: Amount, digits: Digits, width: int
) -> tuple[Line, ...]:
    """Return what a buyer and what a seller would pay, one line each."""
    return tuple(_row(book, amount, digits, width, *side) for side in _SIDES)


def _row(
    book: OrderBook | None,
    amount: Amount,
    digits: Digits,
    width: int,
    side: Aggressor,
    role: str,
    mark: str,
) -> Line:
    head: Line = (Span(f" {mark} ", role), Span(f"{side:<4} {amount.text}", "text"))
    if book is None:
        return first_fit(width, [(*head, Span("  no book", "dim"))])
    fill = slippage(book, side, amount.value, amount.unit)
    if fill.price is None:
        return first_fit(width, [(*head, Span("  nothing rests there", "look"))])
    price = grouped(rounded(fill.price, min(18, digits.price + 1)))
    cost = "" if fill.bps is None else f"{fill.bps:+.2f}bp"
    share = f"{int(fill.filled * 100)}%"
    part = Span(f"  fills {share}", "dim" if fill.filled >= 1 else "look")
    brief = Span(f" {share}", part.role)
    bps = Span(f"  {cost}", "bright")
    avg = Span(f"  {price}", "text")
    short: Line = (Span(f" {mark} ", role), Span(f"{amount.text:<4}", "text"))
    least: Line = (Span(f" {mark} ", role), Span(side, "text"))
    return first_fit(
        width,
        [
            (*head, avg, bps, part),
            (*head, avg, bps, brief),
            (*short, avg, bps, brief),
            (*least, avg, bps, brief),
        ],
    )
