"""Exact numbers from text: one validator, one identity for a price level.

Prices and sizes travel as the text the venue sent, because checksums and the
screen need exactly that. A price level is identified by an integer, so that
``0.10`` and ``0.1`` are one level and no float decides what equals what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Context, Decimal
from functools import lru_cache, reduce

SCALE = 18
"""Digits after the point that a price identity keeps; no venue sends more."""

_PLAIN = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_SIZE = re.compile(r"\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_EXPONENT = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?[eE][+-]?\d{1,2}", re.ASCII)


class BadNumber(ValueError):
    """Text that is no number any venue has reason to send; carries no value."""


def plain(text: str) -> str:
    """Return `text` as a plain decimal, the digits untouched unless it had an exponent.

    Everything numeric from outside passes here before anything is computed
    from it: ``Decimal("1e999999")`` alone would cost half a minute of CPU.

    Raises:
        BadNumber: the text is not a decimal of at most 18 digits before and
            after the point (NaN, infinities, empty, full-width digits, ...).
    """
    if _PLAIN.fullmatch(text):
        return text
    if _EXPONENT.fullmatch(text):
        expanded = format(Decimal(text), "f")
        if _PLAIN.fullmatch(expanded):
            return expanded
    raise BadNumber("not a plain decimal number")


@lru_cache(maxsize=1 << 14)
def price_key(price: str) -> int:
    """Return the identity of a price level: the price in units of 10**-18.

    Cached, because a market quotes the same few thousand prices all day.

    Raises:
        BadNumber: not a positive decimal.
    """
    whole, _, fraction = plain(price).partition(".")
    key = int(whole + fraction.ljust(SCALE, "0"))
    if key <= 0:
        raise BadNumber("a price must be positive")
    return key


def size_text(size: str) -> str:
    """Return `size` if it is a plain decimal that is not negative.

    Raises:
        BadNumber: it is something else.
    """
    if _SIZE.fullmatch(size):
        return size
    raise BadNumber("not a plain size")


def is_zero(size: str) -> bool:
    """Tell whether a plain decimal is zero, however many zeros it is written with."""
    return not size.strip("0.")


def decimals(text: str) -> int:
    """Return how many digits a plain decimal has after its point."""
    return len(text.partition(".")[2])


def trimmed(text: str) -> str:
    """Return a plain decimal without trailing zeros after the point."""
    return text.rstrip("0").rstrip(".") if "." in text else text


EXACT = Context(prec=100)
"""Adds without rounding; by itself `decimal` keeps 28 digits, and a plain number can have 36."""


def add(numbers: Iterable[str]) -> str:
    """Return the exact sum of plain decimals, with the decimals of the longest."""
    return format(reduce(EXACT.add, map(Decimal, numbers), Decimal(0)), "f")
