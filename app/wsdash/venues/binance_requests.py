"""What Binance is asked for: streams by name, and by REST what the streams do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from wsdash.venues.venue import Request, Subscription

KLINES_PATH = "/api/v3/klines"
INFO_PATH = "/api/v3/exchangeInfo"

STREAMS: Final = {"book": "depth@100ms", "trades": "trade", "ticker": "ticker"}

THIN_STREAMS: Final = STREAMS | {"book": "depth"}
"""Changes once a second: a level that changed often comes once."""


def canonical(text: str) -> str:
    """Return Binance's name for what a person typed: ``btc/usdt`` and ``BTCUSDT`` are one."""
    return text.upper().replace("/", "").replace("-", "")


def histories(subs: Iterable[Subscription]) -> list[Request]:
    """Return the requests for what the streams do not tell: lists, and candles of earlier."""
    requests = []
    for sub in subs:
        if sub.channel == "instruments":
            requests.append(Request(INFO_PATH))
        elif sub.channel == "candles":
            query = (("symbol", sub.symbol), ("interval", sub.interval), ("limit", "500"))
            requests.append(Request(KLINES_PATH, query))
    return requests


def stream_of(sub: Subscription, streams: Mapping[str, str]) -> str:
    """Return the name of a subscription's stream; empty where there is none."""
    symbol = sub.symbol.lower()
    if sub.channel == "candles":
        return f"{symbol}@kline_{sub.interval}"
    return f"{symbol}@{streams[sub.channel]}" if sub.channel in streams else ""
