"""Bybit's session, by what its documentation says and what was measured where it is silent."""

from __future__ import annotations

import json

import pytest
from tests.venues import bybit_frames as frames

from wsdash.domain.candles import Candle
from wsdash.domain.events import (
    BookLost,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Event,
    Heartbeat,
    Listed,
    Printed,
    Refused,
    Subscribed,
    TickerMoved,
    Unparsed,
)
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Trade
from wsdash.venues import bybit_pages, registry
from wsdash.venues.bybit import PING_EVERY, BybitSession, canonical
from wsdash.venues.bybit_rest import INFO_PATH, MOST_PAGES
from wsdash.venues.patience import PARK_TIME
from wsdash.venues.subscriptions import ACK_DEADLINE
from wsdash.venues.venue import Answer, Request, Step, Subscription

BOOK = Subscription("book", "BTCUSDT")
TAPE = Subscription("trades", "BTCUSDT")
TICKER = Subscription("ticker", "BTCUSDT")
CANDLES = Subscription("candles", "BTCUSDT", "5m")
LIST = Subscription("instruments")
BIDS, ASKS = [("10.0", "1"), ("9.5", "2")], [("10.5", "3"), ("11.0", "4")]


def asked(step: Step, op: str = "subscribe") -> dict[str, str]:
    """Return the topics of a step's frames, each with its request's number."""
    sent = [json.loads(text) for text in step.send]
    return {topic: one["req_id"] for one in sent if one["op"] == op for topic in one["args"]}


def opened(*subs: Subscription) -> tuple[BybitSession, dict[str, str]]:
    session = BybitSession()
    assert session.want(subs, 0.0) == Step()
    return session, asked(session.opened(0.0))


def synced() -> BybitSession:
    """A session with the book of one market at update 100."""
    session, topics = opened(BOOK)
    session.received(frames.ack(topics["orderbook.200.BTCUSDT"]), 0.1)
    [event] = session.received(frames.book("snapshot", 100, BIDS, ASKS), 0.2).events
    assert isinstance(event, BookSynced)
    return session


def kinds(step: Step) -> list[type[Event]]:
    return [type(event) for event in step.events]


def test_everything_wanted_is_asked_for_in_one_frame_and_confirmed() -> None:
    session, topics = opened(BOOK, TAPE, TICKER, CANDLES, LIST)
    assert list(topics) == [
        "orderbook.200.BTCUSDT", "publicTrade.BTCUSDT", "tickers.BTCUSDT", "kline.5.BTCUSDT",
    ]  # fmt: skip
    assert session.progress[:2] == ("subscribing", 0)
    [number] = set(topics.values())
    step = session.received(frames.ack(number), 0.1)
    assert step.events == [
        Subscribed(channel, "BTCUSDT") for channel in ("book", "trades", "ticker", "candles")
    ]
    assert session.progress == ("syncing", 0, 1)
    session.received(frames.book("snapshot", 100, BIDS, ASKS), 0.2)
    assert session.progress == ("ready", 1, 1)


def test_topics_are_asked_for_in_small_groups() -> None:
    subs = [Subscription("book", f"A{n}USDT") for n in range(25)]
    session = BybitSession()
    session.want(subs, 0.0)
    sizes = [len(json.loads(text)["args"]) for text in session.opened(0.0).send]
    assert sizes == [10, 10, 5]


def test_a_request_without_an_answer_is_made_again() -> None:
    session, topics = opened(BOOK)
    assert session.ticked(ACK_DEADLINE - 1).send == []
    again = asked(session.ticked(ACK_DEADLINE))
    assert list(again) == list(topics)
    assert set(again.values()) != set(topics.values())


def test_a_ping_is_sent_every_twenty_seconds_and_both_pongs_count() -> None:
    session, _ = opened()
    assert session.ticked(PING_EVERY - 0.1).send == []
    assert [json.loads(text) for text in session.ticked(PING_EVERY).send] == [{"op": "ping"}]
    assert session.ticked(PING_EVERY + 1).send == []
    for pong in (frames.PONG, frames.OTHER_PONG):
        assert session.received(pong, 21.0).events == [Heartbeat()]
    assert len(session.ticked(2 * PING_EVERY).send) == 1


@pytest.mark.row("D1")
def test_one_bad_topic_is_refused_and_the_others_are_asked_for_again() -> None:
    session, topics = opened(BOOK, TAPE, TICKER)
    words = "error:handler not found,topic:publicTrade.BTCUSDT"
    number = topics["publicTrade.BTCUSDT"]
    step = session.received(frames.ack(number, words, success=False), 0.1)
    assert step.events == [Refused("trades", "BTCUSDT", words)]
    assert list(asked(step)) == ["orderbook.200.BTCUSDT", "tickers.BTCUSDT"]


