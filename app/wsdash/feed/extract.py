"""Tables of a recording, made while it is read: memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from wsdash.domain.candles import INTERVALS, Candle
from wsdash.domain.events import CandlesMoved, Event, Printed
from wsdash.domain.figures_candles import TradeCandles
from wsdash.domain.instrument import MarketKey
from wsdash.domain.trades import Tape
from wsdash.feed.gaps import Gap
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Record, Recording
from wsdash.feed.reel import Reel
from wsdash.feed.rows import CANDLES, GAPS, TRADES, candle_row, gap_row, trade_row
from wsdash.feed.survey import survey, timed
from wsdash.feed.tables import Cell, Table
from wsdash.venues.venue import UNREADABLE, Venue

What: TypeAlias = Literal["trades", "candles", "gaps"]

SPANS: Final = {"1s": 1, "5s": 5, "15s": 15} | INTERVALS
"""Seconds of the candles there are; those shorter than a minute are made of prints."""

KEPT: Final = 20_000
"""Candles of a market that may still change; older ones are final."""


class Extract:
    """What a recording holds of one kind.

    Args:
        path: the recording.
        venue: the venue of connections whose address does not tell.
        tick: is called after every record.

    Attributes:
        recording: what is read; it knows afterwards how much of it was damaged.
        made: whether candles were made of prints, as the venue's were not recorded.
    """

    def __init__(self, path: Path, venue: Venue | None, tick: Callable[[], None]) -> None:
        self.recording = Recording(path)
        self.made = False
        self._venue, self._tick = venue, tick

    def table(self, what: What, interval: str) -> Table:
        """Return the table; reading begins with its first row.

        Raises (then):
            RecordingError: it cannot be read, or is of a venue this program does not speak.
        """
        if what == "trades":
            return Table(TRADES, self._trades())
        if what == "gaps":
            return Table(GAPS, map(gap_row, self._gaps()))
        return Table(CANDLES, self._candles(interval))

    def _records(self) -> Iterator[Record]:
        for record in self.recording:
            self._tick()
            yield record

    def _events(self) -> Iterator[tuple[MarketKey, Event]]:
        playback = Playback(self._venue)
        for record in self._records():
            for venue, event in playback.feed(record):
                yield MarketKey(venue.name, getattr(event, "symbol", "")), event

    def _prints(self) -> Iterator[tuple[MarketKey, Printed]]:
        """Every print once, whatever was told twice after a reconnection."""
        tapes: dict[MarketKey, Tape] = {}
        for key, event in self._events():
            if isinstance(event, Printed) and tapes.setdefault(key, Tape()).add(event.trade):
                yield key, event

    def _trades(self) -> Iterator[tuple[Cell, ...]]:
        for key, event in self._prints():
            yield trade_row(key, event.trade)

    def _candles(self, interval: str) -> Iterator[tuple[Cell, ...]]:
        """The venue's own candles; where it told none of this interval, those of the prints."""
        told: dict[MarketKey, Told] = {}
        if interval in INTERVALS:
            for key, event in self._events():
                if isinstance(event, CandlesMoved) and event.interval == interval:
                    for candle in told.setdefault(key, Told()).take(event):
                        yield candle_row(key, interval, candle)
            for key, series in sorted(told.items()):
                for candle in series.rest():
                    yield candle_row(key, interval, candle)
        if not told:
            self.made = interval in INTERVALS
            yield from self._made(interval)

    def _made(self, interval: str) -> Iterator[tuple[Cell, ...]]:
        made: dict[MarketKey, tuple[TradeCandles, list[int]]] = {}
        for key, event in self._prints():
            if key not in made:
                made[key] = (TradeCandles(SPANS[interval], KEPT), [0])
            series, final = made[key]
            if event.trade.time is None or event.trade.time < final[0]:
                continue
            series.add(event.trade)
            if len(series) >= KEPT - 1:
                for candle in series.take(KEPT // 2):
                    final[0] = candle.start + SPANS[interval]
                    yield candle_row(key, interval, candle)
        for key, (series, _) in sorted(made.items()):
            for candle in series.take(len(series)):
                yield candle_row(key, interval, candle)

    def _gaps(self) -> Iterator[Gap]:
        """The ledger as it was recorded; of a recording without one, as its turns tell it."""
        open_: dict[tuple[str, str, tuple[str, ...]], Gap] = {}
        found = False
        for record in self._records():
            gap = _gap_of(record)
            if gap is None:
                continue
            found = True
            key = (gap.connection, gap.symbol, gap.channels if gap.symbol else ())
            if gap.end is None:
                open_[key] = gap
            else:
                open_.pop(key, None)
                yield gap
        yield from open_.values()
        if not found:
            yield from self._played()

    def _played(self) -> Iterator[Gap]:
        reel = Reel(self._venue, survey(self.recording, self._venue).start)
        closed: list[Gap] = []
        reel.board.gaps.listeners.append(lambda gap: closed.append(gap) if gap.end else None)
        for record in timed(self.recording):
            reel.take(record)
            self._tick()
            yield from closed
            closed.clear()
        reel.end()
        yield from closed
        yield from (gap for gap in reversed(list(reel.board.gaps)) if gap.end is None)


class Told:
    """A venue's candles of one market, by the last word on each."""

    def __init__(self) -> None:
        self._candles: dict[int, Candle] = {}
        self._final = self._newest = -1

    def take(self, event: CandlesMoved) -> list[Candle]:
        """Take new words; return what is final by now, oldest first."""
        for candle in event.candles:
            known = candle.start in self._candles or candle.start >= self._newest
            if candle.start > self._final and not (event.past and known):
                self._candles[candle.start] = candle
                self._newest = max(self._newest, candle.start)
        if len(self._candles) < KEPT:
            return []
        final = [self._candles.pop(start) for start in sorted(self._candles)[: KEPT // 2]]
        self._final = final[-1].start
        return [_closed(candle) for candle in final]

    def rest(self) -> list[Candle]:
        """Return what is left; all but the newest are closed."""
        candles = [self._candles[start] for start in sorted(self._candles)]
        return [*map(_closed, candles[:-1]), *candles[-1:]]


def _closed(candle: Candle) -> Candle:
    return msgspec.structs.replace(candle, closed=True)


def _gap_of(record: Record) -> Gap | None:
    if record.dir != "link" or record.event != "gap":
        return None
    try:
        return msgspec.json.decode(record.data, type=Gap)
    except UNREADABLE:
        return None
