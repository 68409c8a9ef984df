"""The supervisor as a pane: a cursor over the connections, and a log that can be filtered."""

from __future__ import annotations

from textual import events

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.log import LinkEvent
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.events import Filter, chosen, folded, newest_first
from wsdash.ui.snapshots.links import worst
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.supervisor import Look, supervisor
from wsdash.ui.widgets.pane import Pane

LONGEST = 40
"""Characters of a text that the log is filtered by."""

STEP = 5
"""Lines of the log that one key scrolls."""


class SupervisorPane(Pane):
    """Every connection, and what happened to it.

    Attributes:
        wish: which lines of the log are shown.
        skip: lines of the log that are scrolled out of sight.
    """

    of_market = False
    pace = 0.1

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.wish = Filter()
        self.skip = 0
        self._chosen = ""

    @property
    def chosen(self) -> LinkReport | None:
        """The connection under the cursor; before there was one, the one that is worst off."""
        reports = self.desk.reports()
        for report in reports:
            if report.link.name == self._chosen:
                return report
        return worst(reports, self.desk.feed.now())

    def picture(self, width: int, height: int) -> Picture:
        """Return connections and log, the newest event first."""
        feed = self.desk.feed
        report = self.chosen if self.has_focus else None
        name = self._chosen if report is None else report.link.name
        self.skip = min(self.skip, max(0, len(folded(self.shown())) - 1))
        look = Look(
            width, height, name if self.has_focus else "", self.skip, self.wish, *self._keys()
        )
        gaps = list(feed.board.gaps)
        return supervisor(self.desk.reports(), newest_first(feed.log), gaps, feed.now(), look)

    def _keys(self) -> tuple[tuple[str, str], str]:
        """Return the keys that it tells of, as the trader has them."""
        press = self.desk.press
        log = f"{press('filter search')} filter  {press('export')} export"
        return (press("supervisor"), press("resync")), f"{log}  {press('left right')} scroll"

    def shown(self) -> list[LinkEvent]:
        """Return the lines of the log that the filter lets through, newest first."""
        report = self.chosen
        name = "" if report is None else report.link.name
        return chosen(newest_first(self.desk.feed.log), self.wish, name)

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor over the connections; sideways, scroll through the log's time."""
        names = [report.link.name for report in self.desk.reports()]
        report = self.chosen
        if dy and report is not None:
            place = names.index(report.link.name) + dy
            self._chosen = names[max(0, min(len(names) - 1, place))]
        self.skip = max(0, self.skip - dx * STEP)

    def page(self, step: int) -> None:
        """Scroll the log by what is in sight of it."""
        self.skip = max(0, self.skip + step * max(STEP, self.size.height // 2))

    def centre(self) -> None:
        """Go back to the newest line of the whole log."""
        self.skip, self.wish = 0, Filter()

    def turn_filter(self) -> None:
        """Narrow the log to something else."""
        self.wish, self.skip = self.wish.turned(), 0
        self.draw()

    def type_filter(self) -> None:
        """Let the next keys be a text that the log is filtered by."""
        self.wish, self.skip = self.wish._replace(text="", typing=True), 0
        self.draw()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Take every key for the text while it is typed."""
        return self.wish.typing

    def on_key(self, event: events.Key) -> None:
        """Take a key for the text that is typed."""
        if not self.wish.typing:
            return
        event.stop()
        event.prevent_default()
        text = self.wish.text
        if event.key in {"enter", "tab"}:
            self.wish = self.wish._replace(typing=False)
        elif event.key == "escape":
            self.wish = self.wish._replace(text="", typing=False)
        elif event.key == "backspace":
            self.wish = self.wish._replace(text=text[:-1])
        elif event.character is not None and event.is_printable:
            self.wish = self.wish._replace(text=clean(text + event.character, LONGEST))
        self.skip = 0
        self.draw()

    def on_blur(self) -> None:
        """What was typed so far counts."""
        self.wish = self.wish._replace(typing=False)
        self.draw()
