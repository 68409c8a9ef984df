"""What an alert rule can see of a market: only what is true now, or else nothing."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.alerts import Rule
from wsdash.domain.book import BookSide, Level, OrderBook
from wsdash.domain.events import Channel
from wsdash.domain.figures import book_figures, imbalance, mid
from wsdash.domain.figures_flow import PACE_SECONDS, Pace
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import price_key
from wsdash.domain.trades import Trade
from wsdash.feed.basis import FLOWING, basis_now, believed
from wsdash.feed.market import Board, Market, Stream
from wsdash.venues.venue import Subscription


class Reading(NamedTuple):
    """What was seen since the last look, newest last, and how far it can be believed."""

    values: tuple[Decimal, ...]
    state: str


class Seen:
    """What was seen of one market since the last look, as far as it can be believed."""

    def __init__(self, now: float) -> None:
        self.since = now
        self.last: Decimal | None = None
        self.prices: tuple[Decimal, Decimal, Decimal] | tuple[()] = ()
        self.largest: Decimal | None = None
        self.pace = Pace()
        self._trades: Stream | None = None
        self._lost_at: dict[Channel, float] = {}

    def add(self, trade: Trade, now: float) -> None:
        """Take a print; costs the same however many there are."""
        price, size = Decimal(trade.price), Decimal(trade.size)
        low = high = price
        if self.prices:
            low, high, _ = self.prices
            low, high = price if price < low else low, price if price > high else high
        self.last, self.prices = price, (low, high, price)
        if self.largest is None or size > self.largest:
            self.largest = size
        self.pace.add(now)

    def looked(self) -> None:
        """What was new is not new any more."""
        self.prices, self.largest = (), None

    def lost(self, channel: Channel, now: float) -> None:
        """A stream is not live: what was known through it is known no more."""
        self._lost_at[channel] = now
        if channel == "trades":
            self._forget(now)

    def turned(self, stream: Stream, now: float) -> None:
        """A stream is in another state; it may be lost with that."""
        if not believed(stream, now):
            self.lost(stream.channel, now)

    def follow(self, market: Market | None, now: float) -> bool:
        """Forget the prints if the stream they came by is another one, or not believed.

        Returns:
            Whether a print that comes now can be believed.
        """
        trades = market.streams.get("trades") if market is not None else None
        good = believed(trades, now)
        if trades is not self._trades or not good:
            self._trades = trades
            self._forget(now)
        return good

    def knows(self, stream: Stream) -> bool:
        """Whether data came since the stream was last lost; a venue's word alone is none."""
        heard = stream.received_at
        return heard is not None and heard > self._lost_at.get(stream.channel, float("-inf"))

    def _forget(self, now: float) -> None:
        self.since, self.last, self.pace = now, None, Pace()
        self.looked()


def reading(rule: Rule, board: Board, seen: Seen, now: float) -> Reading | None:
    """Return what a rule about a market's numbers sees; None where that is not known."""
    market = board.markets.get(rule.subject)
    if market is None:
        return None
    match rule.kind:
        case "price":
            return _price(market, seen, now)
        case "print" | "pace":
            return _flow(rule.kind, market, seen, now)
        case "basis":
            other = board.markets.get(rule.other) if rule.other is not None else None
            return _basis(market, other, now)
        case _:
            book = _book(market, now)
            values = _values(rule, book) if book is not None else ()
            return Reading(values, words(market.streams["book"], now)) if values else None


def staleness(market: Market, now: float) -> tuple[Decimal, str]:
    """Return for how many seconds the worst of a market's streams has had no true data."""
    worst, said = 0.0, "LIVE"
    for stream in market.streams.values():
        age = stream.age(now)
        silent = now - stream.since if age is None else age
        silent = max(silent, stream.behind) if stream.is_late else silent
        if not believed(stream, now) and silent > worst:
            worst, said = silent, words(stream, now)
    return Decimal(round(worst, 3)), said


