"""The first screen, where there is no market yet."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from wsdash.ui.desk import Desk
from wsdash.ui.keys import bindings
from wsdash.ui.snapshots.lines import Line
from wsdash.ui.snapshots.links import brief_links
from wsdash.ui.snapshots.welcome import Offer, welcome
from wsdash.ui.widgets.bars import Bar
from wsdash.venues.registry import VENUES


class Welcome(Bar):
    """What wsdash is and how to begin; below it the connections, once there are some."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("welcome")]

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.can_focus = True

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the first screen."""
        desk = self.desk
        reports, now = desk.reports(), desk.feed.now()
        titles = [VENUES[name].title if name in VENUES else name for name in desk.feed.venues]
        offer = Offer(
            titles,
            desk.press("find"),
            desk.press("welcome.demo") if desk.feed.mode == "live" else "",
            desk.press("help"),
        )
        rows = welcome(offer, desk.settings, width, height - 1)
        blank: tuple[Line, ...] = ((),) * max(0, height - 1 - len(rows))
        return (*rows, *blank, brief_links(reports, now, width) if reports else ())
