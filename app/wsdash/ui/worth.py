"""What an account is worth: the asset it is counted in, and the markets that tell its prices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from wsdash.domain.instrument import MarketKey
from wsdash.feed.market import Board
from wsdash.ui.snapshots.prices import last_price

DOLLARS: Final = ("USD", "USDT", "USDC", "EUR")
"""What balances are priced in, the first that a venue quotes."""

MOST: Final = 40
"""Balances of a venue whose prices are followed."""


def pricing(board: Board, venue: str) -> str:
    """Return the asset in which a venue's balances are priced."""
    quotes = {instrument.quote for instrument in board.instruments.get(venue, {}).values()}
    return next((asset for asset in DOLLARS if asset in quotes), DOLLARS[0])


def price_of(board: Board, venue: str, asset: str) -> Decimal | None:
    """Return the price of an asset where the watched markets tell it."""
    priced_in = pricing(board, venue)
    if asset in {priced_in, *(DOLLARS[:3] if priced_in in DOLLARS[:3] else ())}:
        return Decimal(1)
    for key in _markets(board, venue, asset, priced_in):
        price = last_price(board.markets.get(key))
        if price is not None:
            return Decimal(price)
    return None


def held_markets(board: Board, venue: str) -> Iterator[MarketKey]:
    """Yield the markets that price what an account holds, one for each asset."""
    account = board.accounts.get(venue)
    for asset in list(account.balances)[:MOST] if account is not None else ():
        yield from list(_markets(board, venue, asset, pricing(board, venue)))[:1]


def _markets(board: Board, venue: str, asset: str, priced_in: str) -> Iterator[MarketKey]:
    for instrument in board.instruments.get(venue, {}).values():
        if instrument.base == asset and instrument.quote == priced_in:
            yield instrument.key
