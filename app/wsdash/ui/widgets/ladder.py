"""The depth ladder as a pane."""

from __future__ import annotations

from wsdash.domain.instrument import MarketKey
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.depth import GROUPS
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.lines import Span
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.widgets.pane import Pane


class LadderPane(Pane):
    """The book of the market in focus."""

    channel = "book"

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.ticks = 1
        self.cursor = 0
        self._reach = 1
        self._glow = Glow()

    def picture(self, width: int, height: int) -> Picture:
        """Return the ladder; its title names the market, so that word and numbers agree."""
        desk = self.desk
        key: MarketKey | None = desk.key
        if key is None:
            return Picture((Span("Ladder"),), ((Span(" no market: / finds one", "dim"),),))
        self._reach = max(1, (height - 1) // 2)
        sight = Sight(width, height, self.ticks, self.cursor)
        now, verdict = desk.feed.now(), desk.verdict("book")
        picture = ladder(desk.market, key, verdict, sight, self._glow, now)
        stream = desk.stream("book")
        silent = stream.age(now) if stream is not None else None
        if silent is None or verdict.believable or verdict.word == "STALE":
            return picture
        return picture._replace(notes=((Span(f"{age(silent)} old", "look"),), *picture.notes))

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self._glow.due(self.desk.feed.now())

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor from level to level, over the spread as if it were not there."""
        if dy:
            there = self.cursor - dy
            self.cursor = max(-self._reach, min(self._reach, there or -dy))

    def adjust(self, step: int) -> None:
        """Put more or fewer ticks in a row."""
        place = GROUPS.index(self.ticks) + step
        self.ticks = GROUPS[max(0, min(len(GROUPS) - 1, place))]
        self._glow.forget()

    def centre(self) -> None:
        """Take the cursor away."""
        self.cursor = 0

    def reset(self) -> None:
        """Forget grouping, cursor and digits of the other market."""
        self.ticks, self.cursor = 1, 0
        self._glow.forget()
