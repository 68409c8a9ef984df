"""The first screen, where there is no market yet."""

from __future__ import annotations

from wsdash.ui.snapshots.lines import Line
from wsdash.ui.snapshots.links import brief_links
from wsdash.ui.snapshots.welcome import welcome
from wsdash.ui.widgets.bars import Bar


class Welcome(Bar):
    """What wsdash is and how to begin; below it the connections, once there are some."""

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the first screen."""
        desk = self.desk
        reports, now = desk.reports(), desk.feed.now()
        rows = welcome(desk.settings, width, height - 1)
        blank: tuple[Line, ...] = ((),) * max(0, height - 1 - len(rows))
        return (*rows, *blank, brief_links(reports, now, width) if reports else ())
