"""Going from market to market on Binance: one frame at once, the rest when there is room."""

from __future__ import annotations

import json

import pytest
from tests.venues import binance_frames as frames

from wsdash.domain.events import BookSynced, Subscribed
from wsdash.venues.binance import BinanceSession
from wsdash.venues.lingering import MOST, ROOM
from wsdash.venues.venue import Step, Subscription

HERE, THERE = Subscription("book", "BNBBTC"), Subscription("book", "ETHBTC")
BIDS, ASKS = [("0.0024", "10")], [("0.0026", "100")]


def write(step: Step, room: int = ROOM) -> tuple[str, list[str], int]:
    """Return method, streams and id of the frame that a step has to say."""
    assert step.more is not None
    frame = json.loads(step.more(room, 5.0) or "{}")
    return frame.get("method", ""), frame.get("params", []), frame.get("id", 0)


def ack(session: BinanceSession, number: int) -> Step:
    return session.received(f'{{"result":null,"id":{number}}}'.encode(), 6.0)


@pytest.fixture
def session() -> BinanceSession:
    """A session that believes its book."""
    session = BinanceSession()
    session.want([HERE], 0.0)
    [request] = ack(session, json.loads(session.opened(0.0).send[0])["id"]).requests
    session.received(frames.depth(161, 165), 0.2)
    assert session.answered(request, frames.snapshot(160, BIDS, ASKS), 0.3).events
    return session


def test_a_switch_asks_at_once_and_lets_go_when_there_is_room(session: BinanceSession) -> None:
    step = session.want([THERE], 1.0)
    assert step.send == []
    assert write(step, room=1)[:2] == ("SUBSCRIBE", ["ethbtc@depth@100ms"])
    assert write(step, room=1)[0] == ""
    assert session.ticked(1.2).more is not None
    assert write(step)[:2] == ("UNSUBSCRIBE", ["bnbbtc@depth@100ms"])
    assert step.more is not None
    assert step.more(ROOM, 5.0) is None
    assert session.ticked(1.4).more is None


def test_what_was_passed_by_before_there_was_room_is_never_asked_for(
    session: BinanceSession,
) -> None:
    for symbol in ("AAABTC", "BBBBTC", "CCCBTC"):
        step = session.want([Subscription("book", symbol)], 1.0)
    assert write(step)[:2] == ("SUBSCRIBE", ["cccbtc@depth@100ms"])
    assert write(step)[:2] == ("UNSUBSCRIBE", ["bnbbtc@depth@100ms"])


def test_many_markets_are_let_go_of_in_one_frame_at_last_without_waiting(
    session: BinanceSession,
) -> None:
    for number in range(MOST + 1):
        step = session.want([Subscription("book", f"S{number}BTC")], 1.0)
        assert write(step, room=1)[0] == "SUBSCRIBE"
        if number < MOST:
            assert write(step, room=1)[0] == ""
    method, streams, _ = write(step, room=1)
    assert (method, len(streams)) == ("UNSUBSCRIBE", MOST + 1)
    assert f"s{MOST}btc@depth@100ms" not in streams


def test_who_comes_back_in_time_sends_nothing_and_gets_a_book_of_its_own_snapshot(
    session: BinanceSession,
) -> None:
    write(session.want([THERE], 1.0))
    assert session.received(frames.depth(166, 170), 1.1).requests == []
    assert not session.hears("BNBBTC")
    step = session.want([HERE], 1.2)
    assert step.events == [Subscribed("book", "BNBBTC")]
    [request] = step.requests
    assert write(step)[:2] == ("UNSUBSCRIBE", ["ethbtc@depth@100ms"])
    session.received(frames.depth(171, 180), 1.3)
    [fact] = session.answered(request, frames.snapshot(175, BIDS, ASKS), 1.4).events
    assert isinstance(fact, BookSynced)
    assert fact.sequence == 180


@pytest.mark.parametrize("refused", [False, True])
def test_an_answer_for_a_market_that_was_left_counts_when_it_is_come_back_to(
    session: BinanceSession, refused: bool
) -> None:
    _, _, number = write(session.want([THERE], 1.0))
    session.want([HERE], 1.1)
    answer = '"code":2,"msg":"no"' if refused else '"result":null'
    step = session.received(f'{{{answer},"id":{number}}}'.encode(), 1.2)
    assert (step.events, step.requests) == ([], [])
    step = session.want([THERE], 1.3)
    assert step.events == ([] if refused else [Subscribed("book", "ETHBTC")])
    again = "SUBSCRIBE" if refused else "UNSUBSCRIBE"
    assert write(step)[0] == again


def test_an_answer_that_is_still_awaited_is_awaited_by_who_comes_back(
    session: BinanceSession,
) -> None:
    _, _, number = write(session.want([THERE], 1.0))
    session.want([HERE], 1.1)
    assert session.want([THERE], 1.2).events == []
    step = ack(session, number)
    assert step.events == [Subscribed("book", "ETHBTC")]
    assert len(step.requests) == 1
