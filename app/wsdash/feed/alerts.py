"""The alert engine: it listens to the feed, looks at what changed, and says what fired.

Facts only mark their market, and only where there are rules for it. Rules are judged on the
board, at most `PER_SECOND` times a second; about numbers only while they are live.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, Literal

from wsdash.domain.alerts import QUALITY, Fired, Rule, Trigger
from wsdash.domain.alerts_text import BadRule, parse
from wsdash.domain.events import AuthFailed, Event, Printed
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.alerts_quality import Quality
from wsdash.feed.alerts_seen import Reading, Seen, markets_of, needed, reading
from wsdash.feed.alerts_store import MOST_RULES, Keeper, Shelf, resolve
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.gaps import Gap
from wsdash.feed.link import Link
from wsdash.feed.market import Board, Stream
from wsdash.feed.notify import Delivery, Outlets, TerminalEvent, terminal_events
from wsdash.feed.pulse import ASLEEP
from wsdash.venues.venue import Request, Subscription

PER_SECOND: Final = 20
"""Looks a second at a market that moves."""

ANYHOW = 0.5
"""Seconds between two looks at everything: time alone makes some conditions true or false."""

SETTLE = 1.0
"""Seconds after a standstill in which no number is believed: what comes first may be old."""


class Alerts:
    """A listener that watches rules.

    Args:
        board: whose markets are looked at.
        clock: wall time goes into what fired.
        shelf: where rules are kept; without one they last as long as the program.
        outlets: deliveries for ``command`` and ``webhook``, as far as they are set, and
            ``journal`` for everything that fires.

    Attributes:
        log: what fired, oldest first.
        problems: what went wrong, in words, oldest first.
        terminal: what the terminal is to be sent; whoever owns it takes it from the left.
        news: moves whenever any of these or the rules changed.
    """

    def __init__(
        self,
        board: Board,
        clock: Clock,
        *,
        shelf: Shelf | None = None,
        outlets: Mapping[str, Delivery] | None = None,
    ) -> None:
        self.log: deque[Fired] = deque(maxlen=500)
        self.problems: deque[str] = deque(maxlen=50)
        self.terminal: deque[TerminalEvent] = deque(maxlen=20)
        self.news = Stream("account", clock.monotonic())
        self._board, self._clock = board, clock
        self._outlets = Outlets(outlets or {}, self._report)
        self._triggers: dict[Rule, Trigger] = {}
        self._by_market: dict[tuple[str, str], list[Trigger]] = {}
        self._seen: dict[tuple[str, str], Seen] = {}
        self._moved: set[tuple[str, str]] = set()
        self._quality = Quality(board)
        self._keeper = Keeper(shelf, self._report)
        self._looked = self._swept = clock.monotonic()
        self._settled = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the rules and watch them; what was changed is kept before the context ends."""
        for rule in self._keeper.load():
            if rule not in self._triggers:
                self._watch(rule)
        self._board.gaps.listeners.append(self.gap)
        keeper = asyncio.create_task(self._keeper.run(), name="alert rules")
        tasks = [*self._outlets.start(), asyncio.create_task(self._look_on(), name="alerts")]
        try:
            yield
        finally:
            self._board.gaps.listeners.remove(self.gap)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._keeper.finish()
            await keeper

    @property
    def rules(self) -> list[Trigger]:
        """Every rule with how it stands, in the order in which they were made."""
        return list(self._triggers.values())

    def add(self, text: str) -> Rule:
        """Watch the rule that a person typed.

        Raises:
            BadRule: it cannot be; the message says why in one sentence.
        """
        rule = parse(text, resolve)
        if rule in self._triggers:
            raise BadRule("there is such a rule already")
        if len(self._triggers) >= MOST_RULES:
            raise BadRule(f"there are {MOST_RULES} rules already")
        if missing := self._outlets.missing(rule.actions):
            raise BadRule(f"{missing} needs alert_{missing} in the settings")
        self._watch(rule)
        self._keeper.note(rule, kept=True)
        self.news.touch()
        return rule

    def remove(self, rule: Rule) -> None:
        """Watch a rule no more."""
        trigger = self._triggers.pop(rule, None)
        if trigger is None:
            return
        for key in markets_of(rule):
            self._by_market[key].remove(trigger)
            if not self._by_market[key]:
                del self._by_market[key], self._seen[key]
                self._moved.discard(key)
        self._keeper.note(rule, kept=False)
        self.news.touch()

    def wanted(self) -> set[tuple[str, Subscription]]:
        """What must be subscribed for the rules to see anything, as a feed takes it."""
        return {pair for rule in self._triggers for pair in needed(rule)}

    def fact(self, venue: str, event: Event) -> None:
        """Note that a market moved; where no rule is about it, that is all."""
        key = (venue, getattr(event, "symbol", ""))
        seen = self._seen.get(key)
        if seen is None:
            if isinstance(event, AuthFailed):
                self._quality.denied(venue, event.reason)
            return
        self._moved.add(key)
        if isinstance(event, Printed):
            self._printed(MarketKey(*key), seen, event)

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        """A stream is in another state: what was seen through a lost one is forgotten."""
        key, now = (connection.venue.name, symbol), self._clock.monotonic()
        seen = self._seen.get(key)
        if seen is not None:
            self._moved.add(key)
            seen.turned(stream, now)

    def link(self, connection: Connection, before: Link) -> None:
        """A link is another one."""
        self._quality.link(connection.role, connection.link)

    def gap(self, gap: Gap) -> None:
        """A hole in the data began or ended."""
        self._quality.gap(gap)

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """Facts say it all."""

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """Facts say it all."""

    def look(self) -> None:
        """Judge the rules of what moved, and from time to time all of them."""
        now = self._clock.monotonic()
        if now - self._looked > ASLEEP:
            self._settled = now + SETTLE
        self._looked = now
        if now < self._settled:
            for seen in self._seen.values():
                seen.lost("trades", now)
                seen.lost("ticker", now)
        everything = now - self._swept >= ANYHOW
        keys = list(self._by_market if everything else self._moved)
        self._moved.clear()
        triggers = [trigger for key in keys for trigger in self._by_market[key]]
        if everything or self._quality.news:
            self._swept = now if everything else self._swept
            triggers += [t for t in self._triggers.values() if t.rule.kind in QUALITY]
        for key in keys:
            self._seen[key].follow(self._board.markets.get(MarketKey(*key)), now)
        for trigger in dict.fromkeys(triggers):
            try:
                self._judge(trigger, now)
            except Exception as error:  # noqa: BLE001 - one bug must not end the other rules
                trigger.done = True
                self._report(f"{trigger.rule}: {type(error).__name__}, not watched any more")
        for key in keys:
            if key in self._seen:
                self._seen[key].looked()
        self._quality.looked()

    def _printed(self, key: MarketKey, seen: Seen, event: Printed) -> None:
        """Take a live print that is new: two connections may have told of it."""
        market, now = self._board.markets.get(key), self._clock.monotonic()
        if market is None or event.trade.history or not market.tape.prints:
            return
        if seen.follow(market, now) and market.tape.prints[0] is event.trade:
            seen.add(event.trade, now)

    def _judge(self, trigger: Trigger, now: float) -> None:
        rule = trigger.rule
        known: Reading | None = None
        if rule.kind in QUALITY:
            known = self._quality.reading(rule, now)
        elif now >= self._settled:
            known = reading(rule, self._board, self._seen[rule.subject], now)
        value = trigger.look(known.values if known else None, now)
        if value is None or known is None:
            return
        wall, text, said = self._clock.wall(), rule.spoken(value), clean(known.state, 120)
        fired = Fired(wall, str(rule), text, said, rule.actions, rule.condition)
        self.log.append(fired)
        self.terminal.extend(terminal_events(fired))
        self._outlets.offer(fired)
        if rule.once:
            self.remove(rule)
        self.news.touch()

    def _watch(self, rule: Rule) -> None:
        trigger = self._triggers[rule] = Trigger(rule)
        for key in markets_of(rule):
            self._by_market.setdefault(key, []).append(trigger)
            self._seen.setdefault(key, Seen(self._clock.monotonic()))
            self._moved.add(key)

    def _report(self, problem: str) -> None:
        self.problems.append(clean(problem))
        self.news.touch()

    async def _look_on(self) -> None:
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - a bug in one rule must not end all
                self._report(f"alerts: {type(error).__name__}")
            await self._clock.sleep(1 / PER_SECOND)
