"""Servers that answer less than the documents say: the session makes do with what comes."""

from __future__ import annotations

import pytest

from wsdash.domain.events import Refused
from wsdash.venues.binance import BinanceSession
from wsdash.venues.binance_requests import INFO_PATH, KLINES_PATH
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.venue import Answer, Request, Subscription

BOOK = Subscription("book", "BTC/USD")
LISTING = Subscription("instruments")


def phase(session: KrakenSession | BinanceSession) -> str:
    return session.progress.phase


def test_a_snapshot_without_an_acknowledgement_is_one() -> None:
    session = KrakenSession()
    session.want([BOOK], 0)
    session.opened(0)
    session.received(
        b'{"channel":"trade","type":"snapshot","data":[]}', 1
    )  # of another channel: it says nothing about the book
    assert phase(session) == "subscribing"
    session.received(
        b'{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[],"asks":[],'
        b'"checksum":0}]}',
        1,
    )
    assert phase(session) == "ready"
    assert session.ticked(100).send == []


def test_markets_do_not_wait_for_the_instrument_list() -> None:
    session = BinanceSession()
    session.want([LISTING], 0)
    session.opened(0)
    assert phase(session) == "ready"


def test_a_list_the_venue_does_not_have_is_asked_for_once() -> None:
    session = BinanceSession()
    session.want([LISTING], 0)
    [request] = session.opened(0).requests
    step = session.answered(request, Answer(404, b""), 1)
    assert step.requests == []
    assert step.events == [Refused("instruments", "", "HTTP 404")]
    assert session.ticked(1_000).requests == []


@pytest.mark.row("D3")
def test_a_venue_in_trouble_is_asked_again_later_each_time() -> None:
    session = BinanceSession()
    delays = []
    request = Request(INFO_PATH)
    for _ in range(6):
        [request] = session.answered(request, Answer(503, b""), 1).requests
        delays.append(request.delay)
    assert delays == [5, 10, 20, 40, 60, 60]


def test_a_rate_limited_history_waits_as_long_as_it_is_told() -> None:
    session = BinanceSession()
    session.want([Subscription("candles", "BTCUSDT", "1m")], 0)
    request = Request(KLINES_PATH, (("symbol", "BTCUSDT"), ("interval", "1m")))
    [again] = session.answered(request, Answer(429, b"", retry_after=90), 1).requests
    assert again.delay == 90
    assert again.query == request.query
