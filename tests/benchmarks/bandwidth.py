"""What a slow line gets, with everything drawn and with less: prints figures, judges nothing.

Run by `make bench`, or ``python -m tests.benchmarks.bandwidth --rates 4 16 64``. The reader
of the pty takes so many KiB a second; a key is pressed once a second.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time

from tests.benchmarks.keys import Eye, key_number
from tests.benchmarks.tty import WATCHLIST, WSDASH, Tty, environment, exchange, home

SETTLING = 30.0
"""Seconds until the mode has been chosen."""


def measure(rate: float | None, mode: str, seconds: float, venues: dict[str, str]) -> None:
    """Look at a line for a while and print what went over it."""
    eye = Eye()
    with home() as folder:
        env = environment(folder, WSDASH_BANDWIDTH=mode, **venues)
        with Tty([*WSDASH, *WATCHLIST], env, rate=rate and rate * 1024, seen=eye.look) as tty:
            tty.says("LIVE", 60)
            tty.type("w")
            if not eye.ready.wait(60):
                raise TimeoutError(f"no cursor in the watchlist:\n{tty.text}")
            time.sleep(SETTLING if rate else 3)
            eye.begin()
            before, began = tty.total, time.monotonic()
            pressed = []
            for number in range(1, round(seconds) + 1):
                time.sleep(max(0.0, began + number - time.monotonic()))
                pressed.append(time.monotonic())
                tty.type(key_number(number))
            time.sleep(1)
            sent = (tty.total - before) / (time.monotonic() - began) / 1024
            time.sleep(0 if len(eye.times) == len(pressed) else 10)
            text = tty.text
    waits = [shown - key for key, shown in zip(pressed, eye.times, strict=False)]
    frames = re.search(r"\d+ fps", text)
    middle = f"median {statistics.median(waits):.2f} s  worst {max(waits):.2f} s" if waits else ""
    sys.stdout.write(
        f"line {rate or 'any':>4} KiB/s  {mode:<5} sent {sent:5.1f} KiB/s  "
        f"{frames[0] if frames else '':>6}  keys {len(waits)}/{len(pressed)}  {middle}\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="*", default=[4, 16, 64], help="KiB/s")
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    with exchange(1.0) as venues:
        for mode in ("full", "low"):
            measure(None, mode, options.seconds, venues)
        for rate in options.rates:
            for mode in ("full", "auto"):
                measure(rate, mode, options.seconds, venues)


if __name__ == "__main__":
    main()
