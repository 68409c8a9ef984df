from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues import binance_frames as frames

from wsdash.domain.candles import Candle
from wsdash.domain.events import (
    BookLost,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Event,
    Listed,
    Notice,
    Printed,
    Refused,
    Subscribed,
    TickerMoved,
    Unparsed,
)
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Tape
from wsdash.venues import binance_requests
from wsdash.venues.binance import BinanceSession
from wsdash.venues.binance_books import DEPTH_PATH
from wsdash.venues.binance_requests import INFO_PATH, KLINES_PATH
from wsdash.venues.patience import PARK_TIME, RESYNCS
from wsdash.venues.subscriptions import ACK_DEADLINE
from wsdash.venues.sync import SETTLE
from wsdash.venues.venue import Answer, Progress, Request, Step, Subscription

BOOK = Subscription("book", "BNBBTC")
OTHER = Subscription("book", "ETHBTC")
CANDLES = Subscription("candles", "BNBBTC", "1m")
BIDS = [("0.0024", "10")]
ASKS = [("0.0026", "100")]


def opened(*wanted: Subscription) -> tuple[BinanceSession, dict[str, Any]]:
    session = BinanceSession()
    session.want(wanted, 0.0)
    step = session.opened(0.0)
    return session, json.loads(step.send[0]) if step.send else {}


def awaiting(*wanted: Subscription) -> tuple[BinanceSession, Request]:
    """A session whose book is subscribed, and the request for its snapshot."""
    session, frame = opened(*(wanted or (BOOK,)))
    step = session.received(f'{{"result":null,"id":{frame["id"]}}}'.encode(), 0.0)
    return session, step.requests[0]


