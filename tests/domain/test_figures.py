from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.figures import NO_BOOK, book_figures, exact_text, from_mid, mid, walked
from wsdash.domain.figures_depth import Fill, Unit, depth_rows, slippage
from wsdash.domain.numbers import price_key
from wsdash.domain.trades import Aggressor

prices = st.one_of(
    st.integers(1, 60).map(lambda tick: f"{tick / 10:.1f}"),
    st.integers(800, 830).map(lambda tick: f"0.00000{tick}"),
    st.integers(1, 10**18 - 1).map(lambda whole: f"{whole}.000000000000000001"),
)
sizes = st.one_of(
    st.sampled_from(["1", "0.5", "12.25000000", "0.00000001"]),
    st.integers(1, 10**18 - 1).map(lambda units: f"{units}.{units:018d}"),
)
levels = st.lists(st.tuples(prices, sizes), max_size=60)
sides: st.SearchStrategy[Aggressor] = st.sampled_from(["buy", "sell"])
units: st.SearchStrategy[Unit] = st.sampled_from(["base", "quote"])

Model = list[tuple[Fraction, Fraction]]


def book_of(bids: list[Level], asks: list[Level]) -> OrderBook:
    book = OrderBook()
    book.replace(bids, asks)
    return book


def model_of(changed: list[Level], *, bids: bool) -> Model:
    side = {Fraction(price): Fraction(size) for price, size in changed}
    return sorted(side.items(), reverse=bids)


def near(ours: float | Decimal | None, exact: Fraction) -> bool:
    """Whether it is the exact figure but for the last digits of a float, or of a quotient."""
    assert ours is not None
    digits = 15 if isinstance(ours, float) else 45
    return bool(abs(Fraction(ours) - exact) * 10**digits <= abs(exact))


@given(levels, levels, st.integers(1, 12))
def test_the_figures_of_a_book_are_those_of_fractions(
    bids: list[Level], asks: list[Level], depth: int
) -> None:
    figures = book_figures(book_of(bids, asks), depth)
    buyers, sellers = model_of(bids, bids=True), model_of(asks, bids=False)
    bought = sum((size for _, size in buyers[:depth]), Fraction(0))
    sold = sum((size for _, size in sellers[:depth]), Fraction(0))
    if bought + sold:
        assert near(figures.imbalance, (bought - sold) / (bought + sold))
    else:
        assert figures == NO_BOOK
    if not buyers or not sellers:
        assert {figures.mid, figures.spread, figures.spread_bps, figures.microprice} == {None}
        return
    (bid, bid_size), (ask, ask_size) = buyers[0], sellers[0]
    assert figures.best_bid is not None
    assert figures.best_ask is not None
    assert (Fraction(figures.best_bid[0]), Fraction(figures.best_ask[0])) == (bid, ask)
    assert figures.mid is not None
    assert Fraction(figures.mid) == (bid + ask) / 2
    assert figures.mid == mid(book_of(bids, asks))
    assert figures.spread is not None
    assert Fraction(figures.spread) == ask - bid
    assert near(figures.spread_bps, (ask - bid) * 20_000 / (ask + bid))
    assert near(figures.microprice, (bid * ask_size + ask * bid_size) / (bid_size + ask_size))


def test_the_figures_of_a_book_by_hand() -> None:
    figures = book_figures(book_of([("99.0", "3"), ("98", "1")], [("101.0", "1")]))
    assert figures.mid == Decimal(100)
    assert figures.spread == Decimal(2)
    assert figures.spread_bps == 200.0
    assert figures.microprice == Decimal("100.5")  # three times as much wants to buy
    assert figures.imbalance == 0.6


def test_prices_far_below_one_keep_their_digits() -> None:
    book = book_of([("0.00000812", "1000000")], [("0.00000813", "3000000")])
    figures = book_figures(book)
    assert figures.mid is not None
    assert exact_text(figures.mid) == "0.000008125"
    assert figures.spread is not None
    assert exact_text(figures.spread) == "0.00000001"
    assert figures.microprice == Decimal("0.0000081225")


@pytest.mark.parametrize(
    ("bids", "asks", "imbalance"), [([], [("2", "1")], -1.0), ([("1", "1")], [], 1.0)]
)
def test_of_one_side_only_the_imbalance_is_known(
    bids: list[Level], asks: list[Level], imbalance: float
) -> None:
    figures = book_figures(book_of(bids, asks))
    assert figures.imbalance == imbalance
    assert figures.mid is None
    assert (figures.best_bid is None) == (not bids)


def test_a_crossed_book_has_a_spread_below_zero() -> None:
    figures = book_figures(book_of([("102", "1")], [("100", "1")]))
    assert (figures.spread, figures.mid) == (Decimal(-2), Decimal(101))


def test_text_of_a_decimal_is_plain_and_has_no_idle_zeros() -> None:
    texts = [exact_text(Decimal(text)) for text in ("1E+3", "1E-9", "10", "2.500", "0.00")]
    assert texts == ["1000", "0.000000001", "10", "2.5", "0"]


@given(st.integers(0, 700))
def test_a_side_is_walked_whole_best_first(count: int) -> None:
    book = book_of([(str(price), "1") for price in range(1, count + 1)], [])
    assert list(walked(book.bids)) == book.bids.top(count + 1)


