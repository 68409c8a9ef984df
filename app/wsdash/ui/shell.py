"""The shell of the dashboard: its themes, its desk, and the life of the feed around them."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import PurePath
from typing import ClassVar, Final

from textual import on
from textual.events import Event, Key, Unmount

from wsdash.domain.instrument import MarketKey
from wsdash.feed.feed import Feed, Player
from wsdash.paths import styles_dir
from wsdash.ui.alarm import Alarm
from wsdash.ui.band import Band
from wsdash.ui.desk import Desk
from wsdash.ui.layouts.library import Library
from wsdash.ui.looks import Looks
from wsdash.ui.options import Keeping, Options
from wsdash.ui.screens.dashboard import DashboardScreen
from wsdash.ui.screens.plan import PANES
from wsdash.ui.snapshots.status import Vitals
from wsdash.ui.ssh_queue import SshQueue
from wsdash.ui.tempo import Tempo
from wsdash.ui.trends import lag_of
from wsdash.ui.wake import ASLEEP

SWEEP_EVERY = 60.0
"""Seconds between two whole rounds of the collector, of some ten milliseconds each."""

LIKE_ANYBODY: Final = Options()

Lifespan = Callable[[], AbstractAsyncContextManager[None]]
"""Starts a feed and ends it."""


class Shell(Looks):
    """Draws a feed that somebody else made.

    Args:
        feed: what is drawn.
        watchlist: the markets listed; the first is in focus.
        title_badge: a lasting word in the title, such as ``DEMO``.
        player: the controls of a replay.
        lifespan: entered once the screen is up, left when the program ends.
        accounts: venues with an account.
        leave_after: seconds after which the program ends by itself.
        options: how it looks and draws.
        keeping: what is kept of what the trader does and sees.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        styles_dir() / f"{name}.tcss" for name in ("wsdash", "dialogs", "mono")
    ]
    TITLE = "wsdash"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        feed: Feed,
        *,
        watchlist: Sequence[MarketKey] = (),
        title_badge: str = "",
        player: Player | None = None,
        lifespan: Lifespan = nullcontext,
        accounts: Sequence[str] = (),
        leave_after: float | None = None,
        options: Options = LIKE_ANYBODY,
        keeping: Keeping | None = None,
    ) -> None:
        super().__init__(theme=options.theme, depth=options.depth)
        keeping = keeping or Keeping()
        self.desk = Desk(
            feed,
            list(watchlist),
            opened=watchlist[0] if watchlist else None,
            accounts=accounts,
            badge=title_badge,
            player=player,
            interval=options.interval,
            ascii_only=options.ascii,
            vitals=self._vitals,
            less=lambda: self.band.less,
            drawing=lambda: self.drawing,
            export_dir=keeping.export_dir,
            settings=options.sheet,
            alarm=Alarm(keeping.alerts),
            keymap=dict(options.keymap),
        )
        self.desk.wake.redraw = self._draw_soon
        self.desk.across.changed = self.subscribe
        self.desk.resubscribe = self.subscribe
        self.band = Band(
            lambda: self.output, options.bandwidth, queued=SshQueue(os.environ).waiting
        )
        self.band.changed, self.band.cleared = self._band_changed, self._caught_up
        self.tempo = Tempo(options.fps, lambda: self.lag.worst, limit=lambda: self.band.fps)
        self.board_screen = DashboardScreen(self.desk, self.tempo)
        self.key_names = self.desk.keymap
        self.title_badge, self.settings = title_badge, options.sheet
        self.incident, self.recordings = keeping.incident, keeping.recordings
        self.kept, self.library = keeping.kept, Library(keeping.layouts, PANES)
        self._lifespan, self._leave_after = lifespan, leave_after
        self._leaving = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self.set_keymap(self.key_names)

    def get_default_screen(self) -> DashboardScreen:
        """Return the dashboard."""
        return self.board_screen

    # ---------------------------------------------------------------------- life

    def on_mount(self) -> None:
        """Start the feed once there is a screen to see it on."""
        self._life = asyncio.create_task(self._live(), name="feed")
        self._life.add_done_callback(self._ended)
        if self._leave_after is not None:
            self.set_timer(self._leave_after, self.exit)
        self.set_interval(0.25, self.band.look)
        self.set_interval(SWEEP_EVERY, _sweep)
        self._band_changed()
        if not self.is_headless:
            self.call_after_refresh(_spare_the_collector)

    @on(Unmount)
    async def end_feed(self) -> None:
        """End the feed."""
        self._leaving.set()
        if self._life is not None:
            await asyncio.wait([self._life])

    async def _live(self) -> None:
        async with self._lifespan():
            self.subscribe()
            await self._leaving.wait()

    def _ended(self, life: asyncio.Task[None]) -> None:
        error = None if life.cancelled() else life.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    def on_resume(self, seconds_away: float) -> None:
        """Nothing from before is drawn as if it were of now."""
        feed = self.desk.feed
        if seconds_away > ASLEEP and self.desk.player is None:
            self.desk.wake.woke(feed.now(), seconds_away)
        self.desk.look_at_clock()
        self.board_screen.draw_all()

    async def on_event(self, event: Event) -> None:
        """Do what a key says, and let nobody wait for it to be seen."""
        await super().on_event(event)
        if isinstance(event, Key) and self.screen is self.board_screen:
            self.board_screen.hurry()

    def _draw_soon(self) -> None:
        self.call_later(self.board_screen.draw_all)

    def subscribe(self) -> None:
        """Tell the feed what is on the desk."""
        desk = self.desk
        wanted = [*desk.wanted(), *desk.alarm.wanted(), *desk.across.wanted()]
        desk.feed.want(dict.fromkeys(wanted))

    @property
    def congested(self) -> bool:
        """Whether what is drawn now would only wait on the way."""
        return self.band.congested

    @property
    def clogged(self) -> bool:
        """Whether what a key did would wait there, too."""
        return self.band.clogged

    def _band_changed(self) -> None:
        self.spare_colours(spare=self.band.low)

    def _vitals(self) -> Vitals:
        stats = self.output
        stream = self.desk.stream("book")
        return Vitals(
            written=None if stats is None else stats.bytes_per_second(),
            frames=None if stats is None else stats.frames_per_second(),
            loop=self.lag.worst,
            lag=lag_of(self.desk.feed, stream),
            clock=self.desk.feed.board.clocks.get(self.desk.key.venue) if self.desk.key else None,
            low=self.band.less,
            slowed=self.tempo.fps if self.tempo.slowed else None,
        )


def _spare_the_collector() -> None:
    """Take what is there for the whole run out of the collector's rounds: fewer, shorter pauses.

    What its short rounds let through would then lie about for hours: a whole one is timed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _sweep() -> None:
    gc.collect()
