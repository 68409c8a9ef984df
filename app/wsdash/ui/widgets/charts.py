"""The candle chart and the curve as panes."""

from __future__ import annotations

import asyncio
from itertools import islice

from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.chart import SPACINGS, View, chart
from wsdash.ui.snapshots.chart_lines import Overlay
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

DELTA_PRINTS = 500
"""Prints that the delta curve goes back."""


class ChartPane(Pane):
    """The candles of the market in focus."""

    channel = "candles"
    pace = 0.1

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.spacing = 1
        self.back = 0
        self.lines: frozenset[str] = frozenset()

    def picture(self, width: int, height: int) -> Picture:
        """Return the chart."""
        group = self.group
        group.look_at_flow()
        overlay, traded = Overlay(), group.traded
        if self.lines:
            holed = traded.missed or group.holed(traded.begun)
            overlay = Overlay(self.lines, tuple(traded.samples), traded.begun, holed)
        view = View(group.interval, width, height, self.spacing, self.back, overlay)
        series = traded.candles.get(group.interval)
        return chart(group.market, group.gaps(), group.candle_verdict(), view, series)

    def turn(self, name: str) -> None:
        """Draw a line, or draw it no more."""
        self.lines ^= {name}

    def move(self, dx: int, dy: int) -> None:
        """Scroll through time."""
        market = self.group.market
        made = self.group.traded.candles.get(self.group.interval)
        series = made or (market.candles.get(self.group.interval) if market else None)
        reach = max(0, len(series) - 10) if series is not None else 0
        self.back = max(0, min(reach, self.back - dx * 5))

    def adjust(self, step: int) -> None:
        """Zoom."""
        place = SPACINGS.index(self.spacing) + step
        self.spacing = SPACINGS[max(0, min(len(SPACINGS) - 1, place))]

    def centre(self) -> None:
        """Go back to the newest candle."""
        self.back = 0

    def reset(self) -> None:
        """Go back to the newest candle."""
        self.back = 0


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
        counted, self._broken = unbroken(prints, self.group.gaps())
        return delta_curve(counted)