def test_a_refusal_that_names_no_topic_has_each_asked_for_alone() -> None:
    session, topics = opened(BOOK, TAPE)
    [number] = set(topics.values())
    step = session.received(frames.ack(number, "Invalid request", success=False), 0.1)
    assert (step.events, len(step.send)) == ([], 2)
    alone = asked(step)["publicTrade.BTCUSDT"]
    step = session.received(frames.ack(alone, "Invalid request", success=False), 0.2)
    assert step.events == [Refused("trades", "BTCUSDT", "Invalid request")]
    assert step.send == []


def test_a_topic_that_comes_already_is_confirmed_and_the_rest_of_its_frame_is_not_lost() -> None:
    session, topics = opened(TAPE, TICKER)
    words = "error:already subscribed,topic:publicTrade.BTCUSDT"
    [number] = set(topics.values())
    step = session.received(frames.ack(number, words, success=False), 0.1)
    assert step.events == [Subscribed("trades", "BTCUSDT")]
    assert list(asked(step)) == ["tickers.BTCUSDT"]


def test_data_before_the_word_that_confirms_it_is_an_answer() -> None:
    session, _ = opened(BOOK)
    session.received(frames.book("snapshot", 100, BIDS, ASKS), 0.1)
    assert session.progress == ("ready", 1, 1)
    assert session.ticked(ACK_DEADLINE + 1).send == []


def test_a_snapshot_and_a_change_as_documented() -> None:
    session = BybitSession()
    session.opened(0.0)
    [event] = session.received(frames.SNAPSHOT, 0.1).events
    assert isinstance(event, BookSynced)
    assert (event.sequence, event.time) == (7961638724, 1672304484.976)
    book = event.book
    assert book.bids.top(9) == [("16493.50", "0.006"), ("16493.00", "0.100")]
    [moved] = session.received(frames.DELTA, 0.2).events
    assert moved == BookMoved("BTCUSDT", 7961638730, 1672304485.976)
    assert book.bids.top(9) == [("16493.00", "0.100")]
    assert book.asks.top(9) == [("16611.00", "0.030"), ("16612.00", "0.213")]


@pytest.mark.row("D2")
def test_a_change_that_came_before_is_ignored() -> None:
    session = synced()
    change = frames.book("delta", 101, [("10.0", "7")])
    assert kinds(session.received(change, 1.0)) == [BookMoved]
    assert session.received(change, 1.1) == Step()
    assert session.received(frames.book("delta", 99, [("10.0", "5")]), 1.2) == Step()
    assert session.received(frames.book("delta", 102, [("10.0", "5")], seq=5), 1.3) == Step()
    assert session.tally.sequence_gaps == 0


@pytest.mark.row("D1")
def test_a_hole_in_the_update_ids_has_the_book_subscribed_anew() -> None:
    session = synced()
    step = session.received(frames.book("delta", 103, [("10.0", "7")]), 1.0)
    assert step.events == [BookLost("BTCUSDT", "gap 101-102")]
    assert list(asked(step, "unsubscribe")) == list(asked(step)) == ["orderbook.200.BTCUSDT"]
    assert session.tally.sequence_gaps == 1
    # What was on its way is of a book that is no more.
    assert session.received(frames.book("delta", 104, [("10.0", "8")]), 1.1) == Step()
    [event] = session.received(frames.book("snapshot", 110, BIDS, ASKS), 1.2).events
    assert isinstance(event, BookSynced)
    assert event.book.bids.top(1) == [("10.0", "1")]
    assert kinds(session.received(frames.book("delta", 111), 1.3)) == [BookMoved]


@pytest.mark.row("D1")
def test_a_book_that_is_lost_again_and_again_is_left_alone_for_a_while() -> None:
    session, update, sent = synced(), 100, 0
    for second in range(4):
        update += 2
        step = session.received(frames.book("delta", update), second + 1.0)
        sent += len(asked(step))
        session.received(frames.book("snapshot", update, BIDS, ASKS), second + 1.5)
    assert step.events == [BookLost("BTCUSDT", "gap 107-107, too often", parked=True)]
    assert sent == 3


@pytest.mark.row("D1")
def test_a_parked_book_is_tried_again_when_its_time_is_over() -> None:
    session, update = synced(), 100
    for second in range(4):
        update += 2
        session.received(frames.book("delta", update), second + 1.0)
        if second < 3:
            session.received(frames.book("snapshot", update, BIDS, ASKS), second + 1.5)
    assert asked(session.ticked(10.0)) == {}
    step = session.ticked(5.0 + PARK_TIME)
    assert list(asked(step)) == ["orderbook.200.BTCUSDT"]


