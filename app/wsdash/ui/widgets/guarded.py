"""A canvas whose crash is its own: it says so in its place, and everything else goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import ParamSpec, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from wsdash.ui.guard import Guard
from wsdash.ui.widgets.canvas import Canvas

P = ParamSpec("P")
T = TypeVar("T")


class Guarded(Canvas):
    """A canvas that survives what is drawn on it.

    Whatever is raised while it draws, renders or handles a message takes down this widget
    alone; the guard says when it is started again.
    """

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
        self.guard = Guard()

    def attempt(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what `call` returns, or None when it crashes."""
        try:
            return call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a pane must not take the others with it
            self.crashed(error)
            return None

    def crashed(self, error: Exception) -> None:
        """Something of it crashed: show that instead of it."""
        self.guard.crashed(error)
        self._drawn.clear()
        self.refresh()

    def restart(self) -> None:
        """Begin anew, however often it has crashed."""
        self.guard.restart()
        self._drawn.clear()
        self.refresh()

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - as in `attempt`
            self.crashed(error)
            if isinstance(message, events.Key) and self._parent is not None:
                message._bubble_to(self._parent)  # noqa: SLF001 - keys of the program still work

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines; once one cannot be drawn, what happened is told in plain text."""
        if not self.guard.is_down:
            try:
                return super().render_lines(crop)
            except Exception as error:  # noqa: BLE001 - as in `attempt`
                self.crashed(error)
        width = self.size.width
        rows = list(self._epitaph(width))
        strips = [
            Strip([Segment((rows[y] if y < len(rows) else "").ljust(width)[:width], style)], width)
            for y, style in ((y, self._plain_style(y)) for y in crop.line_range)
        ]
        return [strip.crop(*crop.column_span) for strip in strips]

    def _epitaph(self, width: int) -> Iterator[str]:
        """Yield what is shown in its place: ASCII, so that nothing can go wrong with it."""
        named = f" {self.id}: panel crashed"
        if self.size.height == 1:
            yield f"{named}: {self.guard.words}"
            return
        yield named
        words = self.guard.words
        while words:
            cut = len(words) if len(words) < width - 2 else words.rfind(" ", 0, width - 2)
            cut = cut if cut > 0 else max(1, width - 2)
            yield f" {words[:cut]}"
            words = words[cut:].lstrip()

    def _plain_style(self, y: int) -> Style:
        with suppress(Exception):
            return self._style("bad" if y == 0 else "text")
        return Style()
