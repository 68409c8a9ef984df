"""What opens over the dashboard: when it crashes it closes, and the dashboard goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from textual.app import ScreenStackError
from textual.message import Message
from textual.screen import ModalScreen

from wsdash.domain.text import clean

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A modal screen whose errors are its own."""

    def draw(self) -> None:
        """Show what it has to show."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw, whatever comes of it."""
        try:
            self.draw()
        except Exception as error:  # noqa: BLE001 - the dashboard below must go on
            self._close(error)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - as above
            self._close(error)

    def _close(self, error: Exception) -> None:
        words = f"{type(self).__name__.lower()} crashed: {clean(type(error).__name__, 40)}"
        self.app.call_later(self.app.run_action, f"app.tell({words!r})")
        with suppress(ScreenStackError):
            self.dismiss(None)
