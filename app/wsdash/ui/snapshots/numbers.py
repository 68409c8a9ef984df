"""Exact decimals as text, made readable: grouped, aligned on the point, zeros set back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from wsdash.domain.numbers import SCALE, decimals, trimmed
from wsdash.ui.snapshots.lines import Span

_SUFFIXES = ("", "k", "M", "B", "T", "Q")
"""As markets write them: a billion is a ``B``, no ``G``."""


class Column(NamedTuple):
    """A column of decimals: cells before the point, and digits after it."""

    whole: int
    fraction: int

    @property
    def width(self) -> int:
        """Cells of the whole column."""
        return self.whole + (self.fraction + 1 if self.fraction else 0)

    def place(self, text: str) -> str:
        """Return `text` so that its point stands where the column has it."""
        whole, point, fraction = text.partition(".")
        if not self.fraction:
            return text.rjust(self.whole)
        return whole.rjust(self.whole) + (point or " ") + fraction.ljust(self.fraction)


def column_of(texts: Iterable[str]) -> Column:
    """Return the narrowest column that holds all `texts`."""
    whole = fraction = 0
    for text in texts:
        before, _, after = text.partition(".")
        whole, fraction = max(whole, len(before)), max(fraction, len(after))
    return Column(whole, fraction)


def grouped(text: str) -> str:
    """Return a plain decimal with its thousands grouped: ``65000.2`` to ``65,000.2``."""
    sign = "-" if text.startswith("-") else ""
    whole, point, fraction = text.removeprefix("-").partition(".")
    return f"{sign}{int(whole or '0'):,}{point}{fraction}" if whole.isdecimal() else text


def padded(text: str, digits: int | None) -> str:
    """Return a plain decimal with at least `digits` after the point; none is taken away."""
    if digits is None:
        return text
    missing = digits - decimals(text)
    if missing <= 0:
        return text
    return (text if "." in text else text + ".") + "0" * missing


def rounded_down(text: str, digits: int) -> str:
    """Return a decimal with at most `digits` after the point, never more than it is.

    What would look like nothing says that it is less than the smallest that is shown.
    """
    whole, _, fraction = text.partition(".")
    if len(fraction) <= digits:
        return text
    shown = f"{whole}.{fraction[:digits]}" if digits else whole
    if shown.strip("-0.,") or not fraction.strip("0"):
        return shown
    return ("<0." + "0" * (digits - 1) + "1") if digits else "<1"


def price_text(text: str, digits: int | None) -> str:
    """Return a price as it is shown: the market's digits, more only where they say something."""
    return grouped(text if digits is None else padded(trimmed(text), digits))


def key_text(key: int, digits: int) -> str:
    """Return a price identity (units of 10**-18) as a plain decimal, rounded half to even."""
    step = 10 ** (SCALE - digits)
    units, rest = divmod(abs(key), step)
    if rest * 2 > step or (rest * 2 == step and units % 2):
        units += 1
    sign = "-" if key < 0 and units else ""
    whole, fraction = divmod(units, 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}" if digits else f"{sign}{whole}"


def human(value: Decimal | float) -> str:
    """Return a size with three significant digits: ``1.24k``."""
    number = float(value)
    if number == 0:
        return "0"
    size, index = abs(number), 0
    while size >= 999.5 and index < len(_SUFFIXES) - 1:
        size, index = size / 1000, index + 1
    if size >= 1e6:
        return f"{number:.2g}"
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    if size < 0.0095:
        return f"{number:.1e}" if size < 0.00001 else f"{number:.5f}"
    return f"{'-' if number < 0 else ''}{size:.{digits}f}{_SUFFIXES[index]}"


def fixed(value: Decimal, digits: int, width: int) -> str:
    """Return a size with `digits` after the point in at most `width` cells.

    What would not fit is humanised; what would look like nothing says that it is less.
    """
    text = f"{value:,.{digits}f}"
    if value and not text.strip("-0.,"):
        text = ("<0." + "0" * (digits - 1) + "1") if digits else "<1"
    return text if len(text) <= width else human(value)


def zeros_back(text: str, role: str) -> tuple[Span, ...]:
    """Return a number as spans, the zeros that say nothing set back."""
    body = text.rstrip(" ")
    if "." not in body:
        return (Span(text, role),)
    kept = body.rstrip("0")
    kept = kept.removesuffix(".") if kept.endswith(".") else kept
    if len(kept) == len(body):
        return (Span(text, role),)
    return (Span(kept, role), Span(text[len(kept) :], "dim" if role != "off" else "off"))


def trimmed_note(value: Decimal) -> str:
    """Return an exact size, grouped, without zeros that say nothing."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
