"""The candle chart: candles and volume, a price axis, the last price, and holes in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import NamedTuple, Protocol

from wsdash.domain.candles import INTERVALS, Candle
from wsdash.feed.gaps import Gap
from wsdash.feed.market import Market
from wsdash.ui.flow import SECONDS
from wsdash.ui.snapshots.bars import column_rows
from wsdash.ui.snapshots.candle_cells import Bar, Scale, bar_of, column
from wsdash.ui.snapshots.chart_lines import (
    DELTA_ROWS,
    Overlay,
    by_slot,
    delta_rows,
    marks,
    words,
)
from wsdash.ui.snapshots.clocks import moment, short_clock
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.lines import Line, Span, fit, joined, width_of
from wsdash.ui.snapshots.numbers import human, price_text
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.prices import up_to_now

SPACINGS = (1, 2, 3, 4)
"""Cells from one candle to the next that zooming steps through."""


class Series(Protocol):
    """Candles by their start."""

    def last(self, count: int) -> list[Candle]:
        """Return the newest, oldest first."""


class View(NamedTuple):
    """How the chart is looked at.

    Attributes:
        spacing: cells from one candle to the next.
        back: candles scrolled back from the newest.
        overlay: what is drawn with the candles.
        past: what there is to say of older candles.
    """

    interval: str
    width: int
    height: int
    spacing: int = 1
    back: int = 0
    overlay: Overlay = Overlay()
    past: Line = ()

    @property
    def step(self) -> int:
        """Seconds of a candle."""
        return INTERVALS.get(self.interval) or SECONDS.get(self.interval, 60)


class Slot(NamedTuple):
    """One place in time: a candle, or None where there is none; and whether data is missing."""

    start: int
    bar: Bar | None
    hole: bool


def chart(
    market: Market | None,
    gaps: Sequence[Gap],
    verdict: Verdict,
    view: View,
    series: Series | None = None,
) -> Picture:
    """Return the chart of a market; of its own candles, or of a series made of its prints."""
    title: Line = (Span(f"{view.interval} candles"),)
    told = market.candles.get(view.interval) if market is not None and series is None else series
    candles = told.last(view.width + view.back) if told is not None else []
    if series is None and candles and market is not None:
        candles[-1] = up_to_now(candles[-1], market, view.step)
    if view.back:
        candles = candles[: -view.back] or candles[:1]
    if market is None or not candles or view.height < 3 or view.width < 16:
        empty = " no candles yet" if not candles else ""
        missing = "" if candles else "candles"
        return Picture(title, ((), (Span(empty, "dim"),)), verdict, missing=missing)
    digits = digits_of(market.instrument, market.book).price
    last = price_text(candles[-1].close, digits)
    axis = max(len(last), len(_label(float(candles[-1].high), digits))) + 1
    slots = _slots(candles, gaps, view, (view.width - axis - 1) // view.spacing)
    legend = words(view.overlay, digits) if view.height >= 6 else ()
    rows = _rows(slots, view._replace(height=view.height - bool(legend)), axis, last, digits)
    if legend:
        rows = ((Span(" "), *joined(legend, view.width - 1)), *rows)
    title = _past(view, candles[-1].start) if view.back else title
    return Picture(title, rows, verdict, _reading(candles[-1], digits), figure=last)


def _slots(candles: Sequence[Candle], gaps: Sequence[Gap], view: View, count: int) -> list[Slot]:
    step = view.step
    bars = {candle.start: bar_of(candle) for candle in candles}
    newest = candles[-1].start
    oldest = max(candles[0].start, newest - (max(1, count) - 1) * step)
    starts = range(newest, oldest - 1, -step)
    gaps = [gap for gap in gaps if gap.end is None or gap.end > oldest]
    return [Slot(start, bars.get(start), _missing(start, step, gaps)) for start in reversed(starts)]


def _missing(start: int, step: int, gaps: Sequence[Gap]) -> bool:
    return any(gap.start < start + step and (gap.end is None or gap.end > start) for gap in gaps)


def _rows(slots: Sequence[Slot], view: View, axis: int, last: str, digits: int) -> tuple[Line, ...]:
    bars = [slot.bar for slot in slots if slot.bar is not None]
    volume = 0 if view.height < 8 else 2 if view.height < 14 else 3
    times = 1 if view.height >= 6 else 0
    delta = DELTA_ROWS if "cvd" in view.overlay.names and view.height >= 8 else 0
    height = view.height - volume - times - delta
    low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
    margin = (high - low) * 0.02 or abs(high) * 0.001 or 1.0
    scale = Scale(low - margin, high + margin, height)
    lead = view.width - axis - 1 - len(slots) * view.spacing
    columns = [column(slot.bar, scale) if slot.bar else None for slot in slots]
    labels = _axis(scale, digits)
    line_row = scale.row(bars[-1].close)
    found = by_slot(view.overlay.samples, [slot.start for slot in slots], view.step)
    drawn = marks(view.overlay, found, scale)
    rows: list[Line] = []
    for row in range(height):
        here = row == line_row
        cells = _merged(_cells(slots, columns, row, view, lead, drawn, dashed=here))
        label = last if here else labels.get(row, "")
        tick = Span("─" if here else "┤" if label else "│", "faint")
        mark = Span(label.ljust(axis), "bright" if here else "dim")
        rows.append((*cells, tick, mark))
    rows += _volume(slots, volume, view, lead)
    rows += delta_rows(view.overlay, found, view.spacing, lead) if delta else []
    if times:
        rows.append(_times(slots, view, lead))
    return tuple(rows)


def _cells(
    slots: Sequence[Slot],
    columns: Sequence[list[str] | None],
    row: int,
    view: View,
    lead: int,
    drawn: Mapping[tuple[int, int], tuple[str, str]],
    *,
    dashed: bool,
) -> list[Span]:
    blank = "┈" if dashed else " "
    cells = [Span(blank * max(0, lead), "faint")]
    for index, (slot, glyphs) in enumerate(zip(slots, columns, strict=True)):
        glyph = glyphs[row] if glyphs else " "
        if (index, row) in drawn:
            cells.append(Span(*drawn[index, row]))
        elif glyph != " " and slot.bar is not None:
            cells.append(Span(glyph, slot.bar.role))
        elif slot.hole:  # where nothing was traded, nothing is missing
            cells.append(Span("┊", "look"))
        else:
            cells.append(Span(blank, "faint"))
        if view.spacing > 1:
            cells.append(Span(blank * (view.spacing - 1), "faint"))
    return cells


def _merged(cells: Sequence[Span]) -> Line:
    merged: list[Span] = []
    for cell in cells:
        if merged and merged[-1].role == cell.role:
            merged[-1] = Span(merged[-1].text + cell.text, cell.role)
        elif cell.text:
            merged.append(cell)
    return tuple(merged)


def _volume(slots: Sequence[Slot], height: int, view: View, lead: int) -> list[Line]:
    largest = max((slot.bar.volume for slot in slots if slot.bar), default=0.0)
    if not height:
        return []
    shares = [slot.bar.volume / largest if slot.bar and largest else 0.0 for slot in slots]
    rows: list[Line] = []
    for number, text in enumerate(column_rows(shares, height)):
        cells = [Span(" " * max(0, lead))]
        for slot, glyph in zip(slots, text, strict=True):
            cells.append(Span(glyph, slot.bar.bar_role if slot.bar and glyph != " " else "faint"))
            cells.append(Span(" " * (view.spacing - 1), "faint"))
        label = f"{human(largest)}" if number == 0 else ""
        rows.append((*_merged(cells), Span("┤" if label else "│", "faint"), Span(label, "dim")))
    return rows


def _times(slots: Sequence[Slot], view: View, lead: int) -> Line:
    step = view.step
    every = max(1, ceil(10 / view.spacing))
    every = next((n for n in (5, 10, 15, 30, 60) if n >= every), every)
    told = fit(view.past, min(view.width, width_of(view.past)))
    text = " " * max(0, lead, width_of(told) + 1)
    before = slots[-1].start
    for index, slot in enumerate(slots):
        at = max(0, lead) + index * view.spacing
        label = short_clock(slot.start, step, before)
        if slot.start // step % every == 0 and len(text) <= at and at + len(label) <= view.width:
            text, before = text.ljust(at) + label + " ", slot.start
    return (*told, Span(text[width_of(told) : view.width], "off"))


def _axis(scale: Scale, digits: int) -> dict[int, str]:
    """Round prices at about every fourth row."""
    rough = (scale.high - scale.low) / max(1, scale.rows) * 4
    if rough <= 0:
        return {}
    power = 10.0 ** floor(log10(rough))
    step = next((n * power for n in (1, 2, 5, 10) if n * power >= rough), 10 * power)
    first = ceil(scale.low / step)
    count = min(100, int((scale.high - scale.low) / step) + 1)
    prices = [(first + index) * step for index in range(count)]
    return {scale.row(price): _label(price, digits) for price in prices if price <= scale.high}


def _label(price: float, digits: int) -> str:
    return f"{price:,.{min(digits, 12)}f}"


def _reading(candle: Candle, digits: int) -> tuple[Line, ...]:
    """Return the newest candle in figures: as much of it as there will be room for."""
    role = "up" if float(candle.close) >= float(candle.open) else "down"
    named = (("O", candle.open), ("H", candle.high), ("L", candle.low), ("C", candle.close))
    texts = " ".join(f"{name} {price_text(value, digits)}" for name, value in named)
    move = (float(candle.close) / (float(candle.open) or 1.0) - 1) * 100
    return (
        (Span(f"{move:+.2f}%", role),),
        (Span(f"vol {human(float(candle.volume))}", "dim"),),
        (Span(texts, "dim"),),
    )


def _past(view: View, start: int) -> Line:
    """Return the title of candles of the past, up to a time: no width leaves that out."""
    when = moment(start) if view.width >= 46 else short_clock(start, view.step, start)
    name = f"{view.interval} candles" if view.width >= 32 else view.interval
    return Span(name), Span(f" to {when}", "look")
