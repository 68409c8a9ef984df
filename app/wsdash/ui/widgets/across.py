"""What the panes have in common that show one asset at several venues."""

from __future__ import annotations

from wsdash.domain.instrument import MarketKey
from wsdash.domain.merged import BELIEVED, Source
from wsdash.ui.across import instrument_of
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.widgets.pane import Pane

LOOK = 0.25
"""Seconds between two looks at which venues list the asset, and how far apart they are."""


class AcrossPane(Pane):
    """Has the books of all venues subscribed while it is on the screen, and no longer.

    Attributes:
        one_kind: whether it shows only what is of the kind of the market in focus.
    """

    one_kind = False

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self._stood = False

    def on_mount(self) -> None:
        """Look on from here on, on the screen or not."""
        self.set_interval(LOOK, lambda: self.attempt(self.look))

    def look(self) -> None:
        """Ask for what is needed.

        It must have stood at the look before too: Tab only passes through.
        """
        desk, stands = self.desk, self.is_needed()
        needed, self._stood = stands and self._stood, stands
        desk.across.look(
            desk.feed, desk.key, desk.watchlist, str(self.id),
            needed=needed, one_kind=self.one_kind,
        )  # fmt: skip

    def is_needed(self) -> bool:
        """Tell whether anybody looks at what it shows of other venues."""
        return self.place is not None and not self.guard.is_down

    def judge(self, key: MarketKey) -> Verdict:
        """Return how true the book of a market is."""
        return self.desk.verdict("book", key)


def source_of(desk: Desk, key: MarketKey, verdict: Verdict) -> Source:
    """Return a market's book as it goes into a merge: as true as the screen says it is."""
    market, stream = desk.market_of(key), desk.stream("book", key)
    known = instrument_of(desk.feed.board, key)
    base, quote = (known.base, known.quote) if known is not None else (key.name, "")
    state = verdict.word if verdict.believable or verdict.word not in BELIEVED else "STALE"
    return Source(
        venue=key.venue,
        base=base,
        quote=quote,
        book=market.book if market is not None else None,
        state=state,
        reason=verdict.detail,
        age=stream.age(desk.feed.now()) if stream is not None else None,
        kind=known.kind if known is not None else "spot",
    )
