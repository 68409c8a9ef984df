from __future__ import annotations

import time as clock
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.candles import Candle
from wsdash.domain.figures_candles import TradeCandles
from wsdash.domain.figures_flow import Ewma, Pace, Volumes, Vwap
from wsdash.domain.figures_tape import SizeBands, VolumeAtPrice, usual_bounds
from wsdash.domain.numbers import price_key
from wsdash.domain.trades import Aggressor, Trade

sides: st.SearchStrategy[Aggressor] = st.sampled_from(["buy", "sell"])
prices = st.one_of(
    st.sampled_from(["0.00000812", "0.00000813", "65000.1", "65000.10", "123456789012345678"]),
    st.decimals("0.01", "99999", places=2).map(str),
)
sizes = st.one_of(
    st.sampled_from(["1", "0.00000001", "0.0"]), st.decimals("0", "1000", places=8).map(str)
)
times = st.floats(0, 200)
prints = st.lists(
    st.builds(Trade, id=st.just("1"), price=prices, size=sizes, side=sides, time=times),
    max_size=50,
)


def sized(trades: Sequence[Trade], side: Aggressor) -> Fraction:
    return sum((Fraction(trade.size) for trade in trades if trade.side == side), Fraction(0))


@given(prints)
def test_volumes_are_exact(trades: list[Trade]) -> None:
    volumes = Volumes()
    for trade in trades:
        volumes.add(trade)
    bought, sold = sized(trades, "buy"), sized(trades, "sell")
    assert volumes.count == len(trades)
    assert (Fraction(volumes.bought), Fraction(volumes.sold)) == (bought, sold)
    assert Fraction(volumes.delta) == bought - sold
    assert Fraction(volumes.total) == bought + sold


@given(prints)
def test_the_average_price_is_exact_to_its_last_digit(trades: list[Trade]) -> None:
    vwap = Vwap()
    for trade in trades:
        vwap.add(trade)
    paid = sum((Fraction(t.price) * Fraction(t.size) for t in trades), Fraction(0))
    size = sum((Fraction(t.size) for t in trades), Fraction(0))
    assert Fraction(vwap.notional) == paid
    if not size:
        assert vwap.value is None
        return
    assert vwap.value is not None
    assert Fraction(vwap.value) == Fraction(round(paid / size * 10**18), 10**18)


@given(st.lists(st.tuples(prices, times), max_size=40), st.sampled_from([1.0, 60.0, 600.0]))
def test_the_moving_average_weighs_by_time(
    steps: list[tuple[str, float]], half_life: float
) -> None:
    steps = sorted(steps, key=lambda step: step[1])
    ewma = Ewma(half_life)
    expected: float | None = None
    last = 0.0
    for price, time in steps:
        ewma.add(price, time)
        weight = 2 ** (-(time - last) / half_life)
        kept = float(price) if expected is None else expected
        expected = kept * weight + float(price) * (1 - weight)
        last = time
    assert (ewma.value is None) == (expected is None)
    if expected is not None:
        assert ewma.value == pytest.approx(expected, rel=1e-12)


def test_the_moving_average_by_hand() -> None:
    ewma = Ewma()
    assert ewma.value is None
    ewma.add("100", 1_000.0)
    assert ewma.value == 100.0
    ewma.add("200", 1_060.0)  # one half-life later: half and half
    assert ewma.value == 150.0
    ewma.add("999", 1_060.0)  # no time has passed
    ewma.add("999", 1_000.0)  # nor does it run back
    assert ewma.value == 150.0
    ewma.add("250", 1_180.0)
    assert ewma.value == 225.0


