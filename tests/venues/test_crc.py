from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.kraken_frames import (
    BTC_ASKS,
    BTC_BIDS,
    BTC_CHECKSUM,
    MATIC_ASKS,
    MATIC_BIDS,
    MATIC_CHECKSUM,
    MATIC_UPDATE,
    MATIC_UPDATED,
    Levels,
)

from wsdash.domain.book import OrderBook
from wsdash.venues.crc import Verifier, checksum

TINY = "0.00000500"
V1_ASKS: Levels = [(f"0.{5005 + 5 * step:05}", TINY) for step in range(10)]
V1_BIDS: Levels = [
    (price, TINY)
    for price in (
        "0.05000", "0.04995", "0.04990", "0.04980", "0.04975",
        "0.04970", "0.04965", "0.04960", "0.04955", "0.04950",
    )
]  # fmt: skip

VECTORS = [
    pytest.param(BTC_BIDS, BTC_ASKS, 1, 8, BTC_CHECKSUM, id="A, the guide's BTC/USD"),
    pytest.param(MATIC_BIDS, MATIC_ASKS, 4, 8, MATIC_CHECKSUM, id="B, MATIC/USD snapshot"),
    pytest.param(V1_BIDS, V1_ASKS, 5, 8, 974947235, id="E, leading zeros"),
    pytest.param(MATIC_BIDS[:2], MATIC_ASKS[:3], 4, 8, 302600685, id="F, fewer than ten levels"),
]


def book_of(bids: Levels, asks: Levels) -> OrderBook:
    book = OrderBook()
    book.replace(bids, asks)
    return book


@pytest.mark.parametrize(("bids", "asks", "price", "size", "crc"), VECTORS)
def test_the_published_checksums_come_out(
    bids: Levels, asks: Levels, price: int, size: int, crc: int
) -> None:
    assert checksum(book_of(bids, asks), price, size) == crc


@pytest.mark.parametrize(("bids", "asks", "price", "size", "crc"), VECTORS)
def test_decimals_are_found_where_nobody_named_them(
    bids: Levels, asks: Levels, price: int, size: int, crc: int
) -> None:
    verifier = Verifier()
    verifier.see([*bids, *asks])
    assert verifier.matches(book_of(bids, asks), crc)
    assert (verifier.price_decimals, verifier.size_decimals) == (price, size)


def test_the_checksum_after_an_update_comes_out() -> None:
    book = book_of(MATIC_BIDS, MATIC_ASKS)
    book.apply(MATIC_UPDATE, [])
    assert checksum(book, 4, 8) == MATIC_UPDATED


def test_levels_below_the_tenth_do_not_count() -> None:
    book = book_of([*BTC_BIDS, ("45000.0", "1.00000000")], [*BTC_ASKS, ("46000.0", "2.00000000")])
    assert checksum(book, 1, 8) == BTC_CHECKSUM


def test_official_decimals_are_not_second_guessed() -> None:
    verifier = Verifier()
    verifier.set_official(2, 8)
    verifier.see([*MATIC_BIDS, *MATIC_ASKS])
    assert not verifier.matches(book_of(MATIC_BIDS, MATIC_ASKS), MATIC_CHECKSUM)
    verifier.set_official(4, 8)
    assert verifier.matches(book_of(MATIC_BIDS, MATIC_ASKS), MATIC_CHECKSUM)


@given(st.integers(0, 19), st.integers(0, 9), st.booleans())
@pytest.mark.row("D4")
def test_any_other_digit_fails(level: int, digit: int, in_price: bool) -> None:
    levels = [*BTC_BIDS, *BTC_ASKS]
    price, size = levels[level]
    changed = (price[:-1] + str(digit), size) if in_price else (price, size[:-1] + str(digit))
    levels[level] = changed
    verifier = Verifier()
    verifier.see(levels)
    same = changed == (price, size)
    assert verifier.matches(book_of(levels[:10], levels[10:]), BTC_CHECKSUM) is same


@given(st.integers(-(2**70), 2**70).filter(lambda crc: crc != BTC_CHECKSUM))
@pytest.mark.row("D4")
def test_any_other_checksum_fails(crc: int) -> None:
    verifier = Verifier()
    verifier.set_official(1, 8)
    assert not verifier.matches(book_of(BTC_BIDS, BTC_ASKS), crc)
