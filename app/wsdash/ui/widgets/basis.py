"""The basis as a pane: every two markets of the asset in focus, and the history of one pair."""

from __future__ import annotations

from wsdash.domain.figures import mid
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import SCALE
from wsdash.domain.text import clean
from wsdash.ui.across import Pair, instrument_of
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.basis import BasisView, PairView, basis_rows, list_height, signed
from wsdash.ui.snapshots.curve import Curve
from wsdash.ui.snapshots.curve_lines import Series, runs_of, time_curve
from wsdash.ui.snapshots.depth import digits_of
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.widgets.across import AcrossPane
from wsdash.ui.widgets.plotted import Plotted


class BasisPane(Plotted, AcrossPane):
    """How far the asset in focus is apart, now and over the last hour."""

    pace = 0.25

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.chosen = 0

    def picture(self, width: int, height: int) -> Picture:
        """Return the pairs, and the curve of the chosen one below them."""
        desk = self.desk
        pairs = desk.across.pairs(desk.feed.board, self.desk.key)
        known = self.desk.market
        base = known.instrument.base if known is not None and known.instrument is not None else ""
        title: Line = (Span("Basis"), *((Span(f" {clean(base, 16)}", "dim"),) if base else ()))
        if desk.key is None:
            return Picture(title, missing="basis")
        if not pairs:
            return Picture(title, ((), (Span(" known at one venue only", "dim"),)))
        self.chosen = min(self.chosen, len(pairs) - 1)
        views = [self._view(pair) for pair in pairs]
        rows = list_height(len(pairs), width, height)
        view = BasisView(width, rows, self.chosen, cursor=self.has_focus)
        listed = basis_rows(views, view)
        plot = self.plot(width, height - rows) if height > rows else ()
        shown = views[self.chosen]
        figure = "" if shown.basis is None else f"{signed(shown.basis.bps)}bp"
        return Picture(title, (*listed, *plot), self._verdict(pairs), figure=figure)

    def move(self, dx: int, dy: int) -> None:
        """Choose another pair."""
        count = len(self.desk.across.pairs(self.desk.feed.board, self.desk.key))
        self.chosen = max(0, min(count - 1, self.chosen + dy))
        if dy:
            self.forget_plot()

    def reset(self) -> None:
        """Forget what was chosen of the other asset."""
        self.chosen = 0
        self.forget_plot()

    def look(self) -> None:
        """Remember the basis of every pair, on the screen or not."""
        super().look()
        self.desk.across.note(self.desk.feed, self.judge)

    def subject(self) -> object:
        """Return the pair whose curve is drawn."""
        pairs = self.desk.across.pairs(self.desk.feed.board, self.desk.key)
        return pairs[self.chosen] if self.chosen < len(pairs) else None

    def curve(self) -> Curve:
        """Return the history of the chosen pair."""
        pair, feed = self.subject(), self.desk.feed
        history = self.desk.across.histories.get(pair) if isinstance(pair, Pair) else None
        if history is None:
            return Curve()
        series = [Series(runs_of(history.points))]
        return time_curve(series, feed.now(), feed.wall(), self.size.width)

    def _view(self, pair: Pair) -> PairView:
        desk, board = self.desk, self.desk.feed.board
        history = desk.across.histories.get(pair)
        told = [self.judge(key) for key in pair]
        books = [market.book if (market := desk.market_of(key)) else None for key in pair]
        mids = [
            mid(book) if book is not None and verdict.believable else None
            for book, verdict in zip(books, told, strict=True)
        ]
        digits = [digits_of(instrument_of(board, key), None).price for key in pair]
        why = next(
            (
                verdict._replace(detail=f"{clean(key.venue, 14)} {verdict.detail}".rstrip())
                for key, verdict in zip(pair, told, strict=True)
                if not verdict.believable
            ),
            None,
        )
        return PairView(
            own=self._named(pair.own),
            other=self._named(pair.other),
            mids=(mids[0], mids[1]),
            digits=min(SCALE, max(digits) + 1),
            basis=desk.across.basis(board, pair, self.judge, desk.feed.now()),
            why=why,
            summary=history.summary() if history is not None else None,
            points=list(history.points) if history is not None else (),
        )

    def _named(self, key: MarketKey) -> str:
        """The venue and the quote, and what is not spot; the market's name where that says more."""
        known = instrument_of(self.desk.feed.board, key)
        like = [
            one for one in self.desk.across.markets
            if one.venue == key.venue and known is not None
            and (other := instrument_of(self.desk.feed.board, one)) is not None
            and other.quote == known.quote
        ]  # fmt: skip
        said = key.name
        if known is not None and len(like) == 1:
            said = known.quote + (" perp" if known.kind == "perpetual" else "")
        return f"{clean(key.venue, 14)} {clean(said, 14)}"

    def _verdict(self, pairs: list[Pair]) -> Verdict:
        """How true the pane is: as the worse book of the first pair that is believed at all."""
        worse = [
            next((one for one in told if one.mood != "good"), told[0])
            for told in ([self.judge(key) for key in pair] for pair in pairs)
        ]
        return next((verdict for verdict in worse if verdict.believable), worse[self.chosen])
