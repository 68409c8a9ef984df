"""The candle chart and the curve as panes."""

from __future__ import annotations

import asyncio
from itertools import islice, takewhile

from wsdash.domain.candles import CandleSeries
from wsdash.domain.figures_candles import TradeCandles
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.chart import SPACINGS, View, chart
from wsdash.ui.snapshots.chart_lines import Overlay
from wsdash.ui.snapshots.chart_past import due, past_words
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.curve import Curve, Kind, curve_rows, delta_curve, depth_curve
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.tape import unbroken
from wsdash.ui.streams import contained
from wsdash.ui.widgets.pane import Pane

SECONDS_PER_CURVE = 1.0
"""How often the curve is drawn at most."""

AXIS = 12
"""Cells beside the candles."""

DELTA_PRINTS = 500
"""Prints that the delta curve goes back."""


class ChartPane(Pane):
    """The candles of the market in focus."""

    channel = "candles"
    pace = 0.1

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.spacing = 1
        self.lines: frozenset[str] = frozenset()
        self._until: int | None = None
        """Start of the newest candle in sight; None while the chart goes with the time."""

    def picture(self, width: int, height: int) -> Picture:
        """Return the chart."""
        group = self.group
        group.look_at_flow()
        overlay, traded = Overlay(), group.traded
        if self.lines:
            holed = traded.missed or group.holed(traded.begun, "trades")
            overlay = Overlay(self.lines, tuple(traded.samples), traded.begun, holed)
        series = traded.candles.get(group.interval)
        view = View(group.interval, width, height, self.spacing, self._back(), overlay)
        view = view._replace(past=self._look_back(view))
        gaps = group.gaps("candles" if series is None else "trades")
        return chart(group.market, gaps, group.candle_verdict(), view, series)

    def due(self) -> float | None:
        """Return in how many seconds what is said of the past changes."""
        market = self.group.market
        past = market.past.get(self.group.interval) if market is not None else None
        return due(past, self.desk.feed.now())

    def turn(self, name: str) -> None:
        """Draw a line, or draw it no more."""
        self.lines ^= {name}

    def move(self, dx: int, dy: int) -> None:
        """Scroll through time."""
        self._scroll(-dx * 5)

    def page(self, step: int) -> None:
        """Scroll through time by most of a screen; up is back."""
        self._scroll(-step * max(5, self._room(self.size.width) * 3 // 4))

    def adjust(self, step: int) -> None:
        """Zoom."""
        place = SPACINGS.index(self.spacing) + step
        self.spacing = SPACINGS[max(0, min(len(SPACINGS) - 1, place))]

    def centre(self) -> None:
        """Go back to the newest candle."""
        self._until = None

    def reset(self) -> None:
        """Go back to the newest candle."""
        self._until = None

    def _series(self) -> CandleSeries | TradeCandles | None:
        made, market = self.group.traded.candles.get(self.group.interval), self.group.market
        return made or (market.candles.get(self.group.interval) if market is not None else None)

    def _back(self) -> int:
        """How many candles are newer than those in sight."""
        series, until = self._series(), self._until
        if series is None or until is None:
            return 0
        newer = takewhile(lambda candle: candle.start > until, reversed(series.last(len(series))))
        return sum(1 for _ in newer)

    def _scroll(self, candles: int) -> None:
        """Look at the time so many candles further back."""
        series = self._series()
        if series is None or not len(series):
            return
        reach = len(series) - max(10, self._room(self.size.width))
        back = max(0, min(reach, self._back() + candles))
        self._until = series.last(back + 1)[0].start if back else None

    def _look_back(self, view: View) -> Line:
        """Have older candles fetched when they come into sight, and say how that goes."""
        series, market = self._series(), self.group.market
        if market is None or not isinstance(series, CandleSeries) or series.oldest is None:
            return ()
        right = series.last(view.back + 1)[0].start
        screen = self._room(view.width) * view.step
        left = right - screen
        if left - (screen if view.back else 0) < series.oldest:
            self.desk.feed.older(market.key, view.interval)
        past, now = market.past.get(view.interval), self.desk.feed.now()
        at_edge = left - view.step <= series.oldest
        return past_words(series, past, market.key.venue, now, at_edge=at_edge)

    def _room(self, width: int) -> int:
        """How many candles a pane of a width has room for, about: beside them are the prices."""
        return max(1, (width - AXIS) // self.spacing)


class CurvePane(Pane):
    """The depth of the book, or the delta of the tape, as a curve."""

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.kind: Kind = "depth"
        self._rows: tuple[Line, ...] = ()
        self._drawn_for = (0, 0)
        self._broken: float | None = None

    def on_mount(self) -> None:
        """Draw once a second from here on."""
        work = contained(self._keep_drawing, self.crashed, self.may_run)
        self.run_worker(work, name="curve", group="curve")

    def picture(self, width: int, height: int) -> Picture:
        """Return the curve as it was last drawn."""
        channel = "book" if self.kind == "depth" else "trades"
        if self._drawn_for != (width, height):
            self._rows = ()  # of another size
        rows, self._drawn_for = self._rows, (width, height)
        title: Line = (Span("Depth" if self.kind == "depth" else "Delta"),)
        if self.kind == "delta" and self._broken is not None:
            title = (*title, Span(f" since gap {clock(self._broken)}", "look"))
        verdict = self.group.verdict("book" if channel == "book" else "trades")
        return Picture(title, rows, verdict)

    def turn(self) -> None:
        """Show the other curve."""
        self.kind = "delta" if self.kind == "depth" else "depth"
        self._rows = ()
        self.draw()

    def reset(self) -> None:
        """Drop the curve of the other market."""
        self._rows, self._broken = (), None

    async def _keep_drawing(self) -> None:
        while True:
            if self.place is not None and self.size.width and self.frozen_at is None:
                await self._redraw()
            await asyncio.sleep(SECONDS_PER_CURVE)

    async def _redraw(self) -> None:
        """Have the curve drawn beside the event loop, which it would hold up."""
        key, kind, size = self.group.key, self.kind, self._drawn_for
        rows = await asyncio.to_thread(
            curve_rows, self._curve(), *size, ascii_only=self.desk.ascii_only
        )
        if (key, kind, size) == (self.group.key, self.kind, self._drawn_for):
            self._rows = tuple(rows)
            self.draw()

    def _curve(self) -> Curve:
        market = self.group.market
        if market is None:
            return Curve()
        if self.kind == "depth":
            return depth_curve(market.book, digits_of(market.instrument, market.book).price)
        prints = list(islice(market.tape.prints, DELTA_PRINTS))
        counted, self._broken = unbroken(prints, self.group.gaps("trades"))
        return delta_curve(counted)
