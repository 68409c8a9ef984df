"""The desk: what the trader is looking at, and how. Shared by the screen and its panes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Final

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.feed.feed import Feed, LinkReport, Player
from wsdash.feed.market import Market, Stream
from wsdash.ui import worth
from wsdash.ui.across import Across
from wsdash.ui.alarm import Alarm
from wsdash.ui.band import Less
from wsdash.ui.glance import Glance
from wsdash.ui.group import Group
from wsdash.ui.groups import Groups
from wsdash.ui.guard import Guard
from wsdash.ui.hints import label
from wsdash.ui.snapshots.balances import Holding
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.prices import last_price, price_source
from wsdash.ui.snapshots.states import report_for, stream_verdict
from wsdash.ui.snapshots.status import Vitals
from wsdash.ui.snapshots.title import Headline
from wsdash.ui.snapshots.warnings import key_warning, worst_warning
from wsdash.ui.trends import Trends
from wsdash.ui.wake import Wake
from wsdash.ui.wanted import wanted
from wsdash.venues.venue import Subscription

TRAIL: Final = 240
"""Prices that a sparkline remembers of each market of the watchlist."""


@dataclass
class Desk:
    """What the trader is looking at.

    Attributes:
        resubscribe: called when other markets are shown.
        opened: the market in focus at first, None where there is none.
        accounts: venues with an account.
        notice: a short word to the trader, and until when it stands (seconds; see `say`).
        wake: doubts what is from before the program stood still.
        export_dir: where exported logs go.
        settings: names and values, to be read.
        down: panes that crashed, by name; those that run again among them.
        groups: the markets that are shown, each with its panes.
        glance: entered by what draws, so that connections are asked for once.
        alarm: the alerts.
        across: the asset in focus at all venues.
        trends: figures over time.
        keymap: keys of the trader's own, by their names.
    """

    feed: Feed
    watchlist: list[MarketKey]
    opened: InitVar[MarketKey | None] = None
    accounts: Sequence[str] = ()
    badge: str = ""
    player: Player | None = None
    interval: InitVar[str] = "1m"
    ascii_only: bool = False
    vitals: Callable[[], Vitals] = Vitals
    less: Callable[[], Less | None] = lambda: None
    resubscribe: Callable[[], object] = lambda: None
    drawing: Callable[[], bool] = lambda: True
    title_glow: Glow = field(default_factory=Glow)
    trails: dict[MarketKey, deque[float]] = field(default_factory=dict)
    searching: bool = False
    notice: tuple[str, float] = ("", 0.0)
    wake: Wake = field(default_factory=Wake)
    export_dir: Path | None = None
    settings: Sequence[tuple[str, str]] = ()
    down: dict[str, Guard] = field(default_factory=dict)
    alarm: Alarm = field(default_factory=Alarm)
    across: Across = field(default_factory=Across)
    trends: Trends = field(default_factory=Trends)
    keymap: Mapping[str, str] = field(default_factory=dict)
    groups: Groups = field(init=False)
    glance: Glance = field(init=False)

    def __post_init__(self, opened: MarketKey | None, interval: str) -> None:
        self.groups = Groups(self, opened, interval)
        self.glance = Glance(self._reports)

    @property
    def group(self) -> Group:
        """The group in focus."""
        return self.groups.current

    def press(self, name: str) -> str:
        """Return what is pressed for the key of a name."""
        return label(name, self.keymap)

    @property
    def key(self) -> MarketKey | None:
        """The market in focus, None while there is none."""
        return self.group.key

    @property
    def market(self) -> Market | None:
        """The market in focus, None before anything is known of it."""
        return self.market_of(self.key)

    def market_of(self, key: MarketKey | None) -> Market | None:
        """Return what is known of a market."""
        return self.feed.board.markets.get(key) if key is not None else None

    def stream_of(self, channel: Channel, key: MarketKey | None) -> Stream | None:
        """Return a stream of a market."""
        market = self.market_of(key)
        return market.streams.get(channel) if market is not None else None

    def stream(self, channel: Channel, key: MarketKey | None = None) -> Stream | None:
        """Return a stream of the market in focus, or of another."""
        return self.stream_of(channel, key or self.key)

    def reports(self) -> list[LinkReport]:
        """Return every connection as far as it can be believed."""
        return self.glance.reports()

    def _reports(self) -> list[LinkReport]:
        now = self.feed.now()
        self._look(now)
        return [self.wake.doubted(report, now) for report in self.feed.reports()]

    def report(self, venue: str, *, private: bool = False) -> LinkReport | None:
        """Return the connection that carries a venue's streams."""
        return report_for(self.reports(), venue, private=private)

    def verdict_of(self, channel: Channel, key: MarketKey | None) -> Verdict:
        """Return how true a stream is right now."""
        if (sought := self._sought()) is not None:
            return sought
        now = self.feed.now()
        report = self.report(key.venue) if key is not None else None
        stream = self.stream_of(channel, key)
        return self._told(self.wake.judged(stream_verdict(stream, report, now), stream, now))

    @property
    def plain(self) -> bool:
        """Whether a slow line gets plain figures."""
        less = self.less()
        return less is not None and less.plain

    def verdict(self, channel: Channel, key: MarketKey | None = None) -> Verdict:
        """Return how true a stream of the market in focus is, or of another."""
        return self.verdict_of(channel, key or self.key)

    def price_verdict(self, key: MarketKey) -> Verdict:
        """Return how true the price of a market is: as true as the stream that tells it."""
        return self.verdict(price_source(self.market_of(key)) or "ticker", key)

    def headline(self) -> Headline:
        """Return what the top line is made of."""
        verdict = self.verdict("book") if self.key is not None else Verdict("IDLE", "", "quiet")
        warning = worst_warning(self.feed.board.key_warnings.values())
        wall = self.feed.wall()
        told = (self.key, self.market, verdict, self.badge, wall, self.player, warning)
        return Headline(*told, self.press("find"))

    def holding(self) -> Holding | None:
        """Return the account of the venue in focus, or else of the first that has one."""
        board = self.feed.board
        venues = [*self.accounts, *(name for name in board.accounts if name not in self.accounts)]
        if not venues:
            return None
        here = self.key.venue if self.key is not None else ""
        venue = here if here in venues else venues[0]
        now, stream = self.feed.now(), board.account_streams.get(venue)
        verdict = stream_verdict(stream, self.report(venue, private=True), now)
        verdict = self._sought() or self._told(self.wake.judged(verdict, stream, now))
        warning = key_warning(board.key_warnings.get(venue, ""))
        return Holding(venue, board.accounts.get(venue), verdict, warning)

    def pricing(self, venue: str) -> str:
        """Return the asset in which a venue's balances are priced."""
        return worth.pricing(self.feed.board, venue)

    def price_of(self, venue: str, asset: str) -> Decimal | None:
        """Return the price of an asset where the watched markets tell it."""
        return worth.price_of(self.feed.board, venue, asset)

    def wanted(self) -> list[tuple[str, Subscription]]:
        """Return everything that should be subscribed for what is on the desk."""
        return wanted(self)

    def remember(self) -> None:
        """Put the present price of every watched market on its trail."""
        for key in self.watchlist:
            price = last_price(self.market_of(key))
            if price is not None and self.price_verdict(key).believable:
                self.trails.setdefault(key, deque(maxlen=TRAIL)).append(float(price))

    def say(self, words: str, seconds: float = 3.0) -> None:
        """Leave a short word to the trader."""
        self.notice = (words, self._seconds() + seconds)

    @property
    def said(self) -> str:
        """The word to the trader, as long as it stands."""
        words, until = self.notice
        return words if self._seconds() < until else ""

    def cut(self) -> None:
        """A replay shows another moment: nothing of the one before leads there."""
        self.trails.clear()
        self.title_glow.forget()
        self.alarm.cut()

    def find_more(self, markets: Iterable[MarketKey]) -> None:
        """Markets were found later on in a recording: they go to the end of the watchlist."""
        self.watchlist += [key for key in markets if key not in self.watchlist]

    def look_at_clock(self) -> None:
        """Notice when nobody has for a while; called several times a second, drawn or not."""
        self._look(self.feed.now())

    def look_at_flow(self) -> None:
        """Count what is new in the groups; called now and then, drawn or not."""
        self.groups.look_at_flow()

    def _seconds(self) -> float:
        """Seconds of the trader, who does not live as fast as a recording is played."""
        return self.feed.now() if self.player is None else monotonic()

    def _told(self, verdict: Verdict) -> Verdict:
        return verdict.whole() if self.plain else verdict

    def _sought(self) -> Verdict | None:
        """While a moment of a recording is sought, nothing is true."""
        share = self.player.seeking if self.player is not None else None
        return None if share is None else Verdict("SEEK", f"{share:.0%}", "look")

    def _look(self, now: float) -> None:
        if self.player is None:  # a recording goes as fast as it is played
            self.wake.look(now)