def synced() -> BinanceSession:
    """A session that believes its book, at update 165."""
    session, request = awaiting()
    session.received(frames.depth(157, 160), 0.1)
    session.received(frames.depth(161, 165, [("0.0023", "1")]), 0.2)
    step = session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.3)
    fact = only(step.events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 165
    assert fact.book.bids.top(5) == [*BIDS, ("0.0023", "1")]
    return session


def only(events: list[Event]) -> Event:
    assert len(events) == 1
    return events[0]


def said(step: Step, room: int = 2, now: float = 9.0) -> list[dict[str, Any]]:
    """Give a step room, and return what it has to say."""
    frames = []
    while step.more is not None and (text := step.more(room, now)):
        frames.append(json.loads(text))
    return frames


def depth_requests(step: Step) -> list[Request]:
    return [request for request in step.requests if request.path == DEPTH_PATH]


def test_one_frame_subscribes_to_all_streams_in_lower_case() -> None:
    session = BinanceSession()
    ticker, trades = Subscription("ticker", "BNBBTC"), Subscription("trades", "BNBBTC")
    wanted = [BOOK, trades, ticker, CANDLES, Subscription("instruments")]
    session.want(wanted, 0.0)
    step = session.opened(0.0)
    frame = json.loads(only_text(step.send))
    assert frame["method"] == "SUBSCRIBE"
    assert frame["params"] == [
        "bnbbtc@depth@100ms", "bnbbtc@trade", "bnbbtc@ticker", "bnbbtc@kline_1m",
    ]  # fmt: skip
    assert [request.path for request in step.requests] == [KLINES_PATH, INFO_PATH]


def only_text(sent: list[str]) -> str:
    assert len(sent) == 1
    return sent[0]


def test_the_snapshot_is_fetched_after_the_stream_is_there() -> None:
    session, frame = opened(BOOK)
    assert session.opened(0.0).requests == []
    step = session.received(f'{{"result":null,"id":{frame["id"] + 1}}}'.encode(), 0.0)
    assert step.events == [Subscribed("book", "BNBBTC")]
    [request] = depth_requests(step)
    assert dict(request.query) == {"symbol": "BNBBTC", "limit": "1000"}
    assert request.delay == 0


def test_changes_before_the_snapshot_are_dropped_and_the_rest_applied() -> None:
    assert synced().progress == Progress("ready", 1, 1)


@pytest.mark.row("D1")
def test_changes_chain_and_a_hole_in_the_chain_starts_over() -> None:
    session = synced()
    moved = only(session.received(frames.depth(166, 166), 1.0).events)
    assert moved == BookMoved("BNBBTC", 166, 1672515782.136)
    step = session.received(frames.depth(168, 170), 1.1)
    assert step.events == [BookLost("BNBBTC", "gap 167-167")]
    assert len(depth_requests(step)) == 1
    assert session.received(frames.depth(171, 172), 1.2).requests == []
    assert session.tally.sequence_gaps == 1


@pytest.mark.row("D3")
def test_a_snapshot_older_than_the_first_change_is_fetched_again_and_again_but_later() -> None:
    session, request = awaiting()
    session.received(frames.depth(170, 171), 0.1)
    delays = []
    for _ in range(12):
        step = session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.2)
        assert step.events == []
        [request] = depth_requests(step)
        delays.append(request.delay)
    assert delays == sorted(delays)
    assert delays[0] > 0
    assert delays[-1] <= 16
    fact = only(session.answered(request, frames.snapshot(169, BIDS, ASKS), 0.3).events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 171


@pytest.mark.row("D3")
def test_a_snapshot_newer_than_every_change_is_taken_and_bridged() -> None:
    session, request = awaiting()
    session.received(frames.depth(157, 160, [("0.0001", "1")]), 0.1)
    fact = only(session.answered(request, frames.snapshot(200, BIDS, ASKS), 0.2).events)
    assert isinstance(fact, BookSynced)
    assert fact.book.bids.top(5) == BIDS
    assert session.received(frames.depth(161, 199, [("0.0001", "1")]), 0.3).events == []
    assert isinstance(only(session.received(frames.depth(200, 203), 0.4).events), BookMoved)
    assert fact.book.bids.top(5) == BIDS


@pytest.mark.parametrize("last", [159, 160, 161, 165])
def test_a_snapshot_anywhere_in_the_first_change_fits(last: int) -> None:
    session, request = awaiting()
    session.received(frames.depth(160, 165), 0.1)
    fact = only(session.answered(request, frames.snapshot(last, BIDS, ASKS), 0.2).events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 165


@pytest.mark.row("D2")
def test_what_came_before_is_ignored() -> None:
    session = synced()
    assert session.received(frames.depth(150, 164, [("0.0024", "0")]), 1.0).events == []
    assert session.received(frames.depth(165, 165, [("0.0024", "0")]), 1.0).events == []
    assert isinstance(only(session.received(frames.depth(166, 167), 1.0).events), BookMoved)


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00000000"])
def test_a_level_of_size_zero_is_deleted_however_zero_is_written(zero: str) -> None:
    session, request = awaiting()
    session.received(frames.depth(161, 165, [("0.0024", zero)], [("0.00260", zero)]), 0.1)
    fact = only(session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.2).events)
    assert isinstance(fact, BookSynced)
    assert (fact.book.bids.best, fact.book.asks.best) == (None, None)


def test_a_market_that_stays_quiet_after_its_snapshot_is_believed() -> None:
    session, request = awaiting()
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.0).events == []
    assert session.ticked(1.0 + SETTLE / 2).events == []
    fact = only(session.ticked(1.0 + SETTLE).events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 160
    assert isinstance(only(session.received(frames.depth(161, 161), 9.0).events), BookMoved)


@pytest.mark.row("D3")
def test_a_first_change_that_does_not_meet_the_snapshot_asks_for_a_newer_one() -> None:
    session, request = awaiting()
    session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.0)
    step = session.received(frames.depth(170, 171), 1.1)
    assert step.events == []
    [request] = depth_requests(step)
    assert session.ticked(2.0).events == []
    fact = only(session.answered(request, frames.snapshot(170, BIDS, ASKS), 2.1).events)
    assert isinstance(fact, BookSynced)
    assert session.tally.sequence_gaps == 0


