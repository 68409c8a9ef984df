"""How long a key takes to the screen while the markets are busy: prints figures, judges nothing.

Run by `make bench`, or ``python -m tests.benchmarks.keys --messages 5000 --keys 30``. The
cursor of the watchlist goes up and down; a key is on the screen when its row is lit in
what a terminal emulator made of the bytes.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import threading
import time
from contextlib import AbstractContextManager
from typing import TypeAlias

import pyte
from tests.benchmarks.tty import WATCHLIST, WSDASH, Tty, blast, environment, exchange, home

MARKETS = [name for name in WATCHLIST if name.startswith("kraken:")]
ROWS = len(MARKETS)
PERIOD = 2 * (ROWS - 1)
Venues: TypeAlias = AbstractContextManager[dict[str, str]]

LIT = ("2b323c", "blue")
"""The background of the row under the cursor, in the theme `calm`, with all colours and with 16."""
RATE_PER_MESSAGE = 1 / 450
"""Pace of the exchange by messages a second to the dashboard, roughly."""


def row_after(keys: int) -> int:
    """Return the row of the watchlist under the cursor after so many keys."""
    return min(keys % PERIOD, PERIOD - keys % PERIOD)


def key_number(number: int) -> str:
    """Return the key that is pressed as number `number`, from 1 on."""
    return "j" if row_after(number) > row_after(number - 1) else "k"


class Eye:
    """Sees which keys have arrived on the screen, and when; judges in the keys' disfavour."""

    def __init__(self) -> None:
        self.first = self.column = 0
        self.count = 0
        self.times: list[float] = []
        self.ready = threading.Event()

    def begin(self) -> None:
        """Count from here: the cursor stands in the first row."""
        self.count, self.times = 0, []

    def look(self, screen: pyte.Screen, now: float) -> None:
        """Look for the cursor."""
        row = self._row(screen)
        if row is None or row == row_after(self.count):
            if row is not None:
                self.ready.set()
            return
        while row_after(self.count) != row:
            self.count += 1
            self.times.append(now)

    def _row(self, screen: pyte.Screen) -> int | None:
        if not self.first:
            for y, line in enumerate(screen.display):
                if (at := line.find(" Watch ")) >= 0:
                    self.first, self.column = y + 1, at + 2
            if not self.first:
                return None
        for at in range(ROWS):
            if screen.buffer[self.first + 2 * at][self.column].bg in LIT:
                return at
        return None


def measure(venues: Venues, per_second: float, seconds: float) -> None:
    """Press keys for a while and print how it went."""
    eye = Eye()
    with venues as addresses, home() as folder:
        env = environment(folder, **addresses)
        with Tty([*WSDASH, *MARKETS], env, seen=eye.look) as tty:
            tty.says("LIVE")
            tty.type("w")
            if not eye.ready.wait(20):
                raise TimeoutError(f"no cursor in the watchlist:\n{tty.text}")
            time.sleep(3)
            eye.begin()
            before, began = tty.total, time.monotonic()
            pressed = []
            for number in range(1, round(seconds * per_second) + 1):
                due = began + number / per_second
                time.sleep(max(0.0, due - time.monotonic()))
                pressed.append(time.monotonic())
                tty.type(key_number(number))
            time.sleep(1)
            took = time.monotonic() - began
            text = tty.text
            sent = (tty.total - before) / took / 1024
    report(pressed, eye.times, sent, text)


def report(pressed: list[float], seen: list[float], sent: float, text: str) -> None:
    """Print the figures."""
    waits = sorted((shown - key) * 1000 for key, shown in zip(pressed, seen, strict=False))
    lost = len(pressed) - len(waits)
    came = sum(int(count) for count in re.findall(r"(\d+) msg/s", text))
    cut = statistics.quantiles(waits, n=100)
    sys.stdout.write(
        f"keys {len(pressed)}  lost {lost}  "
        f"median {cut[49]:.0f} ms  p95 {cut[94]:.0f} ms  p99 {cut[98]:.0f} ms  "
        f"worst {waits[-1]:.0f} ms  tty {sent:.0f} KiB/s  messages {came}/s\n"
    )
    sys.stdout.write("\n".join(line.rstrip() for line in text.splitlines()[-2:]) + "\n")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=float, default=5000, help="a second, roughly")
    parser.add_argument("--keys", type=float, default=30, help="a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--blast", action="store_true", help="a venue that does nothing but send")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    for _ in range(options.times):
        if options.blast:
            venues = blast(options.messages)
        else:
            venues = exchange(options.messages * RATE_PER_MESSAGE)
        measure(venues, options.keys, options.seconds)


if __name__ == "__main__":
    main()
