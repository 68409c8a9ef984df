"""Which streams the board keeps: made when they are wanted, gone when they are not."""

from __future__ import annotations

from collections.abc import Iterable

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.venues.venue import Subscription

UNKNOWN = "rejected: unknown symbol"
"""Why a market that a venue does not list is parked."""


def keep(board: Board, venue: str, wanted: Iterable[Subscription], now: float) -> None:
    """Give every wanted subscription of a venue a stream, and drop the streams of all others.

    A book that is no longer subscribed is forgotten at once: it would only grow old.
    """
    wanted = set(wanted)
    channels: dict[str, set[Channel]] = {}
    for sub in wanted:
        channels.setdefault(sub.symbol, set()).add(sub.channel)
    for key, market in board.markets.items():
        if key.venue != venue:
            continue
        for channel in [c for c in market.streams if c not in channels.get(key.name, ())]:
            del market.streams[channel]
        if "book" not in market.streams:
            market.book = None
    for sub in wanted:
        if sub.channel == "instruments":
            continue
        market = board.market(MarketKey(venue, sub.symbol))
        if sub.channel not in market.streams:
            market.streams[sub.channel] = Stream(sub.channel, now)
        if market.instrument is None:
            market.instrument = board.instruments.get(venue, {}).get(sub.symbol)
    judge(board, venue, now)


def judge(board: Board, venue: str, now: float) -> None:
    """Park what the venue does not list, and let go of what it lists by now.

    A venue whose list has not come yet is not judged.
    """
    known = board.instruments.get(venue)
    if not known:
        return
    for key, market in board.markets.items():
        if key.venue != venue:
            continue
        for stream in market.streams.values():
            if key.name not in known:
                stream.enter(ChannelState.PARKED, now, UNKNOWN)
            elif stream.reason == UNKNOWN:
                stream.enter(ChannelState.SYNCING, now)


def is_unknown(board: Board, venue: str, sub: Subscription) -> bool:
    """Whether the venue does not list what is wanted, so that there is no use in asking."""
    stream = find(board, venue, sub.symbol, sub.channel)
    return stream is not None and stream.reason == UNKNOWN


def of_venue(board: Board, venue: str) -> list[tuple[Subscription, Stream]]:
    """Return the market streams of a venue with the subscriptions they stand for."""
    return [
        (Subscription(channel, key.name), stream)
        for key, market in board.markets.items()
        if key.venue == venue
        for channel, stream in market.streams.items()
    ]


def lag(board: Board, venue: str) -> float:
    """Return by how many seconds the latest of a venue's channels comes later than it could."""
    return max((stream.behind for _, stream in of_venue(board, venue)), default=0.0)


def find(board: Board, venue: str, symbol: str, channel: Channel) -> Stream | None:
    """Return the stream of a market's channel, or of the account."""
    if channel == "account":
        return board.account_streams.get(venue)
    market = board.markets.get(MarketKey(venue, symbol))
    return market.streams.get(channel) if market else None


def lose(stream: Stream, now: float, reason: str) -> bool:
    """The connection of a stream is gone; tell whether that changed anything."""
    if stream.state is ChannelState.PARKED:
        return False
    return stream.enter(ChannelState.STALE, now, reason)


def await_data(stream: Stream, now: float) -> bool:
    """The connection of a stream is up again; tell whether that changed anything."""
    if stream.state is ChannelState.PARKED and stream.reason.startswith("rejected"):
        return False
    stream.cadence.restart()
    return stream.enter(ChannelState.SYNCING, now)
