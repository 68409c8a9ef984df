"""The merged ladder: several venues' books of one asset as one, and who was left out of it.

A venue whose book is not LIVE or QUIET contributes nothing and is named with its reason.
A perpetual is another thing than the asset itself: one kind is never merged with the other.
Books that cross each other are shown crossed: that is news, not a mistake to be tidied away.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from math import lcm
from typing import Final, NamedTuple

from wsdash.domain.basis import Alike, same_asset
from wsdash.domain.book import BookSide, Level, OrderBook
from wsdash.domain.instrument import Kind
from wsdash.domain.numbers import EXACT, SCALE, price_key

BELIEVED: Final = frozenset({"LIVE", "QUIET"})
"""States of a book in which its numbers count."""


class Source(NamedTuple):
    """One venue's book, and how far it is to be believed.

    Attributes:
        venue: name under which it is shown.
        state: the state of its book, in the words of the feed.
        reason: why it is in that state; cleaned text.
        age: seconds since data came, None before the first.
        limit: seconds of silence from which it counts as stale whatever `state` says.
        kind: of the instrument.
    """

    venue: str
    base: str
    quote: str
    book: OrderBook | None
    state: str
    reason: str = ""
    age: float | None = None
    limit: float | None = None
    kind: Kind = "spot"


class Standing(NamedTuple):
    """How a venue stands in the merge."""

    venue: str
    included: bool
    state: str
    reason: str
    age: float | None

    @property
    def words(self) -> str:
        """Such as ``kraken LIVE`` and ``binance STALE 6s left out``."""
        age = f" {self.age:.0f}s" if self.state == "STALE" and self.age is not None else ""
        if self.included:
            return f"{self.venue} {self.state}"
        told = not self.reason or (bool(age) and self.reason.startswith("no data"))
        return f"{self.venue} {self.state}{age} left out" + ("" if told else f": {self.reason}")


class Row(NamedTuple):
    """One row of one side; prices in quote units, sizes in base units, all exact.

    Attributes:
        size: what rests there at all venues together.
        total: what rests there and at better rows.
        sizes: what rests there by venue, in the order of `Merged.venues`.
        crossed: whether part of it could trade against the other side at once.
    """

    key: int
    price: Decimal
    size: Decimal
    total: Decimal
    sizes: tuple[Decimal, ...]
    crossed: bool

    def share(self, index: int) -> float:
        """Return the part of the row that a venue has, 0 to 1."""
        return float(self.sizes[index] / self.size)


class Best(NamedTuple):
    """The best price of a side, ungrouped, and the venues that quote it."""

    key: int
    price: Decimal
    venues: tuple[str, ...]


class Merged(NamedTuple):
    """The merged ladder.

    Attributes:
        bids, asks: rows, best first.
        venues: the venues in it, in the order of the sources.
        standings: every source, in it or left out.
    """

    bids: tuple[Row, ...]
    asks: tuple[Row, ...]
    best_bid: Best | None
    best_ask: Best | None
    venues: tuple[str, ...]
    standings: tuple[Standing, ...]


def merge(sources: Sequence[Source], rows: int, step: int, alike: Alike = ()) -> Merged:
    """Merge books into the best `rows` rows of each side.

    Bids are gathered at the price below and asks at the price above, so that a row never
    promises a better price than there is.

    Args:
        sources: the first of them says which asset is meant.
        rows: rows of each side at most.
        step: what a row stands for, as a price identity; see `common_step`.
        alike: quotes that are held to be one.
    """
    standings = tuple(_standing(source, sources[0], alike) for source in sources)
    chosen = [source for source, one in zip(sources, standings, strict=True) if one.included]
    books = [source.book for source in chosen if source.book is not None]
    venues = [source.venue for source in chosen]
    best_bid = _best([book.bids for book in books], venues, highest=True)
    best_ask = _best([book.asks for book in books], venues, highest=False)
    return Merged(
        bids=_rows([book.bids for book in books], rows, step, best_ask, up=False),
        asks=_rows([book.asks for book in books], rows, step, best_bid, up=True),
        best_bid=best_bid,
        best_ask=best_ask,
        venues=tuple(venues),
        standings=standings,
    )


def common_step(ticks: Iterable[str], times: int = 1) -> int:
    """Return the finest step on which all of these ticks can be gathered, `times` as coarse.

    Raises:
        BadNumber: a tick is no positive number.
    """
    return lcm(*map(price_key, ticks)) * times


def _standing(source: Source, first: Source, alike: Alike) -> Standing:
    venue, state, age = source.venue, source.state, source.age
    if not same_asset(first.base, first.quote, source.base, source.quote, alike):
        reason = f"{source.base}/{source.quote} is not {first.base}/{first.quote}"
        return Standing(venue, included=False, state=state, reason=reason, age=age)
    if source.kind != first.kind:
        reason = f"{source.kind} is not {first.kind}"
        return Standing(venue, included=False, state=state, reason=reason, age=age)
    if state not in BELIEVED:
        return Standing(venue, included=False, state=state, reason=source.reason, age=age)
    if source.limit is not None and age is not None and age > source.limit:
        return Standing(venue, included=False, state="STALE", reason=source.reason, age=age)
    if source.book is None:
        return Standing(venue, included=False, state=state, reason="no book", age=age)
    return Standing(venue, included=True, state=state, reason=source.reason, age=age)


def _best(sides: Sequence[BookSide], venues: Sequence[str], *, highest: bool) -> Best | None:
    quoted = [(side.best_key, venue) for side, venue in zip(sides, venues, strict=True)]
    keys = [key for key, _ in quoted if key is not None]
    if not keys:
        return None
    best = max(keys) if highest else min(keys)
    return Best(best, _decimal(best), tuple(venue for key, venue in quoted if key == best))


def _rows(
    sides: Sequence[BookSide], count: int, step: int, against: Best | None, *, up: bool
) -> tuple[Row, ...]:
    with localcontext(EXACT):
        gathered = [_gather(side, count, step, up=up) for side in sides]
        keys = sorted({key for one in gathered for key in one}, reverse=not up)[:count]
        rows, total = [], Decimal(0)
        for key in keys:
            found = [one.get(key, _NOTHING) for one in gathered]
            sizes = tuple(size for _, size in found)
            size = sum(sizes, Decimal(0))
            total += size
            crossed = against is not None and any(
                best and (best < against.key if up else best > against.key) for best, _ in found
            )
            rows.append(Row(key, _decimal(key), size, total, sizes, crossed))
    return tuple(rows)


_NOTHING: Final = (0, Decimal(0))


def _gather(side: BookSide, count: int, step: int, *, up: bool) -> dict[int, tuple[int, Decimal]]:
    """Return the best `count` rows of one book: by key, the best price in it and its size."""
    sign = 1 if up else -1
    depth, start = count + 1, 0
    levels = side.top(depth)
    rows: dict[int, tuple[int, Decimal]] = {}
    while start < len(levels) and len(rows) < count:
        best = price_key(levels[start][0])
        key = -(-sign * best // step) * step * sign  # away from the best price
        end = _end(levels, start, key, sign)
        if end == depth:  # the row may go on
            depth *= 8
            levels = side.top(depth)
            continue
        rows[key] = (best, sum([Decimal(size) for _, size in levels[start:end]], Decimal(0)))
        start = end
    return rows


def _end(levels: Sequence[Level], start: int, key: int, sign: int) -> int:
    """Return where a row ends that begins at `start`, without a look at all that is in it."""

    def position(level: Level) -> int:
        return sign * price_key(level[0])

    width = 1
    while start + width < len(levels) and position(levels[start + width]) <= sign * key:
        width *= 2
    end = min(start + width, len(levels))
    return bisect_right(levels, sign * key, start + width // 2, end, key=position)


def _decimal(key: int) -> Decimal:
    return Decimal(key).scaleb(-SCALE, EXACT)
