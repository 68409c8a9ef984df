"""The widget under every pane: draws finished lines, and of those only the ones that changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.ui.desk import Desk
from wsdash.ui.screens.plan import Place
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.lines import ROLES, Line, ascii_only, fit, plain_text
from wsdash.ui.snapshots.picture import Frame, Picture, Verdict, framed

_KEPT = 2_000


class Canvas(Widget):
    """Draws lines; knows nothing of markets or time."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"pane--{role}" for role in ROLES}

    def __init__(self, *, name: str) -> None:
        super().__init__(id=name)
        self._lines: tuple[Line, ...] = ()
        self._strips: dict[tuple[Line, int], Strip] = {}
        self._drawn: dict[int, Strip] = {}
        self._palette: dict[str, Style] = {}

    @property
    def text(self) -> str:
        """The characters on show, line by line."""
        return "\n".join(plain_text(line) for line in self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines, each as wide as the widget, marking as dirty those that differ."""
        width = self.size.width
        dirty = [
            y
            for y, (old, new) in enumerate(zip_longest(self._lines, lines))
            if old is not new and old != new
        ]
        self._lines = tuple(lines)
        if dirty:
            for y in dirty:
                self._drawn.pop(y, None)
            self.refresh(*(Region(0, y, width, 1) for y in dirty))

    def render_line(self, y: int) -> Strip:
        """Return a line as Textual wants it; equal lines are the same object."""
        return self._row(y, self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines as they were kept.

        A canvas has neither border nor padding nor opacity: what Textual does for
        those on every line of every frame would be for nothing.
        """
        width = self.size.width
        strips = [self._row(y, width) for y in crop.line_range]
        if crop.column_span != (0, width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _row(self, y: int, width: int) -> Strip:
        strip = self._drawn.get(y)
        if strip is None or strip.cell_length != width:
            line = self._lines[y] if y < len(self._lines) else ()
            strip = self._drawn[y] = self._kept(line, width)
        return strip

    def notify_style_update(self) -> None:
        """The theme changed: every style and every strip that was kept is wrong."""
        super().notify_style_update()
        self._palette.clear()
        self._strips.clear()
        self._drawn.clear()

    def _kept(self, line: Line, width: int) -> Strip:
        strip = self._strips.get((line, width))
        if strip is None:
            if len(self._strips) > _KEPT:
                self._strips.clear()
            strip = self._strips[line, width] = self._strip(line, width)
        return strip

    def _strip(self, line: Line, width: int) -> Strip:
        strip = Strip(
            [Segment(text, self._style(role)) for text, role in fit(line, width) if text], width
        )
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip

    def _style(self, role: str) -> Style:
        style = self._palette.get(role)
        if style is None:
            own = self.get_component_rich_style(f"pane--{role}")
            style = self._palette[role] = self.rich_style + own
        return style


class Pane(Canvas):
    """A pane of the dashboard: turns the desk into a picture and shows it.

    Attributes:
        place: where it stands; None while it is not on the screen, and then it does not draw.
        pace: seconds between two drawings where fewer than all frames are enough.
        frozen_at: since when it stands still by the trader's wish, None while it moves.
    """

    channel: ClassVar[Channel | None] = None
    of_market: ClassVar[bool] = True
    bordered: ClassVar[bool] = True
    pace: ClassVar[float] = 0.0

    class Painted(Message):
        """Finished lines for a pane, of the market they were drawn for."""

        def __init__(self, key: MarketKey | None, lines: tuple[Line, ...]) -> None:
            super().__init__()
            self.key = key
            self.lines = lines

        def can_replace(self, message: Message) -> bool:
            """Take the place of an older one that nobody has looked at yet."""
            return isinstance(message, Pane.Painted)

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(name=name)
        self.desk = desk
        self.can_focus = self.bordered
        self.place: Place | None = None
        self.frozen_at: float | None = None
        self.figure = ""
        self._picture: Picture | None = None

    # ------------------------------------------------------ what a pane has of its own

    def picture(self, width: int, height: int) -> Picture:
        """Return the present picture for a body of this size."""
        raise NotImplementedError

    def due(self) -> float | None:
        """Return in how many seconds it must be drawn again although nothing comes."""
        return None

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor, or scroll."""

    def adjust(self, step: int) -> None:
        """Group, zoom."""

    def centre(self) -> None:
        """Go back to the newest and the best."""

    def reset(self) -> None:
        """Another market is shown from here on: nothing of the old one may stay."""

    # ------------------------------------------------------------------- drawing

    def paint(self) -> tuple[Line, ...]:
        """Return the pane as finished lines."""
        place = self.place
        width, height = self.size.width, self.size.height
        if place is None or not width or not height:
            return ()
        frame = Frame(width, height, self.has_focus, place.joined, place.open_below)
        picture = self._current(frame)
        self.figure = picture.figure
        lines = framed(picture, frame)
        return tuple(map(ascii_only, lines)) if self.desk.ascii_only else lines

    def draw(self) -> float | None:
        """Draw now."""
        if self.place is not None:
            self.show(self.paint())
        return self.due()

    def post(self) -> float | None:
        """Paint now and have it shown by way of the message queue."""
        if self.place is not None:
            self.post_message(self.Painted(self.desk.key, self.paint()))
        return self.due()

    def on_pane_painted(self, message: Painted) -> None:
        """Show what was painted, unless it is of a market that is not shown any more."""
        message.stop()
        current = message.key == self.desk.key or not self.of_market
        if current and len(message.lines) == self.size.height and self.place is not None:
            self.show(message.lines)

    def on_resize(self) -> None:
        """The size changed: draw for the new one."""
        self.draw()

    def on_focus(self) -> None:
        """Brighten the border."""
        self.draw()

    def on_blur(self) -> None:
        """Dim the border."""
        self.draw()

    def freeze(self) -> None:
        """Stand still, or move again."""
        self.frozen_at = self.desk.feed.now() if self.frozen_at is None else None
        self.draw()

    def switch(self) -> None:
        """Forget the market that was shown."""
        self.frozen_at = None
        self._picture = None
        self.figure = ""
        self.reset()

    def _current(self, frame: Frame) -> Picture:
        if self.frozen_at is not None and self._picture is not None:
            silent = age(self.desk.feed.now() - self.frozen_at)
            return self._picture._replace(verdict=Verdict("FROZEN", silent, "look"))
        self._picture = self.picture(frame.inner_width, frame.inner_height)
        return self._picture
