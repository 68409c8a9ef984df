"""Older candles of Binance: pages of a thousand, each before a time.

Source: binance-spot-api-docs, "Kline/Candlestick data".
"""

from __future__ import annotations

from typing import Final

from wsdash.venues import binance_facts as facts
from wsdash.venues.pages import Page, Pages, checked
from wsdash.venues.venue import Answer, Budget, Request

PATH: Final = "/api/v3/klines"

LIMIT: Final = 1_000
"""Candles of a page."""


def request(symbol: str, interval: str, before: int) -> Request:
    """Return the request for the candles that open before a time."""
    query = (("symbol", symbol), ("interval", interval))
    return Request(PATH, (*query, ("endTime", str(before * 1000 - 1)), ("limit", str(LIMIT))))


def read(answer: Answer) -> Page:
    """Return the candles of an answer; fewer than asked for are the first there were.

    Raises:
        PageRefused: the venue refused.
        ValueError: it cannot be read.
    """
    candles = facts.history("", "", checked(answer)).candles
    return Page(candles, more=len(candles) >= LIMIT)


PAGES: Final = Pages(request, read, Budget(burst=2, per_second=1))
"""A page weighs 2 of the 6,000 that a minute may."""
