"""A soak: ``python -m tests.chaos.soak --seconds 600 [--rate 4] [--seed 1] [--report FOLDER]``.

The embedded exchange and a feed of both its venues in one process, a random fault about
every thirty seconds, and every ladder that is drawn judged against the exchange's book.
Once a second memory, descriptors, tasks and the lag of the loop are sampled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

from tests.chaos.house import BTC, feed_on, memory
from tests.chaos.oracle import Oracle
from tests.chaos.schedules import schedule

from wsdash.domain.instrument import MarketKey
from wsdash.exchange import Exchange
from wsdash.venues.venue import Subscription

MARKETS = (
    *BTC.values(),
    MarketKey("kraken", "ETH/USD"),
    MarketKey("binance", "ETHUSDT"),
)
WARM_UP = 0.3
"""The part of a soak after which memory is expected to stand still."""


def descriptors() -> int:
    """Descriptors that this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


class Samples:
    """What was sampled once a second."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.memory: list[float] = []
        self.files: list[int] = []
        self.tasks: list[int] = []
        self.lags: list[float] = []

    async def watch(self) -> None:
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

    def slope(self) -> float:
        """Megabytes an hour after the warm-up, by least squares."""
        begin = int(len(self.times) * WARM_UP)
        times, sizes = self.times[begin:], self.memory[begin:]
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
    async with Exchange(seed=seed, rate=rate) as exchange:
        places = {
            venue: (exchange.urls[venue]["ws_url"], exchange.urls[venue]["rest_url"])
            for venue in ("kraken", "binance")
        }
        feed = feed_on(places, seed=seed)
        oracle = Oracle(feed, exchange, pause=0.1)
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
            watch = asyncio.create_task(samples.watch())
            for turn in schedule(seed, seconds, every=30.0):
                await asyncio.sleep(start + turn.at - loop.time())
                faults += 1
                if turn.rule is None:
                    exchange.drop_all()
                else:
                    exchange.inject(turn.rule)
            await asyncio.sleep(max(0.0, start + seconds - loop.time()))
            watch.cancel()
            messages = sum(
                stream.messages
                for market in feed.board.markets.values()
                for stream in market.streams.values()
            )
            took, used = loop.time() - start, time.process_time() - cpu
    lags = sorted(samples.lags)
    return {
        "seconds": took,
        "faults": faults,
        "rate": messages / took,
        "rss_slope": samples.slope(),
        "rss": samples.memory[-1],
        "fds": samples.drift(samples.files),
        "tasks": samples.drift(samples.tasks),
        "lag_p99": lags[int(len(lags) * 0.99)],
        "cpu": used / took,
        "compared": oracle.frames,
        "marked": oracle.marked,
        "wrong": len(oracle.wrong),
        "first_wrong": oracle.wrong[:3],
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
        chosen.report.mkdir(parents=True, exist_ok=True)
        run = {"name": "soak", "started": time.time(), "seconds": figures["seconds"], "cases": []}
        entry = {"line": "S17", "test": "soak", "values": figures}
        name = f"soak-{int(time.time())}.json"
        (chosen.report / name).write_text(json.dumps(run | {"figures": [entry]}, indent=1))
    return int(bool(figures["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
