"""The way out to the terminal: whole frames or none, and never a wait for the caller.

A terminal that does not read (a closed lid, a slow link, a paused multiplexer) must
not stop anything but the picture. A frame is taken only when everything before it has
left; one that was begun is completed, so that no escape sequence is ever cut in two.
Nothing here knows what a frame shows, and nothing here knows Textual.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from wsdash.ui.output_stats import OutputStats

KEPT = 256 * 1024
"""Bytes of control sequences that may wait; beyond that they are refused as frames are."""
_POLL = 0.2
_CHUNK = 512
_GRACE = 0.25
_NUDGE = b"\x1b\\"  # ends a control string that was cut; harmless elsewhere


def open_terminal(streams: Sequence[int]) -> tuple[int, bool]:
    """Return a descriptor to write to the terminal, and whether it is ours alone.

    Non-blocking is a property of the open file, which the shell and stdin share: so the
    terminal is opened once more. Where that is not allowed (after ``su``), the shared one
    is used, and only the writing thread waits.
    """
    shared = next((fd for fd in streams if os.isatty(fd)), streams[0])
    with contextlib.suppress(OSError):
        own = os.open(os.ttyname(shared), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        if os.fstat(own).st_rdev == os.fstat(shared).st_rdev:
            return own, True
        os.close(own)
    return shared, False


class FrameWriter:
    """Writes to a terminal without making anyone wait.

    Args:
        fd: the terminal.
        own: whether nobody else shares the open file: then it is made non-blocking,
            and closed in the end.
        stats: what to count in.
        on_drain: called from the writing thread when a backlog has left.
        on_gone: called once when the terminal no longer exists.
    """

    def __init__(
        self,
        fd: int,
        *,
        own: bool,
        stats: OutputStats,
        on_drain: Callable[[], None],
        on_gone: Callable[[], None],
    ) -> None:
        self.fd = fd
        self.gone = False
        self._own = own
        self._stats = stats
        self._on_drain = on_drain
        self._on_gone = on_gone
        self._pending: deque[memoryview] = deque()
        self._waiting = 0
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="wsdash-output", daemon=True)
        if own:
            os.set_blocking(fd, False)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something given earlier has not left yet."""
        return self._waiting > 0

    def offer(self, frame: bytes) -> bool:
        """Take a frame whole, or refuse it because the terminal is behind."""
        with self._changed:
            if self._waiting or self._closing or self.gone:
                self._stats.dropped()
                return False
            self._stats.drew(time.monotonic())
            self._take(frame)
            return True

    def send(self, data: bytes) -> bool:
        """Take something that must arrive, such as a change of mode."""
        with self._changed:
            if self._closing or self.gone or self._waiting + len(data) > KEPT:
                return False
            self._take(data)
            return True

    def _take(self, data: bytes) -> None:
        view = memoryview(data)
        if self._own and not self._waiting:
            view = view[self._write(view) :]
        if len(view) and not self.gone:
            if not self._waiting:
                self._stats.waits(time.monotonic())
            self._pending.append(view)
            self._waiting += len(view)
            self._changed.notify_all()

    def _write(self, view: memoryview) -> int:
        try:
            size = os.write(self.fd, view)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.gone = True
            self._pending.clear()
            self._waiting = 0
            self._on_gone()
            return 0
        self._stats.wrote(size, time.monotonic())
        return size

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._waiting or self._closing or self.gone):
                    self._changed.wait()
                if self._closing or self.gone:
                    return
            try:
                ready = select.select((), (self.fd,), (), _POLL)[1]
            except (OSError, ValueError):
                return
            if ready:
                self._push()

    def _push(self) -> None:
        if self._own:
            with self._changed:
                drained = self._step()
        else:
            drained = self._step_unlocked()
        if drained:
            self._on_drain()

    def _step_unlocked(self) -> bool:
        # A shared description stays blocking, so this write may wait: never under the lock.
        view = self._pending[0][:_CHUNK] if self._pending else memoryview(b"")
        size = self._write(view)
        with self._changed:
            return self._advance(size)

    def _step(self) -> bool:
        return self._advance(self._write(self._pending[0])) if self._pending else False

    def _advance(self, size: int) -> bool:
        if not size or not self._pending:
            return False
        rest = self._pending.popleft()[size:]
        if len(rest):
            self._pending.appendleft(rest)
        self._waiting -= size
        stats = self._stats
        now = time.monotonic()
        stats.stalled_since = now if self._waiting else None
        if not self._waiting:
            stats.kept_up(now)
            self._changed.notify_all()
        return not self._waiting

    def finish(self, farewell: bytes, patience: float = _GRACE) -> None:
        """Write `farewell` as the last thing and close, in bounded time.

        What still waits gets `patience` seconds; then it is thrown away, together with
        what the kernel holds for a terminal that does not read, to make room for it.
        """
        with self._changed:
            if not self.gone and self._stats.stalled_for() < 1.0:
                self._changed.wait_for(lambda: not self._waiting or self.gone, patience)
            cut = self._waiting > 0
            self._closing = True
            self._pending.clear()
            self._waiting = 0
            self._stats.busy_since = self._stats.stalled_since = None
            self._changed.notify_all()
        if not self.gone:
            say_farewell(self.fd, farewell, cut=cut)
        self._thread.join(_POLL * 2)
        if self._own:
            with contextlib.suppress(OSError):
                os.close(self.fd)


def say_farewell(fd: int, farewell: bytes, *, cut: bool, patience: float = _GRACE) -> None:
    """Write `farewell` to `fd`, waiting at most `patience` seconds; takes no lock."""
    if cut:
        with contextlib.suppress(termios.error, OSError):
            termios.tcflush(fd, termios.TCOFLUSH)
        farewell = _NUDGE + farewell
    deadline = time.monotonic() + patience
    with contextlib.suppress(OSError, ValueError):
        while farewell and (left := deadline - time.monotonic()) > 0:
            if select.select((), (fd,), (), left)[1]:
                with contextlib.suppress(BlockingIOError):
                    farewell = farewell[os.write(fd, farewell) :]
