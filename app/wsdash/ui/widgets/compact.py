"""The whole of a small screen as one pane."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.ui.desk import Desk
from wsdash.ui.screens.plan import SMALLEST
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.compact import compact
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight
from wsdash.ui.snapshots.lines import Line, Span, switched_off
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.prices import shown_price
from wsdash.ui.snapshots.title import too_small
from wsdash.ui.widgets.bars import Bar
from wsdash.ui.widgets.ladder import LadderPane


class Compact(Bar):
    """One market on a small screen; it is grouped as the ladder is."""

    channel = "book"
    of_market = True

    def __init__(self, desk: Desk, ladder: Callable[[], LadderPane], *, name: str) -> None:
        super().__init__(desk, name=name)
        self.can_focus = True
        self._ladder = ladder
        self._glow = Glow()
        self._shown: tuple[Line, ...] = ()

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the small screen, or what can still be said on a tiny one."""
        headline, feed = self.desk.headline(), self.desk.feed
        self.figure = shown_price(headline.market) if headline.market is not None else ""
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return tuple(too_small(headline, width, height, SMALLEST))
        frozen = self.frozen_at is not None
        if self.frozen_at is not None:
            verdict = Verdict("FROZEN", age(feed.now() - self.frozen_at), "look")
            headline = headline._replace(verdict=verdict)
        sight = Sight(width, height, self._ladder().ticks)
        rows = compact(headline, self.desk.reports(), sight, self._glow, feed.now())
        if frozen and self._shown:
            rows = (rows[0], *map(switched_off, self._shown[1:-1]), rows[-1])
        else:
            self._shown = rows
        return (*rows[:-1], self._notice(width) or rows[-1])

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self._glow.due(self.desk.feed.now())

    def reset(self) -> None:
        """Forget the digits of the other market."""
        self._glow.forget()
        self._shown = ()

    def _notice(self, width: int) -> Line:
        said = self.desk.said or self.desk.alarm.words(width - 1)
        return (Span(f" {said}", "look"),) if said else ()
