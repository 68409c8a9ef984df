"""Real recorded sessions through the same sessions that live traffic goes through."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.venues import captures
from tests.venues.reference import BinanceReference, BybitReference, KrakenReference

from wsdash.domain.book import BookSide
from wsdash.domain.events import (
    BookLost,
    BookSynced,
    CandlesMoved,
    Event,
    Listed,
    TickerMoved,
    Unparsed,
)
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Record, Recording
from wsdash.feed.summary import summarise
from wsdash.venues import registry
from wsdash.venues.venue import Session, Venue

KRAKEN = captures.found("*/kraken_v2-*.jsonl.gz")
BINANCE = captures.found("*/binance-*book*.jsonl.gz", "*/binance_us-*.jsonl.gz")
BYBIT = captures.found("cryptofeed/bybit-*.jsonl.gz")
MESSAGES = captures.found(
    *(
        f"*/{name}-{kind}*.gz"
        for name in ("kraken", "binance", "bybit")
        for kind in ("messages", "flows")
    )
)
LISTINGS = captures.found("cryptofeed/binance-*.jsonl.gz", "cryptofeed/binance_us-*.jsonl.gz")
DECIMALS = {"ethusd": (2, 8), "btcusd": (1, 8)}


def venue_of(capture: Path) -> Venue:
    name = capture.name.partition("-")[0].removesuffix("_v2")
    return registry.find(name)


@pytest.mark.parametrize("capture", KRAKEN + BINANCE)
def test_a_recorded_session_ends_where_the_reference_ends(capture: Path) -> None:
    state = captures.expected(capture)
    result = summarise(capture, venue_of(capture))
    assert result["venue"] == venue_of(capture).name
    assert (result["frames"], result["damaged"], result["unparsed"]) == (
        state["frames_total"],
        0,
        0,
    )
    assert result["sequence_gaps"] == state["sequence_gaps"]
    assert result["ever_crossed"] == state["ever_crossed"]
    # One recorder dropped trailing zeros: there the reference could not check, and we can.
    checks = state["checksum_pass"] + state["checksum_fail"]
    assert (result["checksum_pass"], result["checksum_fail"]) == (checks, 0)
    assert list(result["books"]) == sorted(state["books"])
    for name, book in state["books"].items():
        ours = result["books"][name]
        for part in ("bids", "asks"):
            assert [list(level) for level in ours[part]] == book[part][:10]
        for part in ("best_bid", "best_ask"):
            assert list(ours[part]) == book[part]
    assert {name: trades["count"] for name, trades in result["trades"].items()} == state["trades"]
    for name, sums in state["trade_stats"].items():
        ours = result["trades"][name]
        assert Decimal(ours["taker_buy"]) == Decimal(sums["taker_buy_base"])
        assert Decimal(ours["taker_sell"]) == Decimal(sums["taker_sell_base"])


@pytest.mark.parametrize("capture", BYBIT)
def test_a_recorded_session_of_bybit_ends_where_the_reference_ends(capture: Path) -> None:
    """The reference names books by connection and topic; spot's are kept by the same rules."""
    state = captures.expected(capture)
    result = summarise(capture, registry.BYBIT)
    heard = state["frames"]["in"] + state["frames"].get("rest", 0)
    assert (result["frames"], result["damaged"], result["unparsed"]) == (heard, 0, 0)
    assert (result["sequence_gaps"], result["ever_crossed"]) == (0, state["ever_crossed"])
    books = {book["symbol"].rpartition(".")[2]: book for book in state["books"].values()}
    assert list(result["books"]) == sorted(books)
    for name, book in books.items():
        ours = result["books"][name]
        for part in ("bids", "asks"):
            assert [list(level) for level in ours[part]] == book[part][:10]
        for part in ("best_bid", "best_ask"):
            assert list(ours[part]) == book[part]
    for name, sums in state.get("trade_stats", {}).items():
        ours = result["trades"][name.removeprefix("linear:")]
        assert ours["count"] == sums["count"]
        assert Decimal(ours["taker_buy"]) == Decimal(sums["taker_buy_base"])
        assert Decimal(ours["taker_sell"]) == Decimal(sums["taker_sell_base"])
    assert len(result["trades"]) == len(state.get("trade_stats", {}))


