"""The instruments of all venues, ready to be searched, with what is known of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.text import clean
from wsdash.feed.kept import Kept
from wsdash.feed.link import LinkState
from wsdash.markets import parse
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.finder import pending_row
from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.prices import shown_price
from wsdash.ui.snapshots.search import Index, Item
from wsdash.ui.snapshots.states import link_verdict

SOON: Final = 0.5
"""Seconds after which a wait is told."""

SHORTEST: Final = 5
"""Letters of a name that is taken as it is typed."""

_UP: Final = frozenset({LinkState.LIVE, LinkState.ROTATING, LinkState.SYNCING})


class Catalogue:
    """Searches the lists of venues; made once, it makes each list ready once.

    Args:
        desk: knows the lists and the markets.
        kept: knows what was opened before.

    Attributes:
        venue: the only venue that is searched, or empty.
        since: since when a search is under way, in seconds of the feed.
    """

    def __init__(self, desk: Desk, kept: Kept) -> None:
        self.venue, self.since = "", 0.0
        self._desk, self._kept = desk, kept
        self._indexes: dict[str, tuple[Mapping[str, Instrument], int, Index]] = {}

    def begin(self, venue: str = "") -> None:
        """Search from here on, in one venue or in all."""
        self.venue, self.since = venue, self._desk.feed.now()

    def total(self) -> int:
        """Return how many instruments there are to be found."""
        listed = self._desk.feed.board.instruments
        return sum(len(listed.get(venue, ())) for venue in self._venues())

    def search(self, query: str, limit: int) -> list[Item]:
        """Return the best matches; what the trader opened often and lately comes first."""
        weights = self._kept.uses.weights(self._desk.feed.wall())
        matches = [
            match
            for venue in self._venues()
            for match in self._index(venue).search(query, limit, weights)
        ]
        items = [match.item for match in sorted(matches)[:limit]]
        typed = self._typed(query)
        return items if typed is None else [typed, *items][:limit]

    def pending(self, width: int) -> list[Line]:
        """Return what is still to come, and why it is not there."""
        now, listed = self._desk.feed.now(), self._desk.feed.board.instruments
        missing = [venue for venue in self._venues() if not listed.get(venue)]
        return [pending_row(venue, self._why(venue, now), width) for venue in missing]

    def beside(self, item: Item) -> list[Line]:
        """Return venue, price and state of a market, as far as they are known."""
        venue, _, name = item.value.partition(":")
        key = MarketKey(venue, name)
        listed = self._desk.feed.board.instruments.get(venue, {}).get(name)
        market = self._desk.market_of(key)
        widest = max((len(clean(one, 10)) for one in (*self._venues(), venue)), default=0)
        at: Line = (Span(f"{clean(venue, 10):<{widest}} ", "dim"),)
        closed = listed is not None and listed.status != "online"
        state: Line = (Span(f"{clean(listed.status, 12)} ", "look"),) if listed and closed else ()
        price = shown_price(market) if market is not None else "—"
        if listed is None and market is None:
            state = (Span("as typed ", "look"),)
        if price == "—" or closed:
            return [(*state, *at), at]
        verdict = self._desk.price_verdict(key)
        role = "text" if verdict.believable else "off"
        word = (Span(f"{verdict.word[:7]:<7} ", "dim" if verdict.believable else verdict.mood),)
        told = (Span(f"{price} ", role),)
        return [(*told, *word, *at), (*told, *at), at]

    def _venues(self) -> list[str]:
        if self.venue:
            return [self.venue]
        board = self._desk.feed.board
        return list(dict.fromkeys([*self._desk.feed.venues, *board.instruments]))

    def _index(self, venue: str) -> Index:
        listed = self._desk.feed.board.instruments.get(venue, {})
        known = self._indexes.get(venue)
        if known is None or known[0] is not listed or known[1] != len(listed):
            items = [
                Item(f"{venue}:{name}", clean(one.symbol, 30), venue)
                for name, one in listed.items()
            ]
            known = self._indexes[venue] = (listed, len(listed), Index(items))
        return known[2]

    def _typed(self, query: str) -> Item | None:
        """Return the market that was typed in full, while its venue's list is not there."""
        text = query.strip()
        if ":" not in text and self.venue:
            text = f"{self.venue}:{text}"
        if any(mark.isspace() for mark in text) or len(text.partition(":")[2]) < SHORTEST:
            return None
        try:
            key = parse(text)
        except ValueError:
            return None
        if key.venue not in self._venues() or self._desk.feed.board.instruments.get(key.venue):
            return None
        return Item(str(key), clean(key.name, 30), key.venue)

    def _why(self, venue: str, now: float) -> str:
        report, waited = self._desk.report(venue), now - self.since
        passed = f", {age(waited)}" if waited >= SOON else ""
        if report is None:
            return f"connecting{passed}"
        if report.link.state in _UP:
            return f"the list is on its way{passed}"
        return link_verdict(report.link, now).text
