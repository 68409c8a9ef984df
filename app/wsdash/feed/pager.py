"""Fetches older candles: a page at a time, within the venue's budget, and nothing twice."""

from __future__ import annotations

import asyncio
import random

from wsdash.domain.candles import CandleSeries
from wsdash.domain.events import CandlesMoved
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.budget import TokenBucket
from wsdash.feed.clock import Clock
from wsdash.feed.line import Line
from wsdash.feed.link import Uniform
from wsdash.feed.market import Market
from wsdash.feed.past import Past
from wsdash.feed.supervisor import Supervisor
from wsdash.venues.pages import Page, PageRefused, Pages
from wsdash.venues.venue import UNREADABLE, Answer

FIRST_RETRY = 2.0
"""Seconds at most until a page that did not come is asked for again; doubled each time."""

LONGEST_RETRY = 60.0
"""Seconds at most that the wait grows to."""


class Pager:
    """Fetches the past of the series that somebody looks at.

    Args:
        supervisor: is told what came, as if the connection had said it.
        clock: monotonic.
        uniform: spreads the retries.
    """

    def __init__(
        self, supervisor: Supervisor, clock: Clock, uniform: Uniform = random.uniform
    ) -> None:
        self._supervisor, self._clock, self._uniform = supervisor, clock, uniform
        self._buckets: dict[str, TokenBucket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, line: Line, key: MarketKey, interval: str) -> None:
        """Have the page before the oldest candle fetched, unless that is futile or under way."""
        market = self._supervisor.board.markets.get(key)
        series = market.candles.get(interval) if market is not None else None
        pages = line.connection.venue.pages
        if market is None or series is None or series.oldest is None or pages is None:
            return
        past, now = market.past.setdefault(interval, Past()), self._clock.monotonic()
        is_busy = past.asked_at is not None or now < past.retry_at
        if is_busy or past.ended(series.oldest) or series.is_full or not line.connection.is_live:
            return
        past.asked_at = now
        work = self._fetch(line, pages, market, series)
        task = asyncio.create_task(work, name=f"candles {key.name} {interval}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, line: Line, pages: Pages, market: Market, series: CandleSeries) -> None:
        past, venue = market.past[series.interval], market.key.venue
        try:
            await self._wait_for_turn(venue, pages)
            before = series.oldest or 0
            request = pages.request(market.key.name, series.interval, before)
            answer = await line.connection.rest.fetch(request)
            self._supervisor.answer(line.connection, request, answer.body)
            try:
                page = pages.read(answer)
            except PageRefused as refused:
                self._failed(past, clean(str(refused), 60), answer)
            except UNREADABLE:
                self._failed(past, "answer not understood", answer)
            else:
                self._take(line, market, series, page, before)
        except Exception as error:  # noqa: BLE001 - shown; the chart goes on without its past
            self._failed(past, "own bug", Answer(0, b""))
            self._supervisor.report(error, f"{venue} candles")
        finally:
            past.asked_at = None
            if (stream := market.streams.get("candles")) is not None:
                stream.touch()

    async def _wait_for_turn(self, venue: str, pages: Pages) -> None:
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(venue, TokenBucket(pages.budget, now))
        while wait := bucket.take(self._clock.monotonic()):
            await self._clock.sleep(wait)

    def _take(
        self, line: Line, market: Market, series: CandleSeries, page: Page, before: int
    ) -> None:
        past = market.past[series.interval]
        past.failures, past.reason, past.retry_at = 0, "", 0.0
        fact = CandlesMoved(market.key.name, series.interval, page.candles, past=True)
        self._supervisor.facts(line.connection, [fact])
        came = series.oldest is not None and series.oldest < before
        if "candles" in market.streams and not (page.more and came):
            past.begins = series.oldest  # also where the venue tells the same again

    def _failed(self, past: Past, reason: str, answer: Answer) -> None:
        past.failures += 1
        past.reason = reason
        longest = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(10, past.failures - 1))
        wait = max(self._uniform(longest / 2, longest), answer.retry_after or 0.0)
        past.retry_at = self._clock.monotonic() + wait
