"""The embedded exchange in a process of its own, which is also the judge.

It is told by lines of JSON on stdin: a fault to inject, a reset of all connections, or the rows
of a ladder as somebody drew them; it answers with its addresses, then with one line for every
ladder that was not the truth, and at the end with how many were.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any, Self

from tests.chaos.memory import PAIR_OF
from tests.chaos.oracle import Oracle, Shown, at_sequence, differences, wrong_rows

from wsdash.domain.instrument import MarketKey
from wsdash.exchange import Exchange
from wsdash.feed.market import Market


class Judge:
    """Judges ladders by the exchange's own books."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.right = self.wrong = self.unproven = self.forgotten = 0

    def take(self, told: dict[str, Any]) -> None:
        """Do what a line says."""
        if "inject" in told:
            self.exchange.inject(told["inject"])
        elif "drop" in told:
            self.exchange.drop_all()
        else:
            self._judge(MarketKey(*told["key"]), told)

    def _judge(self, key: MarketKey, told: dict[str, Any]) -> None:
        pair = PAIR_OF[key]
        truth = self.exchange.market.listings[pair.symbol].truth
        try:
            sequence = told["sequence"] or truth.sequence_at(told["time"])
            real = at_sequence(self.exchange, pair.symbol, sequence, 40)
        except LookupError as error:
            if (told["sequence"] or truth.sequence) < truth.oldest:
                self.forgotten += 1  # this process was too slow, and knows it no more
                return
            self._say(str(error))
            return
        for rows, side, proven in zip(told["rows"], real, told["proven"], strict=True):
            shown = [(price, size) for price, size in rows]
            problem = differences(shown[:proven], side, pair)
            if problem or not shown:
                self._say(f"{key.venue} {key.name}: {problem or 'believable without a book'}")
                return
            self.unproven += wrong_rows(shown, side, pair, proven)
        self.right += 1

    def _say(self, problem: str) -> None:
        self.wrong += 1
        sys.stdout.write(json.dumps({"wrong": problem}) + "\n")
        sys.stdout.flush()


async def serve(seed: int, rate: float) -> None:
    """Be the exchange until stdin closes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with Exchange(seed=seed, rate=rate) as exchange:
        sys.stdout.write(json.dumps(exchange.urls) + "\n")
        sys.stdout.flush()
        judge = Judge(exchange)
        while line := await reader.readline():
            judge.take(json.loads(line))
        names = ("right", "wrong", "unproven", "forgotten")
        sys.stdout.write(json.dumps({name: getattr(judge, name) for name in names}) + "\n")
        sys.stdout.flush()


class Venue:
    """The other end: the exchange's process, as its parent sees it."""

    def __init__(self, seed: int, rate: float) -> None:
        command = [sys.executable, "-m", "tests.chaos.venue", str(seed), str(rate)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.urls = json.loads(self.process.stdout.readline())
        os.set_blocking(self.process.stdin.fileno(), False)
        self._left = b""

    def tell(self, **what: Any) -> None:
        """Tell it something; never waits for it."""
        assert self.process.stdin is not None
        self._left += json.dumps(what).encode() + b"\n"
        with suppress(BlockingIOError):
            self._left = self._left[os.write(self.process.stdin.fileno(), self._left) :]

    def memory(self) -> float:
        """Megabytes that it has in memory."""
        with open(f"/proc/{self.process.pid}/statm") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def close(self) -> list[dict[str, Any]]:
        """End it; return all it said."""
        assert self.process.stdin is not None
        os.set_blocking(self.process.stdin.fileno(), True)
        with suppress(BrokenPipeError):
            self.process.stdin.write(self._left)
            self.process.stdin.close()
        assert self.process.stdout is not None
        said = [json.loads(line) for line in self.process.stdout]
        self.process.wait(20)
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Reporter(Oracle):
    """An oracle that draws here and is judged there."""

    venue: Venue

    def _judge(self, key: MarketKey, market: Market, shown: Shown) -> str:
        stream = market.streams["book"]
        self.venue.tell(
            key=key,
            sequence=stream.sequence,
            time=round((stream.venue_time or 0) * 1e6),
            rows=[shown.bids, shown.asks],
            proven=shown.proven,
        )
        return ""

    def _whole(self, key: MarketKey) -> None:
        """Levels in depth are compared where the exchange is in the same process."""
        self.resyncs += 1


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