def words(stream: Stream, now: float) -> str:
    """Return the state of a stream, such as ``book LIVE 0.2s``."""
    state = stream.state.value
    if state == "LIVE" and not believed(stream, now):
        state = "STALE"
    age = stream.age(now)
    aged = f" {age:.1f}s" if age is not None and stream.state in (*FLOWING, "STALE") else ""
    return " ".join(f"{stream.channel} {state}{aged} {stream.reason}".split())


def _book(market: Market, now: float) -> OrderBook | None:
    """The book, if it can be believed."""
    return market.book if believed(market.streams.get("book"), now) else None


def _price(market: Market, seen: Seen, now: float) -> Reading | None:
    """The prints since the last look, or else the last one, the mid, or what the venue says."""
    streams = market.streams
    if seen.last is not None and believed(streams.get("trades"), now):
        return Reading(seen.prices or (seen.last,), words(streams["trades"], now))
    book = _book(market, now)
    middle = mid(book) if book is not None and not book.crossed else None
    if middle is not None:
        return Reading((middle,), words(streams["book"], now))
    ticker = streams.get("ticker")
    if ticker is None or market.ticker is None or not believed(ticker, now):
        return None
    last = market.ticker.last if seen.knows(ticker) else None
    return Reading((Decimal(last),), words(ticker, now)) if last is not None else None


def _flow(kind: str, market: Market, seen: Seen, now: float) -> Reading | None:
    trades = market.streams.get("trades")
    if trades is None or not believed(trades, now):
        return None
    if kind == "print":
        size = seen.largest or Decimal(0)
        return Reading((size,), words(trades, now))
    if now - seen.since < PACE_SECONDS:
        return None
    return Reading((Decimal(str(seen.pace.rate(now))),), words(trades, now))


def _basis(market: Market, other: Market | None, now: float) -> Reading | None:
    basis = basis_now(market, other, now)
    if basis is None or other is None:
        return None
    said = [f"{one.key.venue} {words(one.streams['book'], now)}" for one in (market, other)]
    return Reading((basis.bps,), ", ".join(said))


def _values(rule: Rule, book: OrderBook) -> tuple[Decimal, ...]:
    if rule.kind == "imbalance":
        weighed = imbalance(book)
        return () if weighed is None else (Decimal(str(weighed)),)
    if rule.kind == "spread":
        spread = book_figures(book).spread_bps
        return () if spread is None else (Decimal(str(spread)),)
    sides = {"bid": (book.bids,), "ask": (book.asks,)}.get(rule.at, (book.bids, book.asks))
    if rule.at in ("best", "bid", "ask"):
        return tuple(Decimal(side.best[1]) for side in sides if side.best is not None)
    price = price_key(rule.at)
    resting = [_resting(book.bids, price, -1), _resting(book.asks, price, 1)]
    known = [size for size in resting if size is not None]
    return (max(known),) if len(known) == len(resting) else ()


def _resting(side: BookSide, price: int, sign: int) -> Decimal | None:
    """What rests at exactly one price; None beyond the last level, where nobody knows."""

    def position(level: Level) -> int:
        return sign * price_key(level[0])

    levels = side.top(len(side))
    index = bisect_left(levels, sign * price, key=position)
    if index == len(levels):
        return None
    return Decimal(levels[index][1]) if price_key(levels[index][0]) == price else Decimal(0)


_CHANNELS: Final[dict[str, tuple[Channel, ...]]] = {
    "price": ("trades", "book", "ticker"),
    "print": ("trades",),
    "pace": ("trades",),
}


def markets_of(rule: Rule) -> list[MarketKey]:
    """Return the markets that a rule is about; none where it is about a whole venue."""
    return [key for key in (rule.subject, rule.other) if key is not None and key.name]


def needed(rule: Rule) -> list[tuple[str, Subscription]]:
    """Return what must be subscribed for a rule to see anything; of a price the best of it."""
    channels = _CHANNELS.get(rule.kind, ("book",))
    return [
        (key.venue, Subscription(channel, key.name))
        for key in markets_of(rule)
        for channel in channels
    ]
