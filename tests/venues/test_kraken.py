from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues import kraken_frames as frames

from wsdash.domain.candles import Candle
from wsdash.domain.events import (
    BookLost,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Event,
    Heartbeat,
    Listed,
    Notice,
    Printed,
    Refused,
    Subscribed,
    TickerMoved,
    Unparsed,
)
from wsdash.domain.instrument import Instrument
from wsdash.domain.trades import Trade
from wsdash.venues import kraken_requests
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.patience import PARK_TIME, RESYNC_PERIOD, RESYNCS
from wsdash.venues.subscriptions import ACK_DEADLINE
from wsdash.venues.venue import Progress, Subscription

BTC = Subscription("book", "BTC/USD")
MATIC = Subscription("book", "MATIC/USD")


def opened(*wanted: Subscription) -> tuple[KrakenSession, list[dict[str, Any]]]:
    session = KrakenSession()
    session.want(wanted, 0.0)
    return session, [json.loads(text) for text in session.opened(0.0).send]


def synced(*more: Subscription) -> KrakenSession:
    """A session whose MATIC/USD book is believed."""
    session, sent = opened(MATIC, *more)
    request = next(frame for frame in sent if frame["params"]["channel"] == "book")
    for symbol in request["params"]["symbol"]:
        session.received(frames.ack(request, symbol), 0.0)
    assert isinstance(session.received(frames.matic_snapshot(), 0.1).events[0], BookSynced)
    return session


def only(events: list[Event]) -> Event:
    assert len(events) == 1
    return events[0]


def test_one_frame_asks_for_all_symbols_of_a_channel() -> None:
    _, sent = opened(
        BTC, MATIC, Subscription("ticker", "BTC/USD"), Subscription("candles", "BTC/USD", "5m"),
        Subscription("instruments"),
    )  # fmt: skip
    params = {frame["params"]["channel"]: frame["params"] for frame in sent}
    assert params["book"] == {
        "channel": "book", "symbol": ["BTC/USD", "MATIC/USD"], "depth": 100, "snapshot": True,
    }  # fmt: skip
    assert params["ticker"]["event_trigger"] == "bbo"
    assert params["ohlc"]["interval"] == 5
    assert "symbol" not in params["instrument"]
    assert {frame["method"] for frame in sent} == {"subscribe"}
    assert len({frame["req_id"] for frame in sent}) == len(sent) == 4


def test_every_symbol_of_a_request_is_confirmed_by_itself() -> None:
    session, [request] = opened(BTC, MATIC)
    assert session.progress == Progress("subscribing", 0, 2)
    assert session.received(frames.ack(request, "MATIC/USD"), 1.0).events == [
        Subscribed("book", "MATIC/USD")
    ]
    assert session.progress == Progress("subscribing", 1, 2)
    assert session.received(frames.ack(request, "BTC/USD"), 1.0).events == [
        Subscribed("book", "BTC/USD")
    ]
    assert session.progress == Progress("syncing", 0, 2)
    assert session.received(frames.ack(request, "BTC/USD"), 1.0).events == []


@pytest.mark.row("D8", "D16")
def test_a_refused_symbol_leaves_the_others_alone() -> None:
    session, [request] = opened(BTC, MATIC)
    error = "Currency pair not supported BTC/USD"
    assert session.received(frames.refusal(request, error, "BTC/USD"), 1.0).events == [
        Refused("book", "BTC/USD", error)
    ]
    session.received(frames.ack(request, "MATIC/USD"), 1.0)
    session.received(frames.matic_snapshot(), 1.0)
    assert session.progress == Progress("ready", 1, 1)


@pytest.mark.row("D8")
def test_a_refusal_without_a_symbol_is_of_all_that_request_asked() -> None:
    session, sent = opened(BTC, MATIC, Subscription("trades", "BTC/USD"))
    request = next(frame for frame in sent if frame["params"]["channel"] == "book")
    events = session.received(frames.refusal(request, "EGeneral:Too many"), 1.0).events
    assert events == [
        Refused("book", "BTC/USD", "EGeneral:Too many"),
        Refused("book", "MATIC/USD", "EGeneral:Too many"),
    ]
    assert session.progress.total == 3


