"""One asset at every venue: which markets those are, and how far apart they were.

The books of the other venues are wanted only while a pane is on the screen that shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from wsdash.domain.basis import DOLLARS, Basis, BasisHistory, Leg, measure, pairs, same_asset
from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.merged import BELIEVED
from wsdash.feed.basis import leg
from wsdash.feed.feed import Feed
from wsdash.feed.market import Board
from wsdash.ui.snapshots.picture import Verdict
from wsdash.venues.venue import Subscription

TRADING: Final = "online"
"""The status of an instrument that trades as usual."""

MOST_PAIRS: Final = 40
"""Pairs whose history is kept; the one that was noted longest ago makes room."""

JudgeBook = Callable[[MarketKey], Verdict]
"""Tells how true the book of a market is right now."""


class Pair(NamedTuple):
    """Two markets of one asset; the distance of the first is measured from the second."""

    own: MarketKey
    other: MarketKey


class _Listing(NamedTuple):
    """The market that a venue's list, of so many, has for another."""

    known: MarketKey
    length: int
    chosen: MarketKey | None


@dataclass
class Across:
    """What the desk knows of one asset at all venues.

    Attributes:
        changed: called when other subscriptions are wanted.
        markets: the markets of the asset in focus, the one in focus first.
        histories: of every pair that was looked at, the newest last.
    """

    changed: Callable[[], object] = lambda: None
    markets: tuple[MarketKey, ...] = ()
    histories: dict[Pair, BasisHistory] = field(default_factory=dict)
    _users: dict[str, bool] = field(default_factory=dict)
    _wanted: tuple[tuple[str, Subscription], ...] = ()
    _listed: dict[str, _Listing] = field(default_factory=dict)

    def look(
        self,
        feed: Feed,
        key: MarketKey | None,
        watchlist: Sequence[MarketKey],
        user: str,
        *,
        needed: bool,
        one_kind: bool = False,
    ) -> None:
        """Find the markets of the asset in focus, and tell when others are wanted with that.

        Args:
            feed: whose lists are searched.
            key: the market in focus.
            watchlist: markets of it come before others of their venue.
            user: the pane that asks.
            needed: whether it is on the screen.
            one_kind: whether it shows only what is of the kind of the market in focus.
        """
        self._users.pop(user, None)
        if needed:
            self._users[user] = one_kind
        self.markets = self._found(feed, key, watchlist)
        wanted = self._wants(feed)
        if wanted != self._wanted:
            self._wanted = wanted
            self.changed()

    def wanted(self) -> tuple[tuple[str, Subscription], ...]:
        """Return what must be subscribed for the panes that show several venues."""
        return self._wanted

    def pairs(self, board: Board, focus: MarketKey | None) -> list[Pair]:
        """Return every two markets of the asset in focus; none before it was looked for."""
        if self.markets[:1] != (focus,):
            return []
        known = [instrument_of(board, key) for key in self.markets]
        found = pairs([instrument for instrument in known if instrument], DOLLARS)
        return [Pair(own, other) for own, other in found]

    def note(self, feed: Feed, judge: JudgeBook) -> None:
        """Look at every pair; called several times a second, drawn or not."""
        now, board = feed.now(), feed.board
        legs = {key: _leg(board, key, judge, now) for key in self.markets}
        for pair in self.pairs(board, next(iter(self.markets), None)):
            history = self.histories.pop(pair, None) or BasisHistory()
            self.histories[pair] = history
            history.note(now, legs[pair.own], legs[pair.other])
        while len(self.histories) > MOST_PAIRS:
            del self.histories[next(iter(self.histories))]

    def first_pair(self, key: MarketKey | None) -> Pair | None:
        """Return the pair of the market in focus whose history is the longest."""
        found = [pair for pair, history in self.histories.items()
                 if key in pair and pair.own in self.markets and history.points]  # fmt: skip
        return max(found, key=lambda pair: len(self.histories[pair].points), default=None)

    def basis(self, board: Board, pair: Pair, judge: JudgeBook, now: float) -> Basis | None:
        """Return how far apart a pair is now, None while either book cannot be believed."""
        own, other = (_leg(board, key, judge, now) for key in pair)
        return measure(own, other, BELIEVED)

    def _wants(self, feed: Feed) -> tuple[tuple[str, Subscription], ...]:
        if not self._users or not self.markets:
            return ()
        lists = [(venue, Subscription("instruments")) for venue in feed.venues]
        alike = all(self._users.values())
        shown = of_one_kind(feed.board, self.markets) if alike else self.markets
        return (*lists, *((key.venue, Subscription("book", key.name)) for key in shown))

    def _found(
        self, feed: Feed, key: MarketKey | None, watchlist: Sequence[MarketKey]
    ) -> tuple[MarketKey, ...]:
        if key is None:
            return ()
        known = instrument_of(feed.board, key)
        if known is None:
            return (key,)
        found = {key: None}
        for entry in watchlist:
            other = instrument_of(feed.board, entry)
            if other is not None and _alike(known, other):
                found[entry] = None
        taken = {one.venue for one in found}
        for venue in feed.venues:
            listed = feed.board.instruments.get(venue, {})
            chosen = self._listing(known, venue, listed) if venue not in taken else None
            if chosen is not None:
                found[chosen] = None
        return tuple(found)

    def _listing(
        self, known: Instrument, venue: str, listed: Mapping[str, Instrument]
    ) -> MarketKey | None:
        """Return the market of a venue that is most like one; searched when its list changed."""
        before = self._listed.get(venue)
        if before is None or (before.known, before.length) != (known.key, len(listed)):
            before = _Listing(known.key, len(listed), most_like(known, listed))
            self._listed[venue] = before
        return before.chosen


def instrument_of(board: Board, key: MarketKey) -> Instrument | None:
    """Return the instrument of a market, from wherever it is known."""
    market = board.markets.get(key)
    if market is not None and market.instrument is not None:
        return market.instrument
    return board.instruments.get(key.venue, {}).get(key.name)


def most_like(known: Instrument, listed: Mapping[str, Instrument]) -> MarketKey | None:
    """Return the listed market of the same asset that trades, in the same quote if there is one."""
    order = [known.quote, "USD", "USDT", "USDC"]
    found = [other for other in listed.values() if _alike(known, other) and other.status == TRADING]
    best = min(found, key=lambda other: (order.index(other.quote), other.name), default=None)
    return best.key if best is not None else None


def of_one_kind(board: Board, markets: Sequence[MarketKey]) -> list[MarketKey]:
    """Return the markets of the first one's kind: a perpetual is never merged with spot."""
    kinds = [known.kind if (known := instrument_of(board, key)) else None for key in markets]
    return [key for key, kind in zip(markets, kinds, strict=True) if kind == kinds[0]]


def one_each(markets: Sequence[MarketKey]) -> list[MarketKey]:
    """Return the first market of every venue."""
    first: dict[str, MarketKey] = {}
    for key in markets:
        first.setdefault(key.venue, key)
    return list(first.values())


def _alike(one: Instrument, other: Instrument) -> bool:
    return same_asset(one.base, one.quote, other.base, other.quote, DOLLARS)


def _leg(board: Board, key: MarketKey, judge: JudgeBook, now: float) -> Leg:
    """A book as one side of a basis; what the screen doubts is not believed here either."""
    known = leg(board.markets.get(key), now)
    return known if known.book is not None and judge(key).believable else Leg(None, "STALE")