@given(levels, st.integers(0, 12), st.booleans())
def test_rows_of_a_side_hold_the_sums_up_to_each(
    changed: list[Level], count: int, bids: bool
) -> None:
    book = book_of(changed, []) if bids else book_of([], changed)
    model = model_of(changed, bids=bids)
    rows = depth_rows(book.bids if bids else book.asks, count, Decimal(3))
    assert [(Fraction(row.price), Fraction(row.size)) for row in rows] == model[:count]
    totals = list(accumulate(size for _, size in model))
    notionals = list(accumulate(price * size for price, size in model))
    assert [Fraction(row.total) for row in rows] == totals[:count]
    assert [Fraction(row.notional) for row in rows] == notionals[:count]
    for row, (price, _) in zip(rows, model, strict=False):
        assert near(row.bps, (price - 3) / 3 * 10_000)


@given(levels, st.integers(1, 12), st.sampled_from(["0.5", "0.00000002", "1000"]), st.booleans())
def test_rows_that_gather_levels_never_promise_a_better_price(
    changed: list[Level], count: int, step: str, bids: bool
) -> None:
    book = book_of(changed, []) if bids else book_of([], changed)
    side = book.bids if bids else book.asks
    gathered: dict[Fraction, tuple[Fraction, Fraction]] = {}
    width = Fraction(step)
    for price, size in model_of(changed, bids=bids):
        place = price // width * width if bids else -(-price // width) * width
        held, paid = gathered.get(place, (Fraction(0), Fraction(0)))
        gathered[place] = held + size, paid + price * size
    rows = depth_rows(side, count, step=price_key(step), up=not bids)
    assert [(Fraction(row.price), Fraction(row.size)) for row in rows] == [
        (place, size) for place, (size, _) in list(gathered.items())[:count]
    ]
    notionals = list(accumulate(paid for _, paid in gathered.values()))
    assert [Fraction(row.notional) for row in rows] == notionals[:count]


def taken(side: Model, amount: Fraction, unit: Unit) -> tuple[Fraction, Fraction]:
    """Take an amount from a side level by level; return what is traded and what is paid."""
    base = quote = Fraction(0)
    for price, size in side:
        left = amount - base if unit == "base" else (amount - quote) / price
        part = min(left, size)
        base, quote = base + part, quote + part * price
    return base, quote


amounts = st.one_of(
    st.sampled_from(["10000", "0.00000001", "1", "0.5", "1E+30"]).map(Decimal),
    st.decimals("0.000001", "1000000", allow_nan=False, places=6),
)


@given(levels, levels, sides, amounts, units)
def test_slippage_is_that_of_fractions(
    bids: list[Level], asks: list[Level], side: Aggressor, amount: Decimal, unit: Unit
) -> None:
    book = book_of(bids, asks)
    buyers, sellers = model_of(bids, bids=True), model_of(asks, bids=False)
    fill = slippage(book, side, amount, unit)
    base, quote = taken(sellers if side == "buy" else buyers, Fraction(amount), unit)
    assert 0.0 <= fill.filled <= 1.0
    if not base:
        assert fill == Fill(None, None, 0.0, Decimal(0), Decimal(0))
        return
    assert near(fill.price, quote / base)
    assert near(fill.filled, (base if unit == "base" else quote) / Fraction(amount))
    assert near(fill.base, base)
    assert near(fill.quote, quote)
    if not buyers or not sellers:
        assert fill.bps is None
        return
    middle = (buyers[0][0] + sellers[0][0]) / 2
    worse = (quote / base - middle) * (1 if side == "buy" else -1)
    assert fill.bps is not None
    # The price is rounded at 50 digits before the mid is taken from it.
    assert abs(Fraction(fill.bps) - worse / middle * 10_000) <= abs(worse / middle) + Fraction(
        1, 10**20
    )


BOOK = book_of([("99", "100"), ("98", "50")], [("101", "10"), ("102", "20")])


@pytest.mark.parametrize(
    ("side", "amount", "unit", "price", "bps", "filled"),
    [
        ("buy", "1010", "quote", "101", 100.0, 1.0),  # the whole first level, exactly
        ("buy", "3050", "quote", "305/3", None, 1),
        (
            "buy",
            "6100",
            "quote",
            "305/3",
            None,
            0.5,
        ),
        ("sell", "9900", "quote", "99", 100.0, 1.0),
        ("sell", "20", "base", "99", 100.0, 1.0),
        ("sell", "150", "base", "296/3", None, 1),
        (
            "sell",
            "600",
            "base",
            "296/3",
            None,
            0.25,
        ),
        ("buy", "0.00000001", "quote", "101", 100.0, 1.0),
    ],
)
def test_slippage_by_hand(
    side: Aggressor, amount: str, unit: Unit, price: str, bps: float | None, filled: float
) -> None:
    fill = slippage(BOOK, side, Decimal(amount), unit)
    assert near(fill.price, Fraction(price))
    assert fill.filled == filled
    if bps is not None:
        assert fill.bps == bps


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        slippage(BOOK, "buy", Decimal(amount))


def test_below_the_mid_the_distance_is_negative() -> None:
    assert from_mid(Decimal(99), Decimal(100)) == -100.0
    assert from_mid(Decimal(101), Decimal(100)) == 100.0
