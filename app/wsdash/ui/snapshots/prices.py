"""The price of a market, from whatever tells it last, and as its instrument writes it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from wsdash.domain.candles import Candle
from wsdash.domain.events import Channel
from wsdash.domain.figures import mid
from wsdash.domain.numbers import SCALE
from wsdash.feed.market import Market
from wsdash.ui.snapshots.depth import digits_of, rounded
from wsdash.ui.snapshots.numbers import price_text


def price_source(market: Market | None) -> Channel | None:
    """Return the stream that tells the price: trades or ticker, whichever spoke last, or the book.

    A tape that nobody subscribes any more is old, however full it is.
    """
    if market is None:
        return None
    heard: list[tuple[float, Channel]] = []
    told = (
        (market.streams.get("ticker"), market.ticker is not None),
        (market.streams.get("trades"), bool(market.tape.prints)),
    )
    for stream, known in told:
        if known and stream is not None and stream.received_at is not None:
            heard.append((stream.received_at, stream.channel))
    if heard:
        return max(heard)[1]
    return "book" if market.book is not None and market.book.bids and market.book.asks else None


def last_price(market: Market | None) -> str | None:
    """Return the price of the newest trade as the venue sent it, or the mid where no trade is."""
    source = price_source(market)
    if market is None or source is None:
        return None
    if source == "trades":
        return market.tape.prints[0].price
    if source == "ticker" and market.ticker is not None:
        return market.ticker.last
    return _mid(market)


def shown_price(market: Market | None) -> str:
    """Return the price as the instrument writes it: no zeros beyond its own digits."""
    price = last_price(market)
    if price is None or market is None:
        return "—"
    digits = digits_of(market.instrument, market.book).price
    return price_text(price, digits + 1 if price_source(market) == "book" else digits)


def up_to_now(candle: Candle, market: Market, step: int) -> Candle:
    """Return the newest candle with the newest print in it, where that came after the candle.

    Some venues speak of a candle every second or two only: its price would not be the tape's.
    `step` is the seconds of a candle. Its volume stays as the venue said it.
    """
    trades, candles = market.streams.get("trades"), market.streams.get("candles")
    if trades is None or candles is None or not market.tape.prints:
        return candle
    heard, told = trades.received_at, candles.received_at
    last = market.tape.prints[0]
    if heard is None or (told is not None and told > heard) or last.time is None:
        return candle
    if not candle.start <= last.time < candle.start + step:
        return candle
    high = max(candle.high, last.price, key=Decimal)
    low = min(candle.low, last.price, key=Decimal)
    return msgspec.structs.replace(candle, high=high, low=low, close=last.price)


def _mid(market: Market) -> str | None:
    middle = None if market.book is None else mid(market.book)
    if middle is None:
        return None
    digits = min(SCALE, digits_of(market.instrument, market.book).price + 1)
    return rounded(middle, digits)
