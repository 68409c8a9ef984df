"""One browser's dashboard: a process on a terminal of its own.

On a pty and not on a pipe: the dashboard then has the driver that never waits, and a
browser that does not read stops the picture and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator, Sequence
from typing import Final

LARGEST: Final = 500
"""Columns and rows that a browser can ask for."""

_PATIENCE: Final = 3.0
_DROPPED: Final = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "TMUX", "STY", "NO_COLOR", "LINES")


def environment() -> dict[str, str]:
    """Return the environment of a terminal that has all colours, whatever ours is."""
    inherited = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    inherited.pop("COLUMNS", None)
    return inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


class Session:
    """A program on a pty; to be ended with `close`."""

    def __init__(self, command: Sequence[str], columns: int, rows: int) -> None:
        self._master, slave = pty.openpty()
        try:
            self.resize(columns, rows)
            os.set_blocking(self._master, False)
            self._child = subprocess.Popen(  # noqa: S603 - an argument list, never a shell
                list(command),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=environment(),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program the size of its terminal."""
        size = [max(1, min(LARGEST, number)) for number in (rows, columns)]
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        child = getattr(self, "_child", None)
        if child is not None:  # it is not the leader of the terminal, so nobody else tells it
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGWINCH)

    def type(self, keys: str) -> None:
        """Press keys; what does not fit in is lost, as on any terminal that is not read."""
        with contextlib.suppress(OSError):
            os.write(self._master, keys.encode("utf-8", "replace"))

    async def output(self) -> AsyncIterator[bytes]:
        """Yield what the program writes, no faster than it is taken, until it ends."""
        loop = asyncio.get_running_loop()
        while True:
            ready = asyncio.Event()
            loop.add_reader(self._master, ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(self._master)
            try:
                data = os.read(self._master, 16_384)
            except BlockingIOError:
                continue
            except OSError:  # nobody has the other end open any more
                return
            if not data:
                return
            yield data

    async def close(self) -> None:
        """End the program, in bounded time."""
        if self._child.poll() is None:
            self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._child.wait, _PATIENCE)
        if self._child.poll() is None:
            self._child.kill()
        await asyncio.to_thread(self._child.wait)
        os.close(self._master)