def test_a_refusal_of_an_unknown_request_means_nothing() -> None:
    session, [request] = opened(BTC)
    assert session.received(frames.refusal({**request, "req_id": 999}, "no"), 1.0).events == []


def test_being_subscribed_already_is_as_good_as_subscribed() -> None:
    session, [request] = opened(BTC)
    step = session.received(frames.refusal(request, "Already subscribed", "BTC/USD"), 1.0)
    assert step.events == [Subscribed("book", "BTC/USD")]


@pytest.mark.row("D8")
def test_what_was_not_answered_in_time_is_asked_again() -> None:
    session, [request] = opened(BTC, MATIC)
    session.received(frames.ack(request, "BTC/USD"), 1.0)
    assert session.ticked(ACK_DEADLINE - 0.1).send == []
    [again] = [json.loads(text) for text in session.ticked(ACK_DEADLINE).send]
    assert again["params"]["symbol"] == ["MATIC/USD"]
    assert again["req_id"] != request["req_id"]
    assert session.ticked(ACK_DEADLINE + 1).send == []


def test_wishes_that_change_are_sent_and_wishes_that_stay_are_not() -> None:
    session = synced()
    sent = [json.loads(text) for text in session.want([BTC], 2.0).send]
    assert [(f["method"], f["params"]["symbol"]) for f in sent] == [
        ("unsubscribe", ["MATIC/USD"]),
        ("subscribe", ["BTC/USD"]),
    ]
    assert sent[0]["params"]["depth"] == sent[1]["params"]["depth"]
    assert session.want([BTC], 3.0).send == []


def test_late_messages_of_a_book_nobody_wants_any_more_are_ignored() -> None:
    session, [request] = opened(BTC, MATIC)
    session.want([BTC], 1.0)
    step = session.received(frames.matic_snapshot(), 2.0)
    step.extend(session.received(frames.ack(request, "MATIC/USD"), 2.0))
    assert (step.events, step.send) == ([], [])
    assert not session.hears("MATIC/USD")


def test_a_book_is_believed_with_its_checksum_and_moves_in_place() -> None:
    session, [request] = opened(MATIC)
    session.received(frames.ack(request, "MATIC/USD"), 0.0)
    fact = only(session.received(frames.matic_snapshot(), 0.0).events)
    assert isinstance(fact, BookSynced)
    assert fact.time == pytest.approx(1696613755.440295, abs=1e-6)
    assert fact.book.bids.top(10) == frames.MATIC_BIDS
    assert fact.book.asks.top(10) == frames.MATIC_ASKS
    assert session.received(frames.matic_update(), 0.0).events == [
        BookMoved("MATIC/USD", None, None)
    ]
    assert fact.book.bids.top(10)[-1] == ("0.5657", "1098.3947558")
    assert session.tally.checksum_pass == 2
    assert session.progress == Progress("ready", 1, 1)


@pytest.mark.row("D4")
def test_a_wrong_checksum_loses_the_book_and_asks_for_it_again() -> None:
    session = synced(BTC)
    step = session.received(frames.matic_update(checksum=1), 1.0)
    assert step.events == [BookLost("MATIC/USD", "checksum")]
    sent = [json.loads(text) for text in step.send]
    assert [(f["method"], f["params"]["symbol"]) for f in sent] == [
        ("unsubscribe", ["MATIC/USD"]),
        ("subscribe", ["MATIC/USD"]),
    ]
    assert session.tally.checksum_fail == 1
    assert session.received(frames.matic_update(), 1.1).events == []
    fact = only(session.received(frames.matic_snapshot(), 1.2).events)
    assert isinstance(fact, BookSynced)
    assert fact.book.bids.top(10) == frames.MATIC_BIDS


