"""The judge: reads the ladder as it is drawn and compares it with the exchange's own book."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from tests.chaos.memory import PAIR_OF

from wsdash.domain.events import BookMoved, BookSynced, Event
from wsdash.domain.instrument import MarketKey
from wsdash.exchange.book import Levels
from wsdash.exchange.market import Market as Venue
from wsdash.exchange.pairs import Pair
from wsdash.feed.connection import Connection
from wsdash.feed.feed import Feed
from wsdash.feed.link import Link
from wsdash.feed.market import Market, Stream
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.ladder_rows import UNPROVEN
from wsdash.ui.snapshots.lines import plain_text
from wsdash.ui.snapshots.picture import Frame, framed
from wsdash.venues.venue import Request

_NUMBER = re.compile(r"<?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+|[kMGTP](?![a-z]))?")
_BELIEVED = re.compile(r" (LIVE|QUIET)(?: [\d.]+m?s)? ")
DEEP = 500
"""Levels of each side that are compared after a resync: a snapshot of a thousand does not know
what moves up from below it.
"""


class Shown(NamedTuple):
    """What a drawn ladder says: whether it is to be believed, and its rows, best first.

    Attributes:
        proven: rows of bids and of asks that do not carry the mark of what no checksum covers.
    """

    believed: bool
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]
    proven: tuple[int, int]


class Truth(Protocol):
    """Whoever knows what the book really was."""

    market: Venue

    def truth(self, symbol: str, sequence: int) -> tuple[Levels, Levels]:
        """Return (bids, asks) in ticks and lots."""


def at_sequence(exchange: Truth, symbol: str, sequence: int, depth: int) -> tuple[Levels, Levels]:
    """Return (bids, asks) after a change, at least `depth` of each where there are so many.

    The newest book is read off the exchange's own engine; an older one is put together
    from its memory.
    """
    listing = exchange.market.listings[symbol]
    if listing.truth.sequence == sequence:
        return listing.book.bids.top(depth), listing.book.asks.top(depth)
    return exchange.truth(symbol, sequence)


@lru_cache(maxsize=1 << 14)
def _numbers(line: str) -> tuple[str, ...]:
    """Return the numbers of a row; most rows of a ladder are those of the one drawn before."""
    return tuple(_NUMBER.findall(line))


def read(lines: Iterable[str], *, mirrored: bool) -> Shown:
    """Read a framed ladder back from its characters alone."""
    top, *body = lines
    bids: list[tuple[str, str]] = []
    asks: list[tuple[str, str]] = []
    below = False
    marked = [0, 0]
    for line in body:
        inner = line.strip("│└┘├┤\n")
        if inner.startswith((" ─", "─")):
            below = True
            continue
        numbers = _numbers(inner)
        if len(numbers) < 2:
            continue
        marked[not below] += inner.startswith(UNPROVEN)
        if mirrored and below:
            bids.append((numbers[-1], numbers[-2]))
        elif below:
            bids.append((numbers[0], numbers[1]))
        else:
            asks.insert(0, (numbers[0], numbers[1]))
    proven = (len(bids) - marked[0], len(asks) - marked[1])
    return Shown(bool(_BELIEVED.search(top)), bids, asks, proven)


def same_size(shown: str, real: Decimal) -> bool:
    """Whether a size as drawn stands for the real one."""
    if shown.startswith("<"):
        return 0 < real < Decimal(shown[1:])
    unit = {"k": 3, "M": 6, "G": 9, "T": 12, "P": 15}.get(shown[-1])
    text = shown.replace(",", "")
    if unit is not None:
        return abs(Decimal(text[:-1]).scaleb(unit) - real) <= real / 100
    value = Decimal(text)
    if "e" in text or (real < 1 and len(text) >= 7):
        return abs(value - real) <= max(real / 10, Decimal("0.000005"))
    places = len(text.partition(".")[2])
    return abs(value - real) <= Decimal(5).scaleb(-places - 1)


@lru_cache(maxsize=1 << 16)
def difference(shown: tuple[str, str], real: tuple[int, int], places: tuple[int, int]) -> str:
    """Return how a drawn row differs from a level in ticks and lots; empty if it does not."""
    (price, size), (ticks, lots) = shown, real
    expected = Decimal(ticks).scaleb(-places[0])
    if Decimal(price.replace(",", "")) != expected:
        return f"price {price} is {expected}"
    lot = Decimal(lots).scaleb(-places[1])
    return "" if same_size(size, lot) else f"size {size} is {lot}"


def differences(shown: list[tuple[str, str]], real: Levels, pair: Pair) -> str:
    """Return how drawn rows differ from the truth, in words; empty if they do not."""
    places = (pair.price_places, pair.size_places)
    for index, row in enumerate(shown):
        if index >= len(real):
            return f"row {index}: {row[0]} is not there"
        problem = difference(row, real[index], places)
        if problem:
            return f"row {index}: {problem}"
    return ""


def wrong_rows(shown: list[tuple[str, str]], real: Levels, pair: Pair, start: int) -> int:
    """Return how many rows from `start` on differ from the truth."""
    places = (pair.price_places, pair.size_places)
    return sum(
        index >= len(real) or bool(difference(shown[index], real[index], places))
        for index in range(start, len(shown))
    )


@dataclass
class Oracle:
    """A listener that draws the ladder as a screen does, and judges what it sees.

    It draws after changes of a book, as often as a screen would at most, and in the very
    call in which a connection or a book changes its state.

    Attributes:
        pause: seconds between two drawings of one ladder.
        frames: drawn ladders that asked to be believed and were the truth.
        states: how many different books these frames showed.
        rows: levels that were compared in them.
        unproven: rows of them that were marked as beyond what the venue's checksum covers, and
            were not the truth: a lost change of one of these shows only when it comes up.
        marked: drawn ladders that said they were not to be believed.
        wrong: what was drawn as believable and was not the truth.
        resyncs: books that came back after a loss, each compared in depth.
        wrong_levels: levels of those that were not the truth.
        deltas: changes of books that were applied.
    """

    feed: Feed
    exchange: Truth
    pause: float = 1 / 30
    sizes: tuple[tuple[int, int], ...] = ((40, 24), (100, 40))
    frames: int = 0
    states: int = 0
    rows: int = 0
    unproven: int = 0
    marked: int = 0
    wrong: list[str] = field(default_factory=list)
    resyncs: int = 0
    wrong_levels: int = 0
    deltas: int = 0
    glow: Glow = field(default_factory=Glow)
    _drawn: dict[MarketKey, float] = field(default_factory=dict)
    _desks: dict[MarketKey, Desk] = field(default_factory=dict)
    _seen: dict[MarketKey, int] = field(default_factory=dict)

    def fact(self, venue: str, event: Event) -> None:
        if isinstance(event, BookMoved | BookSynced):
            self.deltas += 1
            key = MarketKey(venue, event.symbol)
            if isinstance(event, BookSynced):
                self._whole(key)
            if self.feed.now() - self._drawn.get(key, 0.0) >= self.pause:
                self._drawn[key] = self.feed.now()
                self.look(key)

    def look(self, key: MarketKey) -> Shown | None:
        """Draw the ladder of a market and judge it."""
        market = self.feed.board.markets.get(key)
        if market is None:
            return None
        desk = self._desks.get(key)
        if desk is None:
            desk = self._desks[key] = Desk(self.feed, [key], key)
        width, height = self.sizes[(self.frames + self.marked) % len(self.sizes)]
        frame = Frame(width, height)
        picture = ladder(
            market,
            key,
            desk.verdict("book"),
            Sight(frame.inner_width, frame.inner_height),
            self.glow,
            self.feed.now(),
        )
        lines = [plain_text(line) for line in framed(picture, frame)]
        shown = read(lines, mirrored=width > 50)
        if not shown.believed:
            self.marked += 1
            return shown
        problem = self._judge(key, market, shown)
        if problem:
            self.wrong.append(f"{self.feed.now():.3f} {key.venue} {key.name}: {problem}")
        else:
            self.frames += 1
            self.rows += len(shown.bids) + len(shown.asks)
        return shown

    def _judge(self, key: MarketKey, market: Market, shown: Shown) -> str:
        pair = PAIR_OF[key]
        try:
            sequence = self._sequence(market, pair)
            depth = max(len(shown.bids), len(shown.asks))
            bids, asks = at_sequence(self.exchange, pair.symbol, sequence, depth)
        except LookupError as error:
            return str(error)
        if not shown.bids or not shown.asks:
            return "believable without a book"
        self.states += self._seen.get(key) != sequence
        self._seen[key] = sequence
        bid_rows, ask_rows = shown.proven
        self.unproven += wrong_rows(shown.bids, bids, pair, bid_rows)
        self.unproven += wrong_rows(shown.asks, asks, pair, ask_rows)
        return differences(shown.bids[:bid_rows], bids, pair) or differences(
            shown.asks[:ask_rows], asks, pair
        )

    def _sequence(self, market: Market, pair: Pair) -> int:
        stream = market.streams["book"]
        if stream.sequence is not None:
            return stream.sequence
        # Kraken has no sequence, but no two changes of a market have the same time
        time = round((stream.venue_time or 0) * 1e6)
        truth = self.exchange.market.listings[pair.symbol].truth
        return truth.sequence if time == truth.time else truth.sequence_at(time)

    def _whole(self, key: MarketKey) -> None:
        """A book is there again: every level of it is compared."""
        market, pair = self.feed.board.markets.get(key), PAIR_OF[key]
        if market is None or market.book is None or "book" not in market.streams:
            return
        try:
            sequence = self._sequence(market, pair)
            truth = at_sequence(self.exchange, pair.symbol, sequence, DEEP)
        except LookupError:
            return
        self.resyncs += 1
        for side, real in zip((market.book.bids, market.book.asks), truth, strict=True):
            mine = side.top(DEEP)
            for (price, size), (ticks, lots) in zip(mine, real, strict=False):
                same = Decimal(price) == Decimal(ticks).scaleb(-pair.price_places)
                self.wrong_levels += not (
                    same and Decimal(size) == Decimal(lots).scaleb(-pair.size_places)
                )

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        if stream.channel == "book":
            self.look(MarketKey(connection.venue.name, symbol))

    def link(self, connection: Connection, before: Link) -> None:
        for key in list(self.feed.board.markets):
            if (
                key.venue == connection.venue.name
                and "book" in self.feed.board.markets[key].streams
            ):
                self.look(key)

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        pass

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        pass