@pytest.mark.parametrize("capture", captures.found("cryptofeed/bybit-book-*.jsonl.gz"))
def test_after_every_message_of_bybit_the_book_is_the_reference_s(capture: Path) -> None:
    state = captures.expected(capture)
    playback, reference = Playback(registry.BYBIT), BybitReference()
    books: dict[str, BookSynced] = {}
    compared, last = 0, dict[str, str]()
    tickers, candles = Counter[str](), Counter[str]()
    for record in Recording(capture):
        for _, event in playback.feed(record):
            assert not isinstance(event, BookLost)
            if isinstance(event, BookSynced):
                books[event.symbol] = event
            if isinstance(event, TickerMoved):
                tickers[event.symbol] += 1
                assert None not in (event.bid, event.ask, event.last, event.change, event.volume)
            if isinstance(event, CandlesMoved):
                candles[event.symbol] += 1
            if isinstance(event, Listed):
                last = {one.name: one.kind for one in event.instruments}
        symbol = reference.take(record.data) if record.dir == "in" else ""
        if symbol:
            compared += 1
            same(books[symbol].book.bids, reference.bids[symbol], bids=True)
            same(books[symbol].book.asks, reference.asks[symbol], bids=False)
    assert compared == state["totals"]["applied"]
    counted = state["stream_counters"]
    assert sum(tickers.values()) == counted["ticker_snapshot"] + counted["ticker_delta"]
    assert dict(candles) == state["candle_updates"]
    assert (len(last), set(last.values())) == (692, {"perpetual"})


@pytest.mark.row("D1")
@pytest.mark.parametrize("capture", captures.found("cryptofeed/bybit-book-*.jsonl.gz"))
def test_a_missing_change_of_bybit_is_one_gap_found_by_the_next_message(capture: Path) -> None:
    records = list(Recording(capture))
    changes = [
        i for i, record in enumerate(records)
        if '"orderbook.200.SOLUSDT","type":"delta"' in record.data
    ]  # fmt: skip
    for cut, following in list(pairwise(changes))[::50]:
        playback, events = played(registry.BYBIT, records[:cut] + records[cut + 1 :])
        lost = [(i, e) for i, es in enumerate(events) for e in es if isinstance(e, BookLost)]
        [(index, event)] = lost
        assert (index, event.symbol) == (following - 1, "SOLUSDT")
        assert sum(session.tally.sequence_gaps for session in playback.all_sessions()) == 1
    assert len(changes) > 300


def same(ours: BookSide, theirs: dict[Decimal, Decimal], *, bids: bool) -> None:
    best = heapq.nlargest(10, theirs) if bids else heapq.nsmallest(10, theirs)
    said = [(Decimal(price), Decimal(size)) for price, size in ours.top(10)]
    assert said == [(price, theirs[price]) for price in best]
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("capture", KRAKEN)
def test_after_every_message_of_kraken_the_book_is_the_reference_s(capture: Path) -> None:
    decimals = next(digits for pair, digits in DECIMALS.items() if pair in capture.name)
    playback, reference, synced = Playback(registry.KRAKEN), KrakenReference(*decimals), 0
    book = None
    for record in Recording(capture):
        for _, event in playback.feed(record):
            assert not isinstance(event, BookLost)
            if isinstance(event, BookSynced):
                book = event.book
        if reference.take(record.data):
            assert book is not None
            same(book.bids, reference.bids, bids=True)
            same(book.asks, reference.asks, bids=False)
            synced += 1
    assert synced == sum(session.tally.checksum_pass for session in playback.all_sessions()) > 0


@pytest.mark.parametrize("capture", BINANCE)
def test_after_every_message_of_binance_the_book_is_the_reference_s(capture: Path) -> None:
    playback, reference = Playback(venue_of(capture)), BinanceReference()
    books: dict[str, BookSynced] = {}
    compared = 0
    for record in Recording(capture):
        for _, event in playback.feed(record):
            assert not isinstance(event, BookLost)
            if isinstance(event, BookSynced):
                books[event.symbol] = event
        symbol = take(reference, record)
        if symbol in books and symbol in reference.sequence:
            compared += 1
            same(books[symbol].book.bids, reference.bids[symbol], bids=True)
            same(books[symbol].book.asks, reference.asks[symbol], bids=False)
    assert set(books) == set(reference.sequence)
    assert compared > 50


def take(reference: BinanceReference, record: Record) -> str:
    if record.dir == "in":
        return reference.take(record.data)
    parts = urlsplit(record.conn)
    symbol = dict(parse_qsl(parts.query)).get("symbol", "")
    if parts.path.endswith("/depth"):
        reference.seed(symbol, record.data)
    return symbol


@pytest.mark.parametrize("capture", MESSAGES)
def test_single_messages_of_every_kind_are_taken_without_a_crash(
    capture: Path, record_property: Callable[[str, object], None]
) -> None:
    venue = venue_of(capture)
    taken, bad = 0, list[str]()
    for record in Recording(capture):
        if record.dir != "in":
            continue
        taken += 1
        makers: list[Callable[[], Session]] = [venue.public]
        if venue.private is not None:
            private = venue.private
            makers.append(lambda private=private: private(None, None))  # type: ignore[misc]
        for make in makers:
            session = make()
            session.opened(0.0)
            events = session.received(record.data.encode(), 1.0).events
            session.ticked(99.0)
            bad += [record.data for event in events if isinstance(event, Unparsed)]
    record_property("unparsed", f"{len(bad)} of {taken}")
    # What is not read is another product's, has comments or templates in it, or is no v2 frame.
    assert not [text for text in bad if is_ours(text)]