def test_whoever_holds_a_lost_book_does_not_see_it_change() -> None:
    session, [_] = opened(MATIC)
    before = only(session.received(frames.matic_snapshot(), 0.0).events)
    session.received(frames.matic_update(checksum=1), 1.0)
    after = only(session.received(frames.matic_snapshot(), 2.0).events)
    assert isinstance(before, BookSynced)
    assert isinstance(after, BookSynced)
    assert before.book is not after.book


def lose(session: KrakenSession, times: int, start: float) -> list[BookLost]:
    lost = []
    for number in range(times):
        now = start + number
        session.received(frames.matic_snapshot(), now)
        fact = only(session.received(frames.matic_update(checksum=1), now).events)
        assert isinstance(fact, BookLost)
        lost.append(fact)
    return lost


@pytest.mark.row("D4")
def test_a_book_lost_too_often_is_parked_and_tried_again_after_minutes() -> None:
    session = synced()
    lost = lose(session, RESYNCS + 1, 10.0)
    assert [fact.parked for fact in lost] == [False] * RESYNCS + [True]
    parked_at = 10.0 + RESYNCS
    assert session.ticked(parked_at + PARK_TIME - 1).events == []
    step = session.ticked(parked_at + PARK_TIME)
    _, request = requests = [json.loads(text) for text in step.send]
    assert [frame["method"] for frame in requests] == ["unsubscribe", "subscribe"]
    session.received(frames.ack(request, "MATIC/USD"), 314.0)
    assert isinstance(only(session.received(frames.matic_snapshot(), 400.0).events), BookSynced)
    assert session.ticked(401.0).send == []
    assert [fact.parked for fact in lose(session, 1, 402.0)] == [False]


def test_losses_far_apart_park_nothing() -> None:
    session = synced()
    for number in range(10):
        [fact] = lose(session, 1, 100.0 + number * RESYNC_PERIOD / (RESYNCS - 1))
        assert not fact.parked


def test_a_parked_book_that_comes_back_by_itself_is_no_longer_parked() -> None:
    session = synced()
    lose(session, RESYNCS + 1, 10.0)
    session.received(frames.matic_snapshot(), 20.0)
    assert session.ticked(20.0 + PARK_TIME).events == []
    assert [fact.parked for fact in lose(session, 1, 500.0)] == [False]


def test_a_book_is_thrown_away_on_request() -> None:
    session = synced()
    step = session.resync(MATIC, 5.0, "by hand")
    assert step.events == [BookLost("MATIC/USD", "by hand")]
    assert [json.loads(text)["method"] for text in step.send] == ["unsubscribe", "subscribe"]
    assert session.received(frames.matic_update(), 5.1).events == []
    assert session.resync(BTC, 6.0, "not ours").send == []


def test_a_channel_without_a_book_is_asked_for_again_on_request() -> None:
    session, _ = opened(Subscription("trades", "BTC/USD"))
    step = session.resync(Subscription("trades", "BTC/USD"), 5.0, "stale")
    assert step.events == []
    assert [json.loads(text)["params"]["channel"] for text in step.send] == ["trade", "trade"]


@pytest.mark.row("D7")
def test_levels_beyond_the_subscribed_depth_are_dropped() -> None:
    session, [request] = opened(MATIC)
    session.received(frames.ack(request, "MATIC/USD", depth=10), 0.0)
    fact = only(session.received(frames.matic_snapshot(), 0.0).events)
    assert isinstance(fact, BookSynced)
    better = frames.book("update", "MATIC/USD", [("0.56665", "1")], [], 0)
    session.received(better, 0.0)
    assert len(fact.book.bids) == 10
    assert "0.5657" not in dict(fact.book.bids.top(100))


