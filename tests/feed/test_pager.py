"""Older candles: fetched a page at a time, within the budget, and merged to the last digit."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

from tests.feed.scripted import Network, NoRest, Server, feed, toy
from tests.virtual import play

from wsdash.domain.candles import LONGEST_SERIES, SERIES_LENGTH, Candle, CandleSeries
from wsdash.domain.events import CandlesMoved
from wsdash.domain.instrument import MarketKey
from wsdash.feed.live import LiveFeed
from wsdash.feed.pager import LONGEST_RETRY
from wsdash.feed.past import Past
from wsdash.venues.binance_pages import LIMIT, PAGES
from wsdash.venues.venue import Answer, Request, Subscription

BTC = MarketKey("toy", "BTC")
FIRST = 1_700_000_000 // 60


class Archive(NoRest):
    """A venue's whole past, told by the rules of Binance's klines; it can fail, and be slow."""

    def __init__(self, minutes: int, seed: int = 1) -> None:
        super().__init__()
        chance = random.Random(seed)
        self.rows = [
            [(FIRST + index) * 60_000, *(str(chance.randint(1, 999)) for _ in range(5)), 0]
            for index in range(minutes)
        ]
        self.asked: list[tuple[float, dict[str, str]]] = []
        self.failures: deque[Answer] = deque()
        self.slow = 0.1
        self.stubborn = False

    async def fetch(self, request: Request) -> Answer:
        query = dict(request.query)
        self.asked.append((asyncio.get_running_loop().time(), query))
        await asyncio.sleep(self.slow)
        if self.failures:
            return self.failures.popleft()
        end = 10**15 if self.stubborn else int(query["endTime"])
        found = [row for row in self.rows if int(str(row[0])) <= end]
        tail = ["0", 0, "0", "0", "0"]
        return Answer(
            200, json.dumps([[*row, *tail] for row in found[-int(query["limit"]) :]]).encode()
        )

    def candle(self, index: int, *, closed: bool = True) -> Candle:
        start, opened, high, low, close, volume, _ = self.rows[index]
        return Candle(
            int(str(start)) // 1000, str(opened), str(high), str(low), str(close), str(volume),
            closed,
        )  # fmt: skip


@asynccontextmanager
async def chart(archive: Archive, known: int = 500) -> AsyncIterator[LiveFeed]:
    """A feed whose chart of BTC knows the newest candles of the archive."""
    live = feed(Network(Server()), venue=replace(toy(), pages=PAGES), rest=archive)
    async with live.running():
        live.want(
            [("toy", Subscription("candles", "BTC", "1m")), ("toy", Subscription("book", "BTC"))]
        )
        await asyncio.sleep(3)
        newest = [archive.candle(index) for index in range(-known, 0)]
        tell(live, *newest[:-1], replace_closed(newest[-1]))
        yield live


def replace_closed(candle: Candle) -> Candle:
    return Candle(candle.start, candle.open, candle.high, candle.low, candle.close, candle.volume)


def tell(live: LiveFeed, *candles: Candle) -> None:
    (line,) = live.supervisor.lines.values()
    live.supervisor.facts(line.connection, [CandlesMoved("BTC", "1m", candles)])


def known(live: LiveFeed) -> tuple[CandleSeries, Past]:
    market = live.board.markets[BTC]
    return market.candles["1m"], market.past["1m"]


def test_panning_to_the_beginning_gives_every_candle_once() -> None:
    async def scene() -> None:
        archive = Archive(3_207)
        async with chart(archive) as live:
            for _ in range(100):
                live.older(BTC, "1m")
                await asyncio.sleep(0.25)
            series, past = known(live)
            got = series.last(10_000)
            assert got[:-1] == [archive.candle(index) for index in range(3_206)]
            assert not got[-1].closed
            assert past.ended(series.oldest)
            assert past.reason == ""
            ends = [int(query["endTime"]) for _, query in archive.asked]
            assert ends == [(FIRST + 3_207 - 500 - page * LIMIT) * 60_000 - 1 for page in range(3)]

    play(scene())


def test_one_page_is_under_way_at_a_time_and_within_the_budget() -> None:
    async def scene() -> None:
        archive = Archive(15_000)
        async with chart(archive) as live:
            began = archive_time()
            for _ in range(100):
                live.older(BTC, "1m")
                live.older(BTC, "1m")
                await asyncio.sleep(0.05)
            seconds = archive_time() - began
            times = [at for at, _ in archive.asked]
            assert len(times) <= PAGES.budget.burst + seconds * PAGES.budget.per_second
            assert len({query["endTime"] for _, query in archive.asked}) == len(times)
            assert len(known(live)[0]) == 500 + LIMIT * len(times)

    play(scene())


def archive_time() -> float:
    return asyncio.get_running_loop().time()


def test_what_came_meanwhile_is_not_overwritten() -> None:
    async def scene() -> None:
        archive = Archive(600)
        archive.slow, archive.stubborn = 2.0, True
        async with chart(archive, 100) as live:
            live.older(BTC, "1m")
            await asyncio.sleep(1)
            running = (FIRST + 599) * 60
            word = Candle(running, "7", "8", "6", "7.5", "77")
            tell(live, word)
            following = Candle(running + 60, "1", "1", "1", "1", "1")
            tell(live, following)
            await asyncio.sleep(2)
            series, _ = known(live)
            got = series.last(10_000)
            assert [candle.start for candle in got] == [(FIRST + i) * 60 for i in range(601)]
            assert (got[-2].close, got[-2].volume, got[-2].closed) == ("7.5", "77", True)
            assert got[-1] == following
            assert got[:599] == [archive.candle(index) for index in range(599)]

    play(scene())


def test_a_failed_page_says_why_and_is_asked_for_again_later_each_time() -> None:
    async def scene() -> None:
        archive = Archive(700)
        archive.failures.extend([Answer(503, b"")] * 8 + [Answer(0, b""), Answer(200, b"<html>")])
        async with chart(archive) as live:
            reasons: dict[str, None] = {}
            for _ in range(4_000):
                live.older(BTC, "1m")
                await asyncio.sleep(0.25)
                reasons.setdefault(known(live)[1].reason)
            assert list(reasons) == ["HTTP 503", "no answer", "answer not understood", ""]
            times = [at for at, _ in archive.asked]
            waits = [later - at for at, later in pairwise(times)]
            assert len(waits) == 10
            assert waits[0] >= 1.0
            assert all(wait <= LONGEST_RETRY + 1 for wait in waits)
            assert min(waits[5:]) > 2 * waits[0]
            series, past = known(live)
            assert len(series) == 700
            assert (past.failures, past.reason) == (0, "")

    play(scene())


def test_the_venue_says_how_long_to_stay_away() -> None:
    async def scene() -> None:
        archive = Archive(700)
        archive.failures.append(Answer(429, b"", 120.0))
        async with chart(archive) as live:
            for _ in range(1_000):
                live.older(BTC, "1m")
                await asyncio.sleep(0.25)
            (first, _), (second, _) = archive.asked
            assert second - first >= 120

    play(scene())


def test_a_venue_that_tells_the_same_again_is_not_asked_for_ever() -> None:
    async def scene() -> None:
        archive = Archive(LIMIT)
        archive.stubborn = True
        async with chart(archive, LIMIT) as live:
            for _ in range(100):
                live.older(BTC, "1m")
                await asyncio.sleep(0.25)
            assert len(archive.asked) == 1
            series, past = known(live)
            assert past.ended(series.oldest)

    play(scene())


def test_nothing_is_asked_without_a_chart_or_while_the_venue_is_away() -> None:
    async def scene() -> None:
        archive = Archive(700)
        async with chart(archive) as live:
            live.older(MarketKey("toy", "ETH"), "1m")
            live.older(MarketKey("nowhere", "BTC"), "1m")
            live.older(BTC, "5m")
            live.park("toy public")
            await asyncio.sleep(1)
            live.older(BTC, "1m")
            await asyncio.sleep(5)
            assert archive.asked == []

    play(scene())


def test_leaving_the_market_or_the_program_ends_the_fetching() -> None:
    async def scene() -> None:
        archive = Archive(5_000)
        archive.slow = 5.0
        async with chart(archive) as live:
            live.older(BTC, "1m")
            await asyncio.sleep(1)
            live.want([("toy", Subscription("book", "BTC"))])
            await asyncio.sleep(5)
            series, past = known(live)
            assert (past.asked_at, past.begins) == (None, None)
            assert len(series) == 500
            live.want([("toy", Subscription("candles", "BTC", "1m"))])
            live.older(BTC, "1m")
            await asyncio.sleep(1)
        assert len(archive.asked) == 2

    play(scene())


def test_a_chart_is_only_so_long() -> None:
    series = CandleSeries("1m")
    series.update(Candle(minute * 60, "1", "1", "1", "1", "1") for minute in range(30_000, 31_000))
    series.fill(Candle(minute * 60, "1", "1", "1", "1", "1") for minute in range(30_000))
    assert len(series) == LONGEST_SERIES > SERIES_LENGTH
    assert series.is_full
    assert series.last(1)[0].start == 30_999 * 60
