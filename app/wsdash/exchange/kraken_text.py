"""What Kraken's v2 frames look like: numbers with all their decimals, as on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zlib import crc32

import msgspec

from wsdash.exchange.account import Entry
from wsdash.exchange.book import Levels
from wsdash.exchange.listing import Listing
from wsdash.exchange.pairs import ASSETS, PAIRS, Pair
from wsdash.exchange.past import Candle
from wsdash.exchange.tape import Trade

_FEW_DIGITS = {"USD": 4, "EUR": 4}


def checksum(asks: Levels, bids: Levels) -> int:
    """Return the CRC32 over the ten best levels of each side.

    Price and size in whole ticks and lots are what is left of the venue's
    fixed-point text without its point and leading zeros.
    """
    parts = [f"{price}{size}" for price, size in asks[:10]]
    parts += [f"{price}{size}" for price, size in bids[:10]]
    return crc32("".join(parts).encode("ascii"))


def stamp(time: int) -> str:
    """Return microseconds since 1970 as RFC 3339 text."""
    seconds, micros = divmod(time, 1_000_000)
    return f"{_second(seconds)}.{micros:06d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def levels(pair: Pair, side: Levels) -> str:
    """Return price levels as a JSON array."""
    return ",".join(
        f'{{"price":{pair.price(price)},"qty":{pair.size(size)}}}' for price, size in side
    ).join("[]")


def book(pair: Pair, kind: str, sides: tuple[Levels, Levels], crc: int, time: int) -> str:
    """Return a book frame; `sides` are (bids, asks)."""
    bids, asks = sides
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{pair.symbol}",'
        f'"bids":{levels(pair, bids)},"asks":{levels(pair, asks)},'
        f'"checksum":{crc},"timestamp":"{stamp(time)}"}}]}}'
    )


def trades(pair: Pair, kind: str, prints: list[Trade]) -> str:
    """Return a frame of prints, oldest first."""
    rows = ",".join(
        f'{{"symbol":"{pair.symbol}","side":"{trade.side}","price":{pair.price(trade.price)},'
        f'"qty":{pair.size(trade.size)},"ord_type":"{trade.order_type}",'
        f'"trade_id":{trade.id},"timestamp":"{stamp(trade.time)}"}}'
        for trade in prints
    )
    return f'{{"channel":"trade","type":"{kind}","data":[{rows}]}}'


def ticker(listing: Listing, kind: str, now: int) -> str:
    """Return the 24-hour figures and the best prices."""
    pair, day, last = listing.pair, listing.tape.day(now), listing.tape.last.price
    bid, ask = listing.best()
    change = (last - day.open) / day.open * 100
    return (
        f'{{"channel":"ticker","type":"{kind}","data":[{{"symbol":"{pair.symbol}",'
        f'"bid":{pair.price(bid[0])},"bid_qty":{pair.size(bid[1])},'
        f'"ask":{pair.price(ask[0])},"ask_qty":{pair.size(ask[1])},'
        f'"last":{pair.price(last)},"volume":{pair.size(day.volume)},'
        f'"vwap":{pair.price(day.vwap)},"low":{pair.price(day.low)},'
        f'"high":{pair.price(day.high)},"change":{pair.price(last - day.open)},'
        f'"change_pct":{change:.2f},"timestamp":"{stamp(now)}"}}]}}'
    )


def ohlc(pair: Pair, kind: str, candles: list[Candle], minutes: int, now: int) -> str:
    """Return candles of an interval, oldest first."""
    length = minutes * 60_000_000
    rows = ",".join(
        f'{{"symbol":"{pair.symbol}","open":{pair.price(c.open)},"high":{pair.price(c.high)},'
        f'"low":{pair.price(c.low)},"close":{pair.price(c.close)},"trades":{c.count},'
        f'"volume":{pair.size(c.volume)},"vwap":{pair.price(c.vwap)},'
        f'"interval_begin":"{_second(c.start // 1_000_000)}.000000000Z","interval":{minutes},'
        f'"timestamp":"{stamp(c.start + length)}"}}'
        for c in candles
    )
    return f'{{"channel":"ohlc","type":"{kind}","timestamp":"{stamp(now)}","data":[{rows}]}}'


def asset_places(asset: str) -> int:
    """Return how many decimals Kraken keeps of an asset."""
    return _FEW_DIGITS.get(asset, 10)


def instrument() -> str:
    """Return the snapshot of every asset and pair."""
    assets = ",".join(
        f'{{"id":"{asset}","status":"enabled","precision":{asset_places(asset)},'
        f'"precision_display":{asset_places(asset) // 2},"borrowable":false,'
        f'"collateral_value":0.00,"margin_rate":0.000000,"multiplier":1.0}}'
        for asset in ASSETS
    )
    return (
        '{"channel":"instrument","type":"snapshot","data":{"assets":['
        f'{assets}],"pairs":[{",".join(_pair(pair) for pair in PAIRS)}]}}}}'
    )


def _pair(pair: Pair) -> str:
    smallest = pair.size(max(1, int(pair.typical * 10**pair.size_places) // 1000))
    return (
        f'{{"symbol":"{pair.symbol}","base":"{pair.base}","quote":"{pair.quote}",'
        f'"status":"online","qty_precision":{pair.size_places},'
        f'"qty_increment":{pair.size(1)},"price_precision":{pair.price_places},'
        f'"cost_precision":5,"marginable":false,"has_index":true,"cost_min":0.50,'
        f'"price_increment":{pair.price(1)},"tick_size":{pair.price(1)},"qty_min":{smallest}}}'
    )


def balances(kind: str, sequence: int, rows: str) -> str:
    """Return a frame of the private balances channel."""
    return f'{{"channel":"balances","type":"{kind}","sequence":{sequence},"data":[{rows}]}}'


def balance_row(asset: str, amount: str) -> str:
    """Return one asset of the balances snapshot."""
    return (
        f'{{"asset":"{asset}","asset_class":"currency","balance":{amount},'
        f'"wallets":[{{"type":"spot","id":"main","balance":{amount}}}]}}'
    )


def ledger_row(entry: Entry) -> str:
    """Return one ledger line of a balances update."""
    return (
        f'{{"ledger_id":"{entry.ledger_id}","ref_id":"{entry.ref_id}",'
        f'"timestamp":"{stamp(entry.time)}","type":"{entry.kind}","category":"{entry.kind}",'
        f'"asset":"{entry.asset}","asset_class":"currency","wallet_type":"spot",'
        f'"wallet_id":"main","amount":{entry.amount:.8f},"fee":{entry.fee:.8f},'
        f'"balance":{entry.balance:.8f}}}'
    )


def status(system: str, connection_id: int) -> str:
    """Return the venue's status, as sent on connect and on change."""
    return (
        '{"channel":"status","type":"update","data":[{"version":"2.0.10",'
        f'"system":{msgspec.json.encode(system).decode()},"api_version":"v2",'
        f'"connection_id":{connection_id}}}]}}'
    )
