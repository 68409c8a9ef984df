"""The basis on the screen, and curves over time: what is not known stays open."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.basis import Basis, BasisHistory, Leg, Summary
from wsdash.domain.book import OrderBook
from wsdash.ui.snapshots.bars import sparkline
from wsdash.ui.snapshots.basis import BasisView, PairView, basis_rows, list_height, signed, trail_of
from wsdash.ui.snapshots.curve import curve_rows
from wsdash.ui.snapshots.curve_lines import Series, runs_of, thinned, time_curve
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Verdict

STALE = Verdict("STALE", "binance 6s", "bad")
POINTS = [(float(second), float(second % 7), second == 30) for second in range(60)]


def view_of(*, known: bool = True) -> PairView:
    mids = (Decimal("65000.15"), Decimal("64998.20"))
    return PairView(
        own="kraken USD",
        other="binance USDT",
        mids=mids if known else (mids[0], None),
        digits=2,
        basis=Basis(mids[0] - mids[1], Decimal("0.3000009")) if known else None,
        why=None if known else STALE,
        summary=Summary(-0.104, 0.2, 12.5),
        points=POINTS,
    )


@pytest.mark.parametrize("width", [38, 42, 60, 76, 99, 111, 112, 140, 198])
def test_a_pair_says_all_its_figures_in_any_width(width: int) -> None:
    pairs = [view_of(), view_of(known=False)]
    rows = basis_rows(pairs, BasisView(width, 8, 0))
    assert all(width_of(row) <= width for row in rows)
    text = "\n".join(plain_text(row) for row in rows)
    for words in ("kraken USD", "binance USDT", "65,000.15", "64,998.20", "+1.95", "+0.30bp",
                  "-0.10", "+0.20", "+12.50", "min", "mean", "max", "STALE"):  # fmt: skip
        assert words in text


def test_who_is_not_live_does_not_push_the_names_away() -> None:
    for width in (38, 40, 60):
        rows = [
            plain_text(row) for row in basis_rows([view_of(known=False)], BasisView(width, 8, 0))
        ]
        assert "kraken USD / binance USDT" in rows[0]
        assert "…" not in "".join(rows)
        assert "STALE binance" in rows[1]


def test_little_room_leaves_out_and_cuts_nothing() -> None:
    for known in (True, False):
        rows = basis_rows([view_of(known=known)], BasisView(26, 8, 0))
        text = "\n".join(plain_text(row) for row in rows)
        assert "kraken / binance" in text
        assert "…" not in text
        assert all(words in text for words in ("min -0.10", "max +12.50", "65,000.15"))
        assert known or "STALE" in text


@pytest.mark.parametrize("width", [22, 28, 35, 42, 76, 112, 140])
def test_what_is_not_spot_is_said_in_any_width(width: int) -> None:
    pair = view_of()._replace(own="binance USDT", other="bybit USDT perp")
    rows = basis_rows([pair], BasisView(width, 8, 0))
    text = "\n".join(plain_text(row) for row in rows)
    assert "perp" in text or width < 30
    assert ("binance USDT / bybit USDT perp" in text) == (width >= 42)


def test_nothing_has_no_sign_below_zero() -> None:
    assert [signed(value) for value in (-0.001, 0.0, -0.01, Decimal("0.004"))] == [
        "+0.00", "+0.00", "-0.01", "+0.00",
    ]  # fmt: skip


def test_the_chosen_pair_is_always_in_sight() -> None:
    pairs = [view_of()._replace(own=f"venue{index}") for index in range(9)]
    for width in (40, 140):
        for chosen in range(9):
            height = list_height(len(pairs), width, 14)
            rows = basis_rows(pairs, BasisView(width, height, chosen, cursor=True))
            assert any(f"▸venue{chosen}" in plain_text(row) for row in rows)
            assert len(rows) <= height


known = st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=120)


@given(known, st.integers(1, 50))
def test_a_trail_is_no_longer_than_its_cells_and_within_what_was(
    values: list[tuple[float, bool]], cells: int
) -> None:
    points = [(float(at), value, begins) for at, (value, begins) in enumerate(values)]
    trail = trail_of(points, cells)
    assert len(trail) <= max(cells, 1) or not cells
    low, high = min(value for _, value, _ in points), max(value for _, value, _ in points)
    assert all(value is None or low - 1e-9 <= value <= high + 1e-9 for value in trail)
    holes = sum(begins for _, _, begins in points[1:])
    assert (None in trail) == bool(holes)
    assert len(sparkline(trail, cells)) == len(trail)


@given(known, st.floats(0.5, 20.0))
def test_a_thinned_line_keeps_its_highest_and_lowest(
    values: list[tuple[float, bool]], width: float
) -> None:
    run = [(float(at), value) for at, (value, _) in enumerate(values)]
    kept = thinned(run, width)
    assert set(kept) <= set(run)
    assert all(before[0] < after[0] for before, after in pairwise(kept))
    for pick in (min, max):
        assert pick(value for _, value in kept) == pick(value for _, value in run)
    assert len(kept) <= 2 * (len(run) / width + 2)


def book(bid: str, ask: str) -> OrderBook:
    made = OrderBook()
    made.apply([(bid, "1")], [(ask, "1")])
    return made


def test_a_time_without_two_live_books_is_a_hole_in_the_curve() -> None:
    history, far = BasisHistory(), book("100.0", "100.2")
    for second in range(100):
        state = "STALE" if 30 <= second < 70 else "LIVE"
        history.note(float(second), Leg(book("100.2", "100.4"), "LIVE"), Leg(far, state))
    curve = time_curve([Series(runs_of(history.points))], 99.0, 1_000.0, 60)
    assert [(points.x[0], points.x[-1]) for points in curve.points] == [(-99, -70), (-29, 0)]
    rows = [plain_text(row) for row in curve_rows(curve, 60, 9, ascii_only=True)]
    columns = [max(row[x : x + 1] == "*" for row in rows) for x in range(60)]
    drawn = "".join("*" if column else " " for column in columns).strip()
    assert "*" in drawn
    assert 14 <= drawn.count(" ") <= 30
    summary = history.summary()
    assert summary is not None
    assert summary.low == pytest.approx(0.2 / 100.1 * 10_000) == summary.high
    assert summary.mean == pytest.approx(summary.low)


def test_a_curve_goes_on_to_now_even_when_nothing_is_known_any_more() -> None:
    curve = time_curve([Series([[(0.0, 1.0), (10.0, 2.0)]])], 40.0, 1_040.0, 40)
    assert curve.span == (-40.0, 0.0)
    rows = [plain_text(row) for row in curve_rows(curve, 60, 9, ascii_only=True)]
    assert not any("*" in row[30:] for row in rows)
    assert time_curve([Series([[(0.0, 1.0)]])], 1.0, 1.0, 40).points == ()


def test_heights_that_are_near_each_other_are_told_apart() -> None:
    curve = time_curve([Series([[(0.0, 48_210.10), (10.0, 48_210.90)]])], 10.0, 1_000.0, 60)
    rows = [plain_text(row).split() for row in curve_rows(curve, 60, 12, ascii_only=True)]
    labels = [row[0] for row in rows if row and row[0].startswith("48,210")]
    assert len(labels) == len(set(labels)) >= 3
