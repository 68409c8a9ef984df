"""Pings of one socket: they tell whether anybody is there, and how far away.

The library could send them too, but its patience is fixed. An answer stands in line behind
the data: on a way too narrow for these it comes as late as they do, and to connect anew for
that only puts more into the line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wsdash.feed.causes import Silence
from wsdash.feed.clock import Clock
from wsdash.feed.sockets import Socket

PING_EVERY = 5.0
"""Seconds between an answer and the next ping."""

PING_TIMEOUT = 5.0
"""Seconds an answer may take where data comes in time."""

MOST_LAG = 15.0
"""Seconds of lag that are granted on top of that at most."""

PROBE_TIMEOUT = 2.0
"""Seconds for the answer to a ping that puts a socket to the test."""

_STEP = 0.5
"""Seconds that are waited at once. Steps are counted and not the time: while the program stood
still, nobody could see an answer that was there."""


class Keepalive:
    """Keeps asking whether a socket lives.

    Args:
        socket: open.
        clock: to wait by.
        drop: gives the socket up, for a reason.

    Attributes:
        rtt: seconds that the last answer took; None before there was one.
        lag: seconds by which data is known to come later than it could.
    """

    def __init__(self, socket: Socket, clock: Clock, drop: Callable[[Exception], None]) -> None:
        self.rtt: float | None = None
        self.lag = 0.0
        self._socket, self._clock, self._drop = socket, clock, drop

    async def run(self) -> None:
        """Ping until the socket ends, or is given up for want of an answer."""
        while True:
            await self._clock.sleep(PING_EVERY)
            answer = asyncio.ensure_future(self._ask())
            waited = 0.0
            try:
                while not answer.done():
                    if waited >= PING_TIMEOUT + min(self.lag, MOST_LAG):
                        self._drop(Silence(f"no pong in {waited:.0f} s"))
                        return
                    await asyncio.wait({answer}, timeout=_STEP)
                    waited += _STEP
            finally:
                answer.cancel()
            if answer.exception() is not None:
                return  # the socket is over: whoever listens on it says why
            self.rtt = answer.result()

    async def probe(self) -> None:
        """Ask once, and give the socket up unless the answer comes soon."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                await self._ask()
        except TimeoutError:
            self._drop(Silence(f"no pong in {PROBE_TIMEOUT:.0f} s after the network changed"))

    async def _ask(self) -> float:
        return await (await self._socket.ping())