def test_a_hole_in_what_was_kept_costs_nothing_of_what_came_after_it() -> None:
    session, request = awaiting()
    for first, last in ((161, 165), (170, 175), (176, 180), (181, 185)):
        session.received(frames.depth(first, last), 0.1)
    step = session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.2)
    assert step.events == [BookLost("BNBBTC", "gap 166-169")]
    [request] = depth_requests(step)
    session.received(frames.depth(186, 190), 0.3)
    fact = only(session.answered(request, frames.snapshot(172, BIDS, ASKS), 0.4).events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 190


def test_only_one_snapshot_is_under_way_at_a_time() -> None:
    session, request = awaiting()
    for number in range(161, 200):
        assert session.received(frames.depth(number, number), 0.1).requests == []
    assert len(session.answered(request, Answer(503, b""), 0.2).requests) == 1


@pytest.mark.row("D3")
@pytest.mark.parametrize(
    ("answer", "least"),
    [
        (Answer(429, b"{}", retry_after=7.0), 7.0),
        (Answer(418, b"", retry_after=120.0), 120.0),
        (Answer(429, b"{}"), 0.25),
        (Answer(0, b""), 0.25),
        (Answer(200, b"<html>"), 0.25),
        (Answer(200, b'{"lastUpdateId":"x"}'), 0.25),
        (Answer(200, b'{"lastUpdateId":-1,"bids":[],"asks":[]}'), 0.25),
        (Answer(200, b'{"bids":' + b"[" * 100_000), 0.25),
    ],
)
def test_a_snapshot_that_did_not_come_is_fetched_when_the_venue_allows(
    answer: Answer, least: float
) -> None:
    session, request = awaiting()
    step = session.answered(request, answer, 0.2)
    [again] = depth_requests(step)
    assert again.delay >= least
    assert [event for event in step.events if not isinstance(event, Unparsed)] == []


@pytest.mark.row("D17", "D3")
def test_a_snapshot_with_a_bad_number_is_not_believed() -> None:
    session, request = awaiting()
    session.received(frames.depth(161, 165), 0.1)
    step = session.answered(request, frames.snapshot(160, [("NaN", "1")], ASKS), 0.2)
    assert isinstance(only(step.events), BookLost)
    assert len(depth_requests(step)) == 1


def test_the_snapshot_of_a_book_nobody_wants_any_more_is_dropped() -> None:
    session, request = awaiting()
    session.want([], 1.0)
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.1).events == []
    session.want([OTHER], 1.2)
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.3).events == []
    assert not session.hears("BNBBTC")


def test_a_snapshot_that_was_asked_for_an_earlier_subscription_is_dropped() -> None:
    session, request = awaiting()
    said(session.want([], 1.0))
    [frame] = said(session.want([BOOK], 1.1))
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.2).events == []
    step = session.received(f'{{"result":null,"id":{frame["id"]}}}'.encode(), 1.3)
    [fresh] = depth_requests(step)
    session.answered(fresh, frames.snapshot(260, BIDS, ASKS), 1.4)
    fact = only(session.ticked(2.0).events)
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 260


def test_a_book_is_thrown_away_on_request_with_its_snapshot_under_way() -> None:
    session, request = awaiting()
    step = session.resync(BOOK, 1.0, "by hand")
    assert step.events == [BookLost("BNBBTC", "by hand")]
    methods = [json.loads(text)["method"] for text in step.send]
    assert methods == ["UNSUBSCRIBE", "SUBSCRIBE"]
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 1.1).events == []
    assert session.ticked(3.0).events == []
    assert session.resync(OTHER, 2.0, "not ours").events == []


def gaps(session: BinanceSession, count: int, start: float, sequence: int) -> list[BookLost]:
    """Lose a book some times, with a good snapshot in between."""
    lost = []
    for number in range(count):
        sequence += 10
        step = session.received(frames.depth(sequence, sequence), start + number)
        fact = only(step.events)
        assert isinstance(fact, BookLost)
        lost.append(fact)
        for request in step.requests:
            session.answered(request, frames.snapshot(sequence), start + number)
    return lost


@pytest.mark.row("D1")
def test_a_book_lost_too_often_is_parked_and_tried_again_after_minutes() -> None:
    session = synced()
    lost = gaps(session, RESYNCS + 1, 10.0, 165)
    assert [fact.parked for fact in lost] == [False] * RESYNCS + [True]
    assert session.received(frames.depth(900, 901), 20.0).requests == []
    assert session.ticked(12.0 + PARK_TIME).events == []
    step = session.ticked(13.0 + PARK_TIME)
    assert step.events == [BookLost("BNBBTC", "parked time over")]
    assert [json.loads(text)["method"] for text in step.send] == ["UNSUBSCRIBE", "SUBSCRIBE"]


@pytest.mark.row("D18")
@pytest.mark.parametrize(
    "damage",
    [(b'"u": 167', b'"u": "167"'), (b'"U"', b'"V"'), (b'"b": []', b'"b": null'),
     (b'"b": []', b'"b": [["1"]]'), (b'"a": []', b'"a": [[1, 2]]'), (b'"E": 1', b'"E": -1'),
     (b'"b": []', b'"b": [["NaN", "1"]]'), (b'"a": []', b'"a": [["1", "-1"]]'),
     (b'"E": 1', b'"E": ' + b"9" * 400)],
    ids=lambda pair: pair[1][:24].decode(),
)  # fmt: skip
def test_a_change_that_cannot_be_read_loses_the_book(damage: tuple[bytes, bytes]) -> None:
    session = synced()
    frame = frames.depth(166, 167)
    assert damage[0] in frame
    step = session.received(frame.replace(*damage), 1.0)
    assert [type(e) for e in step.events if not isinstance(e, Unparsed)] == [BookLost]
    assert len(depth_requests(step)) == 1


