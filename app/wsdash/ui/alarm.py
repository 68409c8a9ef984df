"""What the desk knows of alerts: the engine, and what fired that nobody has looked at yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsdash.domain.text import clean
from wsdash.ui.snapshots.clocks import clock
from wsdash.venues.venue import Subscription

if TYPE_CHECKING:
    from wsdash.domain.alerts import Fired
    from wsdash.feed.notify import TerminalEvent
    from wsdash.feed.replay_alerts import AlertView

MOST: Final = 99
"""Firings that are counted until somebody looks."""


class Alarm:
    """The alerts of a desk.

    Attributes:
        engine: watches the rules; None where there are no alerts.
        unseen: what fired since somebody looked, oldest first.
    """

    def __init__(self, engine: AlertView | None = None) -> None:
        self.engine = engine
        self.unseen: list[Fired] = []
        self._newest: Fired | None = engine.log[-1] if engine is not None and engine.log else None

    def wanted(self) -> list[tuple[str, Subscription]]:
        """Return what must be subscribed for the rules to see anything."""
        return [] if self.engine is None else sorted(self.engine.wanted(), key=str)

    def take(self) -> list[TerminalEvent]:
        """Take what fired since the last time; return what the terminal is to be sent."""
        if self.engine is None:
            return []
        fresh: list[Fired] = []
        for fired in reversed(self.engine.log):
            if fired is self._newest:
                break
            fresh.append(fired)
        if fresh:
            self._newest = fresh[0]
        self.unseen = [*self.unseen, *reversed(fresh)][-MOST:]
        events = list(self.engine.terminal)
        self.engine.terminal.clear()
        return events

    def cut(self) -> None:
        """A replay shows another moment: what had fired by then is no news."""
        self.unseen.clear()
        log = self.engine.log if self.engine is not None else ()
        self._newest = log[-1] if log else None

    def look(self) -> None:
        """Somebody looks at what fired."""
        self.unseen.clear()

    def words(self, width: int) -> str:
        """Return the newest that nobody has looked at, and how many there are; empty if none.

        Args:
            width: cells; in fewer of them less is said, the rule and what was seen last of all.
        """
        if not self.unseen:
            return ""
        newest = self.unseen[-1]
        more = f" +{len(self.unseen) - 1}" if len(self.unseen) > 1 else ""
        head = f"! {clock(newest.time)} "
        short = f"{clean(newest.rule, 400).partition(' ')[2]}: {clean(newest.value, 60)}{more}"
        choices = [f"{head}{newest.text}{more}", f"{head}{short}", f"! {short}"]
        return next((text for text in choices if len(text) <= width), choices[-1])
