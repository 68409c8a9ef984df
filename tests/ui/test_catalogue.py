"""What the search knows of the venues' lists."""

from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, ETH, SHIB, FakeFeed, Scene

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.kept import Kept
from wsdash.feed.link import LinkState
from wsdash.ui.catalogue import Catalogue
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.lines import plain_text

XBT = MarketKey("binance", "BTCUSDT")


@pytest.fixture
def feed() -> FakeFeed:
    made = FakeFeed()
    Scene(made).begin()
    made.venues = ("kraken", "binance", "binance_us")
    return made


def catalogue(feed: FakeFeed, kept: Kept | None = None) -> Catalogue:
    made = Catalogue(Desk(feed, [BTC]), kept or Kept())
    made.begin()
    return made


def values(found: Catalogue, query: str) -> list[str]:
    return [item.value for item in found.search(query, 20)]


def test_all_venues_are_searched_or_one(feed: FakeFeed) -> None:
    found = catalogue(feed)
    assert values(found, "btc") == [str(BTC), str(XBT)]
    assert found.total() == 9
    found.begin("binance")
    assert values(found, "btc") == [str(XBT)]
    assert found.total() == 4


def test_what_was_opened_often_and_lately_comes_first(feed: FakeFeed) -> None:
    kept = Kept()
    kept.opened(XBT, feed.wall())
    for key in (SHIB, SHIB, ETH):
        kept.opened(key, feed.wall())
    found = catalogue(feed, kept)
    assert values(found, "")[0] == str(SHIB)
    assert set(values(found, "")[1:3]) == {str(ETH), str(XBT)}
    assert values(found, "btc") == [str(XBT), str(BTC)]
    feed.time += 60 * 86_400
    for _ in range(2):
        kept.opened(ETH, feed.wall())
    assert values(found, "")[0] == str(ETH)


def test_a_list_that_grows_is_searched_anew(feed: FakeFeed) -> None:
    found = catalogue(feed)
    assert values(found, "pepe") == []
    feed.list_instruments([Instrument("kraken", "PEPE/USD", "PEPE", "USD", "1", 0, 0)])
    assert values(found, "pepe") == ["kraken:PEPE/USD"]


def test_lists_that_are_not_there_are_said_with_the_reason(feed: FakeFeed) -> None:
    found = catalogue(feed)

    def pending() -> list[str]:
        return [plain_text(row).strip() for row in found.pending(70)]

    assert pending() == ["binance_us: connecting"]
    feed.time += 3.0
    assert pending() == ["binance_us: connecting, 3.0s"]
    feed.link("binance_us public", LinkState.BACKOFF, "refused", wait=7.0, attempt=2)
    assert pending() == ["binance_us: RETRY 7s #2 refused"]
    feed.link("binance_us public")
    assert pending() == ["binance_us: the list is on its way, 3.0s"]
    feed.list_instruments([Instrument("binance_us", "BTCUSD", "BTC", "USD", "1", 0, 0)])
    assert pending() == []


def test_price_and_state_stand_beside_what_is_watched(feed: FakeFeed) -> None:
    found = catalogue(feed)
    shown = {item.value: plain_text(found.beside(item)[0]).split() for item in found.search("", 20)}
    assert shown[str(BTC)][1:] == ["LIVE", "kraken"]
    assert shown[str(BTC)][0].startswith("65,0")
    assert shown[str(XBT)] == ["binance"]
    feed.list_instruments(
        [Instrument("binance", "BTCUSDT", "BTC", "USDT", "0.01", 2, 5, status="halted")]
    )
    item = found.search("btcusdt", 1)[0]
    assert plain_text(found.beside(item)[0]).split() == ["halted", "binance"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("binance_us:btcusd", ["binance_us:BTCUSD"]),
        ("binance_us:bt", []),
        ("binance_us:btc usd", []),
        ("nowhere:btcusd", []),
        ("kraken:btc/eur", []),
    ],
)
def test_a_market_typed_in_full_is_taken_where_no_list_says_otherwise(
    feed: FakeFeed, query: str, expected: list[str]
) -> None:
    found = catalogue(feed)
    assert values(found, query) == expected
    found.begin("binance_us")
    assert values(found, "btcusd") == ["binance_us:BTCUSD"]
    assert plain_text(found.beside(found.search("btcusd", 1)[0])[0]).startswith("as typed")
