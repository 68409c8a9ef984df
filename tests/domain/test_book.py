from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.book import BookSide, Level, OrderBook
from wsdash.domain.numbers import BadNumber

Model = dict[Decimal, Level]

prices = st.integers(1, 40).flatmap(
    lambda tick: st.sampled_from([f"{tick / 10:.1f}", f"{tick / 10:.4f}", f"0{tick / 10:.2f}"])
)
sizes = st.sampled_from(["0", "0.0", "0.00000000", "1", "0.5", "12.25000000", "0.00000001"])
changes = st.lists(st.tuples(prices, sizes), max_size=30)


def put(model: Model, changed: list[Level]) -> None:
    for price, size in changed:
        if Decimal(size):
            model[Decimal(price)] = (price, size)
        else:
            model.pop(Decimal(price), None)


def best_first(model: Model, *, bids: bool) -> list[Level]:
    return [model[price] for price in sorted(model, reverse=bids)]


@given(st.lists(st.tuples(changes, changes), max_size=5), st.integers(1, 12))
def test_a_book_says_what_a_plain_dictionary_says(
    steps: list[tuple[list[Level], list[Level]]], depth: int
) -> None:
    book, bids, asks = OrderBook(), Model(), Model()
    for new_bids, new_asks in steps:
        book.apply(new_bids, new_asks)
        put(bids, new_bids)
        put(asks, new_asks)
        assert book.bids.top(1_000) == best_first(bids, bids=True)
        assert book.asks.top(1_000) == best_first(asks, bids=False)
        assert (len(book.bids), len(book.asks)) == (len(bids), len(asks))
        assert book.bids.best == next(iter(best_first(bids, bids=True)), None)
        assert book.asks.best == next(iter(best_first(asks, bids=False)), None)
        assert book.crossed == bool(bids and asks and max(bids) > min(asks))
        book.truncate(depth)
        bids = {price: bids[price] for price in sorted(bids, reverse=True)[:depth]}
        asks = {price: asks[price] for price in sorted(asks)[:depth]}
        assert book.bids.top(1_000) == best_first(bids, bids=True)
        assert book.asks.top(1_000) == best_first(asks, bids=False)


@given(changes, changes)
def test_replacing_forgets_everything_that_was_there(
    before: list[Level], after: list[Level]
) -> None:
    book, fresh = OrderBook(), OrderBook()
    book.apply(before, before)
    book.replace(after, after)
    fresh.apply(after, after)
    assert book.bids.top(100) == fresh.bids.top(100)
    assert book.asks.top(100) == fresh.asks.top(100)


@given(changes)
def test_the_identity_of_the_best_price_is_the_price(changed: list[Level]) -> None:
    for side in (BookSide("bid"), BookSide("ask")):
        for price, size in changed:
            side.put(price, size)
        best = side.best
        assert side.best_key == (None if best is None else int(Decimal(best[0]) * 10**18))


def test_the_last_word_on_a_price_counts_however_it_is_written() -> None:
    book = OrderBook()
    book.apply([("0.10", "1"), ("0.1", "2"), ("0.100", "3")], [("7", "1"), ("7.0", "0.000")])
    assert book.bids.top(10) == [("0.100", "3")]
    assert book.asks.best is None


def test_deleting_what_is_not_there_is_normal() -> None:
    book = OrderBook()
    book.apply([("5", "0")], [("6", "0.00")])
    assert (len(book.bids), len(book.asks)) == (0, 0)


@pytest.mark.row("D5", "D6")
def test_a_locked_book_is_not_crossed_and_an_empty_side_crosses_nothing() -> None:
    book = OrderBook()
    book.apply([("5", "1")], [])
    assert not book.crossed
    book.apply([], [("5.0", "1")])
    assert not book.crossed
    book.apply([], [("4.9", "1")])
    assert book.crossed


@pytest.mark.parametrize(
    ("price", "size"),
    [
        ("-1", "1"), ("0", "1"), ("0.0", "1"), ("-0", "1"), ("NaN", "1"), ("1e5", "-1"),
        ("1", "-1"), ("1", "-0"), ("1", "NaN"), ("1", ""), ("1", "Infinity"), ("1", "1e5"),
        ("", "1"), ("1e999999", "1"), ("１", "1"), ("1", "１"), (" 1", "1"), ("1", "1\n"),
    ],
)  # fmt: skip
@pytest.mark.row("D17")
def test_no_bad_number_gets_into_a_book(price: str, size: str) -> None:
    side = BookSide("ask")
    with pytest.raises(BadNumber):
        side.put(price, size)
    assert len(side) == 0
    assert side.top(10) == []
