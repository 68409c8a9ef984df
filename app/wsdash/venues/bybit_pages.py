"""Bybit's REST: candles of the past, and how long it wants to be left alone.

Source: bybit-exchange.github.io/docs/v5, "Get Kline" (newest first, at most a thousand) and
"Rate Limit" (read in July 2026).
"""

from __future__ import annotations

from typing import Final

from wsdash.venues import bybit_facts as facts
from wsdash.venues import bybit_wire as wire
from wsdash.venues.pages import Page, PageRefused, Pages, checked
from wsdash.venues.venue import Answer, Budget, Request

PATH: Final = "/v5/market/kline"

LIMIT: Final = 1_000
"""Candles of a page."""

BANNED: Final = 600.0
"""Seconds for which an address that asked too often is to ask nothing; nobody need lift it."""

FORBIDDEN: Final = "HTTP 403: the venue does not serve every country"
"""The documentation names the USA and mainland China."""

TOO_OFTEN: Final = "asked too often"
_BUSY: Final = (10_006, 10_016, 10_018)
"""Codes that say later: too many requests, a fault of the server, too many of this address."""


class Refusal(PageRefused):
    """Why there is no answer; `wait` is in seconds, None where waiting does not help."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


def query(symbol: str, interval: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Return what is asked for."""
    return (
        ("category", facts.CATEGORY),
        ("symbol", symbol),
        ("interval", facts.INTERVALS[interval]),
        ("limit", str(limit)),
    )


def request(symbol: str, interval: str, before: int) -> Request:
    """Return the request for the candles that open before a time."""
    return Request(PATH, (*query(symbol, interval, LIMIT), ("end", str(before * 1000 - 1))))


def result(answer: Answer) -> bytes:
    """Return what an answer holds, whatever it was asked.

    Raises:
        Refusal: it holds an error.
        ValueError: it cannot be read.
    """
    if answer.status == 403:
        if b"too frequent" in answer.body.lower():
            raise Refusal(TOO_OFTEN, BANNED)
        raise Refusal(FORBIDDEN)
    try:
        reply = wire.reply.decode(checked(answer))
    except PageRefused as refused:
        wait = None if answer.status in (400, 404) else answer.retry_after or 0.0
        raise Refusal(str(refused), wait) from None
    if reply.retCode:
        raise Refusal(
            reply.retMsg or f"error {reply.retCode}", 0.0 if reply.retCode in _BUSY else None
        )
    return bytes(reply.result)


def read(answer: Answer) -> Page:
    """Return the candles of an answer; fewer than asked for are the first there were.

    Raises:
        PageRefused: the venue refused.
        ValueError: it cannot be read.
    """
    candles = facts.history(result(answer), past=True)
    return Page(candles, more=len(candles) >= LIMIT)


PAGES: Final = Pages(request, read, Budget(burst=2, per_second=1))
"""An address may make 600 requests in five seconds."""
