"""What Bybit's frames and rows look like: numbers as strings, times in milliseconds."""

from __future__ import annotations

from uuid import UUID

from wsdash.exchange.bybit_topics import INTERVALS, Topic
from wsdash.exchange.listing import Listing
from wsdash.exchange.pairs import Pair, fixed
from wsdash.exchange.past import Candle
from wsdash.exchange.perpetuals import Perpetual
from wsdash.exchange.tape import Trade

_SPREAD_IDS = 0x9E3779B97F4A7C15F39CC0605CEDC834
_FUNDED = 8 * 3_600_000
"""Milliseconds between two payments of funding."""
_NEVER_OPEN = 59_891_732
"""Lots of open interest, of every contract: nobody here holds any."""

Change = dict[int, int]
"""Sizes in lots by price in ticks; 0 where a level is gone."""


def book(
    topic: Topic, pair: Pair, kind: str, sides: tuple[Change, Change], ids: tuple[int, int],
    times: tuple[int, int],
) -> str:  # fmt: skip
    """Return a frame of a book; `ids` are update id and cross sequence, `times` sent and made."""
    bids = levels(pair, dict(sorted(sides[0].items(), reverse=True)))
    asks = levels(pair, dict(sorted(sides[1].items())))
    return (
        f'{{"topic":"{topic.name}","type":"{kind}","ts":{times[0] // 1000},"data":{{'
        f'"s":"{_name(topic)}","b":{bids},"a":{asks},"u":{ids[0]},"seq":{ids[1]}}},'
        f'"cts":{times[1] // 1000}}}'
    )


def levels(pair: Pair, side: Change) -> str:
    """Return price levels as a JSON array of pairs."""
    return ",".join(
        f'["{pair.price(price)}","{pair.size(size) if size else "0"}"]'
        for price, size in side.items()
    ).join("[]")


def trades(topic: Topic, pair: Pair, prints: list[Trade], sequence: int, now: int) -> str:
    """Return the prints of one event in one frame; ``snapshot`` does not mean history."""
    rows = ",".join(
        f'{{"T":{item.time // 1000},"s":"{_name(topic)}","S":"{item.side.capitalize()}",'
        f'"v":"{pair.size(item.size)}","p":"{pair.price(item.price)}","L":"PlusTick",'
        f'"i":"{UUID(int=item.id * _SPREAD_IDS % (1 << 128))}","BT":false,"RPI":false,'
        f'"seq":{sequence}}}'
        for item in prints
    )
    return f'{{"topic":"{topic.name}","type":"snapshot","ts":{now // 1000},"data":[{rows}]}}'


def kline(topic: Topic, pair: Pair, told: list[tuple[Candle, bool]], now: int) -> str:
    """Return candles, each with whether it is closed."""
    rows = ",".join(_candle(topic, pair, candle, closed, now) for candle, closed in told)
    return f'{{"topic":"{topic.name}","data":[{rows}],"ts":{now // 1000},"type":"snapshot"}}'


def kline_row(pair: Pair, candle: Candle) -> str:
    """Return a candle as REST has it."""
    figures = (candle.open, candle.high, candle.low, candle.close)
    prices = ",".join(f'"{pair.price(ticks)}"' for ticks in figures)
    return (
        f'["{candle.start // 1000}",{prices},"{pair.size(candle.volume)}",'
        f'"{turnover(pair, candle.notional)}"]'
    )


def ticker(listing: Listing, index: int, now: int) -> dict[str, str]:
    """Return the summary of a contract; `index` is the price of spot in its own ticks."""
    pair, day, last = listing.pair, listing.tape.day(now), listing.tape.last
    bid, ask = listing.best()
    return {
        "symbol": pair.base + pair.quote,
        "price24hPcnt": f"{(last.price - day.open) / day.open:.6f}",
        "lastPrice": pair.price(last.price),
        "prevPrice24h": pair.price(day.open),
        "highPrice24h": pair.price(day.high),
        "lowPrice24h": pair.price(day.low),
        "markPrice": pair.price((bid[0] + ask[0]) // 2),
        "indexPrice": pair.price(index),
        "openInterest": pair.size(_NEVER_OPEN),
        "turnover24h": turnover(pair, day.notional),
        "volume24h": pair.size(day.volume),
        "fundingIntervalHour": "8",
        "nextFundingTime": str((now // 1000 // _FUNDED + 1) * _FUNDED),
        "fundingRate": "0.0001",
        "bid1Price": pair.price(bid[0]),
        "bid1Size": pair.size(bid[1]),
        "ask1Price": pair.price(ask[0]),
        "ask1Size": pair.size(ask[1]),
    }


def contract(pair: Perpetual) -> dict[str, object]:
    """Return an entry of the instrument list."""
    step = pair.size(1)
    return {
        "symbol": pair.bybit_symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": pair.base,
        "quoteCoin": pair.quote,
        "launchTime": "1584230400000",
        "deliveryTime": "0",
        "priceScale": str(pair.price_places),
        "priceFilter": {"minPrice": pair.price(1), "tickSize": pair.price(1)},
        "lotSizeFilter": {"minOrderQty": step, "qtyStep": step, "minNotionalValue": "5"},
        "fundingInterval": 480,
        "settleCoin": pair.quote,
    }


def turnover(pair: Pair, notional: int) -> str:
    """Return ticks times lots in quote currency, with four decimals, rounded down."""
    excess = pair.price_places + pair.size_places - 4
    return fixed(notional // 10**excess if excess >= 0 else notional * 10**-excess, 4)


def _candle(topic: Topic, pair: Pair, candle: Candle, closed: bool, now: int) -> str:
    end = (candle.start + INTERVALS[topic.interval]) // 1000 - 1
    return (
        f'{{"start":{candle.start // 1000},"end":{end},"interval":"{topic.interval}",'
        f'"open":"{pair.price(candle.open)}","close":"{pair.price(candle.close)}",'
        f'"high":"{pair.price(candle.high)}","low":"{pair.price(candle.low)}",'
        f'"volume":"{pair.size(candle.volume)}","turnover":"{turnover(pair, candle.notional)}",'
        f'"confirm":{"true" if closed else "false"},"timestamp":{now // 1000}}}'
    )


def _name(topic: Topic) -> str:
    return topic.name.rpartition(".")[2]
