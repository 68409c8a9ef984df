"""Several books as one: exact, with every venue's part, and without those not to be believed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.merged import Source, common_step, merge
from wsdash.domain.numbers import EXACT, BadNumber

TICK = 10**17
"""0.1 as a price identity."""

STATES = ("LIVE", "QUIET", "STALE", "RESYNC", "SYNCING", "PARKED")

prices = st.integers(1, 300).map(lambda tick: f"{tick // 100}.{tick % 100:02d}")
sizes = st.one_of(
    st.sampled_from(["1", "0.5", "12.25000000", "0.000000000000000001", "999999999999999999"]),
    st.integers(1, 10**10).map(lambda units: f"{units // 10**8}.{units % 10**8:08d}"),
).filter(lambda size: bool(Decimal(size)))
levels = st.lists(st.tuples(prices, sizes), max_size=40)
books = st.lists(st.tuples(levels, levels, st.sampled_from(STATES)), min_size=1, max_size=4)
Books = list[tuple[list[Level], list[Level], str]]


def book(bids: list[Level], asks: list[Level]) -> OrderBook:
    made = OrderBook()
    made.apply(bids, asks)
    return made


def sources(given_books: Books) -> list[Source]:
    return [
        Source(f"venue{index}", "BTC", "USD", book(bids, asks), state)
        for index, (bids, asks, state) in enumerate(given_books)
    ]


def naive(
    of: list[Source], step: int, *, up: bool
) -> list[tuple[Fraction, Fraction, dict[str, Fraction]]]:
    """Rows as plain arithmetic gives them: price, size, and the parts of the venues."""
    rows: dict[Fraction, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    width = Fraction(step, 10**18)
    for source in of:
        assert source.book is not None
        if source.state not in ("LIVE", "QUIET"):
            continue
        side = source.book.asks if up else source.book.bids
        for price, size in side.top(10_000):
            floor = Fraction(price) // width
            exact = floor * width == Fraction(price)
            rows[(floor + (up and not exact)) * width][source.venue] += Fraction(size)
    return [(price, sum(rows[price].values(), Fraction(0)), dict(rows[price]))
            for price in sorted(rows, reverse=not up)]  # fmt: skip


@given(books, st.integers(1, 12), st.sampled_from([TICK // 10, TICK, 3 * TICK, 50 * TICK]))
def test_a_merge_is_the_sum_of_the_books_that_can_be_believed(
    given_books: Books, count: int, step: int
) -> None:
    of = sources(given_books)
    merged = merge(of, count, step)
    for rows, up in ((merged.bids, False), (merged.asks, True)):
        expected = naive(of, step, up=up)[:count]
        assert [(Fraction(row.price), Fraction(row.size)) for row in rows] == [
            (price, size) for price, size, _ in expected
        ]
        total = Fraction(0)
        for row, (_, size, parts) in zip(rows, expected, strict=True):
            total += size
            assert Fraction(row.total) == total
            assert row.key == row.price.scaleb(18, EXACT)
            named = dict(zip(merged.venues, row.sizes, strict=True))
            assert {venue: Fraction(part) for venue, part in named.items() if part} == parts


@given(books, st.sampled_from([TICK // 10, TICK, 7 * TICK]))
def test_the_shares_of_a_row_are_the_whole_row(given_books: Books, step: int) -> None:
    merged = merge(sources(given_books), 25, step)
    for row in (*merged.bids, *merged.asks):
        assert sum(map(Fraction, row.sizes)) == Fraction(row.size)
        assert sum(map(row.share, range(len(row.sizes)))) == pytest.approx(1.0)


@given(books)
def test_who_is_not_live_contributes_nothing_and_is_named(given_books: Books) -> None:
    of = sources(given_books)
    believed = [source for source in of if source.state in ("LIVE", "QUIET")]
    merged = merge(of, 25, TICK)
    assert [standing.venue for standing in merged.standings] == [source.venue for source in of]
    assert merged.venues == tuple(source.venue for source in believed)
    left_out = [standing for standing in merged.standings if not standing.included]
    assert len(left_out) == len(of) - len(believed)
    for standing in left_out:
        assert standing.state in standing.words
        assert "left out" in standing.words
    alone = merge(believed, 25, TICK)
    assert (merged.bids, merged.asks) == (alone.bids, alone.asks)
    assert (merged.best_bid, merged.best_ask) == (alone.best_bid, alone.best_ask)


@given(books)
def test_rows_are_crossed_when_somebody_bids_more_than_somebody_asks(given_books: Books) -> None:
    of = [source for source in sources(given_books) if source.state in ("LIVE", "QUIET")]
    merged = merge(of, 25, TICK // 10)
    bids = [Fraction(s.book.bids.best[0]) for s in of if s.book and s.book.bids.best]
    asks = [Fraction(s.book.asks.best[0]) for s in of if s.book and s.book.asks.best]
    best_bid, best_ask = merged.best_bid, merged.best_ask
    assert (best_bid and Fraction(best_bid.price)) == max(bids, default=None)
    assert (best_ask and Fraction(best_ask.price)) == min(asks, default=None)
    for row in merged.bids:
        assert row.crossed == (bool(asks) and Fraction(row.price) > min(asks))
    for row in merged.asks:
        assert row.crossed == (bool(bids) and Fraction(row.price) < max(bids))


def live(venue: str, bid: str, ask: str, quote: str = "USD", state: str = "LIVE") -> Source:
    return Source(venue, "BTC", quote, book([(bid, "1")], [(ask, "2")]), state)


def test_of_books_that_cross_both_sides_are_named() -> None:
    of = [live("kraken", "100.2", "100.4"), live("binance", "99.9", "100.0")]
    merged = merge(of, 5, TICK)
    assert merged.best_bid is not None
    assert merged.best_ask is not None
    assert (merged.best_bid.venues, merged.best_ask.venues) == (("kraken",), ("binance",))
    assert [row.price for row in merged.bids] == [Decimal("100.2"), Decimal("99.9")]
    assert [row.crossed for row in merged.bids] == [True, False]
    grouped = merge(of, 5, 10 * TICK)
    assert [row.crossed for row in grouped.bids] == [True, False]
    assert (grouped.best_bid, grouped.best_ask) == (merged.best_bid, merged.best_ask)


def test_equal_prices_lock_and_do_not_cross() -> None:
    merged = merge([live("a", "100.0", "100.1"), live("b", "99.9", "100.00")], 5, TICK)
    assert not any(row.crossed for row in (*merged.bids, *merged.asks))


def test_two_venues_that_quote_the_best_price_are_both_named() -> None:
    merged = merge([live("a", "100.0", "100.1"), live("b", "100.00", "100.2")], 5, TICK)
    assert merged.best_bid is not None
    assert merged.best_bid.venues == ("a", "b")


def test_quotes_are_one_only_where_they_are_declared_to_be() -> None:
    of = [live("kraken", "100.0", "100.1"), live("binance", "100.0", "100.2", quote="USDT")]
    apart = merge(of, 5, TICK)
    assert apart.venues == ("kraken",)
    assert apart.standings[1].words == "binance LIVE left out: BTC/USDT is not BTC/USD"
    assert merge(of, 5, TICK, [{"USD", "USDT"}]).bids[0].sizes == (Decimal(1),) * 2
    other = Source("x", "ETH", "USD", of[0].book, "LIVE")
    assert merge([of[0], other], 5, TICK, [{"USD", "USDT"}]).venues == ("kraken",)


def test_a_perpetual_is_never_merged_with_spot() -> None:
    spot, perpetual = live("kraken", "100.0", "100.1"), live("bybit", "100.0", "100.2")
    perpetual = perpetual._replace(kind="perpetual")
    merged = merge([spot, perpetual], 5, TICK)
    assert merged.venues == ("kraken",)
    assert merged.standings[1].words == "bybit LIVE left out: perpetual is not spot"
    assert merge([perpetual, spot], 5, TICK).venues == ("bybit",)
    assert merge([perpetual, perpetual], 5, TICK).bids[0].sizes == (Decimal(1),) * 2


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("b", "X", "Y", None, "STALE", "no data for 6 s", 6.2), "b STALE 6s left out"),
        (Source("b", "X", "Y", None, "STALE", "", 6.2), "b STALE 6s left out"),
        (Source("b", "X", "Y", None, "STALE", "lost 1006", 3.0), "b STALE 3s left out: lost 1006"),
        (Source("b", "X", "Y", None, "RESYNC", "checksum", 0.1), "b RESYNC left out: checksum"),
        (Source("b", "X", "Y", None, "SYNCING"), "b SYNCING left out"),
        (Source("b", "X", "Y", None, "LIVE"), "b LIVE left out: no book"),
        (Source("b", "X", "Y", OrderBook(), "LIVE", "", 0.2), "b LIVE"),
        (Source("b", "X", "Y", OrderBook(), "LIVE", "", 9.0, 8.0), "b STALE 9s left out"),
    ],
)
def test_how_a_venue_stands_is_said_in_words(source: Source, words: str) -> None:
    assert merge([source], 5, TICK).standings[0].words == words


def test_nobody_there_is_an_empty_ladder() -> None:
    for of in ([], [Source("a", "X", "Y", OrderBook(), "LIVE")]):
        merged = merge(of, 5, TICK)
        assert (merged.bids, merged.asks, merged.best_bid, merged.best_ask) == ((), (), None, None)


def test_the_common_step_is_one_that_every_tick_divides() -> None:
    assert common_step(["0.1", "0.01000000"]) == TICK
    assert common_step(["0.05", "0.03"], 2) == 3 * TICK
    assert common_step([]) == 1
    with pytest.raises(BadNumber):
        common_step(["0"])
