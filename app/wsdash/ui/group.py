"""A group: panes that show one market, and what has been counted of it since it was opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wsdash.domain.candles import INTERVALS, Candle
from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.feed.feed import Player
from wsdash.feed.gaps import Gap
from wsdash.feed.market import Market, Stream
from wsdash.ui.counting import counted_of
from wsdash.ui.flow import SECONDS, Traded
from wsdash.ui.heat_log import HeatLog
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.stacking import Stacking
from wsdash.venues.venue import Subscription

if TYPE_CHECKING:
    from wsdash.ui.desk import Desk


SPANS: Final = (*SECONDS, *INTERVALS)
"""The intervals of candles, shortest first: those of seconds are made of prints."""


@dataclass(eq=False)
class Group:
    """Panes that show one market: one switch moves all of them.

    Attributes:
        desk: knows the feed, and how true its streams are.
        letter: its name in the titles of its panes.
        key: its market, None while there is none.
        interval: of its candles.
        old_candle: the newest candle there was of this interval before it was asked for.
        traded: what the prints of its market add up to.
        stacking: how its book changed without trades.
        heat: how its book was, second by second.
    """

    desk: Desk = field(repr=False)
    letter: str = "A"
    key: MarketKey | None = None
    interval: str = "1m"
    old_candle: Candle | None = None
    traded: Traded = field(default_factory=Traded)
    stacking: Stacking = field(default_factory=Stacking)
    heat: HeatLog = field(default_factory=HeatLog)

    @property
    def market(self) -> Market | None:
        """Its market, None before anything is known of it."""
        return self.desk.market_of(self.key)

    def stream(self, channel: Channel) -> Stream | None:
        """Return a stream of its market."""
        return self.desk.stream_of(channel, self.key)

    def verdict(self, channel: Channel) -> Verdict:
        """Return how true a stream of its market is right now."""
        return self.desk.verdict_of(channel, self.key)

    def candle_verdict(self) -> Verdict:
        """Return how true the candles of the present interval are."""
        if self.interval in SECONDS:
            return self.verdict("trades")
        verdict, market = self.verdict("candles"), self.market
        series = market.candles.get(self.interval) if market is not None else None
        newest = series.last(1)[-1] if series is not None and len(series) else None
        awaited = newest is None or newest is self.old_candle
        return Verdict("SYNC", "", "look") if awaited and verdict.believable else verdict

    def step_interval(self, step: int) -> None:
        """Take the next longer or shorter candles."""
        place = min(len(SPANS) - 1, max(0, SPANS.index(self.interval) + step))
        self.take_interval(SPANS[place])

    def take_interval(self, name: str) -> None:
        """Take candles of an interval, one of `SPANS`."""
        if name != self.interval:
            self.interval = name
            series = self.market.candles.get(self.interval) if self.market is not None else None
            self.old_candle = series.last(1)[-1] if series is not None and len(series) else None

    def gaps(self, *channels: Channel) -> list[Gap]:
        """Return the holes in these channels of its market, newest first."""
        key = self.key
        return [gap for gap in self.desk.feed.board.gaps if key and gap.concerns(key, *channels)]

    def holed(self, since: float, *channels: Channel) -> bool:
        """Tell whether data of these channels is missing since a wall time."""
        return any(gap.end is None or gap.end > since for gap in self.gaps(*channels))

    def wanted(self) -> list[tuple[str, Subscription]]:
        """Return everything that should be subscribed for it."""
        if self.key is None:
            return []
        venue, name = self.key
        made = "1m" if self.interval in SECONDS else self.interval
        channels: tuple[Channel, ...] = ("book", "trades", "ticker")
        plain = [(venue, Subscription(channel, name)) for channel in channels]
        return [*plain, (venue, Subscription("candles", name, made))]

    def look_at_flow(self) -> None:
        """Count what is new on the tape and in the book; called before either is drawn."""
        feed = self.desk.feed
        if self.desk.player is not None:
            self._take_counted(self.desk.player)
            return
        if self.key != self.traded.key:
            self.forget()
        if self.key is not None:
            market, now = self.market, feed.now()
            prints = self.traded.follow(market, now)
            true = market is not None and self.verdict("book").believable
            book = market.book if true and market is not None else None
            unexplained = any(gap.end is None for gap in self.gaps("trades"))
            self.stacking.look(None if unexplained else book, prints, now)
            self.heat.look(book, feed.wall())

    def rest(self) -> None:
        """Nothing is counted while it is not shown, and then anew."""
        self.traded, self.stacking, self.heat = Traded(), Stacking(), HeatLog()

    def _take_counted(self, player: Player) -> None:
        """In a replay it is counted as the recording is played, not as it is drawn."""
        keys = list(dict.fromkeys(group.key for group in self.desk.groups if group.key))
        counted = counted_of(player, keys, self.key) if self.key is not None else None
        if counted is None:
            self.forget()
        else:
            self.traded, self.stacking = counted.traded, counted.stacking
            self.heat = counted.heat

    def forget(self) -> None:
        """Count anew from here on."""
        self.traded, self.stacking = Traded(self.key, self.desk.feed.wall()), Stacking()
        self.heat = HeatLog()
