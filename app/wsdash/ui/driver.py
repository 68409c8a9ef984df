"""The terminal driver: what is written to the terminal, what is read, and its two ends.

Nothing here composes a picture, and nothing here may wait for the terminal. Which
sequences it emits is written down in `wsdash.ui.modes`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from wsdash.ui import modes
from wsdash.ui.host import Host
from wsdash.ui.output import FrameWriter, open_terminal, say_farewell
from wsdash.ui.output_stats import OutputStats
from wsdash.ui.storm import Storm
from wsdash.ui.typed import Typed

if TYPE_CHECKING:
    from textual.app import App


_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux: goes on in sleep


def _nothing() -> None: ...


class SafeDriver(LinuxDriver):
    """A driver that a terminal can neither stall nor kill, and that leaves it clean."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = False,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.stats = OutputStats()
        self.kitty = not constants.DISABLE_KITTY_KEY and "SSH_CONNECTION" not in os.environ
        self._host = app if isinstance(app, Host) else None
        self._drained = self._host.output_drained if self._host else _nothing
        self._gone = self._host.terminal_gone if self._host else _nothing
        self._writer: FrameWriter | None = None
        self._frame: list[str] | None = None
        self._out = -1
        self._owner = threading.get_ident()
        self._storm = Storm(self._loop.call_later, self._send_size)
        self._stopped_here = False
        signal.signal(signal.SIGCONT, lambda *_: self._later(self._continued))
        signal.signal(signal.SIGTSTP, lambda *_: self._later(self.stop_process))

    def _later(self, callback: Callable[[], None]) -> None:
        # A handler only leaves a note: it may run while this very thread holds a lock.
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(callback)

    # ------------------------------------------------------------------ output

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken the last frame yet."""
        return self._writer is not None and self._writer.busy

    def write(self, data: str) -> None:
        """Write a control sequence, or a part of the frame that `frame` has open."""
        if self._frame is not None and threading.get_ident() == self._owner:
            self._frame.append(data)
        elif self._writer is not None:
            self._writer.send(data.encode("utf-8", "replace"))

    @contextlib.contextmanager
    def frame(self) -> Iterator[list[str]]:
        """Gather what is written in the block as one frame, sent whole or not at all.

        The block may clear the list it gets to send nothing.
        """
        parts = self._frame = []
        try:
            yield parts
        finally:
            self._frame = None
        if parts and self._writer is not None:
            taken = self._writer.offer("".join(parts).encode("utf-8", "replace"))
            if not taken and self._host is not None:
                self._host.screen_lost()

    def _open_output(self) -> None:
        streams = (sys.__stdout__, sys.__stderr__, sys.__stdin__)
        self._out, own = open_terminal([stream.fileno() for stream in streams if stream])
        self._writer = FrameWriter(
            self._out,
            own=own,
            stats=self.stats,
            on_drain=self._drained,
            on_gone=self._gone,
        )

    # ------------------------------------------------------- start, stop, resume

    def _get_terminal_size(self) -> tuple[int, int]:
        with contextlib.suppress(OSError):
            width, height = os.get_terminal_size(self._out)
            return width or 80, height or 25
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._open_output()
        signal.signal(signal.SIGWINCH, lambda *_: self._later(self._storm.signalled))
        self._send_size()
        self.attrs_before = None
        with contextlib.suppress(termios.error):
            self.attrs_before = termios.tcgetattr(self.fileno)
            self._make_raw()
        self.write(modes.enter(mouse=self._mouse, kitty=self.kitty))
        self._request_terminal_sync_mode_support()
        self._key_thread = threading.Thread(target=self._run_input_thread, name="wsdash-input")
        self._key_thread.start()

    def _make_raw(self) -> None:
        attrs = termios.tcgetattr(self.fileno)
        attrs[tty.LFLAG] = self._patch_lflag(attrs[tty.LFLAG])
        attrs[tty.IFLAG] = self._patch_iflag(attrs[tty.IFLAG])
        attrs[tty.CC][termios.VMIN] = 1
        termios.tcsetattr(self.fileno, termios.TCSANOW, attrs)

    @property
    def farewell(self) -> bytes:
        """What leaves every mode of ours, whichever of them are on."""
        return modes.leave(mouse=self._mouse, kitty=self.kitty).encode()

    def _make_cooked(self) -> None:
        if self.attrs_before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, in bounded time even if it does not read."""
        self.disable_input()
        self._make_cooked()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.finish(self.farewell)

    def close(self) -> None:
        """Nothing is left to do: `stop_application_mode` has closed the output."""

    def give_up(self) -> None:
        """Restore the terminal from another thread while the loop hangs; takes no lock."""
        self._make_cooked()
        writer = self._writer
        if writer is not None and not writer.gone:
            say_farewell(writer.fd, self.farewell, cut=writer.busy)

    def stop_process(self) -> None:
        """Stop as Ctrl-Z stops a job, with the terminal clean, and go on after ``fg``."""
        if self._writer is None:  # lent to another program, or not begun
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        self._stopped_here = True
        self.suspend_application_mode()
        left = time.clock_gettime(_CLOCK)
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)
            try:
                if os.tcgetpgrp(self.fileno) == os.getpgrp():
                    break  # else it was `bg`: there is nothing to do without a terminal
            except OSError:
                break
        self.resume_application_mode()
        self._came_back(time.clock_gettime(_CLOCK) - left)

    def _continued(self) -> None:
        if self._stopped_here:  # the note of the SIGCONT that ended `stop_process`
            self._stopped_here = False
        elif self._writer is not None:
            # Stopped from outside without a chance to clean up; the shell had the terminal.
            with contextlib.suppress(termios.error):
                self._make_raw()
            self.write(modes.enter(mouse=self._mouse, kitty=self.kitty))
            self._came_back(0.0)

    def _came_back(self, seconds_away: float) -> None:
        self._app.post_message(self.SignalResume())
        if self._host is not None:
            self._host.screen_lost()
            self._host.on_resume(seconds_away)

    def _send_size(self) -> None:
        size = Size(*self._get_terminal_size())
        if self._host is not None:
            self._host.screen_resized()
        self._app.post_message(events.Resize(size, size))

    # ------------------------------------------------------------------- input

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - the app decides what a crash looks like
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001

    def run_input_thread(self) -> None:
        """Read keys until asked to end, or until the terminal is gone."""
        typed = Typed(debug=self._debug)
        while not self.exit_event.is_set():
            if select.select((self.fileno,), (), (), 0.1)[0]:
                try:
                    data = os.read(self.fileno, 4096)
                except OSError:
                    data = b""
                if not data:
                    self._gone()
                    return
                for message in typed.read(data):
                    self.process_message(message)
            for message in typed.tick():
                self.process_message(message)
