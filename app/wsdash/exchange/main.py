"""The exchange on its own, as `wsdash exchange` runs it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from wsdash.exchange.server import Exchange


async def serve(
    port: int = 0,
    seed: int = 1,
    rate: float = 1.0,
    faults_file: Path | None = None,
    *,
    until_stdin_closes: bool = False,
) -> int:
    """Run until a signal, or until stdin closes; print the URLs as one JSON line when ready.

    Returns:
        The number of the signal that ended it, 0 when stdin did.

    Raises:
        FaultsError: the faults file makes no sense.
        ExchangeError: the port is taken.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not ended.done():
            ended.set_result(number)

    exchange = Exchange(seed=seed, rate=rate, faults=faults_file, port=port)
    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in caught:
        loop.add_signal_handler(number, end, int(number))
    try:
        async with exchange:
            sys.stdout.write(msgspec.json.encode(exchange.urls).decode() + "\n")
            sys.stdout.flush()
            if until_stdin_closes:
                loop.add_reader(sys.stdin.fileno(), _drain, end)
            return await ended
    finally:
        if until_stdin_closes:
            loop.remove_reader(sys.stdin.fileno())
        for number in caught:
            loop.remove_signal_handler(number)


def _drain(end: Callable[[int], None]) -> None:
    """Throw away what came on stdin; its end is the parent's end."""
    if not os.read(sys.stdin.fileno(), 4096):
        end(0)
