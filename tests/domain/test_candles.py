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
