"""When the screen of the panes makes a frame, and that it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from wsdash.ui.tempo import Tempo
from wsdash.ui.terminal import TerminalApp
from wsdash.ui.widgets.pane import Pane


class Framed(Screen[None]):
    """A screen whose panes share frames.

    Args:
        tempo: the pace of drawing.
        name: what it is called in the style sheets.
    """

    def __init__(self, tempo: Tempo, *, name: str) -> None:
        super().__init__(id=name)
        self._tempo = tempo
        self._frames: Timer | None = None
        self._awaited: Pane | None = None
        self._must_go = False

    def fit_panes(self, *, whole: bool) -> None:
        """Draw what has another place than in the frame before.

        Args:
            whole: the frame that is being made shows all there is.
        """

    @property
    def _update_timer(self) -> Timer:
        """The screen's own frame timer, so that panes drawn apart still share frames.

        It rests while nothing changes, and then fires at once.
        """
        if self._frames is None:
            self._frames = self.set_interval(self._tempo.pace(), self._on_timer_update, pause=True)
        return self._frames

    def hurry(self) -> None:
        """A key was pressed: what it does to the focused pane waits for no frame."""
        self._awaited = self.focused if isinstance(self.focused, Pane) else None

    def hurry_all(self) -> None:
        """What was true is not, or the other way round: the next frame waits for no slow line."""
        self._must_go = True

    def _on_timer_update(self) -> None:
        if self._must_go and self._dirty_widgets:
            self._must_go = False
            with self._urgently():
                super()._on_timer_update()
        else:
            super()._on_timer_update()

    def on_idle(self) -> None:
        """Draw now what a key did; Textual's own handler comes after this one."""
        if self._awaited in self._dirty_widgets:
            self._awaited = None
            with self._urgently():
                self._on_timer_update()

    @contextmanager
    def _urgently(self) -> Iterator[None]:
        """Let a frame go where another frame would have to wait for a slow line."""
        app = self.app
        if not isinstance(app, TerminalApp):
            yield
            return
        app.urgent = True
        try:
            yield
        finally:
            app.urgent = False

    def _compositor_refresh(self) -> None:
        """Make a frame; after a layout with every pane drawn for its place in it.

        So the first frame of a size is the whole picture, and there is no second one.
        """
        compositor = self._compositor
        whole = compositor.size.region in compositor._dirty_regions  # noqa: SLF001 - nobody tells
        self.fit_panes(whole=whole)
        super()._compositor_refresh()
        if whole and self.is_current:
            self._repaint_required = False

    def _screen_resized(self, size: Size) -> None:
        # A layout tells every widget of its new size, the screen too, which would lay out anew.
        if size != self._compositor.size:
            super()._screen_resized(size)

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        # It is called by the layout for this very size: that needs no other after it.
        return super()._size_updated(size, virtual_size, container_size, layout=False)
