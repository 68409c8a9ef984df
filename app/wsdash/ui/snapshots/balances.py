"""The account: every balance, its worth, and the worth of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation
from typing import Final, NamedTuple

from wsdash.domain.account import Account, Balance
from wsdash.domain.numbers import trimmed
from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, shorten
from wsdash.ui.snapshots.numbers import (
    Column,
    column_of,
    grouped,
    human,
    padded,
    rounded_down,
    zeros_back,
)
from wsdash.ui.snapshots.picture import Picture, Verdict

PriceOf = Callable[[str], Decimal | None]
"""The price of one unit of an asset in the pricing asset, or None."""

MONEY: Final = frozenset(
    (
        "USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "USDT", "USDC",
        "USDG", "USDP", "FDUSD", "TUSD", "PYUSD", "RLUSD", "DAI", "EURT", "EURC",
    )
)  # fmt: skip
"""Assets that are counted in hundredths; of the others eight digits are shown at most."""

_MOST: Final = 8
_THREE: Final = Context(prec=3, rounding=ROUND_DOWN)


class Holding(NamedTuple):
    """One account: where it is, what is in it, how true that is, and what its key may do."""

    venue: str
    account: Account | None
    verdict: Verdict
    warning: Span | None = None


def balances(
    holding: Holding | None,
    pricing: str,
    price_of: PriceOf,
    size: tuple[int, int],
    chosen: str = "",
    venue: str = "",
) -> Picture:
    """Return the balances of an account, the most valuable first; or how one is made known.

    Totals are rounded down to what there is room for; that of the asset under the cursor is the
    pane's figure, exact to the digit.
    """
    width, height = size
    if holding is not None and holding.verdict.believable:  # its age is in the status bar
        holding = holding._replace(verdict=holding.verdict._replace(detail=""))
    if holding is None:
        return Picture((Span("Balances"),), _without_account(venue))
    title: Line = (Span("Balances"),)
    above: tuple[Line, ...] = ()
    if holding.warning is not None:
        if holding.verdict.believable and len(holding.warning.text) + 20 <= width:
            title = (*title, Span(" "), holding.warning)
        else:
            above = ((Span(" "), holding.warning),)
    at: Line = (Span(clean(holding.venue, 16), "dim"),)
    if holding.account is None or not holding.account.balances:
        empty: Line = (Span(" nothing is held here", "dim"),)
        missing = "" if holding.account is not None else "balances"
        rows = (*above, () if missing else empty)
        return Picture(title, rows, holding.verdict, (at,), missing=missing)
    total, unpriced = holding.account.value(price_of)
    worth = f"{total:,.0f}{'+' if unpriced else ''} {pricing}"
    held = by_worth(holding.account, price_of)
    assets = [_row(balance, price_of, total) for balance in held]
    columns = _columns(assets, width)
    if columns.share and height > 2:
        above = (*above, _names(columns))
    height -= len(above)
    place = next((at for at, balance in enumerate(held) if balance.asset == chosen), -1)
    first = max(0, min(place - height // 2, len(held) - height))
    body = [
        _line(asset, columns, chosen=at == place)
        for at, asset in enumerate(assets[first : first + height], first)
    ]
    figure = f"{grouped(trimmed(held[place].total))} {assets[place].name}" if place >= 0 else worth
    if unpriced and len(body) < height:
        body.append((Span(f" without a price: {', '.join(map(clean, unpriced))}", "off"),))
    notes: tuple[Line, ...] = ((Span(worth, "bright"),), at)
    return Picture(title, (*above, *body), holding.verdict, notes, figure=figure)


def _without_account(venue: str) -> tuple[Line, ...]:
    """Return how a key is given, for a venue where one can be."""
    name = clean(venue, 16)
    if not name:
        return ((Span(" no balances here", "dim"),),)
    return ((Span(f" no key for {name}:", "dim"),), (Span(f" wsdash keys add {name}", "text"),))


def by_worth(account: Account, price_of: PriceOf) -> Sequence[Balance]:
    """Return the balances of an account, the most valuable first."""

    def worth(balance: Balance) -> Decimal:
        return Decimal(balance.total) * (price_of(balance.asset) or Decimal(0))

    held = list(account.balances.values())
    try:
        return sorted(held, key=lambda balance: (-worth(balance), balance.asset))
    except InvalidOperation:
        return held


class _Asset(NamedTuple):
    name: str
    total: str
    worth: str
    held: str
    price: str
    share: str


class _Columns(NamedTuple):
    """Widths; the last two are 0, and the columns have no names, where there is no room."""

    name: int
    total: Column
    worth: int
    held: int
    price: int = 0
    share: int = 0


def _row(balance: Balance, price_of: PriceOf, all_of_it: Decimal) -> _Asset:
    price = price_of(balance.asset)
    value = Decimal(0) if price is None else Decimal(balance.total) * price
    worth = "?" if price is None else f"{value:,.0f}"
    share = f"{value / all_of_it:.1%}" if price is not None and all_of_it else ""
    held = ""
    if balance.available is not None:
        locked = Decimal(balance.total) - Decimal(balance.available)
        held = f"{grouped(trimmed(format(locked, 'f')))} held" if locked > 0 else ""
    total = grouped(padded(trimmed(balance.total), 2))
    if balance.asset in MONEY:
        total = rounded_down(total, 2)
    each = (
        "" if price is None else grouped(trimmed(f"{price:.8f}" if price < 1 else f"{price:.2f}"))
    )
    return _Asset(clean(balance.asset, 12), total, worth, held, each, share)


def _columns(assets: Sequence[_Asset], width: int) -> _Columns:
    name = min(max((len(asset.name) for asset in assets), default=3), 8)
    worth = max((len(asset.worth) for asset in assets), default=0)
    held = max((len(asset.held) for asset in assets), default=0)
    column = column_of([rounded_down(asset.total, _MOST) for asset in assets])
    room = width - name - worth - 5
    if column.width > room:
        whole = column.whole
        if column.fraction and room - whole < 3:  # a few large ones leave no room for digits
            fitting = [
                asset.total for asset in assets if len(asset.total.partition(".")[0]) < whole
            ]
            whole = min(whole, max(4, column_of(fitting).whole))
        column = Column(whole, max(0, min(column.fraction, room - whole - 1)))
    if held + 2 > room - column.width:
        held = 0
    price = max((len(asset.price) for asset in assets), default=0)
    price, share, worth_named = max(price, len("price")), len("100.0%"), max(worth, len("worth"))
    named = max(name, len("asset")), worth_named, held and max(held, len("held"))
    if sum(named) + column.width + price + share + 12 <= width and column.width >= len("total"):
        return _Columns(named[0], column, named[1], named[2], price, share)
    return _Columns(name, column, worth, held)


def _names(columns: _Columns) -> Line:
    held = f"  {'held':>{columns.held}}" if columns.held else ""
    ends = f"  {'worth':>{columns.worth}}  {'share':>{columns.share}}  {'price':>{columns.price}}"
    total = f"{'total':>{columns.total.width}}"
    return (Span(f" {'asset':<{columns.name}}  {total}{held}{ends}", "dim"),)


def _line(asset: _Asset, columns: _Columns, *, chosen: bool) -> Line:
    total = columns.total
    text = rounded_down(asset.total, total.fraction)
    if len(text.partition(".")[0]) > total.whole:
        text = human(_THREE.plus(Decimal(asset.total.replace(",", ""))))
    held: Line = (Span("  "), Span(asset.held.rjust(columns.held), "dim")) if columns.held else ()
    name = f"{shorten(asset.name, columns.name):<{columns.name}}"
    more = f"  {asset.share:>{columns.share}}  {asset.price:>{columns.price}}"
    ends = (Span(more, "dim"),) if columns.share else ()
    return (
        Span(" "),
        Span(name, "cursor" if chosen else "text"),
        Span("  "),
        *zeros_back(total.place(text), "text"),
        *held,
        Span(f"  {asset.worth:>{columns.worth}}", "dim"),
        *ends,
    )