@pytest.mark.row("D3")
@pytest.mark.parametrize("kind", ["snapshot", "delta"])
def test_a_venue_that_began_anew_replaces_the_book_whatever_the_frame_is_called(kind: str) -> None:
    session = synced()
    [event] = session.received(frames.book(kind, 1, [("7", "1")], [("8", "1")], seq=3), 1.0).events
    assert event == BookMoved("BTCUSDT", 3, 1672304484.976)
    [event] = session.received(frames.book("delta", 2, [("7.5", "2")], seq=4), 1.1).events
    assert isinstance(event, BookMoved)
    [said] = session.restate()
    assert json.loads(said.data)["data"]["b"] == [["7.5", "2"], ["7", "1"]]


@pytest.mark.row("D3")
def test_a_snapshot_older_than_what_was_seen_is_not_believed() -> None:
    session = synced()
    now = 1672304485000
    session.received(frames.book("delta", 102, cts=now), 1.0)
    step = session.received(frames.book("snapshot", 98, BIDS, ASKS, cts=now - 900), 1.1)
    assert step.events == [BookLost("BTCUSDT", "stale snapshot")]
    assert list(asked(step)) == ["orderbook.200.BTCUSDT"]
    # One from just before may be what the changes follow from; their numbers tell.
    step = session.received(frames.book("snapshot", 101, BIDS, ASKS, cts=now - 100), 1.2)
    assert kinds(step) == [BookSynced]
    assert kinds(session.received(frames.book("delta", 102, cts=now), 1.3)) == [BookMoved]


def test_best_prices_told_again_are_a_sign_of_life_and_change_nothing() -> None:
    session = BybitSession()
    session.opened(0.0)
    best = frames.book("snapshot", 7, [("10", "1")], [("11", "1")], depth=1)
    [first] = session.received(best, 0.1).events
    [again] = session.received(best, 3.1).events
    assert isinstance(first, BookSynced)
    assert again == BookMoved("BTCUSDT", 70, 1672304484.976)
    assert first.book.bids.top(9) == [("10", "1")]


def test_in_a_recording_of_several_depths_the_deepest_is_the_book() -> None:
    session = BybitSession()
    session.opened(0.0)
    session.received(frames.book("snapshot", 7, [("10", "1")], [("11", "1")], depth=1), 0.1)
    [event] = session.received(frames.book("snapshot", 50, BIDS, ASKS, depth=50), 0.2).events
    assert isinstance(event, BookSynced)
    assert session.received(frames.book("snapshot", 8, [("1", "1")], depth=1), 0.3) == Step()
    assert event.book.bids.top(9) == BIDS


def test_levels_beyond_the_depth_are_not_kept() -> None:
    session = BybitSession()
    session.opened(0.0)
    bids = [(str(1000 - n), "1") for n in range(50)]
    [event] = session.received(
        frames.book("snapshot", 1, bids, [("2000", "1")], depth=50), 0.1
    ).events
    assert isinstance(event, BookSynced)
    session.received(frames.book("delta", 2, [("1001", "1")], depth=50), 0.2)
    assert len(event.book.bids) == 50
    assert event.book.bids.best == ("1001", "1")


def test_an_unreadable_change_loses_its_book_alone() -> None:
    session, _ = opened(BOOK, Subscription("book", "ETHUSDT"))
    session.received(frames.book("snapshot", 100, BIDS, ASKS), 0.1)
    session.received(frames.book("snapshot", 100, BIDS, ASKS, symbol="ETHUSDT"), 0.1)
    step = session.received(frames.book("delta", 101, [("1e999999", "1")]), 1.0)
    assert [event.symbol for event in step.events if isinstance(event, BookLost)] == ["BTCUSDT"]
    broken = frames.book("delta", 101, symbol="ETHUSDT").replace(b'"u": 101', b'"u": "x"')
    step = session.received(broken, 1.1)
    assert kinds(step) == [Unparsed, BookLost]
    assert list(asked(step)) == ["orderbook.200.ETHUSDT"]


def test_a_snapshot_that_cannot_be_read_is_asked_for_again() -> None:
    session, _ = opened(BOOK)
    broken = frames.book("snapshot", 101, BIDS, ASKS).replace(b'"u": 101', b'"u": "x"')
    step = session.received(broken, 1.0)
    assert kinds(step) == [Unparsed, BookLost]
    assert list(asked(step)) == ["orderbook.200.BTCUSDT"]
    assert kinds(session.received(frames.book("delta", 102), 1.1)) == []
    assert kinds(session.received(frames.book("snapshot", 102, BIDS, ASKS), 1.2)) == [BookSynced]


