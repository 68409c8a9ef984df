"""A snapshot ends somewhere: what rested beyond its end is fetched before the price gets there."""

from __future__ import annotations

import json

import pytest
from tests.venues import binance_frames as frames

from wsdash.domain.events import BookLost, BookSynced
from wsdash.venues.binance import BinanceSession
from wsdash.venues.binance_books import DEPTH_PATH, FEWEST, RENEW_AT, SNAPSHOT_LIMIT
from wsdash.venues.venue import Answer, Request, Step, Subscription

DEEP = 3 * SNAPSHOT_LIMIT
"""Levels of each side that rest at the venue and hardly ever change."""


class Rising:
    """A market that rises a step at a time and eats the asks; its bids fill up behind it."""

    def __init__(self) -> None:
        self.last = 100
        self.price = 10_000

    def snapshot(self) -> Answer:
        asks = [(str(self.price + n), "1") for n in range(1, SNAPSHOT_LIMIT + 1)]
        bids = [(str(self.price - n), "1") for n in range(SNAPSHOT_LIMIT)]
        return frames.snapshot(self.last, bids, asks)

    def step(self) -> bytes:
        self.price += 1
        self.last += 1
        return frames.depth(
            self.last, self.last, [(str(self.price), "1")], [(str(self.price), "0")], "A"
        )

    def asks(self, count: int) -> list[tuple[str, str]]:
        return [(str(self.price + n), "1") for n in range(1, count + 1)]


def session() -> tuple[BinanceSession, Rising, Step]:
    made, market = BinanceSession(), Rising()
    made.want([Subscription("book", "A")], 0.0)
    [asked] = made.opened(0.0).send
    number = json.loads(asked)["id"]
    step = made.received(json.dumps({"result": None, "id": number}).encode(), 0.0)
    [request] = [r for r in step.requests if r.path == DEPTH_PATH]
    made.received(market.step(), 0.1)
    return made, market, made.answered(request, market.snapshot(), 0.2)


def depth_requests(step: Step) -> list[Request]:
    return [request for request in step.requests if request.path == DEPTH_PATH]


@pytest.mark.row("D3", "D7")
@pytest.mark.parametrize("late", [0, 3, 40])
def test_a_book_is_renewed_before_its_snapshot_is_used_up(late: int) -> None:
    """Through three snapshots' worth of levels, answers being `late` changes late."""
    made, market, step = session()
    step.extend(made.received(market.step(), 0.3))
    book = next(event.book for event in step.events if isinstance(event, BookSynced))
    waiting: list[tuple[int, Request, Answer]] = []
    renewed = 0
    for n in range(DEEP):
        step = made.received(market.step(), 1.0 + n / 10)
        waiting += [(n + late, request, market.snapshot()) for request in depth_requests(step)]
        while waiting and waiting[0][0] <= n:
            _, request, answer = waiting.pop(0)
            step.extend(made.answered(request, answer, 1.0 + n / 10))
        for event in step.events:
            assert not isinstance(event, BookLost)
            if isinstance(event, BookSynced):
                book, renewed = event.book, renewed + 1
                assert event.sequence == market.last
        assert book.asks.top(FEWEST) == market.asks(FEWEST)
    assert renewed >= DEEP // SNAPSHOT_LIMIT


@pytest.mark.row("D3", "D7")
def test_a_book_whose_renewal_does_not_come_is_not_shown_with_holes() -> None:
    made, market, _ = session()
    asked = 0
    for n in range(SNAPSHOT_LIMIT):
        step = made.received(market.step(), 1.0 + n / 10)
        asked += len(depth_requests(step))
        lost = [event for event in step.events if isinstance(event, BookLost)]
        if lost:
            assert lost[0].reason == "beyond the snapshot"
            assert SNAPSHOT_LIMIT - RENEW_AT < n < SNAPSHOT_LIMIT - FEWEST + 10
            assert asked == 1
            return
    raise AssertionError("never noticed")


@pytest.mark.row("D3")
def test_a_renewal_older_than_the_book_is_asked_for_again() -> None:
    made, market, _ = session()
    old = market.snapshot()
    for n in range(SNAPSHOT_LIMIT):
        step = made.received(market.step(), 1.0 + n / 10)
        if requests := depth_requests(step):
            step = made.answered(requests[0], old, 2.0 + n / 10)
            assert [event for event in step.events if isinstance(event, BookSynced)] == []
            [again] = depth_requests(step)
            assert again.delay > 0
            step = made.answered(again, market.snapshot(), 2.0 + n / 10)
            assert [type(event) for event in step.events] == [BookSynced]
            return
    raise AssertionError("never renewed")
