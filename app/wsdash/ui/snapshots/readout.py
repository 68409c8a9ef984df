"""The level under the cursor, in exact figures."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from wsdash.domain.numbers import EXACT
from wsdash.domain.text import clean
from wsdash.ui.snapshots.depth import Rung
from wsdash.ui.snapshots.lines import Line, Span, first_fit, spread, width_of
from wsdash.ui.snapshots.numbers import human, trimmed_note

_CENT: Final = Decimal("0.01")


def readout(
    chosen: Rung, side: str, quote: str, width: int, *, proven: bool = True
) -> tuple[Line, ...]:
    """Return two lines: price, size and distance from the mid; sums up to there.

    Args:
        chosen: the level.
        side: ``bid`` or ``ask``; empty where nothing rests.
        quote: asset of the notional.
        width: cells.
        proven: whether the venue's checksum covers the level.
    """
    price = Span(f" {chosen.price}", side or "text")
    bps: Line = () if chosen.bps is None else (Span(f"{chosen.bps:+.2f}bp ", "dim"),)
    if not side:
        return (spread((price, Span(" nothing rests here", "dim")), bps, width), ())
    size = Span(f" × {trimmed_note(chosen.size)}", "bright")
    told = bps if proven else (Span("· no checksum ", "dim"), *bps)
    fits = width_of((price, size, *told)) < width
    asset = clean(quote, 12)
    exact = f"{trimmed_note(chosen.notional)} {asset}".rstrip()
    cents = f"{chosen.notional.quantize(_CENT, ROUND_HALF_EVEN, EXACT):,f} {asset}".rstrip()
    brief = f"{human(chosen.notional)} {asset}".rstrip()
    total, short = trimmed_note(chosen.total), human(chosen.total)
    sums: list[Line] = [
        (Span(" Σ ", "dim"), Span(quantity, "text"), Span(" = ", "dim"), Span(worth, "text"))
        for quantity, worth in ((total, exact), (total, cents), (total, brief), (short, brief))
    ]
    return (spread((price, size), told if fits else bps, width), first_fit(width, sums))
