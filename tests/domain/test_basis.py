"""How far apart one asset trades, from two books that are both to be believed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.basis import (
    BREAK,
    EVERY,
    BasisHistory,
    Leg,
    measure,
    pairs,
)
from wsdash.domain.book import OrderBook
from wsdash.domain.instrument import Instrument, MarketKey


def book(bid: str | None, ask: str | None) -> OrderBook:
    made = OrderBook()
    made.apply([(bid, "1")] if bid else [], [(ask, "1")] if ask else [])
    return made


HIGH, LOW = book("100.2", "100.3"), book("100.0", "100.1")


def test_the_basis_is_the_distance_of_the_mids_in_two_measures() -> None:
    basis = measure(Leg(HIGH, "LIVE"), Leg(LOW, "LIVE"))
    assert basis is not None
    assert basis.absolute == Decimal("0.2")
    assert f"{basis.bps:.3f}" == "19.990"
    back = measure(Leg(LOW, "LIVE"), Leg(HIGH, "LIVE"))
    assert back is not None
    assert back.absolute == Decimal("-0.2")


prices = st.integers(1, 10**9).map(lambda ticks: f"{ticks // 1000}.{ticks % 1000:03d}")


@given(prices, prices, prices, prices)
def test_the_figures_are_exact(a: str, b: str, c: str, d: str) -> None:
    a, b = sorted((a, b), key=Fraction)
    c, d = sorted((c, d), key=Fraction)
    own, other = book(a, b), book(c, d)
    basis = measure(Leg(own, "LIVE"), Leg(other, "LIVE"))
    first, second = (Fraction(a) + Fraction(b)) / 2, (Fraction(c) + Fraction(d)) / 2
    assert basis is not None
    assert Fraction(basis.absolute) == first - second
    assert float(basis.bps) == pytest.approx(float((first - second) / second * 10_000))


@pytest.mark.parametrize("broken", [book(None, "1"), book("1", None), book("2", "1")])
def test_a_book_without_a_middle_has_no_figures(broken: OrderBook) -> None:
    assert measure(Leg(broken, "LIVE"), Leg(LOW, "LIVE")) is None
    assert measure(Leg(LOW, "LIVE"), Leg(broken, "LIVE")) is None


states = st.sampled_from(["LIVE", "QUIET", "STALE", "RESYNC", "SYNCING", "PARKED"])


@given(st.lists(st.tuples(st.floats(0.01, 5.0), states, states), max_size=60))
def test_a_history_holds_a_second_apart_what_was_live_and_gaps_stay_gaps(
    looks: list[tuple[float, str, str]],
) -> None:
    history = BasisHistory()
    now = 0.0
    known: list[float] = []
    unknown: list[float] = []
    for pause, one, two in looks:
        now += pause
        basis = history.note(now, Leg(HIGH, one), Leg(LOW, two))
        assert (basis is not None) == (one == two == "LIVE")
        (unknown if basis is None else known).append(now)
    points = list(history.points)
    assert all(point.time in known for point in points)
    assert bool(points) == bool(known)
    for before, after in pairwise(points):
        assert after.time - before.time >= EVERY
        gap = any(before.time < moment < after.time for moment in unknown)
        assert after.begins == (gap or after.time - before.time > BREAK)
    assert [point for run in history.runs() for point in run] == points
    assert all(not point.begins for run in history.runs() for point in run[1:])


def test_a_history_is_bounded_and_its_oldest_run_is_still_one() -> None:
    history = BasisHistory(length=10)
    for second in range(25):
        history.note(float(second), Leg(HIGH, "LIVE"), Leg(LOW, "LIVE"))
    assert len(history.points) == 10
    assert [len(run) for run in history.runs()] == [10]
    history.note(26.0, Leg(HIGH, "STALE"), Leg(LOW, "LIVE"))
    assert history.now is None


def listed(venue: str, name: str, base: str, quote: str) -> Instrument:
    return Instrument(venue, name, base, quote, "0.1", 1, 8)


def test_pairs_are_of_one_asset_across_venues_and_within_one() -> None:
    spot, perpetual = listed("b", "BTCUSDT", "BTC", "USDT"), listed("b", "PERP", "BTC", "USDT")
    kraken, other = listed("k", "BTC/USD", "BTC", "USD"), listed("k", "ETH/USD", "ETH", "USD")
    assert pairs([kraken, spot, other, perpetual]) == [
        (MarketKey("b", "BTCUSDT"), MarketKey("b", "PERP"))
    ]
    assert len(pairs([kraken, spot, other, perpetual], [{"USD", "USDT"}])) == 3
