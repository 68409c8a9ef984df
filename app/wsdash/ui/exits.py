"""The ways out that nobody chose: signals, a terminal that is gone, a loop that hangs.

Every one of them ends with the terminal restored and the right exit code: the app is
asked first, and if it has not left when its time is up, the terminal is restored from
here and the process ends. Nothing here knows what the app does when asked.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

HANDLED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
INTERRUPTED = 128 + signal.SIGINT
GONE = 128 + signal.SIGHUP
PATIENCE = 1.0
"""Seconds the app has to leave by itself."""


class Exits:
    """Asks the app to leave, once, and makes sure that the process does.

    Args:
        ask: asks the app to leave with an exit code; called from any thread.
        give_up: restores the terminal without the app; called from any thread.
    """

    def __init__(self, ask: Callable[[int], None], give_up: Callable[[], None]) -> None:
        self.code: int | None = None
        self.installed = False
        self._ask = ask
        self._give_up = give_up
        self._deadline: threading.Timer | None = None
        self._pipe: int | None = None

    def leave(self, code: int) -> None:
        """Leave with `code`; the first reason counts. From any thread."""
        if self.code is None:
            self.code = code
            self.arm(code)
            self._ask(code)

    def arm(self, code: int, patience: float = PATIENCE) -> None:
        """End the process with `code` if it still exists after `patience` seconds."""
        if self.installed and self._deadline is None:
            self._deadline = threading.Timer(patience, self._end, (code,))
            self._deadline.daemon = True
            self._deadline.start()

    def _end(self, code: int) -> None:
        try:
            self._give_up()
        finally:
            os._exit(code if self.code is None else self.code)

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals in the block; those the parent ignores stay ignored.

        The numbers come by the interpreter's wakeup descriptor, so that the thread that
        reads them hears of a signal even while the main thread is in a long call.
        """
        read, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        before = {number: signal.getsignal(number) for number in HANDLED}
        for number in HANDLED:
            if before[number] is not signal.SIG_IGN:
                signal.signal(number, self._noted)
        wakeup = signal.set_wakeup_fd(self._pipe, warn_on_full_buffer=False)
        self.installed = True
        threading.Thread(target=self._listen, args=(read,), daemon=True).start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)
            os.close(self._pipe)
            self._pipe = None

    def _noted(self, number: int, _frame: FrameType | None) -> None:
        # Also here, should someone else have taken the wakeup descriptor.
        if self._pipe is not None:
            with contextlib.suppress(OSError):
                os.write(self._pipe, bytes((number,)))

    def _listen(self, read: int) -> None:
        while numbers := os.read(read, 64):
            for number in numbers:
                if number in HANDLED:
                    self.leave(128 + number)
        os.close(read)
