"""What opens over the dashboard: when it crashes it closes, and the dashboard goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar, TypeVar

from textual.app import ComposeResult, ScreenStackError
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import ascii_only
from wsdash.ui.snapshots.picture import Frame, Picture, framed
from wsdash.ui.widgets.guarded import Guarded

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A modal screen whose errors are its own."""

    def on_mount(self) -> None:
        """Draw as soon as the size is known."""
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.redraw)

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


class LineDialog(Dialog[T]):
    """A dialog with a line to type in, and a canvas below it.

    Args:
        begun: what stands in the line at first.
        name: of what stands below.
        ascii_only: draw with ASCII alone.
        select: whether the first letter takes the place of all that stands there.
    """

    FRAME: ClassVar[str]
    """The id of both together, for the style sheet."""

    def __init__(
        self, name: str, begun: str = "", *, ascii_only: bool, select: bool = False
    ) -> None:
        super().__init__()
        self._begun, self._select = begun, select
        self._ascii = ascii_only
        self.canvas = Guarded(name=name)

    def compose(self) -> ComposeResult:
        """Yield the line, and what stands below it."""
        with Vertical(id=self.FRAME):
            yield Input(self._begun, id="query", select_on_focus=self._select)
            yield self.canvas

    def on_mount(self) -> None:
        """Begin to type."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()

    @property
    def frame(self) -> Frame:
        """The room there is below the line."""
        return Frame(self.canvas.size.width, self.canvas.size.height, focused=True)

    def show(self, picture: Picture) -> None:
        """Show a picture below the line, in its frame."""
        lines = framed(picture, self.frame)
        self.canvas.show([ascii_only(line) for line in lines] if self._ascii else lines)
