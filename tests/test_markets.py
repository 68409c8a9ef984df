from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.markets import UnknownSymbol, parse, unlisted
from wsdash.venues.registry import VENUES, UnknownVenue, find

LISTED = {
    "kraken": {
        name: Instrument("kraken", name, name.partition("/")[0], "USD", "0.1", 1, 8)
        for name in ("BTC/USD", "ETH/USD", "DOGE/USD")
    }
}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("kraken:BTC/USD", MarketKey("kraken", "BTC/USD")),
        (" Kraken : xbt/usd ", MarketKey("kraken", "BTC/USD")),
        ("BINANCE:btc/usdt", MarketKey("binance", "BTCUSDT")),
        ("binance_us:BTCUSD", MarketKey("binance_us", "BTCUSD")),
    ],
)
def test_a_market_is_found_however_it_is_typed(typed: str, key: MarketKey) -> None:
    assert parse(typed) == key


@pytest.mark.parametrize("typed", ["", "BTC/USD", "kraken", "kraken:", "kraken:  ", ":"])
def test_what_is_no_market_is_said_with_an_example(typed: str) -> None:
    with pytest.raises(UnknownSymbol, match="kraken:BTC/USD"):
        parse(typed)


@pytest.mark.parametrize("symbol", ["B\udcff/USD", "BTC/USD\x1b[2J", "BTC /USD", "BTC\u202e/USD"])
def test_what_could_not_be_written_or_shown_is_no_market(symbol: str) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        parse(f"kraken:{symbol}")
    assert str(caught.value).isprintable()
    str(caught.value).encode()


def test_an_unknown_venue_is_said_with_those_there_are() -> None:
    with pytest.raises(UnknownVenue) as caught:
        parse("mtgox:BTC/USD")
    assert all(name in str(caught.value) for name in VENUES)


@given(st.text())
def test_whatever_is_typed_is_a_market_or_refused_in_safe_words(typed: str) -> None:
    words, key = attempt(typed)
    assert words.isprintable()
    assert len(words) < 300
    assert key is None or (find(key.venue).name == key.venue and key.name)


def attempt(typed: str) -> tuple[str, MarketKey | None]:
    try:
        return "", parse(typed)
    except (UnknownSymbol, UnknownVenue) as error:
        return str(error), None


def test_a_symbol_the_venue_does_not_list_is_said_with_what_is_near() -> None:
    assert unlisted([MarketKey("kraken", "BTC/USD")], LISTED) is None
    words = unlisted([MarketKey("kraken", "BTC/USD"), MarketKey("kraken", "DOGE/US")], LISTED)
    assert words == "unknown symbol kraken:DOGE/US; did you mean DOGE/USD?"
    assert unlisted([MarketKey("kraken", "QQQQQ\x1b[31m")], LISTED) == (
        "unknown symbol kraken:QQQQQ·[31m"
    )


def test_a_venue_whose_list_has_not_come_is_not_judged() -> None:
    assert unlisted([MarketKey("binance", "X"), MarketKey("kraken", "Y")], {"kraken": {}}) is None
