"""A rough path for real packets: a network device whose other end is a thread of this process.

What is sent to `FAR` leaves by the device, waits, is lost or overtaken here, and comes back in as
if `FAR` had sent it to `NEAR`: so both ends of a connection are on this machine, and each of
its packets goes over the path. Swapping the two addresses changes no checksum. Only for a
network namespace of its own; needs /dev/net/tun, not the kernel's netem.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Final

NEAR: Final = "10.9.1.1"
FAR: Final = "10.9.1.2"
_DEVICE: Final = "rough0"
_SET: Final = 0x400454CA
"""TUNSETIFF: make the device. Packets of IP without a head before them (IFF_TUN, IFF_NO_PI)."""
_NAMED: Final = struct.pack("16sH", _DEVICE.encode(), 0x0001 | 0x1000)
_FULL: Final = 1.0
"""Seconds of packets that wait for room; what comes then is dropped, as a router does."""


def missing() -> str:
    """Return why there is no such device here; empty if there is."""
    if not shutil.which("unshare"):
        return "needs unshare"
    tried = f"import fcntl, os; fcntl.ioctl(os.open('/dev/net/tun', os.O_RDWR), {_SET}, {_NAMED!r})"
    made = subprocess.run(
        ["unshare", "-Urnm", sys.executable, "-c", tried], capture_output=True, check=False
    )
    return "" if made.returncode == 0 else "network devices cannot be made here (/dev/net/tun)"


@dataclass
class Weather:
    """What happens to the packets of a direction.

    Attributes:
        delay: seconds that a packet takes.
        jitter: seconds more or less, for each packet alone: they overtake each other.
        loss: the share of packets that never arrive.
        rate: bytes a second; 0 for all.
    """

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    rate: float = 0.0


CLOSED: Final = Weather(loss=1.0)
"""Nothing gets through, and nobody is told."""


class RoughPath(threading.Thread):
    """Carries packets between `NEAR` and `FAR`, both of which are this machine.

    Attributes:
        up: from clients to servers; may change at any time.
        down: from servers to clients.
        ports: where servers listen.
        carried: packets that arrived.
        lost: packets that did not.
        overtaken: packets that arrived after one sent later.
    """

    def __init__(self, seed: int = 1) -> None:
        super().__init__(daemon=True)
        self.up = self.down = Weather()
        self.ports: set[int] = set()
        self.carried = self.lost = self.overtaken = 0
        self._chance = random.Random(seed)
        self._device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._device, _SET, _NAMED)
        for words in (
            f"addr add {NEAR}/24 dev {_DEVICE}",
            f"link set {_DEVICE} up",
            "link set lo up",
        ):
            subprocess.run(["ip", *words.split()], check=True)
        self._waiting: list[tuple[float, int, bytes]] = []
        self._free_at = {"up": 0.0, "down": 0.0}
        self._count = self._newest = 0

    def run(self) -> None:
        """Carry packets for as long as the process lives."""
        while True:
            due = self._waiting[0][0] - time.monotonic() if self._waiting else 1.0
            ready, _, _ = select.select([self._device], [], [], max(0.0, min(due, 1.0)))
            if ready:
                self._take(os.read(self._device, 1 << 16))
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, number, packet = heapq.heappop(self._waiting)
                self.overtaken += number < self._newest
                self._newest = max(self._newest, number)
                self.carried += 1
                os.write(self._device, packet)

    def _take(self, packet: bytes) -> None:
        if packet[0] >> 4 != 4:
            return  # the kernel's own IPv6 noise
        head = (packet[0] & 15) * 4
        way = "down" if int.from_bytes(packet[head : head + 2], "big") in self.ports else "up"
        weather: Weather = getattr(self, way)
        now = time.monotonic()
        start = max(now, self._free_at[way])
        if self._chance.random() < weather.loss or start - now > _FULL:
            self.lost += 1
            return
        if weather.rate:
            start = self._free_at[way] = start + len(packet) / weather.rate
        late = weather.delay + self._chance.uniform(-weather.jitter, weather.jitter)
        self._count += 1
        turned = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
        heapq.heappush(self._waiting, (start + max(0.0, late), self._count, turned))
