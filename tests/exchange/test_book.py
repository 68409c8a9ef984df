"""The matching engine, under arbitrary orders."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wsdash.exchange.book import Book, Side

SIDES = st.sampled_from(["buy", "sell"])
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), SIDES, st.integers(90, 110), st.integers(1, 50)),
        st.tuples(st.just("take"), SIDES, st.integers(1, 80), st.just(0)),
        st.tuples(st.just("cancel"), SIDES, st.integers(1, 60), st.just(0)),
    ),
    max_size=80,
)


def play(book: Book, action: tuple[str, Side, int, int]) -> int:
    """Do one action and return the lots that traded."""
    name, side, first, second = action
    if name == "place":
        return sum(fill.size for fill in book.place(side, first, second)[1])
    if name == "take":
        return sum(fill.size for fill in book.take(side, first))
    book.cancel(first)
    return 0


@given(ACTIONS)
def test_book_is_never_crossed_and_levels_are_the_sum_of_their_orders(
    actions: list[tuple[str, Any, int, int]],
) -> None:
    book = Book()
    for action in actions:
        play(book, action)
        bid, ask = book.bids.best(), book.asks.best()
        assert bid is None or ask is None or bid < ask
        for half in (book.bids, book.asks):
            assert half.prices == sorted(half.queues) == sorted(half.sizes)
            for price, queue in half.queues.items():
                assert half.sizes[price] == sum(order.size for order in queue.values()) > 0
        resting = sum(len(q) for half in (book.bids, book.asks) for q in half.queues.values())
        assert resting == len(book.orders)


@given(ACTIONS)
def test_deltas_rebuild_the_book(actions: list[tuple[str, Any, int, int]]) -> None:
    book = Book()
    mirror: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for action in actions:
        play(book, action)
        for side, changed in zip(mirror, book.commit(), strict=True):
            side.update(changed)
            for price in [price for price, size in side.items() if not size]:
                del side[price]
        assert mirror == (book.bids.sizes, book.asks.sizes)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=8), st.integers(1, 60))
@settings(max_examples=60)
def test_a_taker_meets_better_prices_first_and_older_orders_first(
    sizes: list[int], wanted: int
) -> None:
    book = Book()
    ids: list[int] = []
    for at, size in enumerate(sizes):
        order, _ = book.place("sell", 100 + at % 2, size)
        assert order is not None
        ids.append(order.id)
    expected = [ids[at] for at in range(len(ids)) if at % 2 == 0]
    expected += [ids[at] for at in range(len(ids)) if at % 2 == 1]
    met = [fill.maker_id for fill in book.take("buy", wanted)]
    assert met == expected[: len(met)]


def test_a_limit_taker_stops_at_its_price() -> None:
    book = Book()
    book.place("sell", 101, 3)
    book.place("sell", 105, 3)
    order, fills = book.place("buy", 103, 10)
    assert [(fill.price, fill.size) for fill in fills] == [(101, 3)]
    assert order is not None
    assert (order.price, order.size) == (103, 7)
    assert book.bids.best() == 103
    assert book.asks.best() == 105


def test_a_cancelled_order_is_gone_once() -> None:
    book = Book()
    order, _ = book.place("buy", 99, 5)
    assert order is not None
    assert book.cancel(order.id) is order
    assert book.cancel(order.id) is None
    assert book.bids.best() is None
