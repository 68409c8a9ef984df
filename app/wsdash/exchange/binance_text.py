"""What Binance's stream frames look like: numbers as strings with eight decimals."""

from __future__ import annotations

from wsdash.exchange.book import Levels
from wsdash.exchange.listing import Listing
from wsdash.exchange.pairs import Pair
from wsdash.exchange.past import Candle
from wsdash.exchange.tape import Trade


def levels(pair: Pair, side: Levels) -> str:
    """Return price levels as a JSON array of pairs."""
    return ",".join(f'["{pair.price8(price)}","{pair.size8(size)}"]' for price, size in side).join(
        "[]"
    )


def depth_update(pair: Pair, now: int, ids: tuple[int, int], bids: Levels, asks: Levels) -> str:
    """Return a diff event; `ids` are the first and last sequence it covers."""
    return (
        f'{{"e":"depthUpdate","E":{now // 1000},"s":"{pair.binance_symbol}","U":{ids[0]},'
        f'"u":{ids[1]},"b":{levels(pair, bids)},"a":{levels(pair, asks)}}}'
    )


def depth(listing: Listing, sides: tuple[Levels, Levels], sequence: int) -> str:
    """Return a book snapshot, as REST and partial depth streams have it."""
    pair = listing.pair
    return (
        f'{{"lastUpdateId":{sequence},"bids":{levels(pair, sides[0])},'
        f'"asks":{levels(pair, sides[1])}}}'
    )


def book_ticker(listing: Listing) -> str:
    """Return best bid and ask."""
    pair = listing.pair
    bid, ask = listing.best()
    return (
        f'{{"u":{listing.truth.sequence},"s":"{pair.binance_symbol}",'
        f'"b":"{pair.price8(bid[0])}","B":"{pair.size8(bid[1])}",'
        f'"a":"{pair.price8(ask[0])}","A":"{pair.size8(ask[1])}"}}'
    )


def trade(pair: Pair, item: Trade, now: int) -> str:
    """Return one print."""
    maker = "true" if item.side == "sell" else "false"
    return (
        f'{{"e":"trade","E":{now // 1000},"s":"{pair.binance_symbol}","t":{item.id},'
        f'"p":"{pair.price8(item.price)}","q":"{pair.size8(item.size)}",'
        f'"T":{item.time // 1000},"m":{maker},"M":true}}'
    )


def aggregate(pair: Pair, group: list[Trade], now: int) -> str:
    """Return the prints of one taker at one price as one event."""
    return f'{{"e":"aggTrade","E":{now // 1000},"s":"{pair.binance_symbol}",' + aggregate_fields(
        pair, group
    )


def aggregate_fields(pair: Pair, group: list[Trade]) -> str:
    """Return what REST and the stream share of an aggregate, up to the closing brace."""
    first, last = group[0], group[-1]
    maker = "true" if first.side == "sell" else "false"
    size = sum(item.size for item in group)
    return (
        f'"a":{first.aggregate},"p":"{pair.price8(first.price)}","q":"{pair.size8(size)}",'
        f'"f":{first.id},"l":{last.id},"T":{first.time // 1000},"m":{maker},"M":true}}'
    )


def grouped(trades: list[Trade]) -> list[list[Trade]]:
    """Split prints into aggregates."""
    groups: list[list[Trade]] = []
    for item in trades:
        if groups and groups[-1][0].aggregate == item.aggregate:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def kline(
    listing: Listing, candle: Candle, interval: tuple[str, int], now: int, *, closed: bool
) -> str:
    """Return a candle event; `interval` is Binance's name and the microseconds."""
    pair, last_id = listing.pair, listing.tape.last.id
    name, length = interval
    first = last_id - candle.count + 1 if candle.count else -1
    return (
        f'{{"e":"kline","E":{now // 1000},"s":"{pair.binance_symbol}","k":{{'
        f'"t":{candle.start // 1000},"T":{(candle.start + length) // 1000 - 1},'
        f'"s":"{pair.binance_symbol}","i":"{name}","f":{first},'
        f'"L":{last_id if candle.count else -1},'
        f'"o":"{pair.price8(candle.open)}","c":"{pair.price8(candle.close)}",'
        f'"h":"{pair.price8(candle.high)}","l":"{pair.price8(candle.low)}",'
        f'"v":"{pair.size8(candle.volume)}","n":{candle.count},'
        f'"x":{"true" if closed else "false"},"q":"{pair.notional8(candle.notional)}",'
        f'"V":"{pair.size8(candle.bought)}","Q":"{pair.notional8(candle.bought_notional)}",'
        f'"B":"0"}}}}'
    )


def mini_ticker(listing: Listing, now: int) -> str:
    """Return the short 24-hour figures."""
    pair, day = listing.pair, listing.tape.day(now)
    return (
        f'{{"e":"24hrMiniTicker","E":{now // 1000},"s":"{pair.binance_symbol}",'
        f'"c":"{pair.price8(listing.tape.last.price)}","o":"{pair.price8(day.open)}",'
        f'"h":"{pair.price8(day.high)}","l":"{pair.price8(day.low)}",'
        f'"v":"{pair.size8(day.volume)}","q":"{pair.notional8(day.notional)}"}}'
    )


def ticker(listing: Listing, now: int) -> str:
    """Return the full 24-hour figures."""
    pair, day, last = listing.pair, listing.tape.day(now), listing.tape.last
    bid, ask = listing.best()
    change = (last.price - day.open) / day.open * 100
    return (
        f'{{"e":"24hrTicker","E":{now // 1000},"s":"{pair.binance_symbol}",'
        f'"p":"{pair.price8(last.price - day.open)}","P":"{change:.3f}",'
        f'"w":"{pair.price8(day.vwap)}","x":"{pair.price8(day.open)}",'
        f'"c":"{pair.price8(last.price)}","Q":"{pair.size8(last.size)}",'
        f'"b":"{pair.price8(bid[0])}","B":"{pair.size8(bid[1])}",'
        f'"a":"{pair.price8(ask[0])}","A":"{pair.size8(ask[1])}",'
        f'"o":"{pair.price8(day.open)}","h":"{pair.price8(day.high)}",'
        f'"l":"{pair.price8(day.low)}","v":"{pair.size8(day.volume)}",'
        f'"q":"{pair.notional8(day.notional)}","O":{day.since // 1000},"C":{now // 1000},'
        f'"F":{last.id - day.count + 1},"L":{last.id},"n":{day.count}}}'
    )
