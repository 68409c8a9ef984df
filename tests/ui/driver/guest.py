"""A small app to run on a pty, which reports on the descriptor GUEST_TELLS."""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import json
import os
import resource
import signal
import sys
import termios
import time
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Static

from wsdash.ui.terminal import TerminalApp, run_app

OPTIONS = set(sys.argv[1:])
TELLS = int(os.environ["GUEST_TELLS"])


class Guest(TerminalApp):
    """Twenty lines that change thirty times a second, and a ticker beside them."""

    def compose(self) -> ComposeResult:
        """Lines of numbers."""
        if "compose" in OPTIONS:
            raise KeyError("api_secret=canaryMESSAGE")
        for _ in range(20):
            yield Static("", markup=False)

    def on_mount(self) -> None:
        """Begin to count."""
        self.ticks = 0
        self.gap = 0.0
        self.number = 0
        self.painting = True
        self.kept = [asyncio.create_task(self.tick()), asyncio.create_task(self.paint())]
        self.tell("ready")

    async def tick(self) -> None:
        """Stands for the feeds."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            self.gap, last = max(self.gap, now - last), now
            self.ticks += 1

    async def paint(self) -> None:
        """Stands for the panes."""
        while True:
            await asyncio.sleep(1 / 30)
            if self.painting:
                self.number += 1
                for row, line in enumerate(self.query(Static)):
                    tone = (self.number * 7 + row * 11) % 256
                    line.styles.color = f"rgb({tone},200,{255 - tone})"
                    line.update(f"row {row:02} number {self.number:08} " + "·" * (tone % 40))

    def tell(self, event: str, **more: object) -> None:
        """Report to the test."""
        out = self.output
        assert out is not None
        line = {
            "event": event,
            "ticks": self.ticks,
            "gap": self.gap,
            "number": self.number,
            "drawn": out.frames_written,
            "dropped": out.frames_dropped,
            "bytes": out.bytes_written,
            "stalled": out.stalled_for(),
            "drawing": self.drawing,
            "lag": self.lag.worst,
            "bytes_rate": out.bytes_per_second(),
            "frame_rate": out.frames_per_second(),
            "core": resource.getrlimit(resource.RLIMIT_CORE),
            "dumpable": ctypes.CDLL(None).prctl(3) if sys.platform == "linux" else None,
            **more,
        }
        os.write(TELLS, json.dumps(line).encode() + b"\n")

    async def fail(self) -> None:
        """A worker that crashes."""
        raise RuntimeError("api_secret=canaryMESSAGE")

    def on_resume(self, seconds_away: float) -> None:
        """Report how long it was."""
        self.tell("resumed", away=seconds_away)

    def on_key(self, event: object) -> None:
        """Do what the test asks for."""
        match getattr(event, "character", None):
            case "b":
                self.tell("busy")
                time.sleep(30)
            case "f":
                self.painting = False
                self.tell("frozen")
            case "r":
                self.tell("report")
                self.gap = 0.0
            case "x":
                token = "canaryLOCAL0123456789"  # noqa: F841
                raise RuntimeError(
                    "api_secret=canaryMESSAGE\x1b]0;evil\x07 https://u:pw@host/p?k=v"
                )
            case "l":
                self.action_redraw()
            case "w":
                self.run_worker(self.fail())
            case "s":
                self.stylesheet.add_source("Static { colour: canaryMESSAGE }")
                self.stylesheet.parse()
            case "q":
                self.exit()


def take_the_terminal() -> None:
    """Be what a login shell would start: in a session with this terminal, signals as usual."""
    fcntl.ioctl(1, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP):
        ignored = f"ignore={number}" in OPTIONS
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)


if __name__ == "__main__":
    take_the_terminal()
    state = next((Path(option[6:]) for option in OPTIONS if option.startswith("state=")), None)
    sys.exit(run_app(Guest(), mouse="mouse" in OPTIONS, state_dir=state))
