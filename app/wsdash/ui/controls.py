"""The keys about connections, the log, and what is kept of what comes in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from textual import on
from textual.events import Mount

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.link import WAITING, LinkState
from wsdash.feed.recording import RecordingError
from wsdash.ui.export import at_home, why_not, write_new
from wsdash.ui.keys import problems
from wsdash.ui.shell import Shell
from wsdash.ui.snapshots.events import json_lines

LONG: Final = 20.0
"""Seconds for which stands what went wrong before anybody could look."""

READ_FOR: Final = 8.0
"""Seconds for which the name of a file stands in the bottom line."""

PAST: Final = "a recording cannot be changed"


class Controls(Shell):
    """Does what keys say about connections."""

    @on(Mount)
    def listen(self) -> None:
        """Say what of the trader's own could not be read, and what cannot be kept."""
        self.kept.report = lambda words: self.say(words, READ_FOR)
        wrong = [*self.kept.problems, *(f"keymap: {words}" for words in problems(self.key_names))]
        if wrong:
            self.say("; ".join(wrong), LONG)
        self.set_interval(1.0, self.look_at_recording)

    def say(self, words: str, seconds: float = 3.0) -> None:
        """Leave a short word to the trader in the bottom line."""
        self.desk.say(words, seconds)
        self.board_screen.draw_all()

    def action_tell(self, words: str) -> None:
        """Leave a word, from where only actions can be reached."""
        self.say(words)

    # --------------------------------------------------------------- connections

    def action_drop(self) -> None:
        """Drop the chosen connection, as a fault would."""
        self._act("dropped", self.desk.feed.drop)

    def action_park(self) -> None:
        """Keep the chosen connection away, or let it come back."""
        report = self._chosen()
        if report is not None and report.link.state is LinkState.PARKED:
            self.retry()
        else:
            self._act("parked", self.desk.feed.park)

    def action_rotate(self) -> None:
        """Make another connection ready to take over from the chosen one."""
        self._act("rotating", self.desk.feed.rotate)

    def retry(self) -> None:
        """Do not wait for the next try of the chosen connection."""
        report = self._chosen()
        if report is not None and report.link.state not in WAITING:
            self.say(f"{clean(report.link.name, 30)} does not wait for anything")
        else:
            self._act("trying", self.desk.feed.retry)

    def _chosen(self) -> LinkReport | None:
        screen = self.board_screen
        return screen.cast.supervisor.chosen if screen.focused_name == "supervisor" else None

    def _act(self, words: str, act: Callable[[str], None]) -> None:
        report = self._chosen()
        if self.desk.player is not None:
            self.say(PAST)
        elif report is None:
            self.say(self._not_here)
        else:
            act(report.link.name)
            self.say(f"{words} {clean(report.link.name, 30)}")

    # ------------------------------------------------------------------- the log

    def action_filter(self) -> None:
        """Narrow the log to a connection, to troubles, or to nothing."""
        self._in_supervisor(self.board_screen.cast.supervisor.turn_filter)

    def action_search(self) -> None:
        """Filter the log by a text that is typed next."""
        self._in_supervisor(self.board_screen.cast.supervisor.type_filter)

    def action_export(self) -> None:
        """Write what is shown of the log to a file."""
        if self.board_screen.focused_name != "supervisor":
            self.say(self._not_here)
        elif self.desk.export_dir is None:
            self.say("there is nowhere to write the log to")
        else:
            self.run_worker(self._export(), name="export", exit_on_error=False)

    @property
    def _not_here(self) -> str:
        return f"only in the supervisor: {self.desk.press('supervisor')} opens it"

    def _in_supervisor(self, act: Callable[[], None]) -> None:
        if self.board_screen.focused_name == "supervisor":
            self.board_screen.cast.supervisor.attempt(act)
        else:
            self.say(self._not_here)

    async def _export(self) -> None:
        """Write beside the event loop: a disk may be slow."""
        folder, wall = self.desk.export_dir, self.desk.feed.wall()
        shown = self.board_screen.cast.supervisor.shown()
        if folder is None or not shown:
            self.say("no line of the log is shown")
            return
        try:
            data = json_lines(reversed(shown))
            path = await asyncio.to_thread(write_new, folder, "wsdash-log", wall, ".jsonl", data)
        except Exception as error:  # noqa: BLE001 - a log that cannot be written stops nothing
            self.say(f"log not written: {why_not(error)}", READ_FOR)
        else:
            self.say(f"{len(shown)} lines in {self._place(path)}", READ_FOR)

    def _place(self, path: Path) -> str:
        return at_home(path, max(24, self.size.width - 24))

    # ---------------------------------------------------------------- an incident

    def action_incident(self) -> None:
        """Keep what led up to this moment."""
        if self.incident is not None:
            self.run_worker(
                self._keep_incident(self.incident), name="incident", exit_on_error=False
            )
            return
        replay = self.desk.player is not None
        self.say("nothing to write in a replay" if replay else "nothing is kept to write")

    async def _keep_incident(self, write: Callable[[], Awaitable[Path]]) -> None:
        try:
            path = await write()
        except Exception as error:  # noqa: BLE001 - as for the log
            self.say(f"incident not written: {why_not(error)}", READ_FOR)
        else:
            self.say(f"incident in {self._place(path)}", READ_FOR)

    # --------------------------------------------------------------- a recording

    def action_record(self) -> None:
        """Record what comes in from now on, or end that."""
        recordings = self.recordings
        if recordings is None:
            replay = self.desk.player is not None
            self.say("nothing comes in here to record" if replay else "nothing is recorded here")
        elif recordings.running:
            file, records = recordings.stop()
            self.say(f"{records:,} records in {self._place(file)}", READ_FOR)
        else:
            try:
                self.say(f"recording to {self._place(recordings.start())}", READ_FOR)
            except RecordingError as error:
                self.say(f"not recorded: {clean(str(error), 80)}", READ_FOR)
        self.look_at_recording()

    def look_at_recording(self) -> None:
        """Have the title say whether something is recorded; one that broke off is over."""
        recordings = self.recordings
        if recordings is not None and (problem := recordings.problem()):
            recordings.stop()
            self.say(clean(problem, 80), READ_FOR)
        marked = recordings is not None and recordings.running
        self.desk.badge = " ".join(filter(None, (self.title_badge, "REC" if marked else "")))
