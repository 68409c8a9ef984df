"""Pages of older candles, as the venues' documentation shows them, and as they should not be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues import bybit_frames

from wsdash.domain.candles import Candle
from wsdash.domain.events import CandlesMoved, Unparsed
from wsdash.venues import binance_pages, bybit_pages, kraken_pages
from wsdash.venues.binance import BinanceSession
from wsdash.venues.bybit import BybitSession
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.pages import PageRefused, Pages
from wsdash.venues.venue import UNREADABLE, Answer

OHLC = (
    b'{"error":[],"result":{"XXBTZUSD":['
    b'[1688671200,"30306.1","30306.2","30305.7","30305.7","30306.1","3.39243896",23],'
    b'[1688671260,"30304.5","30304.5","30300.0","30300.0","30300.0","4.42996871",18]],'
    b'"last":1688671200}}'
)
KLINES = (
    b'[[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",'
    b'1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]]'
)
ALL = (kraken_pages.PAGES, binance_pages.PAGES, bybit_pages.PAGES)


def test_kraken_tells_all_it_has_at_once() -> None:
    request = kraken_pages.request("BTC/USD", "1h", 1_688_671_200)
    assert request.path == "/0/public/OHLC"
    assert dict(request.query) == {"pair": "XBTUSD", "interval": "60"}
    page = kraken_pages.read(Answer(200, OHLC))
    assert not page.more
    assert page.candles[0] == Candle(
        1_688_671_200, "30306.1", "30306.2", "30305.7", "30305.7", "3.39243896"
    )
    assert [candle.start for candle in page.candles] == [1_688_671_200, 1_688_671_260]


def test_binance_tells_a_thousand_before_a_time() -> None:
    request = binance_pages.request("BTCUSDT", "1m", 1_499_040_060)
    assert dict(request.query) == {
        "symbol": "BTCUSDT", "interval": "1m", "endTime": "1499040059999", "limit": "1000",
    }  # fmt: skip
    candle = Candle(
        1_499_040_000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815"
    )
    page = binance_pages.read(Answer(200, KLINES))
    assert (page.candles[0].start, page.candles[0].volume) == (candle.start, candle.volume)
    assert not page.more
    rows = json.dumps(json.loads(KLINES) * 1000).encode()
    assert binance_pages.read(Answer(200, rows)).more


def test_bybit_tells_a_thousand_before_a_time_the_newest_first() -> None:
    request = bybit_pages.request("BTCUSDT", "1h", 1_670_608_801)
    assert dict(request.query) == {
        "category": "linear", "symbol": "BTCUSDT", "interval": "60", "limit": "1000",
        "end": "1670608800999",
    }  # fmt: skip
    page = bybit_pages.read(Answer(200, bybit_frames.KLINES))
    first = Candle(1_670_605_200, "17071.5", "17071.5", "17061", "17071", "4177", closed=True)
    assert page.candles[0] == first
    assert [candle.start for candle in page.candles] == [1_670_605_200, 1_670_608_800]
    assert not page.more
    rows = json.loads(bybit_frames.KLINES)
    rows["result"]["list"] *= 500
    assert bybit_pages.read(Answer(200, json.dumps(rows).encode())).more


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(200, bybit_frames.reply({}, 10001, "symbol invalid")), "symbol invalid"),
        (Answer(403, b"access too frequent"), "asked too often"),
        (Answer(403, b"<html>"), "every country"),
    ],
)
def test_bybit_refuses_in_its_own_way(answer: Answer, words: str) -> None:
    with pytest.raises(PageRefused, match=words):
        bybit_pages.read(answer)


@pytest.mark.parametrize("pages", ALL)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(0, b""), "no answer"),
        (Answer(429, b"{}"), "asked too often"),
        (Answer(503, b"<html>"), "HTTP 503"),
    ],
)
def test_what_is_no_page_is_said_in_words(pages: Pages, answer: Answer, words: str) -> None:
    with pytest.raises(PageRefused, match=words):
        pages.read(answer)


def test_kraken_refuses_with_a_good_status() -> None:
    body = b'{"error":["EGeneral:Too many requests"]}'
    with pytest.raises(PageRefused, match="Too many requests"):
        kraken_pages.read(Answer(200, body))


bodies = st.one_of(
    st.binary(max_size=80),
    st.integers(0, len(OHLC) - 1).map(lambda cut: OHLC[:cut]),
    st.integers(0, len(KLINES) - 1).map(lambda cut: KLINES[:cut]),
    st.sampled_from(
        [
            b'{"error":[],"result":{"last":1}}',
            OHLC.replace(b"1688671200,", b"-5,"),
            OHLC.replace(b"1688671200,", b"99999999999999999,"),
            OHLC.replace(b'"30306.2"', b'"1e999999"'),
            KLINES.replace(b'"0.80000000"', b'"NaN"'),
            KLINES.replace(b"1499040000000", b"-1"),
            bybit_frames.KLINES.replace(b"1670608800000", b"-1"),
            bybit_frames.KLINES.replace(b"1670608800000", b"9" * 18),
            bybit_frames.KLINES.replace(b"17055.5", b"1e999999"),
        ]
    ),
)


@pytest.mark.parametrize("pages", ALL)
@given(body=bodies)
def test_no_answer_hurts(pages: Pages, body: bytes) -> None:
    try:
        page = pages.read(Answer(200, body))
    except (PageRefused, *UNREADABLE):
        return
    assert all(candle.start >= 0 for candle in page.candles)


def test_a_recorded_page_is_a_page_again() -> None:
    request = kraken_pages.request("BTC/USD", "1m", 5)
    (event,) = KrakenSession().answered(request, Answer(200, OHLC), 0.0).events
    assert isinstance(event, CandlesMoved)
    assert (event.symbol, event.interval, event.past) == ("BTC/USD", "1m", True)
    request = binance_pages.request("BTCUSDT", "1h", 5)
    (event,) = BinanceSession().answered(request, Answer(200, KLINES), 0.0).events
    assert isinstance(event, CandlesMoved)
    assert (event.symbol, event.interval, event.past) == ("BTCUSDT", "1h", True)
    assert event.candles[0].closed
    request = bybit_pages.request("BTCUSDT", "1h", 5)
    (event,) = BybitSession().answered(request, Answer(200, bybit_frames.KLINES), 0.0).events
    assert isinstance(event, CandlesMoved)
    assert (event.symbol, event.interval, event.past) == ("BTCUSDT", "1h", True)
    assert all(candle.closed for candle in event.candles)
    broken = KrakenSession().answered(
        kraken_pages.request("BTC/USD", "1m", 5), Answer(200, b"x"), 0.0
    )
    assert [type(event) for event in broken.events] == [Unparsed]
