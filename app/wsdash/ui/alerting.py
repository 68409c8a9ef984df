"""Alerts on the screen: rules are made here, and what fired is said here."""

from __future__ import annotations

import os

from textual import on
from textual.events import Mount

from wsdash.domain.text import clean
from wsdash.ui.modes import through
from wsdash.ui.saving import Saving
from wsdash.ui.screens.rules import Rules


class Alerting(Saving):
    """Follows the alert engine."""

    @on(Mount)
    def follow_alerts(self) -> None:
        """Say what fires from here on."""
        if self.desk.alarm.engine is not None:
            follow = self._follow_alerts
            self.run_worker(follow, name="alerts on screen", group="alerts")  # type: ignore[arg-type]

    def action_alerts(self) -> None:
        """Show the rules; what fired has been seen with that."""
        engine, key = self.desk.alarm.engine, self.desk.key
        if engine is None:
            self.say("no alerts here: nothing is live")
            return
        self.desk.alarm.look()
        begun = f"{clean(str(key), 60)} " if key is not None else ""
        self.push_screen(
            Rules(engine, begun, self.subscribe, ascii_only=self.desk.ascii_only),
            lambda _: self.desk.alarm.look(),
        )

    async def _follow_alerts(self) -> None:
        engine = self.desk.alarm.engine
        seen, known = -1, 0
        while engine is not None:
            seen = await engine.news.changed(seen)
            for event in self.desk.alarm.take():
                if self._driver is not None and self.drawing:
                    self._driver.write(through(event.data, os.environ))
            if len(engine.rules) != known:
                known = len(engine.rules)
                self.subscribe()
            self.board_screen.draw_all()
