"""The shell of the dashboard: its themes, its desk, and the life of the feed around them."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.events import Unmount
from textual.filter import DimFilter, Monochrome, NoColor

from wsdash.domain.instrument import MarketKey
from wsdash.feed.feed import Feed, Player
from wsdash.feed.kept import Kept
from wsdash.paths import styles_dir
from wsdash.ui.alarm import Alarm
from wsdash.ui.desk import Desk
from wsdash.ui.screens.dashboard import DashboardScreen
from wsdash.ui.snapshots.status import Vitals
from wsdash.ui.streams import FRAMES_PER_SECOND
from wsdash.ui.tempo import Tempo
from wsdash.ui.terminal import TerminalApp
from wsdash.ui.themes import (
    DEFAULT,
    MONO,
    TITLES,
    fallback_variables,
    only_ascii,
    themes,
)
from wsdash.ui.wake import ASLEEP

if TYPE_CHECKING:
    from wsdash.feed.alerts import Alerts

Lifespan = Callable[[], AbstractAsyncContextManager[None]]
"""Starts a feed and ends it."""


class Shell(TerminalApp):
    """Draws a feed that somebody else made.

    Args:
        feed: what is drawn.
        watchlist: the markets listed; the first is in focus.
        title_badge: a lasting word in the title, such as ``DEMO``.
        player: the controls of a replay.
        lifespan: entered once the screen is up, left when the program ends.
        accounts: venues with an account.
        keymap: other keys, by the names in `wsdash.ui.keys`.
        theme: one of `wsdash.ui.themes.TITLES`.
        ascii_only: draw with ASCII alone; None asks the locale.
        fps: frames a second at most.
        interval: of the candles at the start.
        settings: names and values for the settings sheet; no secrets.
        leave_after: seconds after which the program ends by itself.
        export_dir: where exported logs go; None where there is no such place.
        incident: keeps what led up to this moment and returns where; None in a replay.
        alerts: watches rules; whoever made it runs it.
        kept: keeps the watchlist and what was opened; whoever made it runs it.
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
        keymap: Mapping[str, str] | None = None,
        theme: str = DEFAULT,
        ascii_only: bool | None = None,
        fps: int = FRAMES_PER_SECOND,
        interval: str = "1m",
        settings: Sequence[tuple[str, str]] = (),
        leave_after: float | None = None,
        export_dir: Path | None = None,
        incident: Callable[[], Path] | None = None,
        alerts: Alerts | None = None,
        kept: Kept | None = None,
    ) -> None:
        super().__init__()
        self.desk = Desk(
            feed,
            list(watchlist),
            opened=watchlist[0] if watchlist else None,
            accounts=accounts,
            badge=title_badge,
            player=player,
            interval=interval,
            ascii_only=only_ascii(os.environ) if ascii_only is None else ascii_only,
            vitals=self._vitals,
            drawing=lambda: self.drawing,
            export_dir=export_dir,
            settings=settings,
            alarm=Alarm(alerts),
        )
        self.desk.wake.redraw = self._draw_soon
        self.tempo = Tempo(fps, lambda: self.lag.worst)
        self.board_screen = DashboardScreen(self.desk, self.tempo)
        self.key_names = self.board_screen.cast.keys.keymap = dict(keymap or {})
        self._lifespan = lifespan
        self.settings = settings
        self.incident = incident
        self.kept = Kept() if kept is None else kept
        self._leave_after = leave_after
        self._leaving = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        for ours in themes():
            self.register_theme(ours)
        self._respect_no_color()
        self.theme = MONO if self.no_color else theme if theme in TITLES else DEFAULT
        self.set_keymap(self.key_names)

    def _respect_no_color(self) -> None:
        """Leave weight and reverse to the terminal where there shall be no colours."""
        if self.no_color:
            self._filters = [
                filter_
                for filter_ in self._filters
                if not isinstance(filter_, (Monochrome, DimFilter))
            ]
            self._filters.append(NoColor())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our colours for themes that do not know them."""
        return fallback_variables()

    def watch_theme(self, theme: str) -> None:
        """Say without colours what the colours said."""
        self.set_class(theme == MONO, "-mono")

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

    def _draw_soon(self) -> None:
        self.call_later(self.board_screen.draw_all)

    def subscribe(self) -> None:
        """Tell the feed what is on the desk."""
        wanted = dict.fromkeys([*self.desk.wanted(), *self.desk.alarm.wanted()])
        self.desk.feed.want(wanted)

    def _vitals(self) -> Vitals:
        stats = self.output
        stream = self.desk.stream("book")
        lag = None
        if stream is not None and stream.venue_time and stream.received_at is not None:
            feed = self.desk.feed
            lag = feed.wall() - (feed.now() - stream.received_at) - stream.venue_time
        return Vitals(
            written=None if stats is None else stats.bytes_per_second(),
            frames=None if stats is None else stats.frames_per_second(),
            loop=self.lag.worst,
            lag=lag,
            clock=self.desk.feed.board.clocks.get(self.desk.key.venue) if self.desk.key else None,
            slowed=self.tempo.fps if self.tempo.slowed else None,
        )


def _spare_the_collector() -> None:
    """Take what is there for the whole run out of the collector's rounds: fewer, shorter pauses."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
