from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.candles import SERIES_LENGTH, Candle, CandleSeries


def candle(minute: int, close: str = "1", *, closed: bool = False) -> Candle:
    return Candle(minute * 60, "1", "2", "0.5", close, "10", closed)


words = st.builds(candle, st.integers(0, 20), st.integers(1, 9).map(str), closed=st.booleans())


@given(st.lists(st.lists(words, max_size=8), max_size=6))
def test_candles_are_in_order_and_the_last_word_on_each_counts(
    updates: list[list[Candle]],
) -> None:
    series = CandleSeries("1m")
    closes: dict[int, str] = {}
    for update in updates:
        series.update(update)
        closes |= {word.start: word.close for word in update}
    kept = series.last(100)
    assert [(word.start, word.close) for word in kept] == sorted(closes.items())


@given(st.lists(st.lists(words, max_size=8), max_size=6))
def test_only_the_newest_candle_can_be_open(updates: list[list[Candle]]) -> None:
    series = CandleSeries("1m")
    for update in updates:
        series.update(update)
    assert all(word.closed for word in series.last(100)[:-1])


def test_a_repeated_history_opens_no_candle_again() -> None:
    series = CandleSeries("1m")
    series.update([candle(1), candle(2), candle(3)])
    series.update([candle(1), candle(2), candle(3), candle(4)])
    assert [word.closed for word in series.last(4)] == [True, True, True, False]


def test_a_series_drops_its_oldest_candles() -> None:
    series = CandleSeries("1m")
    series.update(candle(minute) for minute in range(SERIES_LENGTH + 5))
    assert len(series) == SERIES_LENGTH
    assert series.last(SERIES_LENGTH)[0].start == 5 * 60
    assert [word.start for word in series.last(2)] == [
        (SERIES_LENGTH + 3) * 60,
        (SERIES_LENGTH + 4) * 60,
    ]
    assert series.last(0) == []


@given(st.lists(words, min_size=1, max_size=12), st.lists(words, max_size=12))
def test_a_page_adds_what_is_not_known_and_changes_nothing(
    known: list[Candle], page: list[Candle]
) -> None:
    series = CandleSeries("1m")
    series.update(known)
    before = {word.start: word for word in series.last(100)}
    added = series.fill(page)
    after = series.last(100)
    assert [word.start for word in after] == sorted({word.start for word in after})
    assert {word.start: word for word in after if word.start in before} == before
    news = {word.start for word in page} - before.keys()
    assert {word.start for word in after} - before.keys() == {s for s in news if s < max(before)}
    assert added == len(after) - len(before)
    assert all(word.closed for word in after[:-1])


def test_what_a_history_does_not_go_on_from_is_forgotten() -> None:
    series = CandleSeries("1m")
    series.update([candle(1), candle(2), candle(3)])
    series.join([candle(4), candle(5)])
    assert series.oldest == 60, "it goes on from the third"
    series.update([candle(4), candle(5)])
    series.join([candle(50)])
    assert series.oldest == 60, "one candle is no history"
    series.update([candle(50)])
    series.join([candle(49), candle(50)])
    assert series.oldest == 50 * 60
    assert CandleSeries("1m").oldest is None
