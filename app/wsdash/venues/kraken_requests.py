"""What is sent to Kraken v2: one frame for all symbols of a channel and its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

import msgspec

from wsdash.venues.kraken_facts import INTERVALS
from wsdash.venues.venue import Subscription


class Width(NamedTuple):
    """How much is asked for.

    Attributes:
        depth: levels of each side (10, 25, 100, 500 or 1000).
        trigger: what makes a ticker: every change of the best prices, or every trade.
    """

    depth: int
    trigger: Literal["bbo", "trades"]


FULL: Final = Width(100, "bbo")
THIN: Final = Width(10, "trades")

_QUOTES: Final = ("USDT", "USDC", "USD", "EUR", "GBP", "BTC", "ETH", "CAD", "AUD", "CHF", "JPY")
_CHANNELS: Final = {
    "book": "book",
    "trades": "trade",
    "ticker": "ticker",
    "candles": "ohlc",
    "instruments": "instrument",
}


def grouped(subscriptions: Iterable[Subscription]) -> list[list[Subscription]]:
    """Return the subscriptions that one frame can ask for together."""
    groups: dict[tuple[str, str], list[Subscription]] = {}
    for sub in subscriptions:
        groups.setdefault((sub.channel, sub.interval), []).append(sub)
    return list(groups.values())


def frame(method: str, members: list[Subscription], request_id: int, width: Width = FULL) -> str:
    """Return the frame that subscribes to a group, or unsubscribes from it.

    What is to end must be named as it was asked for: the depth and the trigger too.
    """
    channel, interval = members[0].channel, members[0].interval
    params: dict[str, Any] = {"channel": _CHANNELS[channel]}
    symbols = [sub.symbol for sub in members if sub.symbol]
    if symbols:
        params["symbol"] = symbols
    if channel == "book":
        params["depth"] = width.depth
    if channel == "ticker":
        params["event_trigger"] = width.trigger
    if interval:
        params["interval"] = INTERVALS[interval]
    if method == "subscribe":
        params["snapshot"] = True
    message = {"method": method, "params": params, "req_id": request_id}
    return msgspec.json.encode(message).decode()


def canonical(text: str) -> str:
    """Return Kraken's v2 name for what a person typed: ``xbtusd`` and ``BTC/USD`` are one."""
    text = text.upper().replace("-", "/")
    if "/" not in text:
        quote = next((q for q in _QUOTES if text.endswith(q) and len(text) > len(q)), "")
        text = f"{text[: -len(quote)]}/{quote}" if quote else text
    names = {"XBT": "BTC", "XDG": "DOGE"}
    return "/".join(names.get(asset, asset) for asset in text.split("/"))
