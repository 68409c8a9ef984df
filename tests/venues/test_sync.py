from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.book import Level, OrderBook
from wsdash.venues.patience import Patience
from wsdash.venues.sync import BUFFERED, SETTLE, ChecksumBook, Delta, DiffBook, Result

prices = st.integers(1, 9).map(str)
sizes = st.sampled_from(["0", "1", "2", "3"])
levels = st.lists(st.tuples(prices, sizes), max_size=3)


class Market:
    """A venue's own book, with what it said after every change."""

    def __init__(self, changes: list[tuple[list[Level], list[Level], int]]) -> None:
        self.deltas: list[Delta] = []
        self.states: dict[int, tuple[list[Level], list[Level]]] = {}
        book, last = OrderBook(), 100
        self.states[last] = ([], [])
        for bids, asks, span in changes:
            book.apply(bids, asks)
            self.deltas.append(Delta(last + 1, last + span, bids, asks))
            last += span
            self.states[last] = (book.bids.top(100), book.asks.top(100))


markets = st.lists(st.tuples(levels, levels, st.integers(1, 3)), min_size=1, max_size=25).map(
    Market
)


@pytest.mark.row("D1", "D2", "D3")
@given(markets, st.data())
def test_a_believed_book_is_the_venue_s_book_whatever_was_lost_late_or_repeated(
    market: Market, data: st.DataObject
) -> None:
    book, now, sequences = DiffBook(), 0.0, sorted(market.states)
    for index, delta in enumerate(market.deltas):
        now += data.draw(st.sampled_from([0.01, 1.0]))
        known = data.draw(st.sampled_from(sequences[: index + 2]))
        if data.draw(st.booleans()):
            book.snapshot(known, *market.states[known], now)
        match data.draw(st.sampled_from(["send", "send", "send", "lose", "repeat"])):
            case "send":
                book.update(delta, now)
            case "repeat":
                book.update(delta, now)
                book.update(market.deltas[max(0, index - 2)], now)
        if data.draw(st.booleans()):
            book.settle(now)
        if book.synced:
            said = (book.book.bids.top(100), book.book.asks.top(100))
            assert said == market.states[book.sequence]


@given(markets)
def test_nothing_lost_means_nothing_is_asked_twice(market: Market) -> None:
    book, sequences = DiffBook(), sorted(market.states)
    half = len(market.deltas) // 2
    for delta in market.deltas[:half]:
        book.update(delta, 0.0)
    book.snapshot(sequences[half], *market.states[sequences[half]], 0.1)
    for delta in market.deltas[half:]:
        assert book.update(delta, 0.2) in (Result.SYNCED, Result.MOVED)
    assert (book.synced, book.sequence, book.reason) == (True, sequences[-1], "")


@pytest.mark.row("D3", "E4")
def test_changes_that_wait_for_a_snapshot_that_never_comes_do_not_pile_up() -> None:
    book = DiffBook()
    for number in range(BUFFERED + 10):
        book.update(Delta(number, number, [], []), 0.0)
    assert book.snapshot(5, [], [], 1.0) is Result.WAITING
    assert book.outdated


def test_silence_proves_nothing_before_there_is_a_snapshot() -> None:
    book = DiffBook()
    assert book.settle(1e9) is Result.WAITING
    book.snapshot(5, [], [], 1.0)
    assert book.settle(1.0 + SETTLE / 2) is Result.WAITING
    assert book.settle(1.0 + SETTLE) is Result.SYNCED
    assert book.settle(9.0) is Result.WAITING


@given(st.lists(st.floats(0, 1_000), max_size=30))
def test_parking_needs_more_losses_in_a_minute_than_are_repaired(pauses: list[float]) -> None:
    patience, now, losses = Patience(), 0.0, list[float]()
    for pause in pauses:
        now += pause
        losses.append(now)
        too_often = len(losses) > 3 and now - losses[-4] < 60
        assert patience.lost(now) is too_often
        if too_often:
            assert not patience.due(now + 299)
            assert patience.due(now + 300)
            patience.release()
            losses.clear()


def test_a_number_that_is_none_loses_a_book_however_it_comes() -> None:
    proven = ChecksumBook(lambda *_: True)
    assert proven.snapshot([("x", "1")], [], 0) is Result.LOST
    assert not proven.synced
    assert proven.snapshot([("1", "1")], [("2", "1")], 0) is Result.SYNCED
    assert proven.update([], [("NaN", "1")], 0) is Result.LOST
    assert proven.update([("1", "2")], [], 0) is Result.WAITING
    chained = DiffBook()
    assert chained.snapshot(100, [("x", "1")], [], 0.0) is Result.LOST
    assert not chained.synced


def test_a_book_that_was_empty_keeps_every_level_that_comes() -> None:
    book = ChecksumBook(lambda *_: True)
    assert book.snapshot([], [], 0) is Result.SYNCED
    assert book.update([("1", "1"), ("2", "1")], [("3", "1")], 0) is Result.MOVED
    assert (len(book.book.bids), len(book.book.asks)) == (2, 1)


def test_a_newer_snapshot_renews_a_book_and_its_buffer_is_let_go() -> None:
    book = DiffBook()
    book.snapshot(100, [("1", "1")], [("5", "1")], 0.0)
    assert book.update(Delta(101, 101, [("1", "2")], []), 0.1) is Result.SYNCED
    book.renew()
    book.update(Delta(102, 102, [("1", "3")], []), 0.2)
    assert book.snapshot(104, [("2", "7")], [("6", "1")], 0.3) is Result.SYNCED
    assert (book.sequence, book.book.bids.top(9)) == (104, [("2", "7")])
    assert book.update(Delta(105, 105, [("2", "8")], []), 0.4) is Result.MOVED