def test_the_same_price_twice_in_a_message_leaves_the_second_word() -> None:
    session = synced()
    twice = [("0.5657", "0"), ("0.5657", "5"), *frames.MATIC_UPDATE]
    frame = frames.book("update", "MATIC/USD", twice, [], frames.MATIC_UPDATED)
    assert isinstance(only(session.received(frame, 1.0).events), BookMoved)


def test_an_update_without_changes_repeats_the_checksum() -> None:
    session = synced()
    frame = frames.book("update", "MATIC/USD", [], [], frames.MATIC_CHECKSUM)
    assert isinstance(only(session.received(frame, 1.0).events), BookMoved)


@pytest.mark.row("D6")
def test_an_empty_book_is_a_valid_book() -> None:
    session, _ = opened(MATIC)
    fact = only(session.received(frames.book("snapshot", "MATIC/USD", [], [], 0), 0.0).events)
    assert isinstance(fact, BookSynced)
    assert fact.book.bids.best is None


@pytest.mark.row("D6")
def test_a_thin_book_keeps_the_levels_that_come_later() -> None:
    session = KrakenSession()
    bids, asks = frames.MATIC_BIDS[:2], frames.MATIC_ASKS[:3]
    thin = frames.book("snapshot", "MATIC/USD", bids, asks, 302600685)
    assert isinstance(only(session.received(thin, 0.0).events), BookSynced)
    rest = frames.book(
        "update", "MATIC/USD", frames.MATIC_BIDS[2:], frames.MATIC_ASKS[3:], frames.MATIC_CHECKSUM
    )
    assert isinstance(only(session.received(rest, 0.1).events), BookMoved)


@pytest.mark.row("D4")
def test_trailing_zeros_that_a_proxy_dropped_do_not_matter() -> None:
    session, _ = opened(BTC)
    short = [(price, size.rstrip("0")) for price, size in frames.BTC_ASKS]
    frame = frames.book("snapshot", "BTC/USD", frames.BTC_BIDS, short, frames.BTC_CHECKSUM)
    assert isinstance(only(session.received(frame, 0.0).events), BookSynced)


def test_decimals_of_the_instrument_list_win_over_those_that_were_seen() -> None:
    session, _ = opened(MATIC, Subscription("instruments"))
    wrong = frames.INSTRUMENTS.replace(b'"price_precision":4', b'"price_precision":3')
    session.received(wrong, 0.0)
    assert only(session.received(frames.matic_snapshot(), 0.0).events) == BookLost(
        "MATIC/USD", "checksum"
    )
    session.received(frames.INSTRUMENTS, 1.0)
    assert isinstance(only(session.received(frames.matic_snapshot(), 1.0).events), BookSynced)


@pytest.mark.row("D17")
@pytest.mark.parametrize(
    "level",
    [("-0.5666", "1"), ("0", "1"), ("0.5666", "-1"), ("1e999", "1"), ('"NaN"', "1"),
     ("null", "1"), ("0.5666", "[]"), ("0.5666", "true"), ('"１"', "1")],
)  # fmt: skip
def test_a_bad_number_loses_the_book_before_it_is_drawn(level: tuple[str, str]) -> None:
    session = synced()
    step = session.received(frames.book("update", "MATIC/USD", [level], [], 0), 1.0)
    assert [type(event) for event in step.events if not isinstance(event, Unparsed)] == [BookLost]
    assert len(step.send) == 2


@pytest.mark.row("D18")
@pytest.mark.parametrize(
    "damage",
    [
        (b'"checksum"', b'"chksum"'), (b'"qty"', b'"size"'), (b'"bids":[', b'"bids":["x",'),
        (b'"checksum":2114181697', b'"checksum":"2114181697"'), (b'"symbol":', b'"name":'),
        (b'"data":[{', b'"data":[{},{'), (b'"bids":[{"price"', b'"bids":[{"prize"'),
    ],
    ids=lambda pair: pair[1].decode(),
)  # fmt: skip
def test_an_unreadable_message_of_a_book_loses_the_book(damage: tuple[bytes, bytes]) -> None:
    session = synced()
    frame = frames.matic_update()
    assert damage[0] in frame
    step = session.received(frame.replace(*damage, 1), 1.0)
    assert [type(event) for event in step.events] == [Unparsed, BookLost]
    assert isinstance(only(session.received(frames.matic_snapshot(), 2.0).events), BookSynced)


