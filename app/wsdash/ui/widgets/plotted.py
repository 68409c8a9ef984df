"""What the panes have in common in which plotext draws a curve."""

from __future__ import annotations

import asyncio

from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.curve import Curve, curve_rows
from wsdash.ui.snapshots.lines import Line
from wsdash.ui.streams import contained
from wsdash.ui.widgets.pane import Pane

SECONDS_PER_CURVE = 1.0
"""How often a curve is drawn at most."""


class Plotted(Pane):
    """Draws a curve once a second, beside the event loop, which that would hold up."""

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self._plot: tuple[Line, ...] = ()
        self._plotted_for = (0, 0)

    def on_mount(self) -> None:
        """Draw once a second from here on."""

        async def run() -> None:
            """Begin with the worker: one that is cancelled before leaves nothing behind."""
            await contained(self._keep_drawing, self.crashed, self.may_run)

        self.run_worker(run, name=self.id or "", group=self.id or "")  # type: ignore[arg-type]

    def subject(self) -> object:
        """Return what the curve is about; one of something else is not shown."""
        return self.group.key

    def curve(self) -> Curve:
        """Return the curve of now."""
        raise NotImplementedError

    def plot(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the curve as it was last drawn, nothing where that was for another size."""
        if self._plotted_for != (width, height):
            self._plot = ()  # of another size
        self._plotted_for = (width, height)
        return self._plot

    def forget_plot(self) -> None:
        """What was drawn is of something else."""
        self._plot = ()

    async def _keep_drawing(self) -> None:
        while True:
            if self.place is not None and self.size.width and self.frozen_at is None:
                await self._redraw()
            await asyncio.sleep(SECONDS_PER_CURVE)

    async def _redraw(self) -> None:
        about, size = self.subject(), self._plotted_for
        rows = await asyncio.to_thread(
            curve_rows, self.curve(), *size, ascii_only=self.desk.ascii_only
        )
        if (about, size) == (self.subject(), self._plotted_for):
            self._plot = tuple(rows)
            self.draw()
