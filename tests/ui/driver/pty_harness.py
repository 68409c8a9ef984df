"""A terminal for tests: a pty whose reader can stop, and what a guest left behind on it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pyte

ROOT = Path(__file__).resolve().parents[3]
GUEST = Path(__file__).with_name("guest.py")
LONG = 45.0
"""Seconds after which a test has failed; on a busy machine much takes long."""
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>=])[\d;]*u")
NORMALLY_ON: set[int | str] = {7, 25}
"""Modes a fresh terminal has on: line wrap and the cursor."""


class Terminal:
    """Runs a guest on a pty of its own session, as a terminal emulator does."""

    def __init__(
        self,
        *options: str,
        size: tuple[int, int] = (80, 24),
        ignore: tuple[signal.Signals, ...] = (),
        env: dict[str, str] | None = None,
        stdin: int | None = None,
        script: Path = GUEST,
    ) -> None:
        self.size = size
        self.master, slave = pty.openpty()
        self.slave = slave
        self.resize(*size)
        self.cooked = termios.tcgetattr(slave)
        told, tell = os.pipe()
        surroundings = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SSH_", "TEXTUAL", "COLUMNS", "LINES", "NO_COLOR"))
        }
        surroundings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | (env or {})
        surroundings["GUEST_TELLS"] = str(tell)
        surroundings["PYTHONPATH"] = os.pathsep.join((str(ROOT / "app"), str(ROOT)))

        self.guest = subprocess.Popen(
            (sys.executable, str(script), *options, *(f"ignore={number}" for number in ignore)),
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            pass_fds=(tell,),
            env=surroundings,
        )
        os.close(tell)
        self.output = bytearray()
        self.reading = threading.Event()
        self.reading.set()
        self._ended = False
        self._told = told
        self._events: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.guest.poll() is None:
            self.guest.kill()
        self.guest.wait()
        self._ended = True
        self.reading.set()
        self._thread.join()
        self._listener.join()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)

    def _read(self) -> None:
        while not self._ended:
            self.reading.wait()
            try:
                if select.select((self.master,), (), (), 0.02)[0] and self.reading.is_set():
                    self.output += os.read(self.master, 65536)
            except (OSError, ValueError):
                return

    def _listen(self) -> None:
        with os.fdopen(self._told) as lines:
            for line in lines:
                self._events.append(json.loads(line))

    # ------------------------------------------------------------------ actions

    def resize(self, width: int, height: int) -> None:
        """Change the size, which sends SIGWINCH."""
        self.size = (width, height)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def type(self, keys: str | bytes) -> None:
        """Press keys."""
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the guest."""
        self.guest.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal: every descriptor of both ends that is ours."""
        self._ended = True
        self.reading.set()
        self._thread.join()
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    # ------------------------------------------------------------------ waiting

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until something holds; the limit only ends a test that failed."""
        limit = time.monotonic() + LONG
        while not (value := true()):
            assert time.monotonic() < limit, f"never came: {what}; {bytes(self.output[-800:])!r}"
            time.sleep(0.01)
        return value

    def event(self, name: str) -> dict[str, Any]:
        """Wait for the next report of that name and take it."""

        def taken() -> dict[str, Any] | None:
            for index, event in enumerate(self._events):
                if event["event"] == name:
                    return self._events.pop(index)
            return None

        found: dict[str, Any] = self.until(taken, f"event {name}")
        return found

    def ask(self, key: str, name: str) -> dict[str, Any]:
        """Press a key and take the report that answers it."""
        self.type(key)
        return self.event(name)

    def frozen(self) -> dict[str, Any]:
        """Wait for a few frames, then have the guest stop painting."""
        self.until(lambda: self.ask("r", "report")["number"] > 3, "frames")
        return self.ask("f", "frozen")

    def ended(self) -> int:
        """Wait for the guest to end, and for all it wrote; return its exit code."""
        code = self.guest.wait(LONG)
        self.reading.set()
        if self.master >= 0:
            size = -1
            while select.select((self.master,), (), (), 0.05)[0] or size != len(self.output):
                size = len(self.output)
                time.sleep(0.01)
        return code

    def stopped(self) -> bool:
        """Whether the guest is stopped (T in ps)."""
        shown = subprocess.run(
            ("ps", "-o", "stat=", "-p", str(self.guest.pid)), capture_output=True, check=False
        )
        return shown.stdout.strip().startswith(b"T")

    # ------------------------------------------------------------------- results

    def is_cooked(self) -> bool:
        """Whether the line discipline is as it was before the guest."""
        return termios.tcgetattr(self.slave) == self.cooked

    def modes_left(self) -> set[int | str]:
        """Private modes that differ from a fresh terminal's."""
        state: dict[int | str, bool] = dict.fromkeys(NORMALLY_ON, True)
        for modes, end in _MODE.findall(self.output):
            for mode in modes.split(b";"):
                state[int(mode)] = end == b"h"
        for kind in _KITTY.findall(self.output):
            state["kitty"] = kind != b"<"
        return {mode for mode, on in state.items() if on != (mode in NORMALLY_ON)}

    def screen(self) -> list[str]:
        """What the terminal shows."""
        return self.picture().display

    def picture(self) -> pyte.Screen:
        """The terminal's cells, after all that was written."""
        screen = pyte.Screen(*self.size)
        # pyte prints the end of a mode query and of the kitty sequences, no terminal does.
        shown = re.sub(rb"\x1b\[\?\d+\$p|\x1b\[[<>][\d;]*u", b"", bytes(self.output))
        pyte.ByteStream(screen).feed(shown)
        return screen