def test_what_is_no_longer_wanted_is_forgotten() -> None:
    session = synced()
    step = session.want([TAPE], 1.0)
    assert list(asked(step, "unsubscribe")) == ["orderbook.200.BTCUSDT"]
    assert list(asked(step)) == ["publicTrade.BTCUSDT"]
    assert session.received(frames.book("delta", 101, [("10.0", "7")]), 1.1) == Step()
    assert not session.hears("BTCUSDT")


def test_a_trade_has_the_side_of_the_taker() -> None:
    session = BybitSession()
    session.opened(0.0)
    trade = Trade(
        "20f43950-d8dd-5b31-9112-a178eb6023af", "16578.50", "0.001", "buy", 1672304486.865
    )
    assert session.received(frames.TRADE, 0.1).events == [Printed("BTCUSDT", trade)]
    [event] = session.received(frames.TRADE.replace(b"Buy", b"Sell"), 0.1).events
    assert isinstance(event, Printed)
    assert event.trade.side == "sell"


def test_what_a_ticker_s_delta_leaves_out_has_not_changed() -> None:
    session = BybitSession()
    session.opened(0.0)
    assert session.received(frames.ticker("delta", {"lastPrice": "1"}), 0.0) == Step()
    [event] = session.received(frames.ticker("snapshot", frames.TICKER), 0.1).events
    first = TickerMoved(
        "BTCUSDT", "65114.20", "65114.30", "65114.30", "0.1624", "17573.9120", 1786310817.583
    )
    assert event == first
    delta = frames.ticker("delta", {"bid1Price": "65113.10"}, 1786310817683)
    [event] = session.received(delta, 0.2).events
    assert event == TickerMoved(
        "BTCUSDT", "65113.10", "65114.30", "65114.30", "0.1624", "17573.9120", 1786310817.683
    )
    fresh = BybitSession()
    fresh.opened(0.0)
    for said in session.restate():
        fresh.received(said.data.encode(), 1.0)
    [event] = fresh.received(frames.ticker("delta", {"lastPrice": "2"}, 1786310817783), 1.1).events
    assert isinstance(event, TickerMoved)
    assert (event.bid, event.last) == ("65113.10", "2")


def test_a_number_that_is_none_does_not_spoil_the_ticker() -> None:
    session = BybitSession()
    session.opened(0.0)
    session.received(frames.ticker("snapshot", frames.TICKER), 0.1)
    assert kinds(session.received(frames.ticker("delta", {"lastPrice": "NaN"}), 0.2)) == [Unparsed]
    [event] = session.received(frames.ticker("delta", {"bid1Price": "1"}), 0.3).events
    assert isinstance(event, TickerMoved)
    assert event.last == "65114.30"


def test_a_candle_as_documented() -> None:
    session = BybitSession()
    session.opened(0.0)
    candle = Candle(1672324800, "16649.5", "16677", "16608", "16677", "2.081", closed=False)
    assert session.received(frames.KLINE, 0.1).events == [CandlesMoved("BTCUSDT", "5m", (candle,))]
    other = frames.KLINE.replace(b"kline.5.", b"kline.720.")
    assert session.received(other, 0.2) == Step()


def test_candles_of_earlier_are_fetched_with_the_subscription() -> None:
    session = BybitSession()
    session.want([CANDLES], 0.0)
    [request] = session.opened(0.0).requests
    assert (request.path, dict(request.query)) == (
        "/v5/market/kline",
        {"category": "linear", "symbol": "BTCUSDT", "interval": "5", "limit": "500"},
    )
    [event] = session.answered(request, Answer(200, frames.KLINES), 0.1).events
    assert isinstance(event, CandlesMoved)
    assert (event.symbol, event.interval, event.past) == ("BTCUSDT", "5m", False)
    assert [(one.start, one.close, one.closed) for one in event.candles] == [
        (1670605200, "17071", True), (1670608800, "17055.5", False),
    ]  # fmt: skip


def listed(*pages: bytes) -> tuple[list[Request], list[Event]]:
    """Answer the request for the list, and those that follow from it."""
    session = BybitSession()
    session.want([LIST], 0.0)
    [request] = session.opened(0.0).requests
    requests, events = [request], list[Event]()
    for page in pages:
        step = session.answered(requests[-1], Answer(200, page), 1.0)
        requests += step.requests
        events += step.events
    return requests, events


