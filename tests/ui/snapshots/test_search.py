from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.text import clean
from wsdash.ui.snapshots.finder import finder_rows, pending_row
from wsdash.ui.snapshots.lines import Line, Span, plain_text, width_of
from wsdash.ui.snapshots.search import Index, Item, found

MARKETS = [
    Item(f"{venue}:{name}", f"{base}/{quote}", venue)
    for venue, name, base, quote in (
        ("kraken", "BTC/USD", "BTC", "USD"),
        ("kraken", "ETH/USD", "ETH", "USD"),
        ("kraken", "ETH/BTC", "ETH", "BTC"),
        ("kraken", "DOGE/USD", "DOGE", "USD"),
        ("binance", "BTCUSDT", "BTC", "USDT"),
        ("binance", "ETHUSDT", "ETH", "USDT"),
        ("binance_us", "ETHUSD", "ETH", "USD"),
    )
]
NAMES = st.text("abct/", max_size=6)
ITEMS = st.lists(st.tuples(NAMES, st.sampled_from(["", "kr", "bin"])), max_size=30)


def values(query: str, weights: dict[str, float] | None = None) -> list[str]:
    return [match.item.value for match in Index(MARKETS).search(query, 9, weights)]


def test_what_begins_like_the_query_comes_first() -> None:
    assert values("eth")[:2] == ["kraken:ETH/USD", "kraken:ETH/BTC"]
    assert values("btc bin") == ["binance:BTCUSDT"]
    assert values("dgu") == ["kraken:DOGE/USD"]
    assert values("kraken:eth/btc")[0] == "kraken:ETH/BTC"
    assert values("nothing like it") == []
    assert len(found(MARKETS, "", 3)) == 3


def test_what_was_used_comes_first_but_never_before_an_exact_name() -> None:
    often = {"binance:ETHUSDT": 2.0, "kraken:ETH/BTC": 5.0, "nowhere:X": 9.0}
    assert values("", often)[:2] == ["kraken:ETH/BTC", "binance:ETHUSDT"]
    assert values("eth", often)[:2] == ["kraken:ETH/BTC", "binance:ETHUSDT"]
    assert values("ethusd", often)[:3] == [
        "kraken:ETH/USD",
        "binance_us:ETHUSD",
        "binance:ETHUSDT",
    ]
    assert values("dgu", {"kraken:ETH/USD": 9.0}) == ["kraken:DOGE/USD"]
    scattered = values("bu", {"binance_us:ETHUSD": 1.0})
    assert scattered[0] != "binance_us:ETHUSD"


def occurs(word: str, item: tuple[str, str]) -> bool:
    """Tell whether a word is found in an item, by looking at every way to pick its letters."""
    name, venue = item
    bare, plain = name.replace("/", ""), word.replace("/", "")
    picked = ("".join(pick) for pick in itertools.combinations(bare, len(plain)))
    return word in name or word in venue or plain in picked


@given(ITEMS, st.text("abct /", max_size=5))
def test_what_is_found_has_all_words_and_nothing_else_has(
    items: list[tuple[str, str]], query: str
) -> None:
    made = [Item(str(at), name, venue) for at, (name, venue) in enumerate(items)]
    got = {int(item.value) for item in found(made, query, len(made) + 1)}
    expected = {
        at for at, item in enumerate(items) if all(occurs(word, item) for word in query.split())
    }
    assert got == expected


@given(ITEMS, st.lists(st.text("abct /", max_size=5), max_size=8), st.integers(1, 40))
def test_a_search_that_goes_on_finds_what_a_new_one_finds(
    items: list[tuple[str, str]], queries: list[str], limit: int
) -> None:
    made = [Item(str(at), name, venue) for at, (name, venue) in enumerate(items)]
    weights = {"1": 2.0, "3": 0.5, "99": 1.0}
    index = Index(made)
    for query in queries:
        for end in range(len(query) + 1):
            typed = query[:end]
            whole = Index(made).search(typed, len(made) + 1, weights)
            assert index.search(typed, limit, weights) == whole[:limit]


@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=20),
    st.integers(0, 25),
    st.integers(20, 60),
    st.booleans(),
)
def test_finder_rows_are_exactly_as_wide_as_asked(
    names: list[str], chosen: int, width: int, marked: bool
) -> None:
    items = [Item(name, clean(name), "kraken") for name in names]
    rows = finder_rows(items, min(chosen, len(items) - 1), width, 6, marked=names if marked else ())
    assert {width_of(row) for row in rows} == {width}
    assert any(span.role == "cursor" for row in rows for span in row)
    assert any("+" in plain_text(row) for row in rows) >= marked


@pytest.mark.parametrize("width", range(20, 60, 5))
def test_a_name_keeps_its_room_before_what_is_beside_it(width: int) -> None:
    beside = [(Span("65,000.2 LIVE kraken "),), (Span("kraken "),)]
    row = finder_rows([Item("a", "DOGE/USD")], 0, width, 3, beside=lambda _: beside)[0]
    assert "DOGE/USD" in plain_text(row)
    assert width_of(row) == width
    assert ("65,000.2" in plain_text(row)) == (width >= 32)
    assert width_of(pending_row("kraken", "the list is on its way, 3s", width)) == width


@pytest.mark.parametrize("width", range(24, 60))
def test_the_columns_beside_what_was_found_stand(width: int) -> None:
    items = [Item(name, name, "") for name in ("BTC/USD", "BTC/USDT", "ETH/BTC")]
    prices = {"BTC/USD": "65,006.1 ", "BTC/USDT": "65,006.1 "}

    def beside(item: Item) -> list[Line]:
        at: Line = (Span("kraken  "),)
        price = prices.get(item.value)
        return [(Span(f"{price}LIVE "), *at), (Span(price), *at), at] if price else [at]

    rows = [plain_text(row) for row in finder_rows(items, 0, width, 5, beside=beside)]
    assert len({row.find("65,006.1") for row in rows[:2]}) == 1
    assert len({row.find("LIVE") for row in rows[:2]}) == 1
    assert all("kraken" in row for row in rows)
