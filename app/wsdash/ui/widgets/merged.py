"""The merged ladder as a pane."""

from __future__ import annotations

from collections.abc import Sequence

from wsdash.domain.basis import DOLLARS
from wsdash.domain.instrument import MarketKey
from wsdash.domain.merged import Merged, Source, common_step, merge
from wsdash.domain.numbers import SCALE, decimals, trimmed
from wsdash.domain.text import clean
from wsdash.ui.across import instrument_of, of_one_kind, one_each
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.depth import GROUPS, digits_of
from wsdash.ui.snapshots.ladder_room import Sides
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.merged import MergedView, chosen_row, merged_rows, side_rows
from wsdash.ui.snapshots.numbers import key_text, price_text
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.venues import Stand, letters_of
from wsdash.ui.widgets.across import AcrossPane, source_of


class MergedPane(AcrossPane):
    """The books of one asset at all venues, as one."""

    channel = "book"
    pace = 0.1
    one_kind = True

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.ticks = 1
        self.cursor = 0
        self._reach = Sides(1, 1)

    def picture(self, width: int, height: int) -> Picture:
        """Return the merged ladder; who is not live is not in it."""
        keys = one_each(of_one_kind(self.desk.feed.board, self.desk.across.markets))
        if keys[:1] != [self.desk.key]:  # another market is in focus since the last look
            keys = [self.desk.key] if self.desk.key is not None else []
        if not keys:
            words = f" no market: {self.desk.press('find')} finds one"
            return Picture((Span("Merged"),), ((Span(words, "dim"),),))
        verdicts = [self.judge(key) for key in keys]
        sources = [
            source_of(self.desk, key, told) for key, told in zip(keys, verdicts, strict=True)
        ]
        step = self._step(keys)
        digits = decimals(trimmed(key_text(step, SCALE)))
        view = MergedView(width, height, self.cursor, digits, self._note(keys))
        merged = merge(sources, max(1, height // 2), step, DOLLARS)
        stands = _stands(merged, sources, verdicts)
        self._reach = side_rows(view, stands)
        chosen = chosen_row(merged, view)
        return Picture(
            title=self._title(sources[0], step),
            rows=merged_rows(merged, stands, view),
            verdict=_verdict(stands),
            notes=(_count(stands),),
            figure=_figure(merged, digits) if chosen is None else f"{chosen.price:,f}",
        )

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor from row to row, over the best prices as if they were not there."""
        if dy:
            there = self.cursor - dy
            self.cursor = max(-self._reach.bids, min(self._reach.asks, there or -dy))

    def adjust(self, step: int) -> None:
        """Put more or fewer ticks in a row."""
        place = GROUPS.index(self.ticks) + step
        self.ticks = GROUPS[max(0, min(len(GROUPS) - 1, place))]
        self.cursor = 0

    def centre(self) -> None:
        """Take the cursor away."""
        self.cursor = 0

    def reset(self) -> None:
        """Forget grouping and cursor of the other asset."""
        self.ticks, self.cursor = 1, 0

    def _step(self, keys: Sequence[MarketKey]) -> int:
        """Return what a row stands for: the finest step that all venues can be gathered on."""
        known = [instrument_of(self.desk.feed.board, key) for key in keys]
        market = self.desk.market_of(keys[0])
        ticks = [key_text(digits_of(one, None).tick, SCALE) for one in known if one is not None]
        if not ticks:
            return digits_of(None, market.book if market else None).tick * self.ticks
        return common_step(ticks, self.ticks)

    def _note(self, keys: Sequence[MarketKey]) -> str:
        if len(keys) > 1:
            return ""
        lists, venues = self.desk.feed.board.instruments, self.desk.feed.venues
        waiting = any(not lists.get(venue) for venue in venues) and self.desk.player is None
        return "looking for other venues" if waiting else "no other venue lists it"

    def _title(self, first: Source, step: int) -> Line:
        title: Line = (Span("Merged", "text"), Span(f" {clean(first.base, 16)}", "dim"))
        if self.ticks == 1:
            return title
        return (*title, Span(f" ±{price_text(trimmed(key_text(step, SCALE)), None)}", "dim"))


def _stands(merged: Merged, sources: Sequence[Source], verdicts: Sequence[Verdict]) -> list[Stand]:
    letters = letters_of(source.venue for source in sources)
    return [
        Stand(
            letters[source.venue],
            source.venue,
            source.quote,
            verdict,
            standing.included,
            standing.reason if verdict.believable and not standing.included else "",
        )
        for standing, source, verdict in zip(merged.standings, sources, verdicts, strict=True)
    ]


def _verdict(stands: Sequence[Stand]) -> Verdict:
    """How true the merge is: as the first venue in it that is not simply live."""
    included = [stand.verdict for stand in stands if stand.included]
    if included:
        return next((told for told in included if told.mood != "good"), included[0])
    told = stands[0].verdict
    return Verdict("SYNC", "", "look") if told.believable else told


def _count(stands: Sequence[Stand]) -> Line:
    included = sum(stand.included for stand in stands)
    role = "dim" if included == len(stands) else "look"
    return (Span(f"{included} of {len(stands)} venues", role),)


def _figure(merged: Merged, digits: int) -> str:
    if merged.best_bid is None or merged.best_ask is None:
        return ""
    middle = (merged.best_bid.key + merged.best_ask.key) // 2
    return price_text(key_text(middle, min(SCALE, digits + 1)), digits)
