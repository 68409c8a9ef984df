"""Older candles of Kraken: its REST tells the newest 720 of an interval, and none before them.

Source: docs.kraken.com, "Get OHLC Data".
"""

from __future__ import annotations

from typing import Final

import msgspec

from wsdash.domain.candles import Candle
from wsdash.domain.events import CandlesMoved
from wsdash.domain.numbers import plain
from wsdash.venues.kraken_facts import INTERVAL_OF, INTERVALS
from wsdash.venues.kraken_requests import canonical
from wsdash.venues.pages import Page, PageRefused, Pages, checked
from wsdash.venues.venue import END_OF_TIME, Answer, Budget, Request

PATH: Final = "/0/public/OHLC"

_NAMES: Final = {"BTC": "XBT", "DOGE": "XDG"}


class _Reply(msgspec.Struct):
    """Any answer; `result` holds a list by the pair's name, and when to ask from the next time."""

    error: list[str] = []
    result: dict[str, msgspec.Raw] = {}


_reply: Final = msgspec.json.Decoder(_Reply)
_rows: Final = msgspec.json.Decoder(list[tuple[int, str, str, str, str, str, str, int]])


def request(symbol: str, interval: str, before: int) -> Request:
    """Return the request; there is no asking for what was before a time."""
    del before
    pair = "".join(_NAMES.get(asset, asset) for asset in symbol.split("/"))
    return Request(PATH, (("pair", pair), ("interval", str(INTERVALS[interval]))))


def read(answer: Answer) -> Page:
    """Return the candles of an answer, all there are.

    Raises:
        PageRefused: the venue refused.
        ValueError: it cannot be read.
    """
    reply = _reply.decode(checked(answer))
    if reply.error:
        raise PageRefused(reply.error[0])
    rows = next((rows for name, rows in reply.result.items() if name != "last"), None)
    if rows is None:
        raise ValueError("an answer without candles")
    return Page(tuple(_candle(row) for row in _rows.decode(rows)), more=False)


def moved(request: Request, answer: Answer) -> CandlesMoved:
    """Return a recorded answer as the fact it was.

    Raises:
        PageRefused: the venue refused.
        ValueError: it cannot be read.
    """
    query = dict(request.query)
    interval = INTERVAL_OF[int(query.get("interval", "1")[:6])]
    symbol = canonical(query.get("pair", ""))
    return CandlesMoved(symbol, interval, read(answer).candles, past=True)


def _candle(row: tuple[int, str, str, str, str, str, str, int]) -> Candle:
    start, opening, high, low, close, _, volume, _ = row
    if not 0 <= start < END_OF_TIME:
        raise ValueError("not a time of our calendar")
    return Candle(start, plain(opening), plain(high), plain(low), plain(close), plain(volume))


PAGES: Final = Pages(request, read, Budget(burst=1, per_second=0.5))
