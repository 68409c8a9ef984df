"""Looks through a whole recording in the background: how long it is, and what is in it to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappush, heappushpop
from itertools import count
from typing import Final

from wsdash.domain.alerts import Fired
from wsdash.domain.events import Event, Printed
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import price_key, trimmed
from wsdash.domain.text import clean
from wsdash.domain.trades import Trade
from wsdash.feed import survey
from wsdash.feed.clock import Clock
from wsdash.feed.feed import Mark
from wsdash.feed.gaps import Gap
from wsdash.feed.projector import Projector
from wsdash.feed.recording import Recording
from wsdash.venues.venue import Venue

BATCH: Final = 250
"""Records between two looks at the rest of the program."""

PAUSE: Final = 0.02
"""Seconds that the rest of the program has for itself then."""

TIMES: Final = 0.2
"""Share of the work that it takes to read the times alone."""

FEW: Final = 10
"""Prints of which none is large."""

MOST: Final = 40
"""Large prints of a market that are remembered at most."""

ONE_IN: Final = 100
"""Of so many prints one is large."""


class LargeTrades:
    """The largest prints of a market: one in a hundred, and not more than can be looked at."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, float, Trade]] = []
        self._count = count()
        self._seen = 0

    def add(self, trade: Trade, at: float) -> None:
        """Take a live print."""
        self._seen += 1
        entry = (price_key(trade.size), -next(self._count), at, trade)
        (heappush if len(self._heap) < MOST else heappushpop)(self._heap, entry)

    def marks(self) -> list[Mark]:
        """Return those that are large among all there were."""
        large = 0 if self._seen < FEW else -(-self._seen // ONE_IN)
        return [
            Mark("trade", at, at, _said(trade))
            for _, _, at, trade in sorted(self._heap, reverse=True)[:large]
        ]


def _said(trade: Trade) -> str:
    return clean(f"{trade.side} {trimmed(trade.size)} at {trimmed(trade.price)}", 60)


class Surveyor:
    """Goes through a recording once, slice by slice.

    Args:
        recording: what to go through.
        look: what the first look told.
        clock: gives the rest of the program its turn.
        busy: tells whether somebody is waiting for something more important.

    Attributes:
        share: how much is done, 0 to 1.
        timed: whether the end is known.
        end: seconds since the epoch of the last record that is known of.
        damaged: records that cannot be read.
        counts: what is said of every market.
    """

    def __init__(
        self, recording: Recording, look: survey.Look, clock: Clock, busy: Callable[[], bool]
    ) -> None:
        self.share, self.timed, self.end = 0.0, look.whole, look.end
        self.damaged = recording.damaged
        self.counts = dict.fromkeys(look.markets, 0)
        self._path, self._clock, self._busy = recording.path, clock, busy
        self._records = look.records
        self._large: dict[MarketKey, LargeTrades] = {}
        self._gaps: Sequence[Gap] = ()
        self._fired: Sequence[Fired] = ()

    async def run(self, begin: Callable[[], Projector]) -> None:
        """Go through all of it.

        Args:
            begin: returns the recording at its beginning.
        """
        self.share = 0.0
        if not self.timed:
            await self._read_times()
        projector, large = begin(), dict[MarketKey, LargeTrades]()
        watch = projector.reel.watch
        while projector.next is not None:
            for _ in range(BATCH):
                said = projector.take()
                survey.count(self.counts, said)
                _note(large, said, projector.reel.now())
            done = projector.reel.taken / max(self._records, 1)
            self.share = TIMES + (1 - TIMES) * min(done, 0.999)
            await self._give_way()
        projector.reel.end()
        self._large, self._gaps = large, tuple(projector.reel.board.gaps)
        self._fired = tuple(watch.log) if watch is not None else ()
        self.share = 1.0

    def marks(self, key: MarketKey | None) -> list[Mark]:
        """Return what there is to go to of a market, in order of time."""
        found = [Mark("alert", one.time, one.time, one.text) for one in self._fired]
        if key is not None:
            found += [
                Mark("gap", gap.start, gap.end, gap.reason)
                for gap in self._gaps
                if gap.connection.partition(" ")[0] == key.venue and gap.symbol in {"", key.name}
            ]
            found += self._large[key].marks() if key in self._large else []
        return sorted(found, key=lambda mark: mark.start)

    async def _read_times(self) -> None:
        recording = Recording(self._path)
        number = 0
        for number, record in enumerate(survey.timed(recording), 1):
            self.end = max(self.end, record.t or 0.0)
            if number % (4 * BATCH) == 0:
                self.share = TIMES * recording.share
                await self._give_way()
        self._records, self.timed = number, True
        self.damaged = recording.damaged

    async def _give_way(self) -> None:
        await self._clock.sleep(PAUSE)
        while self._busy():
            await self._clock.sleep(PAUSE)


def _note(large: dict[MarketKey, LargeTrades], said: list[tuple[Venue, Event]], now: float) -> None:
    for venue, event in said:
        if isinstance(event, Printed) and not event.trade.history:
            large.setdefault(MarketKey(venue.name, event.symbol), LargeTrades()).add(
                event.trade, now
            )
