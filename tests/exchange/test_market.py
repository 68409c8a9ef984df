"""The seeded market: determinism, truth, the account, and that it looks like one."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from wsdash.exchange.account import OPENING, Account, Entry
from wsdash.exchange.candles import PAST
from wsdash.exchange.listing import Batch
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import PAIRS
from wsdash.exchange.perpetuals import MOST, PERPETUALS

OPENED = 1_795_000_000_000_000


def played(seed: int, seconds: float, rate: float = 1.0) -> tuple[Market, list[Batch]]:
    market = Market(seed, rate, OPENED, PAIRS[:3])
    batches: list[Batch] = []
    market.listeners.append(batches.append)
    market.advance(seconds)
    return market, batches


def test_the_seed_decides_every_event() -> None:
    (_, first), (_, second), (_, other) = (played(seed, 4.0) for seed in (11, 11, 12))
    assert [(b.delta, b.trades) for b in first] == [(b.delta, b.trades) for b in second]
    assert [b.delta for b in first] != [b.delta for b in other]


def test_the_order_of_events_does_not_depend_on_how_the_clock_was_cut() -> None:
    market = Market(11, 1.0, OPENED, PAIRS[:3])
    batches: list[Batch] = []
    market.listeners.append(batches.append)
    for step in range(400):
        while not market.advance((step + 1) / 100, limit=3):
            pass
    assert [b.delta for b in batches] == [b.delta for b in played(11, 4.0)[1]]


def test_truth_remembers_every_sequence_as_the_deltas_say() -> None:
    market = Market(3, 1.0, OPENED, PAIRS[:1])
    listing = next(iter(market.listings.values()))
    bids, asks = dict(listing.book.bids.sizes), dict(listing.book.asks.sizes)
    seen: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    times: dict[int, int] = {}

    def remember(batch: Batch) -> None:
        bids.update(batch.delta.bids)
        asks.update(batch.delta.asks)
        times[batch.delta.time] = batch.delta.sequence
        seen[batch.delta.sequence] = (
            [(p, bids[p]) for p in sorted(bids, reverse=True) if bids[p]],
            [(p, asks[p]) for p in sorted(asks) if asks[p]],
        )

    market.listeners.append(remember)
    market.advance(8.0)
    assert len(seen) > 300
    first = min(seen)
    assert sorted(seen) == list(range(first, first + len(seen)))
    for sequence in [*list(seen)[::17], max(seen)]:
        assert market.truth("BTC/USD", sequence) == seen[sequence]
    for time, sequence in list(times.items())[::29]:
        assert listing.truth.sequence_at(time) == sequence
        assert listing.truth.time_at(sequence) == time
    with pytest.raises(LookupError):
        market.truth("BTC/USD", max(seen) + 1)
    with pytest.raises(LookupError):
        market.truth("BTC/USD", first - 2)


def test_the_account_balances_are_the_sum_of_its_ledger_and_never_negative() -> None:
    market = Market(5, 0.25, OPENED, PAIRS[:3])
    ledger: list[Entry] = []
    market.account.listeners.append(ledger.extend)
    market.advance(600.0)
    sums = dict(OPENING)
    for entry in ledger:
        sums[entry.asset] = sums.get(entry.asset, Decimal(0)) + entry.amount - entry.fee
        assert entry.balance == sums[entry.asset] >= 0
    assert sums == market.account.balances
    assert all(
        0 <= held <= market.account.balance(asset) for asset, held in market.account.held.items()
    )
    assert {entry.kind for entry in ledger} == {"trade", "deposit", "withdrawal"}
    assert 600.0 / len({entry.ref_id for entry in ledger}) < 30


def test_an_account_refuses_what_it_cannot_pay() -> None:
    account = Account(1)
    account.hold("BTC", Decimal("1.5"))
    with pytest.raises(ValueError, match="cannot withdraw"):
        account.transfer("BTC", Decimal("-0.5"), 1)
    with pytest.raises(ValueError, match="cannot hold"):
        account.hold("BTC", Decimal("1"))


def test_it_looks_like_a_market() -> None:
    market, batches = played(21, 30.0)
    assert not any(b.delta.bids == {} and b.delta.asks == {} for b in batches)
    counts = Counter(b.listing.pair.symbol for b in batches)
    assert counts.most_common(1)[0][0] == "BTC/USD"
    sweeps = [b for b in batches if len({trade.price for trade in b.trades}) >= 3]
    assert sweeps
    for listing in market.listings.values():
        bid, ask = listing.best()
        assert 0 < bid[0] < ask[0] < bid[0] * 1.01
        assert len(listing.book.bids.prices) > 200
        sizes = sorted(size for _, size in listing.book.bids.top(400))
        assert sizes[-1] > 10 * sizes[len(sizes) // 2], "walls stand out"
        assert [t.id for t in listing.tape.trades] == sorted({t.id for t in listing.tape.trades})


def test_history_is_there_at_the_open() -> None:
    market = Market(2, 1.0, OPENED)
    assert len(market.listings) >= 12
    for listing in market.listings.values():
        assert len(listing.tape.trades) >= 50
        day = listing.tape.day(market.now)
        assert 0 < day.low <= listing.tape.last.price <= day.high
        for minutes in (1, 5, 60, 1440) if listing.pair in PAIRS[:2] else (1,):
            length = minutes * 60_000_000
            series = list(listing.candles.series(length))
            assert len(series) >= 720
            assert all(later.start - c.start == length for c, later in pairwise(series))
            for c in series:
                assert c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high
            assert series[-1].start <= market.now < series[-1].start + length


def test_a_day_is_the_minutes_it_is_made_of() -> None:
    market, _ = played(8, 75.0, 0.5)
    listing = market.listings["BTC/USD"]
    day = listing.tape.day(market.now)
    minute = market.now // 60_000_000 * 60_000_000
    window = [c for c in listing.candles.minutes if c.start > minute - 1440 * 60_000_000]
    assert day.volume == sum(c.volume for c in window)
    assert day.high == max(c.high for c in window)
    assert day.low == min(c.low for c in window)
    assert day.open == window[0].open


def test_all_intervals_tell_one_story_as_far_back_as_the_minutes_go() -> None:
    candles = next(iter(Market(5, 1.0, OPENED, PAIRS[:1]).listings.values())).candles
    five = 300_000_000
    told = {c.start: c for c in candles.whole(five)}
    minutes = list(candles.whole(60_000_000))
    assert len(minutes) == PAST
    assert all(later.open == c.close for c, later in pairwise(minutes[:-1]))
    for first in range(-minutes[0].start // 60_000_000 % 5, len(minutes) - 5, 5):
        parts = minutes[first : first + 5]
        whole = told[parts[0].start]
        assert parts[0].start % five == 0
        assert (whole.open, whole.close) == (parts[0].open, parts[-1].close)
        assert (whole.high, whole.low) == (max(c.high for c in parts), min(c.low for c in parts))
        assert whole.volume == sum(c.volume for c in parts)


def test_the_past_is_the_same_whoever_asks_first() -> None:
    pasts = []
    for order in ((1, 60, 1440), (1440, 1, 60)):
        candles = next(iter(Market(5, 1.0, OPENED, PAIRS[:1]).listings.values())).candles
        for minutes in order:
            candles.whole(minutes * 60_000_000)
        pasts.append([list(candles.whole(minutes * 60_000_000)) for minutes in (1, 60, 1440)])
    assert pasts[0] == pasts[1]


def test_a_contract_stays_near_spot_and_changes_nothing_of_it() -> None:
    plain = Market(7, 1.0, OPENED, PAIRS[:1])
    both = Market(7, 1.0, OPENED, PAIRS[:1], PERPETUALS[:1])
    spot, swap = both.spot["BTC/USD"], both.perpetuals["BTC/USDT:USDT"]
    for second in range(1, 121):
        plain.advance(second)
        both.advance(second)
        if second > 10:
            (bid, _), (ask, _) = swap.best()
            (low, _), (high, _) = spot.best()
            assert abs((bid + ask) / (low + high) - 1) < 2 * MOST
            assert bid < ask
    same = plain.listings["BTC/USD"]
    assert (same.truth.sequence, same.best()) == (spot.truth.sequence, spot.best())
    assert list(same.tape.trades) == list(spot.tape.trades)
    assert both.account.balances == plain.account.balances