def test_an_answer_about_another_symbol_changes_nothing() -> None:
    session, _ = awaiting()
    request = Request(DEPTH_PATH, (("symbol", "ETHBTC"), ("limit", "1000")))
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.1) == Step()
    assert session.answered(Request(DEPTH_PATH), frames.snapshot(1), 0.1) == Step()
    assert BinanceSession().answered(Request(DEPTH_PATH), frames.snapshot(1), 0.1) == Step()


@pytest.mark.row("D8")
def test_a_refusal_names_every_stream_of_the_request() -> None:
    session, frame = opened(BOOK, CANDLES)
    error = {"code": 2, "msg": "Invalid request: too many streams", "id": frame["id"]}
    assert session.received(json.dumps(error).encode(), 0.0).events == [
        Refused("book", "BNBBTC", "Invalid request: too many streams"),
        Refused("candles", "BNBBTC", "Invalid request: too many streams"),
    ]


def test_an_error_that_names_no_request_is_shown() -> None:
    session, _ = opened(BOOK)
    frame = b'{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}'
    fact = only(session.received(frame, 0.0).events)
    assert isinstance(fact, Unparsed)
    assert "Invalid JSON" in fact.sample


@pytest.mark.row("D8")
def test_what_was_not_answered_in_time_is_asked_again_but_not_fetched_again() -> None:
    session, frame = opened(BOOK, CANDLES, Subscription("instruments"))
    step = session.ticked(ACK_DEADLINE)
    again = json.loads(only_text(step.send))
    assert again["params"] == frame["params"]
    assert again["id"] != frame["id"]
    assert step.requests == []


@pytest.mark.parametrize("answer", [Answer(0, b""), Answer(503, b""), Answer(200, b"<html>")])
def test_the_list_of_instruments_is_asked_for_until_it_comes_one_request_at_a_time(
    answer: Answer,
) -> None:
    session, _ = opened(Subscription("instruments"))
    request = Request(INFO_PATH)
    for round_ in range(1, 5):
        step = session.ticked(10.0 * round_)
        step.extend(session.answered(request, answer, 10.0 * round_))
        [request] = step.requests
        assert request.path == INFO_PATH
        assert request.delay >= 5
    body = json.dumps(frames.INFO).encode()
    assert isinstance(only(session.answered(request, Answer(200, body), 99.0).events), Listed)
    assert session.progress.phase == "ready"
    assert session.ticked(200.0) == Step()


def test_instruments_have_the_decimals_of_their_steps() -> None:
    session, _ = opened()
    body = json.dumps(frames.INFO).encode()
    assert session.answered(Request(INFO_PATH), Answer(200, body), 0.0).events == [
        Listed(
            (
                Instrument("binance", "ETHBTC", "ETH", "BTC", "0.00001000", 5, 4),
                Instrument("binance", "OLDBTC", "OLD", "BTC", "0.00000001", 8, 8, "break"),
            )
        )
    ]


def klines_request() -> Request:
    return Request(KLINES_PATH, (("symbol", "BNBBTC"), ("interval", "1m"), ("limit", "500")))


def test_the_history_of_candles_is_closed_but_for_its_last() -> None:
    session, _ = opened(CANDLES)
    body = json.dumps(frames.KLINES).encode()
    candles = (
        Candle(1499040000, "0.01634790", "0.80000000", "0.01575800", "0.01577100",
               "148976.11427815", closed=True),
        Candle(1499040060, "0.01577100", "0.80000000", "0.01575800", "0.01577200", "1.00000000"),
    )  # fmt: skip
    assert session.answered(klines_request(), Answer(200, body), 0.0).events == [
        CandlesMoved("BNBBTC", "1m", candles)
    ]


@pytest.mark.parametrize(
    ("answer", "delay"),
    [(Answer(503, b""), 5.0), (Answer(429, b"", retry_after=30.0), 30.0), (Answer(0, b""), 5.0)],
)
def test_a_history_that_did_not_come_is_asked_for_later(answer: Answer, delay: float) -> None:
    session, _ = opened(CANDLES)
    step = session.answered(klines_request(), answer, 0.0)
    [again] = step.requests
    assert (again.path, again.query, again.delay) == (KLINES_PATH, klines_request().query, delay)


def test_a_history_that_cannot_be_had_or_is_wanted_no_more_is_not_asked_for_again() -> None:
    session, _ = opened(CANDLES)
    invalid = Answer(400, b'{"code":-1121,"msg":"Invalid symbol."}')
    assert session.answered(klines_request(), invalid, 0.0).requests == []
    session.want([], 1.0)
    assert session.answered(klines_request(), Answer(503, b""), 1.0).requests == []


