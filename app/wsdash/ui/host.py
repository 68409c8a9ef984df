"""What the driver asks of the app it works for."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Host(Protocol):
    """What an app may offer the driver; see `wsdash.ui.terminal`."""

    def screen_lost(self) -> None:
        """The terminal no longer shows what was sent: draw all of it."""

    def screen_resized(self) -> None:
        """The terminal has another size, which is on its way: what was sent is not there any more.

        It may also be the same size as before, of a terminal that was another in between.
        """

    def output_drained(self) -> None:
        """The terminal has caught up (any thread)."""

    def terminal_gone(self) -> None:
        """The terminal does not exist any more (any thread)."""

    def on_resume(self, seconds_away: float) -> None:
        """The process goes on after it was stopped."""
