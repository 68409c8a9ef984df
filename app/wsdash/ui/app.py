"""The dashboard as a Textual app: the keys that are about replays and the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wsdash.domain.text import clean
from wsdash.ui.band import Mode
from wsdash.ui.controls import PAST
from wsdash.ui.helping import commands as named_commands
from wsdash.ui.helping import help_entries
from wsdash.ui.keys import action_of
from wsdash.ui.layouts.kinds import SMALL_SCREEN
from wsdash.ui.playing import Playing
from wsdash.ui.screens.finder import Finder, Fixed
from wsdash.ui.screens.sheet import Rows, Sheet
from wsdash.ui.snapshots.search import Item
from wsdash.ui.snapshots.sheets import help_rows, settings_rows
from wsdash.ui.themes import TITLES

BANDS: Final[Mapping[Mode, str]] = {
    "auto": "less is drawn while the line is slow",
    "low": "draw little, whatever the line is",
    "full": "draw all, whatever the line is",
}
"""What can be done about a slow line."""


class Dashboard(Playing):
    """Draws a feed that somebody else made, and does what the keys say."""

    def action_resync(self) -> None:
        """Try again what is in focus: a pane that crashed, a connection, or else the market."""
        pane = self.board_screen.focused_pane
        if pane.guard.is_down:
            pane.restart()
        elif self.board_screen.focused_name == "supervisor":
            self.retry()
        elif self.desk.player is not None:
            self.say(PAST)
        elif self.desk.key is not None:
            self.desk.feed.resync(self.desk.key)
            self.say(f"resync {clean(self.desk.key.name, 20)}")

    def action_reconnect(self) -> None:
        """Reconnect the venue in focus now."""
        if self.desk.player is not None:
            self.say(PAST)
        elif self.desk.key is not None:
            self.desk.feed.reconnect(self.desk.key.venue)
            self.say(f"reconnect {clean(self.desk.key.venue, 20)}")

    # ---------------------------------------------------------------- the program

    def action_copy(self) -> None:
        """Copy the figure of the focused pane by way of the terminal (OSC 52)."""
        screen = self.board_screen
        small = screen.focused_pane.pane_kind == SMALL_SCREEN  # stands for a ladder of before
        pane = screen.focused_pane if small else screen.panes[screen.focused_name]
        figure = pane.figure.strip()
        if figure:
            self.copy_to_clipboard(figure)
            self.say(f"sent {figure} to the clipboard")
        else:
            self.say("nothing to copy here")

    def action_help(self) -> None:
        """Show the help for the focused pane."""
        first = self.desk.key is None and not self.desk.watchlist
        sections = help_entries(
            "welcome" if first else self.board_screen.focused_kind,
            self.key_names,
            replay=self.desk.player is not None,
        )
        self._read("Help", lambda width: help_rows(sections, width))

    def action_settings(self) -> None:
        """Show the settings in effect."""
        self._read("Settings", lambda width: settings_rows(self.settings, width))

    def action_palette(self) -> None:
        """Find a command or a theme by its name."""
        commands = [
            Item(f"theme {name}", f"theme: {words}", name) for name, words in TITLES.items()
        ]
        commands += [
            Item(f"bandwidth {mode}", f"bandwidth: {words}", mode) for mode, words in BANDS.items()
        ]
        commands += [*self.view_items(), *self.layout_items()]
        commands += [Item(words, words, key) for key, words in named_commands(self.key_names)]

        def chosen(values: list[str] | None) -> None:
            for value in values or ():
                self.call_after_refresh(self._command, value)

        self.push_screen(
            Finder("Commands", Fixed(commands), ascii_only=self.desk.ascii_only),
            chosen,
        )

    async def _command(self, value: str) -> None:
        theme = value.removeprefix("theme ")
        if theme in TITLES and theme != value:
            self.theme = theme
            return
        for mode, words in BANDS.items():
            if value == f"bandwidth {mode}":
                self.band.force(mode)
                self.say(f"bandwidth: {words}")
                return
        if self.do_view(value):
            return
        if value in {item.value for item in self.layout_items()}:
            self.do_layout(value)
            return
        action = action_of(value)
        if action is not None:
            await self.run_action(action, self.board_screen)

    def _read(self, title: str, rows: Rows) -> None:
        self.push_screen(Sheet(title, rows, ascii_only=self.desk.ascii_only))
