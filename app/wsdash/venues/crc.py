"""Kraken's book checksum: CRC32 over the digits of the ten best levels of each side.

Source: Kraken's guide to the v2 book channel; the numbers are written with exactly the
pair's decimals, without the point and without leading zeros.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from zlib import crc32

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.numbers import decimals

LEVELS = 10
"""Levels of each side that the checksum covers."""

MOST_DECIMALS = 12
"""Most decimals tried when a pair's decimals must be found out."""


def checksum(book: OrderBook, price_decimals: int, size_decimals: int) -> int:
    """Return the unsigned CRC32 of the book's top, asks first."""
    text = _digits(book.asks.top(LEVELS), price_decimals, size_decimals)
    text += _digits(book.bids.top(LEVELS), price_decimals, size_decimals)
    return crc32(text.encode("ascii"))


class Verifier:
    """Checks books of one pair against checksums.

    Kraken's numbers carry all of a pair's decimals, but proxies and recorders drop
    trailing zeros. So the decimals are taken from the instrument list where there is
    one, and are otherwise the most that were seen, or what makes the checksum right.
    """

    def __init__(self) -> None:
        self.price_decimals = 0
        self.size_decimals = 0
        self.official = False

    def set_official(self, price_decimals: int, size_decimals: int) -> None:
        """Take the decimals from the venue's instrument list."""
        self.price_decimals, self.size_decimals = price_decimals, size_decimals
        self.official = True

    def see(self, levels: Iterable[Level]) -> None:
        """Learn decimals from numbers as they were sent."""
        if self.official:
            return
        for price, size in levels:
            self.price_decimals = max(self.price_decimals, decimals(price))
            self.size_decimals = max(self.size_decimals, decimals(size))

    def of(self, book: OrderBook) -> int:
        """Return the checksum a book has."""
        return checksum(book, self.price_decimals, self.size_decimals)

    def matches(self, book: OrderBook, expected: int) -> bool:
        """Whether the book agrees with a checksum."""
        if checksum(book, self.price_decimals, self.size_decimals) == expected:
            return True
        return not self.official and self._find_decimals(book, expected)

    def _find_decimals(self, book: OrderBook, expected: int) -> bool:
        candidates = product(
            range(self.price_decimals, MOST_DECIMALS + 1),
            range(self.size_decimals, MOST_DECIMALS + 1),
        )
        for price_decimals, size_decimals in candidates:
            if checksum(book, price_decimals, size_decimals) == expected:
                self.price_decimals, self.size_decimals = price_decimals, size_decimals
                return True
        return False


def _digits(levels: Iterable[Level], price_decimals: int, size_decimals: int) -> str:
    return "".join([_level(level, price_decimals, size_decimals) for level in levels])


@lru_cache(maxsize=4096)
def _level(level: Level, price_decimals: int, size_decimals: int) -> str:
    """The digits of one level: of the twenty that a message is checked by, one is new."""
    return _fixed(level[0], price_decimals) + _fixed(level[1], size_decimals)


def _fixed(number: str, places: int) -> str:
    whole, _, fraction = number.partition(".")
    if len(fraction) != places:
        fraction = fraction[:places].ljust(places, "0")
    return (whole + fraction).lstrip("0")
