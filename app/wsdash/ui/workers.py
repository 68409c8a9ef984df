"""Which worker draws which panes: one for every subscription on the desk, and one for the links."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Final

from textual.screen import Screen

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.feed.market import Stream
from wsdash.ui.desk import Desk
from wsdash.ui.group import Group
from wsdash.ui.layouts.kinds import OF_MARKET, name_of
from wsdash.ui.streams import Draw, contained, follow, follow_links
from wsdash.ui.tempo import Tempo
from wsdash.ui.widgets.pane import Pane

MARKET_PANES: Mapping[Channel, tuple[str, ...]] = {
    "book": ("ladder", "title", "compact", "merged"),
    "trades": ("tape", "chart"),
    "candles": ("chart",),
}
"""The panes that each stream of a group's market moves."""

BESIDE: Final = 0.09
"""Seconds between two drawings of panes of the groups that are not in focus: the eye is elsewhere,
and four markets must not cost four times as much as one."""

MAIN: Final = frozenset({"ladder", "title", "compact", "keys", "welcome"})
"""Panes that are drawn at every frame of a slow line, in focus or not."""

PLOTTED: Final = frozenset({"curve", "heat"})
"""Panes of which all cells change at every drawing."""

SELDOM: Final = 3
"""How many times longer than others those rest on a slow line."""


class Workers:
    """Starts and ends the workers of a screen.

    Args:
        turn: called when something on a slow line came to be true or ceased to be.
    """

    def __init__(
        self,
        screen: Screen[None],
        desk: Desk,
        panes: Mapping[str, Pane],
        tempo: Tempo,
        turn: Callable[[], object] = lambda: None,
    ) -> None:
        self._screen = screen
        self._turn = turn
        self._desk = desk
        self._panes = panes
        self._tempo = tempo
        self._drawn: dict[Pane, float] = {}
        self._believed: tuple[bool, ...] = ()

    def follow_links(self) -> None:
        """Keep the supervisor current."""
        draw = self._drawer("supervisor", "links", "gaps")
        feed, pace = self._desk.feed, self._tempo.pause
        self._run(lambda: follow_links(feed, draw, pace), "links", "links", ("supervisor", "links"))

    def follow_desk(self) -> None:
        """Follow everything that is on the desk now, and nothing of what was before."""
        desk = self._desk
        self._screen.workers.cancel_group(self._screen, "streams")
        for group in desk.groups.live():
            self._follow_group(group)
        for key in desk.watchlist:
            self._follow(self._stream_of("ticker", key), f"{key} ticker", ("watch",))
        for venue in desk.accounts:
            self._follow(self._account_of(venue), f"{venue} account", ("balances",))

    def _follow_group(self, group: Group) -> None:
        """Follow the market of a group for its own panes, and if it is in focus for the others."""
        if group.key is None:
            return
        for channel, kinds in MARKET_PANES.items():
            names = [name_of(kind, group.letter) for kind in kinds if kind in OF_MARKET]
            if group is self._desk.group:
                names += [kind for kind in kinds if kind not in OF_MARKET]
            self._follow(self._stream_of(channel, group.key), f"{group.key} {channel}", names)

    def draw_idle(self, seconds: float) -> None:
        """Draw the panes that nothing has moved for a while: their ages go on."""
        with self._desk.glance:
            self._draw_idle(seconds)

    def _draw_idle(self, seconds: float) -> None:
        now = monotonic()
        seconds = self._tempo.idle(seconds)
        turned = self._turned()
        if turned:
            self._turn()
        for pane in self._panes.values():
            if pane.guard.is_down:
                pane.may_run()
            rest = 0.0 if turned else max(seconds, self._beside(pane))
            if pane.place is not None and now - self._drawn.get(pane, 0.0) >= rest:
                if self._desk.less() is not None:
                    self._drawn[pane] = now
                pane.draw()

    def _beside(self, pane: Pane) -> float:
        """Seconds for which a pane rests on a slow line, because the eye is elsewhere."""
        less = self._desk.less()
        main = pane.has_focus or pane.pane_kind in MAIN
        if less is None or (main and pane.letter in {"", self._desk.groups.focus}):
            return 0.0
        return less.beside * (SELDOM if pane.pane_kind in PLOTTED else 1)

    def _turned(self) -> bool:
        """Tell whether something came to be true or ceased to be; a pane that rests shows it."""
        desk = self._desk
        if desk.less() is None:
            self._believed = ()
            return False
        before = self._believed
        streams = [(channel, group.key) for group in desk.groups.live() for channel in MARKET_PANES]
        verdicts = [desk.verdict_of(channel, key) for channel, key in streams if key is not None]
        verdicts += [desk.price_verdict(key) for key in desk.watchlist]
        holding = desk.holding()
        verdicts += [holding.verdict] if holding is not None else []
        self._believed = tuple(verdict.believable for verdict in verdicts)
        return bool(before) and before != self._believed

    def _follow(self, find: Callable[[], Stream | None], name: str, panes: Sequence[str]) -> None:
        draw, pace = self._drawer(*panes), self._tempo.pause
        self._run(lambda: follow(find, draw, pace), name, "streams", panes)

    def _run(
        self,
        work: Callable[[], Awaitable[None]],
        name: str,
        group: str,
        panes: Sequence[str],
    ) -> None:
        """Run a worker; when it crashes, the first pane on the screen that it draws is down."""
        moved = [self._panes[pane] for pane in panes]

        def victim() -> Pane:
            return next((pane for pane in moved if pane.place is not None), moved[0])

        async def run() -> None:
            """Begin with the worker: one that is cancelled before leaves nothing behind."""
            await contained(
                work,
                lambda error: victim().crashed(error),
                lambda: all(pane.may_run() for pane in moved),
            )

        self._screen.run_worker(run, name=name, group=group)  # type: ignore[arg-type]

    def _stream_of(self, channel: Channel, key: MarketKey) -> Callable[[], Stream | None]:
        return lambda: self._desk.stream_of(channel, key)

    def _account_of(self, venue: str) -> Callable[[], Stream | None]:
        return lambda: self._desk.feed.board.account_streams.get(venue)

    def _drawer(self, *names: str) -> Draw:
        """Return what draws some panes; several workers may draw one, and it keeps its pace."""
        panes = [self._panes[name] for name in names]

        def draw() -> float | None:
            if not self._desk.drawing():
                return None
            with self._desk.glance:
                dues = [self._draw(pane) for pane in panes if pane.place is not None]
            return min((due for due in dues if due is not None), default=None)

        return draw

    def _draw(self, pane: Pane) -> float | None:
        now = monotonic()
        beside = bool(pane.letter) and pane.letter != self._desk.groups.focus
        rest = max(BESIDE if beside else 0.0, self._beside(pane))
        pace = max(self._tempo.pace() * 0.9, pane.pace, rest)
        early = self._drawn.get(pane, 0.0) + pace - now
        if early > 0:
            return early
        self._drawn[pane] = now
        return pane.post()
