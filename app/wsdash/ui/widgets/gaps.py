"""The ledger of gaps as a pane."""

from __future__ import annotations

from wsdash.ui.snapshots.gaps import gap_sheet
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.widgets.lists import Scrolled


class GapPane(Scrolled):
    """When data was missing, of every connection."""

    of_market = False
    pace = 0.25

    def picture(self, width: int, height: int) -> Picture:
        """Return the ledger, the newest gap first."""
        feed = self.desk.feed
        names = [report.link.name for report in self.desk.reports()]
        gaps = list(feed.board.gaps)
        self.skip = min(self.skip, self.reach())
        return gap_sheet(gaps, names, feed.wall(), (width, height), self.skip)

    def reach(self) -> int:
        """Return how many gaps there are to scroll through."""
        return max(0, len(self.desk.feed.board.gaps) - 1)