def test_a_bad_time_of_a_book_loses_the_book() -> None:
    session = synced()
    frame = frames.book("update", "MATIC/USD", frames.MATIC_UPDATE, [], frames.MATIC_UPDATED, "x")
    assert [type(event) for event in session.received(frame, 1.0).events] == [Unparsed, BookLost]


def test_an_unreadable_message_for_a_book_that_waits_costs_nothing() -> None:
    session, _ = opened(MATIC)
    frame = frames.matic_update().replace(b'"checksum"', b'"chksum"')
    step = session.received(frame, 1.0)
    assert [type(event) for event in step.events] == [Unparsed]
    assert step.send == []


def test_trades_say_who_crossed_the_spread() -> None:
    session, _ = opened(Subscription("trades", "BTC/USD"))
    trade = Trade("10218209", "105910.5", "0.0001246", "sell", 1696613756.123456)
    assert session.received(frames.TRADE, 0.0).events == [Printed("BTC/USD", trade)]
    snapshot = frames.TRADE.replace(b'"update"', b'"snapshot"')
    fact = only(session.received(snapshot, 0.0).events)
    assert isinstance(fact, Printed)
    assert fact.trade.history


@pytest.mark.parametrize(
    "damage",
    [(b'"qty":0.0001246', b'"qty":-1'), (b"105910.5", b"0"), (b"105910.5", b"-5"),
     (b'"sell"', b'"none"'), (b"2023-10-06", b"2023-13-06"), (b"10218209", b'"x"'),
     (b"10218209", b"1" * 500), (b"2023-10-06T17:35:56.123456Z", b"0001-01-01T00:00:00+23:59"),
     (b"2023-10-06T17:35:56.123456Z", b"9999-12-31T23:59:59-23:59")],
)  # fmt: skip
@pytest.mark.row("D17")
def test_a_trade_that_cannot_be_is_not_printed(damage: tuple[bytes, bytes]) -> None:
    session, _ = opened(Subscription("trades", "BTC/USD"))
    step = session.received(frames.TRADE.replace(*damage), 0.0)
    assert [type(event) for event in step.events] == [Unparsed]
    assert session.tally.unparsed == 1


def test_a_time_without_a_zone_is_utc() -> None:
    session, _ = opened(Subscription("trades", "BTC/USD"))
    fact = only(session.received(frames.TRADE.replace(b'456Z"', b'456"'), 0.0).events)
    assert isinstance(fact, Printed)
    assert fact.trade.time == pytest.approx(1696613756.123456, abs=1e-6)


def test_tickers_candles_status_and_heartbeats_are_understood() -> None:
    session, _ = opened()
    assert session.received(frames.TICKER, 0.0).events == [
        TickerMoved("BTC/USD", "0.10025", "0.10035", "0.10035", "-0.17", "997038.98383185", None)
    ]
    candle = Candle(1696436700, "0.5624", "0.5628", "0.5622", "0.5627", "30927.68066226")
    assert session.received(frames.CANDLE, 0.0).events == [CandlesMoved("BTC/USD", "5m", (candle,))]
    assert session.received(frames.STATUS, 0.0).events == [Notice("system online")]
    assert session.received(frames.HEARTBEAT, 0.0).events == [Heartbeat()]


@pytest.mark.row("D6")
def test_a_market_without_trades_has_a_ticker_without_prices() -> None:
    session, _ = opened()
    frame = b'{"channel":"ticker","type":"snapshot","data":[{"symbol":"A/B","bid":null,"ask":2}]}'
    assert session.received(frame, 0.0).events == [
        TickerMoved("A/B", None, "2", None, None, None, None)
    ]