@given(st.lists(times, max_size=60), times)
def test_the_pace_counts_the_window(moments: list[float], wait: float) -> None:
    moments.sort()
    pace = Pace()
    for index, now in enumerate(moments):
        pace.add(now)
        assert pace.rate(now) == sum(t >= now - 10.0 for t in moments[: index + 1]) / 10
    end = (moments[-1] if moments else 0.0) + wait
    assert pace.rate(end) == sum(t >= end - 10.0 for t in moments) / 10


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_lengths_of_time_must_be_above_zero(seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Ewma(seconds)
    with pytest.raises(ValueError, match="above 0"):
        Pace(seconds)


@given(prints, st.sampled_from(["0.000000000000000001", "0.5", "0.00000002"]))
def test_volume_at_price_is_exact(trades: list[Trade], step: str) -> None:
    volume = VolumeAtPrice(price_key(step))
    model: dict[Fraction, list[Trade]] = {}
    for trade in trades:
        volume.add(trade)
        place = Fraction(trade.price) // Fraction(step) * Fraction(step)
        model.setdefault(place, []).append(trade)
    assert len(volume) == len(model)
    assert [
        (Fraction(row.price), Fraction(row.bought), Fraction(row.sold)) for row in volume.rows()
    ] == [(place, sized(at, "buy"), sized(at, "sell")) for place, at in sorted(model.items())]
    for trade in trades:
        row = volume.at(trade.price)
        assert row is not None
        assert row.total == row.bought + row.sold
        assert row.delta == row.bought - row.sold
    assert volume.at("999999.5") is None


def test_volume_at_price_forgets_what_did_not_trade_for_longest() -> None:
    volume = VolumeAtPrice(limit=2)
    for price in ("1", "2", "1.0", "3"):
        volume.add(Trade("", price, "1", "buy", None))
    assert [(str(row.price.normalize()), int(row.bought)) for row in volume.rows()] == [
        ("1", 2), ("3", 1),
    ]  # fmt: skip
    assert volume.dropped == 1


@given(prints, st.sampled_from([1, 5, 60]))
def test_candles_are_those_of_their_prints(trades: list[Trade], seconds: int) -> None:
    candles = TradeCandles(seconds)
    spans: dict[int, list[Trade]] = {}
    for trade in trades:
        assert trade.time is not None
        candles.add(trade)
        spans.setdefault(int(trade.time) // seconds * seconds, []).append(trade)
    made = candles.last(1_000)
    assert [candle.start for candle in made] == sorted(spans)
    for candle in made:
        inside = sorted(spans[candle.start], key=lambda trade: trade.time or 0.0)
        first = inside[0]
        assert candle.open == next(t.price for t in trades if t.time == first.time and t in inside)
        assert candle.close == inside[-1].price
        highest = max(Fraction(trade.price) for trade in inside)
        lowest = min(Fraction(trade.price) for trade in inside)
        assert (Fraction(candle.high), Fraction(candle.low)) == (highest, lowest)
        assert Fraction(candle.volume) == sized(inside, "buy") + sized(inside, "sell")
        assert candle.closed == (candle.start != max(spans))
    assert candles.last(2) == made[-2:]
    assert candles.last(0) == []


def trade(price: str, size: str, time: float | None, side: Aggressor = "buy") -> Trade:
    return Trade("", price, size, side, time)


def test_candles_by_hand() -> None:
    candles = TradeCandles(1, limit=2)
    for one in (
        trade("9", "9", None),  # no time, no candle
        trade("10", "1", 5.2),
        trade("12", "1", 5.9),
        trade("11", "0.5", 7.0),
        trade("8", "2", 5.5),  # late: neither first nor last of its second
    ):
        candles.add(one)
    older = Candle(5, "10", "12", "8", "12", "4", closed=True)
    assert candles.last(9) == [older, Candle(7, "11", "11", "11", "11", "0.5")]
    assert [candle.closed for candle in candles.last(9, now=8.0)] == [True, True]
    candles.add(trade("1", "1", 4.0))  # before all that is kept
    assert candles.last(2)[0] == older
    candles.add(trade("7", "1", 6.0))  # between, in place of the oldest
    assert [candle.start for candle in candles.last(9)] == [6, 7]
    with pytest.raises(ValueError, match="one second"):
        TradeCandles(0)


bounds = st.lists(st.decimals("0.01", "500", places=2), max_size=4, unique=True).map(sorted)


@given(prints, bounds, st.booleans())
def test_bands_hold_the_prints_of_their_size(
    trades: list[Trade], edges: list[Decimal], notional: bool
) -> None:
    bands = SizeBands(edges, notional=notional)
    model: dict[int, list[Trade]] = {}
    for one in trades:
        size = Fraction(one.size) * (Fraction(one.price) if notional else 1)
        index = sum(Fraction(edge) <= size for edge in edges)
        assert bands.add(one) == bands.band_of(one) == index
        model.setdefault(index, []).append(one)
    assert len(bands.bands) == len(edges) + 1
    for index, band in enumerate(bands.bands):
        inside = model.get(index, [])
        assert band.prints == len(inside)
        assert Fraction(band.bought) == sized(inside, "buy")
        assert Fraction(band.sold) == sized(inside, "sell")
        assert band.low == (edges[index - 1] if index else 0)
        assert band.high == (edges[index] if index < len(edges) else None)


@pytest.mark.parametrize("edges", [["0"], ["2", "1"], ["1", "1"]])
def test_bounds_of_bands_must_rise(edges: list[str]) -> None:
    with pytest.raises(ValueError, match="rise"):
        SizeBands([Decimal(edge) for edge in edges])


def test_usual_sizes_make_bounds() -> None:
    trades = [trade("1", str(size), None) for size in range(1, 101)]
    assert usual_bounds(trades) == [Decimal(51), Decimal(91)]
    assert usual_bounds(trades[:1], (0.5, 1.0)) == [Decimal(1)]
    assert usual_bounds([]) == []
    SizeBands(usual_bounds(trades))


def test_a_burst_costs_microseconds_a_print() -> None:
    """Ten thousand prints a second leave most of the second to others."""
    volumes, vwap, ewma, pace = Volumes(), Vwap(), Ewma(), Pace()
    profile, candles, bands = VolumeAtPrice(), TradeCandles(1), SizeBands([Decimal(1)])
    burst = [trade(f"{65_000 + i % 97}.1", "0.12345678", i / 10_000) for i in range(10_000)]
    began = clock.process_time()
    for one in burst:
        for taker in (volumes, vwap, profile, candles, bands):
            taker.add(one)
        ewma.add(one.price, one.time or 0.0)
        pace.add(one.time or 0.0)
    assert clock.process_time() - began < 0.5
    assert volumes.count == 10_000
