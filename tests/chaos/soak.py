"""A soak: ``python -m tests.chaos.soak --seconds 600 [--rate 4] [--seed 1] [--report FOLDER]``.

The embedded exchange in one process, a feed of both its venues in another, and the whole program
on a pseudo-terminal in a third; a random fault about every thirty seconds, and every ladder that
is drawn judged by the exchange. Once a second the feed's memory, descriptors, tasks and the lag
of its loop are sampled, and the memory, descriptors and time of the program.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.chaos import reports
from tests.chaos.house import BTC, feed_on, memory
from tests.chaos.reports import Entry
from tests.chaos.schedules import schedule
from tests.chaos.venue import Reporter, Venue
from tests.remote.terminal import environment

from wsdash.domain.instrument import MarketKey
from wsdash.venues.venue import Subscription

MARKETS = (
    *BTC.values(),
    MarketKey("kraken", "ETH/USD"),
    MarketKey("binance", "ETHUSDT"),
)
WARM_UP = 0.4
"""The part of a soak after which memory is expected to stand still."""


def descriptors(process: int | str = "self") -> int:
    """Descriptors that a process has open."""
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


class Program:
    """The dashboard on a pseudo-terminal that is read and forgotten.

    Args:
        urls: where its venues are.
    """

    def __init__(self, urls: dict[str, dict[str, str]]) -> None:
        self.drawn = 0
        self._home = tempfile.TemporaryDirectory()
        env = environment(Path(self._home.name))
        for name, fields in urls.items():
            for field in ("ws_url", "rest_url"):
                env[f"WSDASH_VENUES__{name.upper()}__{field.upper()}"] = fields[field]
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "wsdash", *map(str, MARKETS)],
            env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._master, 1 << 16):
                self.drawn += len(data)

    def sample(self) -> tuple[float, int]:
        """Return megabytes in memory and open descriptors; it must still be there."""
        assert self._process.poll() is None, "the program ended"
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, descriptors(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._master)
        self._home.cleanup()


class Samples:
    """What was sampled once a second."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.memory: list[float] = []
        self.files: list[int] = []
        self.tasks: list[int] = []
        self.lags: list[float] = []
        self.program: list[float] = []
        self.program_files: list[int] = []
        self.exchange: list[float] = []

    async def watch(self, venue: Venue, program: Program) -> None:
        """Sample until cancelled."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        while True:
            worst = 0.0
            for _ in range(20):
                before = loop.time()
                await asyncio.sleep(0.05)
                worst = max(worst, loop.time() - before - 0.05)
            self.lags.append(worst)
            self.times.append(loop.time() - start)
            self.memory.append(memory())
            self.files.append(descriptors())
            self.tasks.append(len(asyncio.all_tasks()))
            size, files = program.sample()
            self.program.append(size)
            self.program_files.append(files)
            self.exchange.append(venue.memory())

    def slope(self, memory: list[float]) -> float:
        """Megabytes an hour after the warm-up, by least squares."""
        begin = int(len(self.times) * WARM_UP)
        times, sizes = self.times[begin:], memory[begin:]
        middle, mean = sum(times) / len(times), sum(sizes) / len(sizes)
        above = sum((t - middle) * (m - mean) for t, m in zip(times, sizes, strict=True))
        return above / max(1e-9, sum((t - middle) ** 2 for t in times)) * 3_600

    def drift(self, values: list[int]) -> float:
        """By how much the median of the last quarter exceeds that after the warm-up."""
        quarter = max(1, len(values) // 4)
        begin = int(len(values) * WARM_UP)
        early, late = sorted(values[begin : begin + quarter]), sorted(values[-quarter:])
        return float(late[len(late) // 2] - early[len(early) // 2])


async def soak(seconds: float, rate: float, seed: int) -> dict[str, Any]:
    """Soak, and return the figures."""
    samples, faults = Samples(), 0
    with Venue(seed, rate) as venue, Program(venue.urls) as program:
        places = {name: (venue.urls[name]["ws_url"], venue.urls[name]["rest_url"]) for name in BTC}
        feed = feed_on(places, seed=seed)
        oracle = Reporter(feed, None, pause=0.1)  # type: ignore[arg-type]
        oracle.venue = venue
        async with feed.running():
            feed.supervisor.listeners.append(oracle)
            feed.want(
                [
                    (key.venue, Subscription(channel, key.name))
                    for key in MARKETS
                    for channel in ("book", "trades", "ticker")
                ]
            )
            loop = asyncio.get_running_loop()
            start, cpu = loop.time(), time.process_time()
            watch = asyncio.create_task(samples.watch(venue, program))
            for turn in schedule(seed, seconds, every=30.0):
                await asyncio.sleep(start + turn.at - loop.time())
                faults += 1
                if turn.rule is None:
                    venue.tell(drop=True)
                else:
                    venue.tell(inject=turn.rule)
            await asyncio.sleep(max(0.0, start + seconds - loop.time()))
            watch.cancel()
            messages = sum(
                stream.messages
                for market in feed.board.markets.values()
                for stream in market.streams.values()
            )
            took, used = loop.time() - start, time.process_time() - cpu
        said = venue.close()
    lags = sorted(samples.lags)
    return {
        "seconds": took,
        "faults": faults,
        "rate": messages / took,
        "rss_slope": samples.slope(samples.memory),
        "rss": samples.memory[-1],
        "program_slope": samples.slope(samples.program),
        "program_rss": samples.program[-1],
        "exchange_slope": samples.slope(samples.exchange),
        "exchange_rss": samples.exchange[-1],
        "fds": samples.drift(samples.files),
        "program_bytes": program.drawn / took,
        "program_fds": samples.drift(samples.program_files),
        "tasks": samples.drift(samples.tasks),
        "lag_p99": lags[int(len(lags) * 0.99)],
        "cpu": used / took,
        "compared": said[-1]["right"],
        "marked": oracle.marked,
        "wrong": said[-1]["wrong"],
        "unproven": said[-1]["unproven"],
        "first_wrong": said[:-1][:3],
    }


def main() -> int:
    """Soak, print the figures, and put them into a report if one is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=600.0)
    options.add_argument("--rate", type=float, default=4.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path)
    chosen = options.parse_args()
    figures = asyncio.run(soak(chosen.seconds, chosen.rate, chosen.seed))
    print(json.dumps(figures, indent=1))
    if chosen.report is not None:
        entry = Entry("S17", "soak", figures)
        reports.write(chosen.report, "soak", figures["seconds"], [entry])
    return int(bool(figures["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
