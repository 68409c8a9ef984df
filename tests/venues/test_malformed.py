"""Whatever a venue sends, a session goes on: nothing raises, nothing bad gets through."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues import binance_frames, bybit_frames, kraken_frames
from tests.venues.mutations import NESTED, mutated

from wsdash.domain.book import OrderBook
from wsdash.domain.events import BookLost, BookSynced, Printed, Unparsed
from wsdash.domain.numbers import plain, price_key, size_text
from wsdash.venues.binance import BinanceSession
from wsdash.venues.binance_account import BinanceAccountSession
from wsdash.venues.bybit import BybitSession
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.kraken_account import TOKEN_PATH, KrakenAccountSession
from wsdash.venues.venue import END_OF_TIME, Answer, Request, Session, Step, Subscription

SESSIONS: dict[str, Callable[[], Session]] = {
    "kraken": KrakenSession,
    "kraken account": KrakenAccountSession,
    "binance": BinanceSession,
    "binance account": BinanceAccountSession,
    "bybit": BybitSession,
}
FRAMES = kraken_frames.ALL + binance_frames.PUBLIC + binance_frames.PRIVATE
FRAMES += [frame.decode() for frame in bybit_frames.PUBLIC]
BODIES = {**binance_frames.BODIES, **bybit_frames.BODIES}
TOKEN = '{"error":[],"result":{"token":"x","expires":900}}'

sessions = pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)


def check(step: Step) -> None:
    """What came out can be shown, added up and put in order."""
    for event in step.events:
        if isinstance(event, Printed):
            assert price_key(event.trade.price) > 0
            assert size_text(event.trade.size)
        time = getattr(event, "time", None)
        assert time is None or 0 <= time < END_OF_TIME
        for balance in getattr(event, "balances", ()):
            assert plain(balance.total)
    for text in step.send:
        json.loads(text)


@pytest.mark.row("D18", "D17")
@sessions
@given(frames=st.lists(mutated(FRAMES), max_size=6))
def test_no_changed_frame_raises(make: Callable[[], Session], frames: list[bytes]) -> None:
    session = make()
    session.opened(0.0)
    for number, frame in enumerate(frames):
        check(session.received(frame, number * 10.0))
        check(session.ticked(number * 10.0 + 5))


@pytest.mark.row("D18")
@sessions
@given(frame=st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_raise(make: Callable[[], Session], frame: bytes) -> None:
    session = make()
    session.opened(0.0)
    check(session.received(frame, 1.0))


@pytest.mark.row("G10")
@sessions
@pytest.mark.parametrize("frame", NESTED, ids=lambda frame: f"{frame[:12]!r}")
def test_endless_nesting_is_one_bad_frame(make: Callable[[], Session], frame: bytes) -> None:
    session = make()
    session.opened(0.0)
    step = session.received(frame, 1.0)
    assert {type(event) for event in step.events} <= {Unparsed}
    assert session.tally.unparsed == len(step.events)


@pytest.mark.row("D18")
@given(
    path=st.sampled_from([*BODIES, TOKEN_PATH]),
    body=st.one_of(mutated([*BODIES.values(), TOKEN]), st.binary()),
    query=st.sampled_from([(), (("symbol", "A"),), (("symbol", "A"), ("interval", "1m"))]),
    status=st.sampled_from([200, 0, 400, 429, 503]),
)
def test_no_answer_raises(
    path: str, body: bytes, query: tuple[tuple[str, str], ...], status: int
) -> None:
    for make in SESSIONS.values():
        session = make()
        session.want([Subscription("book", "A"), Subscription("candles", "A", "1m")], 0.0)
        session.opened(0.0)
        check(session.answered(Request(path, query), Answer(status, body), 1.0))


@pytest.mark.row("D18")
@given(mutated([kraken_frames.matic_update().decode()]))
def test_a_changed_book_message_leaves_a_true_book_or_a_lost_one(frame: bytes) -> None:
    session = KrakenSession()
    session.received(kraken_frames.INSTRUMENTS, 0.0)
    [fact] = session.received(kraken_frames.matic_snapshot(), 0.0).events
    assert isinstance(fact, BookSynced)
    before = sides(fact.book)
    reference = OrderBook()
    reference.replace(kraken_frames.MATIC_BIDS, kraken_frames.MATIC_ASKS)
    reference.apply(kraken_frames.MATIC_UPDATE, [])
    step = session.received(frame, 1.0)
    lost = any(isinstance(e, BookLost) and e.symbol == "MATIC/USD" for e in step.events)
    assert lost or sides(fact.book) in (before, sides(reference))


def sides(book: OrderBook) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    return book.bids.top(100), book.asks.top(100)
