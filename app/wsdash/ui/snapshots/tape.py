"""The tape: every print, newest on top, with the holes in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final, NamedTuple

from wsdash.domain.figures_tape import SizeBands, usual_bounds
from wsdash.domain.text import clean
from wsdash.domain.trades import Trade
from wsdash.feed.gaps import Gap
from wsdash.feed.market import Market
from wsdash.ui.snapshots.bars import bar_right
from wsdash.ui.snapshots.clocks import clock, clock_ms, span
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.lines import Line, Span, first_fit
from wsdash.ui.snapshots.numbers import (
    Column,
    column_of,
    fixed,
    price_text,
    trimmed_note,
    zeros_back,
)
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.tape_ring import Ring
from wsdash.ui.snapshots.tape_rows import Choice, Print, chosen

PACE_SECONDS = 10.0
"""Over how many seconds the pace is counted."""

WEIGHED = 200
"""Prints by which pace, share of buyers and what is large are judged."""


COUNT: Final = 5
"""Cells for how many prints a row has."""

BANDS: Final = ("dim", "text", "bright")
"""How the sizes of small, medium and large prints are written."""

ALL: Final = Choice()
"""Every print is a row."""


class Form(NamedTuple):
    """How prints are written; all rows of one picture share it."""

    price: Column
    price_digits: int
    size: int
    size_digits: int
    bar: int
    clock: int
    large: float
    bands: SizeBands
    united: bool


def tape(
    market: Market | None,
    gaps: Iterable[Gap],
    verdict: Verdict,
    size: tuple[int, int],
    wall: float,
    skip: int = 0,
    *,
    choice: Choice = ALL,
    held: Sequence[Trade] | None = None,
    ring: Ring | None = None,
) -> Picture:
    """Return the tape of a market.

    Args:
        market: the market, or None while there is none.
        gaps: the holes in it.
        verdict: how true the tape is.
        size: width and height of the body.
        wall: seconds since the epoch, to count the pace.
        skip: newest rows that are scrolled out of sight.
        choice: which prints make rows, and how.
        held: the prints of a tape that stands still; None for the tape as it is.
        ring: where its rows stand if they do not scroll.
    """
    width, height = size
    source = held if held is not None else market.tape.prints if market else ()
    prints = list(islice(chosen(source, choice), skip, skip + height))
    recent = list(islice(market.tape.prints, WEIGHED)) if market else []
    rows: list[Line] = []
    keys: list[Hashable] = []
    gaps = list(gaps)
    if market is not None and prints:
        form = _form(market, prints, recent, width, united=choice.united)
        holes = sorted(gaps, key=lambda gap: gap.start, reverse=True)
        for row in prints:
            time = row.trade.time
            while holes and time is not None and holes[0].start >= time:
                keys.append(holes[0].start)
                rows.append(_hole(holes.pop(0), width))
            keys.append(row.trade.id)
            rows.append(_print(row, form))
    return Picture(
        title=(Span("Tape"), *_told(choice)),
        rows=(ring.place(keys, rows, height) if ring else tuple(rows[:height]))
        or ((Span(_nothing(choice), "dim"),),),
        verdict=verdict,
        notes=_notes(recent, gaps, wall),
        figure=prints[0].trade.price if prints else "",
        missing="" if rows or choice.least is not None else "prints",
    )


def last_print(market: Market, width: int) -> Line:
    """Return the newest print in one line for where there is room for one only."""
    trade = market.tape.prints[0]
    digits = digits_of(market.instrument, market.book)
    price = price_text(trade.price, digits.price)
    amount = fixed(Decimal(trade.size), min(4, digits.size or 4), 10)
    role, mark = _side(trade)
    left: Line = (Span(f" {mark} ", role), Span(price, role), Span(f"  {amount}"))
    time = "" if trade.time is None else clock(trade.time)
    return first_fit(width, [(*left, Span(f"   {time}", "dim")), left])


def _told(choice: Choice) -> Line:
    least: Line = ()
    if choice.least is not None:
        least = (Span(f" ≥{trimmed_note(choice.least)}", "look"),)
    return (*least, Span(" orders", "dim")) if choice.united else least


def _nothing(choice: Choice) -> str:
    return " no prints yet" if choice.least is None else " no prints of that size"


def _form(
    market: Market, prints: Sequence[Print], recent: Sequence[Trade], width: int, *, united: bool
) -> Form:
    digits = digits_of(market.instrument, market.book)
    price = column_of([price_text(row.trade.price, digits.price) for row in prints])
    sizes = sorted(float(trade.size) for trade in recent)
    largest = max([*sizes[-1:], *(float(row.trade.size) for row in prints)])
    whole = max(2, len(f"{int(largest):,}"))
    least = price.width + 12
    clock_width = next((cells for cells in (12, 8) if width >= cells + least), 0)
    room = width - clock_width - price.width - 5 - (COUNT if united else 0)
    size = min(max(6, room * 2 // 3), whole + 1 + min(digits.size or 4, 4))
    shown = max(0, min(digits.size or 4, 4, size - 1 - whole))
    bar = max(0, min(8, room - size - 1))
    large = sizes[len(sizes) * 9 // 10] if sizes else 0.0
    bands = SizeBands(usual_bounds(recent))
    return Form(price, digits.price, size, shown, bar, clock_width, large, bands, united)


def _print(row: Print, form: Form) -> Line:
    trade = row.trade
    role, mark = _side(trade)
    time = "" if trade.time is None else clock_ms(trade.time)[: form.clock]
    amount = float(trade.size)
    share = amount / (form.large * 4) if form.large and amount >= form.large else 0.0
    price = form.price.place(price_text(trade.price, form.price_digits))
    size = fixed(Decimal(trade.size), form.size_digits, form.size).rjust(form.size)
    bar = bar_right(share, form.bar, f"{role}-bar")
    count: Line = ()
    if form.united:
        count = (Span((f" ×{row.prints}" if row.prints > 1 else "").ljust(COUNT), "dim"),)
    return (
        Span(f" {time:<{form.clock}}", "dim"),
        Span(f" {mark} ", role),
        *zeros_back(price, role),
        Span(" "),
        *zeros_back(size, BANDS[min(form.bands.band_of(trade), len(BANDS) - 1)]),
        *count,
        Span(" "),
        *bar,
    )


def _hole(gap: Gap, width: int) -> Line:
    if gap.end is None:
        words = f"gap since {clock(gap.start)}, {clean(gap.reason, 40)}"
    else:
        words = f"gap {clock(gap.start)} to {clock(gap.end)}, {span(gap.end - gap.start)}"
    choices: list[Line] = [
        (Span(f" ┈┈ {text} ┈┈", "look"),) for text in (words, f"gap {clock(gap.start)}", "gap")
    ]
    return first_fit(width, choices)


def unbroken(prints: Sequence[Trade], gaps: Iterable[Gap]) -> tuple[Sequence[Trade], float | None]:
    """Return the prints that a sum may run over, and when a gap broke it, if one did.

    Args:
        prints: newest first.
        gaps: the holes that concern them.
    """
    ended = max((gap.end for gap in gaps if gap.end is not None), default=None)
    if ended is None:
        return prints, None
    for index, trade in enumerate(prints):
        if trade.time is not None and trade.time < ended:
            return prints[:index], ended
    return prints, None


def _notes(recent: Sequence[Trade], gaps: Sequence[Gap], wall: float) -> tuple[Line, ...]:
    counted, broken = unbroken(recent, gaps)
    if not counted:
        return ()
    seconds = PACE_SECONDS if broken is None else min(PACE_SECONDS, max(1.0, wall - broken))
    newer = sum(1 for trade in counted if trade.time and wall - trade.time <= seconds)
    bought = sum(float(trade.size) for trade in counted if trade.side == "buy")
    everything = sum(float(trade.size) for trade in counted)
    pace = newer / seconds
    share = round(bought / everything * 100) if everything else 0
    since: Line = () if broken is None else (Span(f" since gap {clock(broken)}", "look"),)
    return (
        (Span(f"buy {share}%", "dim"), *since),
        (Span(f"{pace:.1f}/s" if pace < 10 else f"{pace:.0f}/s", "dim"),),
    )


def _side(trade: Trade) -> tuple[str, str]:
    return ("bid", "▲") if trade.side == "buy" else ("ask", "▼")
