"""A venue that does nothing but send: Kraken's frames of one market, made beforehand, at any pace.

Its book goes round: after `ROUND` changes it is what it was, so that every checksum holds for
as long as it runs. Prints its address, then every second how many frames it has sent.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.venues.kraken_frames import ack, book
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from wsdash.domain.book import Level, OrderBook
from wsdash.venues.crc import checksum

ROUND = 2_000
LEVELS = 25
SLICE = 0.005
"""Seconds of frames that are sent at once."""
MARKET = "BTC/USD"
NOW = "2026-01-01T00:00:00.000000Z"
INSTRUMENTS = (
    b'{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"USD","status":"enabled",'
    b'"precision":4}],"pairs":[{"symbol":"BTC/USD","base":"BTC","quote":"USD","status":"online",'
    b'"qty_min":0.0001,"qty_increment":1e-8,"qty_precision":8,"price_increment":0.1,'
    b'"price_precision":1,"cost_min":"0.5","marginable":true}]}}'
)


class Market:
    """A book that goes round, and prints between its changes: one frame in five."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._book = OrderBook()
        bids = [(f"{65_000 - n * 0.1:.1f}", self._size()) for n in range(LEVELS)]
        asks = [(f"{65_000.1 + n * 0.1:.1f}", self._size()) for n in range(LEVELS)]
        self._book.replace(bids, asks)
        self.snapshot = book("snapshot", MARKET, bids, asks, self._checksum(), NOW)
        spots = [*(("bid", level) for level in bids), *(("ask", level) for level in asks)]
        near = spots[:12] + spots[LEVELS : LEVELS + 12]
        self._round = [
            self._change(side, (level[0], self._size()))
            for side, level in (self._chance.choice(near) for _ in range(ROUND))
        ]
        self._round += [self._change(side, level) for side, level in spots]

    def frames(self) -> Iterator[bytes]:
        """Yield frames without end."""
        ids = itertools.count(1)
        for number, change in enumerate(itertools.cycle(self._round)):
            yield change
            if number % 4 == 3:
                yield self._print(next(ids))

    def _size(self) -> str:
        return f"{self._chance.randint(1, 4 * 10**8) / 10**8:.8f}"

    def _checksum(self) -> int:
        return checksum(self._book, 1, 8)

    def _change(self, side: str, level: Level) -> bytes:
        bids, asks = ([level], []) if side == "bid" else ([], [level])
        self._book.apply(bids, asks)
        return book("update", MARKET, bids, asks, self._checksum(), NOW)

    def _print(self, number: int) -> bytes:
        side, price = self._chance.choice((("buy", "65000.1"), ("sell", "65000.0")))
        return (
            f'{{"channel":"trade","type":"update","data":[{{"symbol":"{MARKET}","side":"{side}",'
            f'"price":{price},"qty":{self._size()},"ord_type":"market","trade_id":{number},'
            f'"timestamp":"{NOW}"}}]}}'
        ).encode()


class Blaster:
    """Serves a market to whoever asks for its book."""

    def __init__(self, per_second: float) -> None:
        self.sent = 0
        self._per_second = per_second
        self._market = Market()

    async def serve(self, connection: ServerConnection) -> None:
        """Acknowledge everything, and send once the book is asked for."""
        sending: asyncio.Task[None] | None = None
        try:
            async for text in connection:
                request = json.loads(text)
                channel = request.get("params", {}).get("channel", "")
                if request["method"] != "subscribe":
                    continue
                for symbol in request["params"].get("symbol", [""]):
                    await connection.send(ack(request, symbol).decode())
                if channel == "instrument":
                    await connection.send(INSTRUMENTS, text=True)
                if channel == "book" and sending is None:
                    sending = asyncio.create_task(self._send(connection))
        except ConnectionClosed:
            return
        finally:
            if sending is not None:
                sending.cancel()

    async def _send(self, connection: ServerConnection) -> None:
        frames, began = self._market.frames(), time.monotonic()
        await connection.send(self._market.snapshot, text=True)
        sent = 0
        try:
            while True:
                due = int((time.monotonic() - began) * self._per_second)
                now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}".encode()
                for frame in itertools.islice(frames, max(0, due - sent)):
                    await connection.send(frame.replace(NOW.encode(), now), text=True)
                    sent += 1
                    self.sent += 1
                await asyncio.sleep(SLICE)
        except ConnectionClosed:
            return


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=5000.0, help="frames a second")
    blaster = Blaster(parser.parse_args().rate)
    async with serve(blaster.serve, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        sys.stdout.write(f"ws://127.0.0.1:{port}/v2\n")
        while True:
            sys.stdout.flush()
            await asyncio.sleep(1)
            sys.stdout.write(f"{blaster.sent}\n")


if __name__ == "__main__":
    asyncio.run(main())
