"""An app that lives well with its terminal, and `run_app`, which gives it one.

It draws only when the terminal keeps up, draws everything once when it does again, and
ends with the exit codes the command line promises. What the app shows is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import constants
from textual.app import App
from textual.binding import Binding, BindingType

from wsdash.ui.celldiff import CellDiff, DiffedUpdate
from wsdash.ui.crash import CRASHED, harden, keep, report
from wsdash.ui.driver import SafeDriver
from wsdash.ui.exits import GONE, INTERRUPTED, Exits
from wsdash.ui.output_stats import OutputStats

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen
    from textual.types import CSSPathType

PAUSE_AFTER = 2.0
"""Seconds without a drain after which nothing is composed any more."""


class LoopLag:
    """How late the event loop is: the worst of the last second, in seconds."""

    def __init__(self, every: float = 0.1) -> None:
        self._every = every
        self._lags: deque[float] = deque([0.0], maxlen=max(1, round(1 / every)))

    @property
    def worst(self) -> float:
        """The worst lag of the last second, in seconds."""
        return max(self._lags)

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(self._every)
            self._lags.append(max(0.0, time.monotonic() - before - self._every))


class TerminalApp(App[None]):
    """The base of the dashboard: everything about the terminal that is not the picture."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "Quit at once", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
    ]

    def __init__(
        self, *, css_path: CSSPathType | None = None, ansi_color: bool | None = None
    ) -> None:
        super().__init__(css_path=css_path, ansi_color=ansi_color)
        self.crash: str | None = None
        self.lag = LoopLag()
        self.exits = Exits(self._leave, self._give_up)
        self._home: asyncio.AbstractEventLoop | None = None
        self._lag_task: asyncio.Task[None] | None = None
        self._diff = CellDiff()
        self._missed = self._resizing = False
        self.urgent = False
        self._pause = contextlib.ExitStack()
        self._paused = False

    @property
    def output(self) -> OutputStats | None:
        """The counters of the terminal, None without one."""
        driver = self._driver
        return driver.stats if isinstance(driver, SafeDriver) else None

    @property
    def drawing(self) -> bool:
        """Whether it is worth preparing anything for the screen."""
        return not self._paused

    @property
    def congested(self) -> bool:
        """Whether a frame would only wait behind others, somewhere after the terminal."""
        return False

    @property
    def clogged(self) -> bool:
        """Whether that holds for an urgent frame, too."""
        return False

    def get_driver_class(self) -> type[Driver]:
        """Return the safe driver, unless the environment names another."""
        return super().get_driver_class() if constants.DRIVER else SafeDriver

    # ------------------------------------------------------------------- frames

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        driver = self._driver
        if not isinstance(driver, SafeDriver) or renderable is None:
            super()._display(screen, renderable)
        elif self._resizing:  # of a size that the terminal has no more; all of it is drawn soon
            driver.stats.dropped()
        elif driver.behind or (self.clogged if self.urgent else self.congested):
            driver.stats.dropped()
            self._missed = True
            busy = driver.stats.busy_since
            if not self._paused and busy is not None and time.monotonic() - busy > PAUSE_AFTER:
                self._paused = True
                self._pause.enter_context(self.batch_update())
        else:
            update = self._diff.wrap(renderable)
            with driver.frame() as parts:
                super()._display(screen, update)
                if isinstance(update, DiffedUpdate) and update.empty:
                    parts.clear()

    def output_drained(self) -> None:
        """The terminal has caught up: draw what it missed."""
        self._call(self._caught_up)

    def _caught_up(self) -> None:
        if self._missed:
            self._missed = False
            self._paused = False
            self._pause.close()
            self.refresh()

    def screen_lost(self) -> None:
        """Draw everything: the terminal may show something else than was sent."""
        self._diff.forget()
        self._missed = True
        self._caught_up()  # what was missed on the way to the old picture does not count

    def screen_resized(self) -> None:
        """Draw nothing until it is laid out for the size that is on its way, and then all of it."""
        self._resizing = True

    def _check_resize(self) -> None:
        super()._check_resize()
        if self._resizing:
            self._resizing = False
            self.screen_lost()

    def action_redraw(self) -> None:
        """Draw everything again, should something else have written on the terminal."""
        self.screen_lost()

    def on_resume(self, seconds_away: float) -> None:
        """The process was stopped for about `seconds_away` seconds; for the feed to override."""

    # --------------------------------------------------------------------- exits

    def _call(self, callback: object, *args: object) -> None:
        if self._home is not None and callable(callback):
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to ask
                self._home.call_soon_threadsafe(callback, *args)

    def _leave(self, code: int) -> None:
        self._call(self.exit, None, code)

    def _give_up(self) -> None:
        if isinstance(self._driver, SafeDriver):
            self._driver.give_up()
        if self.crash is not None:
            with contextlib.suppress(OSError):
                os.write(2, self.crash.encode())

    def terminal_gone(self) -> None:
        """There is no terminal any more: leave."""
        self.exits.leave(GONE)

    def action_interrupt(self) -> None:
        """Leave as an interrupted program does: Ctrl-C arrives as a key."""
        self.exits.leave(INTERRUPTED)

    def action_suspend_process(self) -> None:
        """Stop until ``fg``, if there is a shell that could say it."""
        with contextlib.suppress(OSError):
            if os.getsid(0) != os.getpid() and os.getsid(os.getppid()) == os.getsid(0):
                super().action_suspend_process()
                return
        self.bell()

    # --------------------------------------------------------------------- crash

    def _handle_exception(self, error: Exception) -> None:
        if self.crash is None:
            self.crash = report(error)
        self.exits.arm(CRASHED, 3.0)
        super()._handle_exception(error)
        self._return_code = CRASHED

    def _fatal_error(self) -> None:
        super().panic()  # without Textual's traceback, which shows the locals

    def panic(self, *_renderables: RenderableType) -> None:
        """End after an error, without showing what Textual would show of it."""
        if self.crash is None:
            self.crash = report(sys.exc_info()[1] or RuntimeError("the terminal app panicked"))
        self._return_code = CRASHED
        super().panic()

    # -------------------------------------------------------------------- life

    def on_load(self) -> None:
        """Know the loop before the first thread could ask for it."""
        self._home = asyncio.get_running_loop()
        if self.exits.code is not None:
            self.exit(None, self.exits.code)
        self._lag_task = asyncio.create_task(self.lag.watch(), name="loop lag")

    def on_unmount(self) -> None:
        """End what was begun in `on_load`."""
        if self._lag_task is not None:
            self._lag_task.cancel()


def run_app(app: TerminalApp, *, mouse: bool = False, state_dir: Path | None = None) -> int:
    """Run `app` on the terminal and return the exit code of the process.

    0 well, 70 own bug, 128+n by signal n, 129 also when the terminal is gone. To be
    called once, as ``sys.exit(run_app(app))``: after a signal it also sees to it that
    the process ends.
    """
    harden(state_dir)
    with app.exits.handled():
        try:
            asyncio.run(app.run_async(mouse=mouse))
        except Exception as error:  # noqa: BLE001 - the last place to catch it
            app.crash = app.crash or report(error)
    if app.crash is not None:
        if state_dir is not None:
            keep(app.crash, state_dir)
        with contextlib.suppress(OSError, ValueError):
            print(app.crash, end="", file=sys.stderr, flush=True)
    if app.exits.code is not None:
        return app.exits.code
    return CRASHED if app.crash is not None else app.return_code or 0