def test_the_list_is_told_when_its_last_page_is_there() -> None:
    future = frames.contract("BTCUSDT-14AUG26", contractType="LinearFutures")
    coin = frames.contract("BTCPERP", quoteCoin="USDC", settleCoin="USDC", baseCoin="BTC")
    halted = frames.contract("ETHUSDT", status="PreLaunch")
    requests, events = listed(
        frames.listing(frames.contract("BTCUSDT"), future, cursor="a%3Db"),
        frames.listing(coin, halted),
    )
    assert [dict(request.query).get("cursor") for request in requests] == [None, "a%3Db"]
    assert requests[0].path == INFO_PATH
    assert events == [
        Listed(
            (
                Instrument("bybit", "BTCUSDT", "BTC", "USDT", "0.10", 1, 3, kind="perpetual"),
                Instrument(
                    "bybit", "ETHUSDT", "ETH", "USDT", "0.10", 1, 3, "prelaunch", "perpetual"
                ),
            )
        )
    ]


def test_a_list_without_end_ends() -> None:
    requests, events = listed(*[frames.listing(frames.contract("BTCUSDT"), cursor="x")] * 30)
    assert len(requests) == MOST_PAGES
    assert Listed in [type(event) for event in events]


@pytest.mark.parametrize(
    ("answer", "delay"),
    [
        (Answer(503, b"<html>"), 5.0),
        (Answer(0, b""), 5.0),
        (Answer(429, b"", 30.0), 30.0),
        (Answer(403, b"access too frequent"), 600.0),
        (Answer(200, frames.reply({}, 10006, "Too many visits!")), 5.0),
        (Answer(200, b"{"), 5.0),
    ],
)
def test_a_list_that_did_not_come_is_asked_for_later(answer: Answer, delay: float) -> None:
    session = BybitSession()
    session.want([LIST], 0.0)
    [request] = session.opened(0.0).requests
    [again] = session.answered(request, answer, 1.0).requests
    assert (again.path, again.query, again.delay) == (request.path, request.query, delay)
    if delay == 5.0:
        [third] = session.answered(again, answer, 8.0).requests
        assert third.delay == 10.0


def test_a_country_that_is_not_served_is_no_rate_limit() -> None:
    session = BybitSession()
    session.want([LIST], 0.0)
    [request] = session.opened(0.0).requests
    step = session.answered(request, Answer(403, b"<html>Forbidden</html>"), 1.0)
    assert step.requests == []
    [event] = step.events
    assert isinstance(event, Refused)
    assert "every country" in event.reason


def test_an_address_that_asked_too_often_asks_nothing_for_ten_minutes() -> None:
    session, _ = opened(LIST)
    request = Request(INFO_PATH, (("category", "linear"),))
    session.answered(request, Answer(403, b"403, access too frequent"), 100.0)
    [candles] = session.want([LIST, CANDLES], 160.0).requests
    assert candles.delay == 540.0


def test_the_products_of_the_venue_are_told_apart() -> None:
    for address in (
        "wss://stream.bybit.com/v5/public/linear",
        "ws://127.0.0.1:1234/v5/public/linear",
        "https://api.bybit.com/v5/market/kline?category=linear&symbol=BTCUSDT",
    ):
        assert registry.of_connection(address, '{"req_id":"1"}') is registry.BYBIT
    for address in (
        "wss://stream.bybit.com/v5/public/spot",
        "wss://stream.bybit.com/v5/private",
        "https://api.bybit.com/v5/market/kline?category=spot&symbol=BTCUSDT",
    ):
        assert registry.of_connection(address, '{"req_id":"1"}') is None
    spot = Request(bybit_pages.PATH, (("category", "spot"), ("interval", "1")))
    assert BybitSession().answered(spot, Answer(200, frames.KLINES), 0.0) == Step()


@pytest.mark.parametrize("typed", ["btcusdt", "BTC/USDT", "btc-usdt", "BTC/USDT:USDT", "BTCUSDT.P"])
def test_a_market_has_many_names(typed: str) -> None:
    assert canonical(typed) == "BTCUSDT"


def test_books_of_other_kinds_and_strange_topics_are_not_read() -> None:
    session = BybitSession()
    session.opened(0.0)
    for topic in ("orderbook.full.MNTUSDT", "orderbook.rpi.BTCUSDT", "allLiquidation.BTCUSDT"):
        frame = frames.FULL.replace(b"orderbook.full.MNTUSDT", topic.encode())
        assert session.received(frame, 0.1) == Step()
    assert kinds(session.received(b"{}", 0.1)) == [Unparsed]
