from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.numbers import price_key
from wsdash.ui.snapshots.bars import bar_left, bar_right, column_rows, sparkline, steady_scale
from wsdash.ui.snapshots.clocks import age, clock_ms, countdown, minutes, span
from wsdash.ui.snapshots.glow import GLOW_SECONDS, Glow
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.numbers import (
    column_of,
    fixed,
    grouped,
    human,
    key_text,
    price_text,
    zeros_back,
)

decimals = st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=8).map(
    lambda value: format(value, "f")
)


@given(st.lists(decimals, min_size=1, max_size=8))
def test_a_column_puts_all_points_below_each_other(texts: list[str]) -> None:
    column = column_of(texts)
    placed = [column.place(text) for text in texts]
    assert {len(text) for text in placed} == {column.width}
    assert len({text.index(".") for text in placed if "." in text}) <= 1


def test_the_smallest_and_the_largest_prices_align() -> None:
    texts = [price_text("0.00000812", 8), price_text("65000.2", 1), price_text("12", 0)]
    column = column_of(texts)
    assert [column.place(text) for text in texts] == [
        "     0.00000812",
        "65,000.2       ",
        "    12         ",
    ]


def test_a_price_has_the_digits_of_its_market_however_it_was_sent() -> None:
    assert price_text("65012.50000000", 1) == "65,012.5"
    assert price_text("65012", 1) == "65,012.0"
    assert price_text("65012.55", 1) == "65,012.55"


@given(decimals)
def test_grouping_changes_no_digit(text: str) -> None:
    assert grouped(text).replace(",", "") == text


@given(st.integers(1, 10**28), st.integers(0, 18))
def test_a_price_identity_is_written_as_it_is(key: int, digits: int) -> None:
    key -= key % 10 ** (18 - digits)
    if key:
        assert price_key(key_text(key, digits)) == key


@given(st.decimals(0, 10**7, places=8), st.integers(0, 8), st.integers(6, 12))
def test_a_size_stays_in_its_column_and_nothing_is_called_zero_that_is_not(
    value: Decimal, digits: int, width: int
) -> None:
    text = fixed(value, digits, width)
    assert len(text) <= max(width, 7)
    assert not value or text.strip("0.,")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1240, "1.24k"),
        (0.5, "0.50"),
        (12.34, "12.3"),
        (5_600_000, "5.60M"),
        (8_080_000_000, "8.08B"),
        (0, "0"),
    ],
)
def test_sizes_for_people_have_three_digits(value: float, text: str) -> None:
    assert human(value) == text


@given(decimals)
def test_setting_zeros_back_changes_no_character(text: str) -> None:
    assert plain_text(zeros_back(text, "text")) == text


@given(st.floats(-1, 2), st.integers(0, 20))
def test_bars_are_as_wide_as_their_column(share: float, width: int) -> None:
    assert width_of(bar_right(share, width, "bid-bar")) == width
    assert width_of(bar_left(share, width, "bid-bar")) == width


def test_whatever_is_there_has_a_bar() -> None:
    assert plain_text(bar_right(0.0001, 8, "ask-bar")).strip()
    assert plain_text(bar_right(0.0, 8, "ask-bar")).strip() == ""


@given(st.floats(1e-9, 1e12))
def test_the_scale_of_bars_holds_the_largest_and_is_round(largest: float) -> None:
    scale = steady_scale(largest)
    assert largest <= scale * 1.0000001 <= largest * 10.1


@given(st.lists(st.floats(-1e9, 1e9), max_size=40), st.integers(0, 30))
def test_a_sparkline_never_exceeds_its_room(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) <= width


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(1, 5))
def test_columns_have_a_cell_for_every_share(shares: list[float], height: int) -> None:
    rows = column_rows(shares, height)
    assert [len(row) for row in rows] == [len(shares)] * height


def test_times_in_words() -> None:
    assert [age(0.24), age(14.2), age(185), span(8_040)] == ["0.2s", "14s", "3m05s", "2h14m"]
    assert [countdown(0.4), countdown(-3), minutes(151)] == ["0.4s", "0.0s", "02:31"]
    assert clock_ms(0.25) == "00:00:00.250"


def test_only_the_digits_that_changed_shine_and_not_for_long() -> None:
    glow = Glow()
    glow.spans("last", "65,000.2", "text", 0.0)
    after = glow.spans("last", "65,001.2", "text", 1.0)
    assert [(part.text, part.role) for part in after] == [("65,00", "text"), ("1.2", "bright")]
    assert glow.due(1.0) == pytest.approx(GLOW_SECONDS)
    later = glow.spans("last", "65,001.2", "text", 1.0 + GLOW_SECONDS)
    assert {part.role for part in later} == {"text"}
    assert glow.due(2.0) is None
