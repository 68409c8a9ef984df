"""The candle chart as a pane."""

from __future__ import annotations

from itertools import takewhile

from wsdash.domain.candles import CandleSeries
from wsdash.domain.figures_candles import TradeCandles
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.chart import SPACINGS, View, chart
from wsdash.ui.snapshots.chart_lines import Overlay
from wsdash.ui.snapshots.chart_past import due, past_words
from wsdash.ui.snapshots.empty import with_words
from wsdash.ui.snapshots.lines import Line
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.widgets.pane import Pane

AXIS = 12
"""Cells beside the candles."""


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
        picture = chart(group.market, gaps, group.candle_verdict(), view, series)
        prints = group.market is not None and group.market.tape.prints
        if picture.missing and prints and self.desk.player is not None:
            return with_words(picture._replace(missing="", verdict=None), self._made_of_prints())
        return picture

    def _made_of_prints(self) -> list[str]:
        """What to do in a replay of a recording that holds prints and no candles."""
        return [
            f"no {self.group.interval} candles so far in the recording",
            "its prints make some:",
            f"{self.desk.press('palette')} then candles of 5s",
        ]

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
