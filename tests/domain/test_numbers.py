from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.instrument import step_decimals
from wsdash.domain.numbers import (
    BadNumber,
    add,
    decimals,
    is_zero,
    plain,
    price_key,
    size_text,
    trimmed,
)

digits = st.text("0123456789", min_size=1, max_size=18)
unsigned = st.one_of(digits, st.builds("{}.{}".format, digits, digits))
numbers = st.builds("{}{}".format, st.sampled_from(["", "-"]), unsigned)

BAD = [
    "", " ", "-", "+", ".", "1.", ".5", "+1", "--1", "1,5", "1 ", " 1", "1\n", "0x10", "1_000",
    "NaN", "nan", "sNaN", "Infinity", "-inf", "null", "true", "None", "１２", "٣", "1e", "e5",
    "1e999999", "1e-999999", "1E99", "-1e99", "1e-19", "9" * 19, "0." + "1" * 19, "1e5.5",
    "9" * 1_000_000, "1e" + "9" * 1_000_000, "1" + "e9" * 500_000, "\x00", "\ud800", "1\u200b",
]  # fmt: skip


@given(numbers)
def test_a_plain_number_keeps_its_digits(text: str) -> None:
    assert plain(text) == text


@given(digits, st.integers(-18, 17))
def test_an_exponent_is_written_out_without_changing_the_number(text: str, power: int) -> None:
    written = f"{text}e{power}"
    try:
        expanded = plain(written)
    except BadNumber:
        assert len(text) + abs(power) > 18
    else:
        assert Fraction(expanded) == Fraction(written)
        assert "e" not in expanded.lower()


@given(st.text())
@pytest.mark.row("D17")
def test_whatever_passes_is_a_number_everybody_reads_alike(text: str) -> None:
    try:
        number = plain(text)
    except BadNumber:
        return
    assert Decimal(number).is_finite()
    assert number.isascii()


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:12]))
@pytest.mark.row("D17", "G10")
def test_what_no_venue_has_reason_to_send_is_refused(text: str) -> None:
    for check in (plain, price_key, size_text):
        with pytest.raises(BadNumber) as refusal:
            check(text)
        assert not any(part in str(refusal.value) for part in {text} if len(part) > 1)


@given(unsigned, unsigned)
def test_prices_are_one_level_exactly_when_they_are_equal(one: str, other: str) -> None:
    try:
        keys = price_key(one), price_key(other)
    except BadNumber:
        assert not Fraction(one) or not Fraction(other)
        return
    assert (keys[0] == keys[1]) is (Fraction(one) == Fraction(other))
    assert (keys[0] < keys[1]) is (Fraction(one) < Fraction(other))
    assert Fraction(keys[0], 10**18) == Fraction(one)


@given(unsigned)
def test_zero_is_zero_however_many_zeros_it_has(text: str) -> None:
    assert is_zero(size_text(text)) is (Fraction(text) == 0)


@given(unsigned)
def test_trimming_changes_no_value_and_leaves_no_idle_zero(text: str) -> None:
    short = trimmed(text)
    assert Fraction(short) == Fraction(text)
    assert not ("." in short and short.endswith(("0", ".")))
    assert decimals(short) <= decimals(text)


@pytest.mark.parametrize(
    ("step", "digits_after"),
    [("0.01000000", 2), ("1.00000000", 0), ("1", 0), ("10", 0), ("0.00000001", 8), ("0.5", 1)],
)
def test_a_step_says_how_many_decimals_it_needs(step: str, digits_after: int) -> None:
    assert step_decimals(step) == digits_after


@given(st.lists(numbers, max_size=20))
def test_a_sum_is_exact(texts: list[str]) -> None:
    assert Fraction(add(texts)) == sum(map(Fraction, texts), Fraction(0))


def test_a_sum_needs_more_digits_than_decimal_gives_by_itself() -> None:
    large, small = "999999999999999999", "0.000000000000000001"
    assert Context().add(Decimal(large), Decimal(small)) != Decimal(large + small[1:])
    assert add((large, small)) == large + small[1:]
