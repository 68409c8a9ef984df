"""The curve as a pane: depth, delta, basis, latency, or the worth of the account."""

from __future__ import annotations

from itertools import islice
from typing import Final, Literal, TypeAlias

from wsdash.domain.text import clean
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.basis import signed
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.curve import Curve, delta_curve, depth_curve
from wsdash.ui.snapshots.curve_lines import FEWEST, Series, runs_of, time_curve
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.tape import unbroken
from wsdash.ui.widgets.across import AcrossPane
from wsdash.ui.widgets.plotted import Plotted

DELTA_PRINTS = 500
"""Prints that the delta curve goes back."""

Kind: TypeAlias = Literal["depth", "delta", "basis", "latency", "worth"]

KINDS: Final[tuple[Kind, ...]] = ("depth", "delta", "basis", "latency", "worth")
"""The curves, in the order in which the key turns through those that have data."""

MISSING: Final[dict[Kind, str]] = {
    "depth": "levels",
    "delta": "prints",
    "basis": "prices of two venues",
    "latency": "round trips",
    "worth": "balances",
}
"""What each of them lacks while there is nothing to draw."""


class CurvePane(Plotted, AcrossPane):
    """One figure of the market in focus, its venue or its account, as a curve."""

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.drawn: Kind = "depth"
        self._broken: float | None = None

    def picture(self, width: int, height: int) -> Picture:
        """Return the curve as it was last drawn."""
        rows = self.plot(width, height)
        title, notes = self._titled()
        figure = notes[-1][-1].text if notes else ""
        missing = "" if self._has(self.drawn) else MISSING[self.drawn]
        return Picture(title, rows, self._verdict(), notes, figure, missing)

    def turn(self) -> None:
        """Show the next curve that there is data for."""
        place = KINDS.index(self.drawn)
        order = [*KINDS[place + 1 :], *KINDS[:place]]
        self.drawn = next((kind for kind in order if self._has(kind)), self.drawn)
        self.forget_plot()
        self.draw()

    def reset(self) -> None:
        """Drop the curve of the other market."""
        self._broken = None
        self.forget_plot()

    def is_needed(self) -> bool:
        """A basis needs the books of both venues."""
        return self.drawn == "basis" and super().is_needed()

    def look(self) -> None:
        """Remember what the curves over time are made of."""
        super().look()
        self.desk.trends.note(self.desk)

    def subject(self) -> object:
        """Return the market and the figure."""
        return (self.group.key, self.drawn)

    def curve(self) -> Curve:
        """Return the curve of now."""
        desk, market = self.desk, self.group.market
        if self.drawn in ("basis", "latency", "worth"):
            feed = desk.feed
            return time_curve(self._series(self.drawn), feed.now(), feed.wall(), self.size.width)
        if market is None:
            return Curve()
        if self.drawn == "depth":
            return depth_curve(market.book, digits_of(market.instrument, market.book).price)
        prints = list(islice(market.tape.prints, DELTA_PRINTS))
        counted, self._broken = unbroken(prints, self.group.gaps("trades"))
        return delta_curve(counted)

    def _has(self, kind: Kind) -> bool:
        market = self.group.market
        if kind == "depth":
            return market is not None and market.book is not None
        if kind == "delta":
            return market is not None and len(market.tape.prints) >= FEWEST
        return sum(len(run) for one in self._series(kind) for run in one.runs) >= FEWEST

    def _series(self, kind: Kind) -> list[Series]:
        desk, venue = self.desk, self.group.key.venue if self.group.key is not None else ""
        if kind == "basis":
            pair = desk.across.first_pair(self.group.key)
            return [Series(runs_of(desk.across.histories[pair].points))] if pair else []
        if kind == "latency":
            known = desk.trends.latency.get(venue)
            if known is None:
                return []
            far = Series(runs_of(known.rtt.points), "dim", dotted=True)
            return [Series(runs_of(known.lag.points)), far]
        holding = desk.holding()
        trend = desk.trends.worth.get(holding.venue) if holding is not None else None
        return [Series(runs_of(trend.points))] if trend is not None else []

    def _verdict(self) -> Verdict | None:
        desk, pair = self.desk, self.desk.across.first_pair(self.group.key)
        if self.drawn == "delta":
            return self.group.verdict("trades")
        if self.drawn == "worth":
            holding = desk.holding()
            return holding.verdict if holding is not None else None
        if self.drawn == "basis" and pair is not None:
            told = [self.judge(key) for key in pair]
            return next((verdict for verdict in told if verdict.mood != "good"), told[0])
        return self.group.verdict("book")

    def _titled(self) -> tuple[Line, tuple[Line, ...]]:
        """Return what is drawn, and its newest figures."""
        desk, series = self.desk, self._series(self.drawn) if self.drawn in KINDS[2:] else []
        newest = [one.runs[-1][-1][1] if one.runs else None for one in series]
        venue = clean(self.group.key.venue, 16) if self.group.key is not None else ""
        notes: tuple[Line, ...] = ()
        if self.drawn == "delta":
            broken = self._broken
            gap = () if broken is None else (Span(f" since gap {clock(broken)}", "look"),)
            return (Span("Delta"), *gap), ()
        if self.drawn == "basis":
            pair = desk.across.first_pair(self.group.key)
            title = f" {clean(pair.own.venue, 14)}/{clean(pair.other.venue, 14)}" if pair else ""
            notes = tuple(
                (Span(f"{signed(bps)}bp", "bright"),) for bps in newest if bps is not None
            )
            return (Span("Basis"), Span(title, "dim")), notes
        if self.drawn == "latency":
            named = zip(("lag", "rtt ..."), newest, strict=False)
            notes = tuple(
                (Span(f"{name} ", "dim"), Span(f"{ms:.0f}ms", "text"))
                for name, ms in named
                if ms is not None
            )
            return (Span("Latency"), Span(f" {venue}", "dim")), notes
        if self.drawn == "worth":
            return self._worth(newest)
        return (Span("Depth"),), ()

    def _worth(self, newest: list[float | None]) -> tuple[Line, tuple[Line, ...]]:
        holding = self.desk.holding()
        venue = holding.venue if holding is not None else ""
        more = "+" if self.desk.trends.unpriced.get(venue) else ""
        unit = self.desk.pricing(venue)
        notes = tuple((Span(f"{value:,.0f}{more} {unit}", "bright"),) for value in newest if value)
        return (Span("Account"), Span(f" {clean(venue, 16)}", "dim")), notes
