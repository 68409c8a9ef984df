"""A crossed book is never believed, is let recover for a moment, and is then got anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from tests.venues import bybit_frames

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.events import BookLost, BookMoved, BookSynced
from wsdash.venues.binance import BinanceSession
from wsdash.venues.bybit import BybitSession
from wsdash.venues.crc import checksum
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.patience import CROSSED_CHANGES, CROSSED_TIME
from wsdash.venues.venue import Answer, Step, Subscription

Say = Callable[[Sequence[Level], Sequence[Level], float], Step]


def kraken() -> tuple[KrakenSession, Say]:
    """A Kraken session with a synced book, and what makes it hear a change."""
    session, truth = KrakenSession(), OrderBook()
    session.want([Subscription("book", "BTC/USD")], 0)
    session.opened(0)

    def say(bids: Sequence[Level], asks: Sequence[Level], now: float, kind: str = "update") -> Step:
        truth.apply(bids, asks)
        levels = [
            ",".join(f'{{"price":{price},"qty":{size}}}' for price, size in side)
            for side in (bids, asks)
        ]
        return session.received(
            f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"BTC/USD","bids":[{levels[0]}],'
            f'"asks":[{levels[1]}],"checksum":{checksum(truth, 1, 1)}}}]}}'.encode(),
            now,
        )

    say([("10.0", "1.0")], [("11.0", "1.0")], 0, "snapshot")
    return session, say


def binance() -> tuple[BinanceSession, Say]:
    """The same of Binance."""
    session, ids = BinanceSession(), [100]
    session.want([Subscription("book", "BTCUSDT")], 0)
    session.opened(0)
    [request] = session.received(b'{"result":null,"id":1}', 0).requests

    def say(bids: Sequence[Level], asks: Sequence[Level], now: float) -> Step:
        ids[0] += 1
        data = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": ids[0], "u": ids[0],
                "b": list(bids), "a": list(asks)}  # fmt: skip
        frame = json.dumps({"stream": "btcusdt@depth@100ms", "data": data})
        return session.received(frame.encode(), now)

    body = b'{"lastUpdateId":100,"bids":[["10.0","1.0"]],"asks":[["11.0","1.0"]]}'
    session.answered(request, Answer(200, body), 0)
    say([], [], 0)
    return session, say


def bybit() -> tuple[BybitSession, Say]:
    """The same of Bybit."""
    session, ids = BybitSession(), [100]
    session.want([Subscription("book", "BTCUSDT")], 0)
    session.opened(0)

    def say(bids: Sequence[Level], asks: Sequence[Level], now: float, kind: str = "delta") -> Step:
        ids[0] += 1
        return session.received(bybit_frames.book(kind, ids[0], bids, asks), now)

    say([("10.0", "1.0")], [("11.0", "1.0")], 0, "snapshot")
    return session, say


VENUES = pytest.mark.parametrize("venue", [kraken, binance, bybit])
Venue = Callable[[], tuple[KrakenSession | BinanceSession | BybitSession, Say]]

CROSS: Sequence[Level] = [("12.0", "1.0")]
UNCROSS: Sequence[Level] = [("12.0", "0.0")]


@VENUES
@pytest.mark.row("D5")
def test_a_crossed_book_is_lost_at_once_and_back_when_it_uncrosses(venue: Venue) -> None:
    _, say = venue()
    [lost] = say(CROSS, [], 1.0).events
    assert isinstance(lost, BookLost)
    assert lost.reason == "crossed"
    assert say([("9.0", "1.0")], [], 1.1).events == []
    [back] = say(UNCROSS, [], 1.2).events
    assert isinstance(back, BookSynced)
    assert isinstance(say([("9.0", "2.0")], [], 1.3).events[0], BookMoved)


@VENUES
@pytest.mark.row("D5")
def test_a_book_that_stays_crossed_over_changes_is_got_anew(venue: Venue) -> None:
    _, say = venue()
    steps = [say([("12.0", f"{n}.0")], [], 1.0 + n / 100) for n in range(1, CROSSED_CHANGES + 2)]
    assert not any(step.send or step.requests for step in steps[:-1])
    assert steps[-1].send or steps[-1].requests


@VENUES
@pytest.mark.row("D5")
def test_a_book_that_stays_crossed_in_silence_is_got_anew(venue: Venue) -> None:
    session, say = venue()
    say(CROSS, [], 1.0)
    quiet = session.ticked(1.0 + CROSSED_TIME)
    assert not quiet.send
    assert not quiet.requests
    late = session.ticked(1.1 + CROSSED_TIME)
    assert late.send or late.requests


@VENUES
@pytest.mark.row("D5")
def test_a_book_that_crosses_again_and_again_is_lost_each_time(venue: Venue) -> None:
    session, say = venue()
    losses = [say(CROSS, [], 1.0).events[0]]
    for n in range(1, 5):
        say(UNCROSS, [], n * 10.0)
        losses += say(CROSS, [], n * 10.0 + 1).events
    assert all(isinstance(loss, BookLost) and loss.reason == "crossed" for loss in losses)
    assert session.tally.ever_crossed


@pytest.mark.row("D5")
def test_a_locked_book_is_believed() -> None:
    _, say = kraken()
    [moved] = say([("11.0", "1.0")], [], 1.0).events
    assert isinstance(moved, BookMoved)