def is_ours(text: str) -> bool:
    """Whether a frame is one that the documentation of the product we speak has."""
    try:
        message = json.loads(text)
    except ValueError:
        return False
    if not isinstance(message, dict):
        return False
    if message.get("topic", "").startswith(("orderbook", "publicTrade", "tickers.BTCUSDT")):
        return True
    if message.get("channel") in ("book", "trade", "ticker", "ohlc", "instrument", "balances"):
        return "interval_begin" in text or message["channel"] != "ohlc"
    data = message.get("data", message)
    kind = data.get("e") if isinstance(data, dict) else None
    return kind in ("depthUpdate", "trade", "kline") and data.get("s", "").isalpha()


def played(venue: Venue, records: Iterable[Record]) -> tuple[Playback, list[list[Event]]]:
    """Play records; return the events of each."""
    playback = Playback(venue)
    events = [[event for _, event in playback.feed(record)] for record in records]
    return playback, events


def is_update(record: Record, symbol: str) -> bool:
    marks = ('"type":"update"', '"channel":"book"') if "/" in symbol else ("depthUpdate",)
    return symbol in record.data and all(mark in record.data for mark in marks)


@pytest.mark.row("D4")
@pytest.mark.parametrize("capture", captures.found("*/kraken_v2-btcusd-d10-*.jsonl.gz"))
def test_a_missing_message_of_kraken_is_found_by_the_checksum_and_mended_by_a_snapshot(
    capture: Path,
) -> None:
    records = list(Recording(capture))
    _, whole = played(registry.KRAKEN, records)
    first = next(i for i, events in enumerate(whole) if any_of(events, BookSynced))
    cuts = [i for i in range(first, first + 60) if is_update(records[i], "BTC/USD")]
    found = 0
    for cut in cuts:
        playback, events = played(registry.KRAKEN, records[:cut] + records[cut + 1 :])
        books = [e.book for es in events for e in es if isinstance(e, BookSynced)]
        [session] = playback.all_sessions()
        lost = sum(any_of(es, BookLost) for es in events)
        assert lost == session.tally.checksum_fail
        assert len(books) == lost + 1  # every loss was mended
        assert [list(level) for level in books[-1].bids.top(10)] == (
            captures.expected(capture)["books"]["BTC/USD"]["bids"][:10]
        )
        found += lost
    assert len(cuts) > 20
    assert found > 10  # the rest were undone or repeated before they mattered


def any_of(events: list[Event], kind: type[Event]) -> bool:
    return any(isinstance(event, kind) for event in events)


@pytest.mark.row("D1")
@pytest.mark.parametrize("capture", LISTINGS)
def test_a_missing_change_of_binance_is_one_gap_found_by_the_next_message(capture: Path) -> None:
    venue, records = venue_of(capture), list(Recording(capture))
    tried = 0
    for symbol in captures.expected(capture)["books"]:
        quoted = f'"{symbol}"'
        updates = [
            i for i, record in enumerate(records)
            if record.dir == "in" and is_update(record, quoted)
        ]  # fmt: skip
        if len(updates) < 20:
            continue
        cut, following = updates[len(updates) // 2 : len(updates) // 2 + 2]
        tried += 1
        playback, events = played(venue, records[:cut] + records[cut + 1 :])
        lost = [(i, e) for i, es in enumerate(events) for e in es if isinstance(e, BookLost)]
        [(index, event)] = lost
        assert (index, event.symbol) == (following - 1, symbol)
        assert sum(session.tally.sequence_gaps for session in playback.all_sessions()) == 1
    assert tried


@pytest.mark.parametrize(
    "capture", captures.found("cryptofeed/binance-*.jsonl.gz", "cryptofeed/binance_us-*.jsonl.gz")
)
def test_recorded_instrument_lists_are_read_whole(capture: Path) -> None:
    for record in Recording(capture):
        if "exchangeInfo" in record.conn:
            [(_, fact)] = Playback(venue_of(capture)).feed(record)
            assert isinstance(fact, Listed)
            told = json.loads(record.data)["symbols"]
            assert [instrument.name for instrument in fact.instruments] == [
                symbol["symbol"] for symbol in told
            ]
            steps = {i.name: (Decimal(i.tick_size), i.size_decimals) for i in fact.instruments}
            for symbol in told:
                rules = {rule["filterType"]: rule for rule in symbol["filters"]}
                tick = Decimal(rules["PRICE_FILTER"]["tickSize"])
                lot = Decimal(rules["LOT_SIZE"]["stepSize"]).normalize().as_tuple().exponent
                assert steps[symbol["symbol"]] == (tick, max(0, -int(lot)))
            return
    pytest.fail("no instrument list in it")
