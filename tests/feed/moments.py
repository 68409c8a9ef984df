"""Everything that can be seen of a moment of a replay, in words that can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from wsdash.feed.feed import Moment
from wsdash.feed.market import Board, Stream
from wsdash.feed.recording import Recording
from wsdash.feed.reel import Reel
from wsdash.feed.replay import ReplayFeed
from wsdash.feed.survey import timed


class Looks:
    """A follower that writes down what it saw."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.seen: list[tuple[float, int, int]] = []

    def printed(self, moment: Moment) -> None:
        self.seen.append((moment.now(), -1, _prints(moment.board)))

    def look(self, moment: Moment) -> None:
        books = [market.book for market in moment.board.markets.values() if market.book]
        levels = sum(len(book.bids) + len(book.asks) for book in books)
        self.seen.append((moment.now(), levels, _prints(moment.board)))
        del self.seen[:-2_000]


def _prints(board: Board) -> int:
    return sum(market.tape.count for market in board.markets.values())


def told(reel: Reel | ReplayFeed) -> dict[str, Any]:
    """Return all of a moment."""
    board = reel.board
    follower = reel.follower
    assert isinstance(follower, Looks | None)
    watch = reel.watch if isinstance(reel, Reel) else reel.alerts
    return {
        "now": reel.now(),
        "markets": {str(key): dict(_market(board, key)) for key in board.markets},
        "accounts": {name: dict(one.balances) for name, one in board.accounts.items()},
        "account streams": {name: _stream(one) for name, one in board.account_streams.items()},
        "instruments": board.instruments,
        "gaps": list(board.gaps),
        "log": list(reel.log),
        "links": [msgspec.to_builtins(report) for report in reel.reports()],
        "fired": list(watch.log) if watch is not None else [],
        "seen": follower.seen if follower is not None else None,
    }


def _market(board: Board, key: Any) -> Iterator[tuple[str, Any]]:
    market = board.markets[key]
    yield "streams", {channel: _stream(stream) for channel, stream in market.streams.items()}
    if market.book is not None:
        yield "bids", list(market.book.bids.top(len(market.book.bids)))
        yield "asks", list(market.book.asks.top(len(market.book.asks)))
    yield "tape", (list(market.tape.prints), market.tape.count, market.tape.bought)
    yield "ticker", market.ticker
    yield "candles", {name: series.last(10_000) for name, series in market.candles.items()}
    yield "instrument", market.instrument


def _stream(stream: Stream) -> tuple[Any, ...]:
    age = (stream.since, stream.received_at, stream.venue_time, stream.threshold, stream.behind)
    return (stream.state, stream.reason, stream.sequence, stream.messages, *age)


def played(feed: ReplayFeed, path: Path, *, at: float | None = None, taken: int = 0) -> Reel:
    """Play a recording from its beginning, record by record, with nothing of what seeks do.

    Args:
        feed: whose rules are watched.
        path: the recording.
        at: seconds since the epoch up to which; None: `taken` records.
    """
    reel = Reel(None, feed.start)
    feed.alerts.watcher(reel)
    reel.follower = Looks(whole=True)
    for record in timed(Recording(path)):
        if (record.t or 0.0) > at if at is not None else reel.taken >= taken:
            break
        reel.take(record)
    else:
        reel.end()
        return reel
    if at is not None:
        reel.pass_time(at)
    return reel
