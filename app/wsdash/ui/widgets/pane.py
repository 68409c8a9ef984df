"""The widget under every pane: turns the desk into a picture, and shows it."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Size
from textual.message import Message

from wsdash.domain.events import Channel
from wsdash.domain.instrument import MarketKey
from wsdash.ui.desk import Desk
from wsdash.ui.group import Group
from wsdash.ui.layouts.kinds import split_name
from wsdash.ui.layouts.tree import Place
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.empty import empty_words, not_recorded, with_words
from wsdash.ui.snapshots.ladder import market_title
from wsdash.ui.snapshots.lines import Line, Span, ascii_only, width_of
from wsdash.ui.snapshots.picture import Frame, Picture, Verdict, framed
from wsdash.ui.widgets.guarded import Guarded


class Pane(Guarded):
    """A pane of the dashboard: turns the desk into a picture and shows it.

    Attributes:
        place: where it stands; None while it is not on the screen, and then it does not draw.
        tells: whether a word to the trader goes to its title, as no line has room for it.
        pace: seconds between two drawings where fewer than all frames are enough.
        pane_kind: what it is, such as ``ladder``.
        letter: of the group it belongs to; empty where it goes with the one in focus.
        frozen_at: since when it stands still by the trader's wish, None while it moves.
    """

    channel: ClassVar[Channel | None] = None
    of_market: ClassVar[bool] = True
    bordered: ClassVar[bool] = True
    names_market: ClassVar[bool] = False
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
        self.pane_kind, self.letter = split_name(name)
        self.can_focus = self.bordered
        self.place: Place | None = None
        self.tells = False
        self.frozen_at: float | None = None
        self.figure = ""
        self._picture: Picture | None = None
        self._fits: tuple[Size, Place | None, bool] | None = None

    @property
    def group(self) -> Group:
        """The market that it shows, with what has been counted of it.

        A pane of no group of its own shows the one in focus.
        """
        return self.desk.groups[self.letter] if self.letter else self.desk.group

    # ------------------------------------------------------ what a pane has of its own

    def picture(self, width: int, height: int) -> Picture:
        """Return the present picture for a body of this size."""
        raise NotImplementedError

    def due(self) -> float | None:
        """Return in how many seconds it must be drawn again although nothing comes."""
        return None

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor, or scroll."""

    def page(self, step: int) -> None:
        """Scroll by a page."""
        self.move(0, step * max(1, self.size.height - 3))

    def adjust(self, step: int) -> None:
        """Group, zoom."""

    def centre(self) -> None:
        """Go back to the newest and the best."""

    def reset(self) -> None:
        """Another market is shown from here on: nothing of the old one may stay."""

    def cut(self) -> None:
        """A replay shows another moment: nothing of the one before may stay."""
        self._picture = None
        self.reset()

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
        if self.letter and self.desk.groups.several:
            picture = picture._replace(title=self._grouped(picture.title))
        lines = framed(picture, frame)
        if self.tells and (words := self.desk.said or self.desk.alarm.words(width - 6)):
            told = framed(Picture((Span(words, "look"),)), frame._replace(height=1))
            lines = (*told, *lines[1:])
        return tuple(map(ascii_only, lines)) if self.desk.ascii_only else lines

    def draw(self) -> float | None:
        """Draw now."""
        return self.attempt(self._draw) if self.may_run() else None

    def post(self) -> float | None:
        """Paint now and have it shown by way of the message queue."""
        return self.attempt(self._post) if self.may_run() else None

    def crashed(self, error: Exception) -> None:
        """Something of it crashed: the bottom line says so too."""
        super().crashed(error)
        self.desk.down[self.id or ""] = self.guard

    def restart(self) -> None:
        """Begin anew, with nothing of what was before."""
        super().restart()
        self.attempt(self.switch)
        self.draw()

    def may_run(self) -> bool:
        """Tell whether it may draw; after a crash and a pause it is started again by this."""
        was_down = self.guard.is_down
        if not self.guard.may_run():
            self.refresh()  # its countdown goes on
            return False
        if was_down:
            self.show(())
            self.refresh()
        return True

    def _draw(self) -> float | None:
        if self.place is not None:
            with self.desk.glance:
                self.show(self.paint())
        return self.due()

    def _post(self) -> float | None:
        if self.place is not None:
            with self.desk.glance:
                self.post_message(self.Painted(self.group.key, self.paint()))
        return self.due()

    def on_pane_painted(self, message: Painted) -> None:
        """Show what was painted, unless it is of a market that is not shown any more."""
        message.stop()
        current = message.key == self.group.key or not self.of_market
        if current and len(message.lines) == self.size.height and self.place is not None:
            self.show(message.lines)

    def fit(self, *, whole: bool = False) -> None:
        """Draw for another size or place than before.

        Args:
            whole: the frame that is being made shows all there is, asked for or not.
        """
        fits = (self.size, self.place, self.tells)
        if fits != self._fits:
            self._fits = fits
            self.draw()
            if whole:
                self.asked_for()

    def on_resize(self) -> None:
        """The size changed: draw for the new one, unless that was done with the layout."""
        self.fit()

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

    def _grouped(self, title: Line) -> Line:
        """Return the title with the letter of the group and the name of its market."""
        role = "title" if self.letter == self.desk.groups.focus else "dim"
        letter = Span(f"{self.letter} ", role)
        key, market = self.group.key, self.group.market
        if key is None or self.names_market:
            return (letter, *title)
        full = (letter, market_title(market, key)[0], Span(" "), *title)
        return full if width_of(full) + 17 <= self.size.width else (letter, *title)

    def _current(self, frame: Frame) -> Picture:
        if self.frozen_at is not None and self._picture is not None:
            silent = age(self.desk.feed.now() - self.frozen_at)
            return self._picture._replace(verdict=Verdict("FROZEN", silent, "look"))
        self._picture = self._new(frame)
        return self._picture

    def _new(self, frame: Frame) -> Picture:
        """Return the picture of now; where it has nothing to show it says why, and what to do."""
        picture, desk = self.picture(frame.inner_width, frame.inner_height), self.desk
        if not picture.missing:
            return picture
        if desk.key is None:  # nothing is on its way
            picture = picture._replace(verdict=None)
        told = picture.verdict if desk.key is not None else None
        can_act = desk.player is None
        if not_recorded(told, can_act=can_act):
            picture = picture._replace(verdict=None)
        return with_words(picture, empty_words(picture.missing, told, desk.press, can_act=can_act))
