"""The keys of a replay, and what the desk does when it goes to another moment."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual import on
from textual.events import Mount

from wsdash.domain.moments import FORMS, BadMoment, position_of
from wsdash.domain.text import clean
from wsdash.feed.feed import Player
from wsdash.ui.arranging import Arranging
from wsdash.ui.group import SPANS
from wsdash.ui.screens.ask import Ask
from wsdash.ui.snapshots.clocks import clock, position
from wsdash.ui.snapshots.search import Item
from wsdash.ui.snapshots.seekbar import SIGNS, next_mark

SPEEDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
"""Speeds of a replay that `+` and `-` step through."""

CANDLES: Final = "candles "
ZOOMS: Final = {"zoom in": ("this pane: coarser rows, zoom in", 1),
                "zoom out": ("this pane: finer rows, zoom out", -1)}  # fmt: skip
"""What can be done with a pane by its name too: words, and the step."""

ONLY_HERE: Final = "only in a replay"

NAMES: Final = {"": "gaps, alerts and large trades", "gap": "gaps", "alert": "alerts",
                "trade": "large trades"}  # fmt: skip
"""Kinds of marks in words."""


class Playing(Arranging):
    """Does what the keys of a replay say."""

    @on(Mount)
    def follow_player(self) -> None:
        """Draw what the player shows."""
        if (player := self.desk.player) is not None:
            follow = partial(self._follow_player, player)
            self.run_worker(follow, name="player on screen", group="player")  # type: ignore[arg-type]

    def action_seek(self) -> None:
        """Ask for a moment, and go to it."""
        player = self._player()
        if player is None:
            return

        def place(text: str) -> float:
            if not player.timed and "%" in text:
                raise BadMoment("a time, or +90: the end is not known yet")
            known = player.duration if player.timed else float("inf")
            return position_of(text, player.position, player.start, known)

        def wrong(text: str) -> str:
            try:
                place(text)
            except BadMoment as error:
                return str(error) if text.strip() else ""
            return ""

        def typed(text: str | None) -> None:
            if text is not None and text.strip():
                player.seek(place(text))
                self.board_screen.draw_all()

        begins, ends = clock(player.start), clock(player.start + player.duration)
        title = f"Go to: {begins} to {ends} UTC"
        self.push_screen(Ask(title, FORMS, wrong, ascii_only=self.desk.ascii_only), typed)

    def action_skip(self, seconds: int) -> None:
        """Go so many seconds on, or back."""
        player = self._player()
        if player is not None:
            player.seek(max(0.0, player.position + seconds))
            self.board_screen.draw_all()

    def action_mark(self, step: int) -> None:
        """Go to the next mark, or the one before."""
        player = self._player()
        if player is None:
            return
        kind = self.board_screen.cast.seek.chosen
        now = player.start + player.position
        mark = next_mark(player.marks(self.desk.key), kind, now, step)
        if mark is not None:
            player.seek(mark.start - player.start)
            where = position(mark.start - player.start)
            self.say(f"{SIGNS[mark.kind][0]} {mark.kind} at {where}: {clean(mark.text, 60)}")
        elif player.surveyed < 1:
            self.say("the recording is still being read")
        else:
            self.say(f"no more {NAMES[kind]} {'after' if step > 0 else 'before'} this")

    def action_kind(self) -> None:
        """Choose which marks are gone to."""
        if self._player() is not None:
            seek = self.board_screen.cast.seek
            kinds = list(NAMES)
            seek.chosen = kinds[(kinds.index(seek.chosen) + 1) % len(kinds)]
            self.say(f"marks: {NAMES[seek.chosen]}")

    # ------------------------------------------------- keys with a second meaning in a replay

    def action_bracket(self, step: int) -> None:
        """Take longer or shorter candles; in a replay, a step on or back."""
        player = self.desk.player
        if player is not None:
            player.step(step)
        else:
            self.desk.group.step_interval(step)
            self._look_anew()
        self.board_screen.draw_all()

    def action_adjust(self, step: int) -> None:
        """Group or zoom; in a replay, play faster or slower."""
        player = self.desk.player
        if player is not None:
            speeds = [speed for speed in SPEEDS if (speed - player.speed) * step > 0]
            if speeds:
                player.set_speed(min(speeds) if step > 0 else max(speeds))
        else:
            self._adjust_pane(step)
        self.board_screen.draw_all()

    def view_items(self) -> list[Item]:
        """Return what a replay has no key for, as its keys do something else there."""
        spans = [Item(f"{CANDLES}{name}", f"candles of {name}", name) for name in SPANS]
        return [*spans, *(Item(value, words, "") for value, (words, _) in ZOOMS.items())]

    def do_view(self, value: str) -> bool:
        """Do what an item of `view_items` says; tell whether it was one."""
        if value in ZOOMS:
            self._adjust_pane(ZOOMS[value][1])
        elif value.removeprefix(CANDLES) in SPANS and value.startswith(CANDLES):
            self.desk.group.take_interval(value.removeprefix(CANDLES))
            self._look_anew()
        else:
            return False
        self.board_screen.draw_all()
        return True

    def _look_anew(self) -> None:
        """The chart shows candles of another interval from here on."""
        chart = self.board_screen.cast.chart
        chart.attempt(chart.switch)
        if self.desk.player is None:
            self.subscribe()

    def _adjust_pane(self, step: int) -> None:
        pane = self.board_screen.panes[self.board_screen.focused_name]
        pane.attempt(pane.adjust, step)

    def action_freeze(self) -> None:
        """Freeze the focused pane; in a replay, play or pause."""
        if self.desk.player is not None:
            self.desk.player.toggle()
        else:
            pane = self.board_screen.focused_pane
            pane.attempt(pane.freeze)
        self.board_screen.draw_all()

    # ------------------------------------------------------------------ a cut

    def _player(self) -> Player | None:
        if self.desk.player is None:
            self.say(ONLY_HERE)
        return self.desk.player

    async def _follow_player(self, player: Player) -> None:
        seen, cuts, known = player.news.revision, player.cuts, set(player.markets)
        while True:
            seen = await player.news.changed(seen)
            if player.cuts != cuts:
                cuts = player.cuts
                self.desk.cut()
                self.board_screen.cut()
            self.desk.find_more(key for key in player.markets if key not in known)
            known.update(player.markets)
            if self.drawing:
                self.board_screen.draw_all()