@pytest.mark.row("D17", "G10")
@pytest.mark.parametrize("digits", [b"-1", b"19", b"18446744073709551616", b"1000000000"])
def test_a_list_that_asks_for_absurdly_many_digits_is_refused(digits: bytes) -> None:
    session, [request] = opened(Subscription("instruments"))
    session.received(frames.ack(request, ""), 0.0)
    bomb = frames.INSTRUMENTS.replace(b'"price_precision":4', b'"price_precision":' + digits)
    [fact] = session.received(bomb, 0.0).events
    assert isinstance(fact, Unparsed)


def test_instruments_are_listed_with_their_steps() -> None:
    session, [request] = opened(Subscription("instruments"))
    session.received(frames.ack(request, ""), 0.0)
    listed = Instrument("kraken", "MATIC/USD", "MATIC", "USD", "0.0001", 4, 8)
    assert session.received(frames.INSTRUMENTS, 0.0).events == [Listed((listed,))]
    update = frames.INSTRUMENTS.replace(b'"snapshot"', b'"update"')
    assert session.received(update, 0.0).events == [Listed((listed,), partial=True)]


@pytest.mark.parametrize(
    "frame",
    [b'{"channel":"level9","type":"update","data":[1]}', b'{"channel":"executions","data":{}}',
     b'{"method":"pong","req_id":42,"time_in":"x","time_out":"y"}',
     b'{"method":"add_order","success":false,"error":"EOrder:Insufficient funds","req_id":1}'],
)  # fmt: skip
@pytest.mark.row("D18")
def test_what_was_not_asked_for_is_ignored(frame: bytes) -> None:
    step = opened(BTC)[0].received(frame, 0.0)
    assert (step.events, step.send) == ([], [])


@pytest.mark.parametrize(
    "frame",
    [b'{"Error":"Exceeded msg rate"}', b"{}", b"[]", b"1", b"null", b'"text"', b"", b"\xff",
     b'{"event":"systemStatus","status":"online"}', b"CloudFlare WebSocket proxy restarting",
     b'{"channel":"\\ud800"}', b'{"channel":5}', b'{"channel":"trade"', b"[1234,{},\"book-10\"]"],
)  # fmt: skip
@pytest.mark.row("D18")
def test_a_frame_of_no_known_shape_is_counted_and_shown(frame: bytes) -> None:
    session, _ = opened(BTC)
    fact = only(session.received(frame, 0.0).events)
    assert isinstance(fact, Unparsed)
    assert fact.sample == frame.decode("utf-8", "replace")
    assert session.tally.unparsed == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [("btc/usd", "BTC/USD"), ("XBT/USD", "BTC/USD"), ("xbtusd", "BTC/USD"), ("xdg-eur", "DOGE/EUR"),
     ("ETHUSDT", "ETH/USDT"), ("SOLUSDC", "SOL/USDC"), ("ETHBTC", "ETH/BTC"), ("USD", "USD")],
)  # fmt: skip
def test_a_market_is_found_however_it_is_typed(typed: str, name: str) -> None:
    assert kraken_requests.canonical(typed) == name


def test_a_snapshot_from_before_what_was_seen_is_not_believed() -> None:
    session = synced()
    session.received(frames.matic_update(), 0.2)
    old = frames.book(
        "snapshot", "MATIC/USD", frames.MATIC_BIDS, frames.MATIC_ASKS,
        frames.MATIC_CHECKSUM, "2023-10-06T17:35:50.000000Z",
    )  # fmt: skip
    step = session.received(old, 0.3)
    assert step.events == [BookLost("MATIC/USD", "stale snapshot")]
    assert len(step.send) == 2, "unsubscribed, and subscribed anew"
    fresh = old.replace(b"17:35:50.0", b"17:35:59.0")
    assert isinstance(session.received(fresh, 0.4).events[0], BookSynced)
