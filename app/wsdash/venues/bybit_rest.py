"""What Bybit tells over REST alone: the instrument list, page by page, and candles of earlier.

Source: bybit-exchange.github.io/docs/v5, "Get Instruments Info", "Get Kline" (read in July 2026).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from wsdash.domain.events import CandlesMoved, Listed, Refused
from wsdash.domain.instrument import Instrument
from wsdash.venues import bybit_facts as facts
from wsdash.venues import bybit_pages as pages
from wsdash.venues import bybit_wire as wire
from wsdash.venues.subscriptions import Subscriptions
from wsdash.venues.venue import UNREADABLE, Answer, Request, Step, Subscription, Tally

INFO_PATH: Final = "/v5/market/instruments-info"

PAGE: Final = 1_000
"""Instruments of a page, the most there may be; a list has rarely more than one page."""

MOST_PAGES: Final = 20
"""Pages after which a list that does not end is taken for what it is."""

RECENT: Final = 500
"""Candles fetched when they are subscribed."""

FIRST_RETRY: Final = 5.0
LONGEST_RETRY: Final = 60.0
"""Seconds until a request that failed is made again: doubled each time, up to the longest."""


class BybitRest:
    """The requests of one connection.

    Args:
        venue: the short name under which instruments are listed.
        tally: counts what cannot be read.
        subs: what is wanted; answers to what is no longer wanted are not asked for again.
    """

    def __init__(self, venue: str, tally: Tally, subs: Subscriptions) -> None:
        self._venue = venue
        self._tally = tally
        self._subs = subs
        self._listed: list[Instrument] = []
        self._pages = 0
        self._silent_until = 0.0

    def ask(self, subs: Iterable[Subscription], now: float) -> list[Request]:
        """Return the requests for what the topics do not tell."""
        requests = []
        for sub in subs:
            if sub.channel == "instruments":
                query = (("category", facts.CATEGORY), ("limit", str(PAGE)))
                requests.append(self._patient(Request(INFO_PATH, query), now))
            elif sub.channel == "candles":
                asked = pages.query(sub.symbol, sub.interval, RECENT)
                requests.append(self._patient(Request(pages.PATH, asked), now))
        return requests

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Take the list or candles; ask again for what did not come."""
        step, query = Step(), dict(request.query)
        if query.get("category", facts.CATEGORY) != facts.CATEGORY:
            return step  # a recording of another product
        try:
            if request.path == INFO_PATH:
                self._page(request, pages.result(answer), step, now)
            elif request.path == pages.PATH:
                past, interval = "end" in query, facts.INTERVAL_OF[query.get("interval", "")]
                candles = facts.history(pages.result(answer), past=past)
                symbol = query.get("symbol", "")
                step.events.append(CandlesMoved(symbol, interval, candles, past))
        except pages.Refusal as refused:
            self._refused(request, refused, step, now)
        except (*UNREADABLE, LookupError) as error:
            step.events.append(self._tally.bad(error, answer.body))
            self._refused(request, pages.Refusal("not understood", 0.0), step, now)
        return step

    def _page(self, request: Request, result: bytes, step: Step, now: float) -> None:
        """Take a page of the list; the whole of it is told when the last one is there."""
        page = wire.contracts.decode(result)
        if "cursor" not in dict(request.query):
            self._listed, self._pages = [], 0
        self._listed += facts.instruments(self._venue, page)
        self._pages += 1
        if page.nextPageCursor and self._pages < MOST_PAGES:
            query = tuple(pair for pair in request.query if pair[0] != "cursor")
            query = (*query, ("cursor", page.nextPageCursor))
            step.requests.append(self._patient(replace(request, query=query, delay=0.0), now))
            return
        self._subs.confirm(Subscription("instruments"))
        step.events.append(Listed(tuple(self._listed)))

    def _refused(self, request: Request, refused: pages.Refusal, step: Step, now: float) -> None:
        """Ask again in a while where that may help; what the venue does not have is refused."""
        query, listing = dict(request.query), Subscription("instruments")
        if refused.wait == pages.BANNED:
            self._silent_until = now + pages.BANNED
        if request.path == INFO_PATH:
            sub = listing
        else:
            interval = facts.INTERVAL_OF.get(query.get("interval", ""), "")
            sub = Subscription("candles", query.get("symbol", ""), interval)
        if sub not in self._subs or "end" in query:
            return
        if refused.wait is None:
            if sub == listing and self._subs.refuse(listing):
                step.events.append(Refused("instruments", "", str(refused)))
            return
        delay = max(refused.wait, min(request.delay * 2, LONGEST_RETRY), FIRST_RETRY)
        step.requests.append(self._patient(replace(request, delay=delay), now))

    def _patient(self, request: Request, now: float) -> Request:
        """An address that asked too often asks nothing until its time is over."""
        return replace(request, delay=max(request.delay, self._silent_until - now))
