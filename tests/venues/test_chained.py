"""Books of numbered changes: whatever is lost, late or repeated, what is believed is true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.book import Level, OrderBook
from wsdash.venues.chained import ChainedBook, Numbered
from wsdash.venues.sync import Result

DEPTH = 3
"""Levels of each side that the venue tells of: few, so that some fall out and come back."""

prices = st.integers(1, 9).map(str)
sizes = st.sampled_from(["0", "1", "2", "3"])
levels = st.lists(st.tuples(prices, sizes), max_size=3)
Sides = tuple[list[Level], list[Level]]


class Market:
    """A venue's own book, with what its topic said after every change."""

    def __init__(self, changes: list[tuple[list[Level], list[Level], int]]) -> None:
        self.told: list[tuple[Numbered, Numbered]] = []
        self.states: dict[int, Sides] = {}
        book, update, moment = OrderBook(), 100, 1000
        before = self._top(book)
        for bids, asks, passed in changes:
            book.apply(bids, asks)
            update, moment = update + 1, moment + passed
            after = self._top(book)
            change = Numbered(
                update, moment, *(_moved(*two) for two in zip(before, after, strict=True))
            )
            self.told.append((change, Numbered(update, moment, *after)))
            self.states[update] = before = after

    @staticmethod
    def _top(book: OrderBook) -> Sides:
        return book.bids.top(DEPTH), book.asks.top(DEPTH)


def _moved(before: list[Level], after: list[Level]) -> list[Level]:
    """Return the levels that differ; those that fell out of the depth are told as gone."""
    there = {price for price, _ in after}
    return [(price, "0") for price, _ in before if price not in there] + [
        level for level in after if level not in before
    ]


markets = st.lists(st.tuples(levels, levels, st.integers(0, 3)), min_size=1, max_size=25).map(
    Market
)


@pytest.mark.row("D1", "D2", "D3")
@given(markets, st.data())
def test_a_believed_book_is_the_venue_s_book_whatever_was_lost_late_or_repeated(
    market: Market, data: st.DataObject
) -> None:
    book = ChainedBook(DEPTH)
    for index, (change, whole) in enumerate(market.told):
        match data.draw(st.sampled_from(["change", "change", "change", "lose", "repeat", "whole"])):
            case "change":
                book.change(change)
            case "repeat":
                book.change(change)
                book.change(market.told[data.draw(st.integers(0, index))][0])
            case "whole":
                book.snapshot(market.told[data.draw(st.integers(0, index))][1])
                book.change(change)
            case _:
                assert whole.update == change.update
        if book.synced:
            bids, asks = market.states[book.update]
            assert (book.book.bids.top(99), book.book.asks.top(99)) == (bids, asks)


@given(markets, st.integers(0, 24))
def test_a_lost_change_is_found_by_the_next_one(market: Market, lost: int) -> None:
    told = market.told
    if lost == 0 or lost > len(told) - 2:
        return
    book = ChainedBook(DEPTH)
    assert book.snapshot(told[0][1]) is Result.SYNCED
    for change, _ in told[1:lost]:
        assert book.change(change) is Result.MOVED
    assert book.change(told[lost + 1][0]) is Result.LOST
    missing = told[lost][0].update
    assert (book.synced, book.reason) == (False, f"gap {missing}-{missing}")


def test_a_number_no_venue_sends_loses_the_book() -> None:
    book = ChainedBook(DEPTH)
    assert book.snapshot(Numbered(1, 1, [("NaN", "1")], [])) is Result.LOST
    assert book.snapshot(Numbered(2, 2, [("1", "1")], [])) is Result.SYNCED
    assert book.change(Numbered(3, 3, [("2", "-1")], [])) is Result.LOST
    assert not book.synced


def test_whoever_holds_the_book_of_before_a_loss_keeps_it() -> None:
    book = ChainedBook(DEPTH)
    book.snapshot(Numbered(5, 5, [("1", "1")], []))
    held = book.book
    book.change(Numbered(9, 9, [("2", "1")], []))
    assert book.snapshot(Numbered(10, 10, [("3", "1")], [])) is Result.SYNCED
    assert held.bids.top(9) == [("1", "1")]
    assert book.book.bids.top(9) == [("3", "1")]