@pytest.mark.parametrize(("maker", "side"), [(True, "sell"), (False, "buy")])
@pytest.mark.parametrize("kind", [frames.TRADE, frames.AGGREGATE])
def test_the_aggressor_is_not_the_maker(kind: dict[str, Any], maker: bool, side: str) -> None:
    fact = only(BinanceSession().received(json.dumps({**kind, "m": maker}).encode(), 0.0).events)
    assert isinstance(fact, Printed)
    assert (fact.trade.side, fact.trade.id) == (side, "12345")
    assert fact.trade.time == 1672515782.136


@pytest.mark.row("D2")
def test_prints_of_two_streams_of_one_market_are_counted_once() -> None:
    session = BinanceSession()
    assert len(session.received(frames.combined("t", frames.TRADE), 0.0).events) == 1
    assert session.received(frames.combined("a", frames.AGGREGATE), 0.0).events == []


@pytest.mark.row("D2", "D12")
def test_prints_that_two_sockets_deliver_during_a_rotation_are_counted_once() -> None:
    tape, sockets = Tape(), [BinanceSession(), BinanceSession()]
    for number in range(10):
        for session in sockets:
            frame = json.dumps({**frames.TRADE, "t": number}).encode()
            fact = only(session.received(frame, 0.0).events)
            assert isinstance(fact, Printed)
            tape.add(fact.trade)
    assert tape.count == 10
    assert tape.sold == 1000


def test_tickers_and_candles_are_understood() -> None:
    session = BinanceSession()
    assert session.received(frames.combined("x", frames.TICKER), 0.0).events == [
        TickerMoved("BNBBTC", "0.0024", "0.0026", "0.0025", "250.00", "10000", 1672515782.136)
    ]
    candle = Candle(1672515780, "0.0010", "0.0025", "0.0015", "0.0020", "1000")
    assert session.received(frames.combined("x", frames.KLINE), 0.0).events == [
        CandlesMoved("BNBBTC", "1m", (candle,))
    ]


@pytest.mark.row("D17")
@pytest.mark.parametrize(
    "change",
    [{"p": "0"}, {"p": "-1"}, {"q": "-1"}, {"q": "NaN"}, {"q": "1e999999"}, {"T": -1}, {"T": 2**70},
     {"T": 10**400}, {"t": 10**400}, {"t": "1"}, {"m": "true"}, {"m": None}, {"s": 1}],
    ids=lambda change: repr(change)[:24],
)  # fmt: skip
def test_a_trade_that_cannot_be_is_not_printed(change: dict[str, Any]) -> None:
    session = BinanceSession()
    step = session.received(json.dumps({**frames.TRADE, **change}).encode(), 0.0)
    assert [type(event) for event in step.events] == [Unparsed]
    assert session.tally.unparsed == 1


@pytest.mark.parametrize("data", [frames.PARTIAL, frames.BOOK_TICKER])
def test_a_partial_book_touches_no_book_that_is_kept_by_changes(data: dict[str, Any]) -> None:
    session = synced()
    step = session.received(frames.combined("bnbbtc@depth20@100ms", data), 1.0)
    assert (step.events, step.requests) == ([], [])
    assert isinstance(only(session.received(frames.depth(166, 166), 1.0).events), BookMoved)


@pytest.mark.row("D11")
@pytest.mark.parametrize(
    "frame",
    [b'{"e":"serverShutdown","E":1672515782136}',
     b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1672515782136}}'],
    ids=["raw", "combined"],
)  # fmt: skip
def test_an_announced_shutdown_is_noticed(frame: bytes) -> None:
    fact = only(synced().received(frame, 1.0).events)
    assert isinstance(fact, Notice)
    assert fact.shutdown


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xff", b"[", b"[]", b"1", b'"x"', b'{"stream":1}', b'{"stream":"x","data":[]}',
     b'{"stream":"x"}', b'{"id":1.5}', b'{"e":"trade"}', b'{"stream":"x","data":{"e":5}}'],
)  # fmt: skip
@pytest.mark.row("D18")
def test_a_frame_that_cannot_be_read_is_counted_and_shown(frame: bytes) -> None:
    session = BinanceSession()
    fact = only(session.received(frame, 0.0).events)
    assert isinstance(fact, Unparsed)
    assert fact.sample == frame.decode("utf-8", "replace")


@pytest.mark.parametrize("typed", ["btc/usdt", "BTCUSDT", "btc-usdt", "BtcUsdt"])
def test_a_market_is_found_however_it_is_typed(typed: str) -> None:
    assert binance_requests.canonical(typed) == "BTCUSDT"
