"""Less is asked for while data comes late, and everything again when it comes in time."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.chaos.memory import MemoryExchange, memory_feed
from tests.chaos.oracle import Oracle
from tests.virtual import play

from wsdash.domain.events import BookLost, Channel
from wsdash.domain.instrument import MarketKey
from wsdash.feed import thinning
from wsdash.feed.market import ChannelState
from wsdash.feed.thinning import AFTER, BACK_AFTER, BACK_AT_MOST, Thinning
from wsdash.venues.binance import BinanceSession
from wsdash.venues.bybit import BybitSession
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.thin import FULLER, THINNER, Thins
from wsdash.venues.venue import Subscription

pytestmark = pytest.mark.row("A7")

KRAKEN, BINANCE = MarketKey("kraken", "BTC/USD"), MarketKey("binance", "BTCUSDT")


def turns(thinning: Thinning, lags: list[tuple[float, float]], start: float = 0.0) -> list[float]:
    """When it turned, given (seconds, lag) one after another and a look four times a second."""
    found, now = [], start
    for seconds, lag in lags:
        for _ in range(int(seconds * 4)):
            now += 0.25
            if thinning.look(lag, now):
                found.append(now - start)
    return found


def test_a_burst_changes_nothing_and_lasting_lag_does() -> None:
    thinning = Thinning()
    assert turns(thinning, [(9, 4.0), (1, 0.1), (9, 4.0), (60, 1.9)]) == []
    [when] = turns(thinning, [(60, 2.5)])
    assert when == AFTER + 0.25
    assert thinning.on


def test_everything_is_asked_for_again_after_a_minute_in_time() -> None:
    thinning = Thinning()
    [on, off] = turns(thinning, [(20, 4.0), (50, 0.1), (5, 1.0), (BACK_AFTER + 1, 0.1), (60, 0.1)])
    assert (on, off) == (AFTER + 0.25, 75 + BACK_AFTER + 0.25)
    assert not thinning.on


def test_what_was_too_soon_is_tried_later_each_time_but_in_the_end() -> None:
    thinning = Thinning()
    now, waits = 0.0, []
    for _ in range(9):
        while not thinning.look(4.0, now):
            now += 1.0
        since = now
        while not thinning.look(0.0, now):
            now += 1.0
        waits.append(now - since)
    assert waits == [min(BACK_AFTER * 2**n, BACK_AT_MOST) for n in range(9)]


def test_kraken_has_ten_levels_and_a_ticker_a_trade_and_everything_again() -> None:
    session = KrakenSession()
    assert isinstance(session, Thins)
    session.want([Subscription(c, "BTC/USD") for c in ("book", "trades", "ticker")], 0.0)
    session.opened(0.0)
    full = {"book": ("depth", 100), "ticker": ("event_trigger", "bbo")}
    thin = {"book": ("depth", 10), "ticker": ("event_trigger", "trades")}
    for on, before, after, why in ((True, full, thin, THINNER), (False, thin, full, FULLER)):
        step = session.thin(on, 1.0)
        sent = [json.loads(frame) for frame in step.send]
        assert [frame["method"] for frame in sent] == ["unsubscribe"] * 2 + ["subscribe"] * 2
        for frame, width in zip(sent, [before, before, after, after], strict=True):
            name, value = width[frame["params"]["channel"]]
            assert frame["params"][name] == value
        assert step.events == [BookLost("BTC/USD", why)]


def test_binance_has_its_changes_once_a_second_and_ten_times_again() -> None:
    session = BinanceSession()
    assert isinstance(session, Thins)
    session.want([Subscription("book", "BNBBTC"), Subscription("trades", "BNBBTC")], 0.0)
    session.opened(0.0)
    full, thin = "bnbbtc@depth@100ms", "bnbbtc@depth"
    for on, before, after in ((True, full, thin), (False, thin, full)):
        sent = [json.loads(frame) for frame in session.thin(on, 1.0).send]
        assert [(f["method"], f["params"]) for f in sent] == [
            ("UNSUBSCRIBE", [before]),
            ("SUBSCRIBE", [after]),
        ]


def test_a_session_that_is_not_open_yet_only_notes_it() -> None:
    for session, word in ((KrakenSession(), '"depth":10,'), (BinanceSession(), '@depth"')):
        session.want([Subscription("book", "BTC")], 0.0)
        assert session.thin(on=True, now=0.0).send == []
        [frame] = session.opened(0.0).send
        assert word in frame


def test_bybit_has_no_thinner_channel() -> None:
    assert not isinstance(BybitSession(), Thins)


def played(key: MarketKey, room: int) -> tuple[float, list[str], Oracle]:
    """A minute and a half on a narrow way, then a wide one; the mean lag on the former."""

    async def scene() -> tuple[float, list[str], Oracle]:
        exchange = MemoryExchange(5, 1.0)
        async with exchange.open():
            live = memory_feed(exchange, 5)
            oracle = Oracle(live, exchange, pause=0.5)
            async with live.running():
                live.supervisor.listeners.append(oracle)
                channels: tuple[Channel, ...] = ("book", "ticker")
                live.want([(key.venue, Subscription(one, key.name)) for one in channels])
                await asyncio.sleep(10)
                exchange.path.per_second = room
                book = live.board.market(key).streams["book"]
                lag = 0.0
                for _ in range(360):
                    await asyncio.sleep(0.25)
                    lag += book.behind
                exchange.path.per_second = 1e9
                await asyncio.sleep(BACK_AFTER + 30)
                assert book.state is ChannelState.LIVE
                return lag / 360, [entry.text for entry in live.log], oracle

    return play(scene())


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("key", "room"), [(KRAKEN, 36_000), (BINANCE, 6_000)], ids=str)
def test_on_a_way_too_narrow_for_whole_books_thinner_ones_come_sooner(
    key: MarketKey, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lag, said, oracle = played(key, room)
    assert THINNER in said
    assert FULLER in said
    assert oracle.wrong == []
    monkeypatch.setattr(thinning, "AFTER", 1e9)
    without, said, _ = played(key, room)
    assert THINNER not in said
    assert lag < 0.7 * without
