"""What a message costs from the socket to the board: prints figures, judges nothing.

Run by `make bench`, or ``python -m tests.benchmarks.ingest --rate 5000``. The feed runs
without a screen; what is printed is the CPU time of its process for each frame that came.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import subprocess
import sys
import time

from wsdash.domain.instrument import MarketKey
from wsdash.settings import Settings, VenueSettings
from wsdash.venues.venue import Subscription
from wsdash.wiring import live_feed

KEY = MarketKey("kraken", "BTC/USD")
WANTED = [(KEY.venue, Subscription(channel, KEY.name)) for channel in ("book", "trades")]


async def measure(address: str, seconds: float) -> str:
    """Take frames for a while and return how that went."""
    settings = Settings(venues={"kraken": VenueSettings(ws_url=address)})
    feed = live_feed(settings)
    async with feed.running():
        feed.want(WANTED)
        await asyncio.sleep(1)
        line = next(iter(feed.supervisor.lines.values()))
        frames, cpu, began = line.connection.frames, time.process_time(), time.monotonic()
        worst = 0.0
        while time.monotonic() - began < seconds:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            worst = max(worst, time.monotonic() - before - 0.01)
        came, took = line.connection.frames - frames, time.monotonic() - began
        used = time.process_time() - cpu
        market = feed.board.markets[KEY]
        state = market.streams["book"].state.value
    return (
        f"frames {came / took:,.0f}/s  cpu {used / took:.0%}  "
        f"{used / max(1, came) * 1e6:.0f} us a frame  loop late by at most {worst * 1000:.0f} ms  "
        f"book {state}\n"
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=5000.0, help="frames a second")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    command = [sys.executable, "-m", "tests.benchmarks.blast", "--rate", str(options.rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as venue:
        assert venue.stdout is not None
        address = venue.stdout.readline().strip()
        profile = cProfile.Profile()
        try:
            if options.profile:
                profile.enable()
            sys.stdout.write(asyncio.run(measure(address, options.seconds)))
        finally:
            profile.disable()
            venue.kill()
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
