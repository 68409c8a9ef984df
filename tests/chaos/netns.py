"""Private networks: a case runs as a child in namespaces of its own, where it may break things.

``python -m tests.chaos.netns CASE`` is the child; it prints what it measured as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
HERE: Final = "10.9.0.1"
NOWHERE: Final = "10.9.0.99"
HOST: Final = "venue.test"


def missing() -> str:
    """Return why there are no private networks here; empty if there are."""
    if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("ip"):
        return "needs Linux with unshare and ip"
    made = subprocess.run(
        ["unshare", "-Urnm", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    return "" if made.returncode == 0 else "private network namespaces are not allowed here"


def run(case: str, seconds: float = 50.0) -> dict[str, Any]:
    """Run a case in namespaces of its own; return what it measured."""
    done = subprocess.run(
        ["unshare", "-Urnm", sys.executable, "-m", "tests.chaos.netns", case],
        cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'app'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def lay_cable() -> None:
    """Give this namespace an address that answers, and one that is a black hole."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    ip("addr", "add", f"{HERE}/24", "dev", "v0")
    ip("link", "set", "v0", "up")
    ip("link", "set", "v1", "up")
    ip("neigh", "replace", NOWHERE, "lladdr", "02:00:00:00:00:99", "dev", "v0")


class Dns(threading.Thread):
    """A name server that answers, refuses, dawdles or keeps silent, as it is told."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mood = "good"
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))

    def run(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(512)
            self.asked += 1
            if self.mood == "silent":
                continue
            if self.mood == "slow":
                time.sleep(0.4)
            self._socket.sendto(self._answer(query), sender)

    def _answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", 12) + 5
        question, wants_a = query[12:end], query[end - 4 : end - 2] == b"\0\1"
        code = {"missing": 3, "failing": 2}.get(self.mood, 0)
        has = code == 0 and wants_a
        head = query[:2] + bytes([0x81, 0x80 | code]) + b"\0\1" + bytes([0, int(has)]) + b"\0" * 4
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(HERE) if has else b""
        return head + question + record


def be_the_resolver() -> Dns:
    """Make this namespace ask our name server."""
    file = Path(f"/tmp/resolv-{os.getpid()}")
    file.write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
    subprocess.run(["mount", "--bind", str(file), "/etc/resolv.conf"], check=True)
    file.unlink()
    server = Dns()
    server.start()
    return server


class Gap:
    """The longest pause of the loop."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(0.01)
            now = loop.time()
            self.longest, last = max(self.longest, now - last - 0.01), now


async def names() -> dict[str, Any]:
    """Names that are missing, fail, come late and do not come, while a feed tries."""
    from tests.chaos.house import is_live, link, reasons, toy_feed, until
    from tests.chaos.raw import talker, theatre

    lay_cable()
    dns = be_the_resolver()
    found: dict[str, Any] = {"gap": 0.0, "back": []}
    async with theatre(talker(), host="0.0.0.0") as house:
        for mood in ("missing", "failing", "slow", "silent"):
            dns.mood = mood
            gap = Gap()
            watch = asyncio.create_task(gap.watch())
            async with toy_feed(f"ws://{HOST}:{house.port}/v2") as feed:
                if mood == "slow":
                    found["slow"] = await until(lambda: is_live(feed))
                else:
                    await until(lambda: len(reasons(feed)) >= 2)
                    found[mood] = link(feed).reason or reasons(feed)[-1]
                    dns.mood = "good"
                    found["back"].append(await until(lambda: is_live(feed)))
            watch.cancel()
            found["gap"] = max(found["gap"], gap.longest)
    return found


async def black_hole() -> dict[str, Any]:
    """The first of two addresses swallows everything."""
    from tests.chaos.raw import talker, theatre

    from wsdash.feed.sockets import opener

    lay_cable()
    loop = asyncio.get_running_loop()
    known = loop.getaddrinfo

    async def two(host: Any, port: Any, **more: Any) -> Any:
        if host != HOST:
            return await known(host, port, **more)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (NOWHERE, port)), (*kind, (HERE, port))]

    loop.getaddrinfo = two  # type: ignore[method-assign]
    took = []
    async with theatre(talker(), host=HERE) as house:
        for _ in range(3):
            start = loop.time()
            opened = await opener()(f"ws://{HOST}:{house.port}/v2", 1_000_000)
            took.append(loop.time() - start)
            opened.abort()
    return {"seconds": took}


async def address_goes() -> dict[str, Any]:
    """The machine's address is taken away under a connection, and comes back."""
    from tests.chaos.house import is_live, link, toy_feed, until
    from tests.chaos.raw import talker, theatre

    from wsdash.feed.link import LinkState

    lay_cable()
    loop = asyncio.get_running_loop()
    async with (
        theatre(talker(), host="0.0.0.0") as house,
        toy_feed(f"ws://{HERE}:{house.port}/v2") as feed,
    ):
        await until(lambda: is_live(feed))
        ip("addr", "del", f"{HERE}/24", "dev", "v0")
        start = loop.time()
        await until(lambda: link(feed).state is not LinkState.LIVE)
        noticed = loop.time() - start
        await asyncio.sleep(3)
        ip("addr", "add", f"{HERE}/24", "dev", "v0")
        back = await until(lambda: is_live(feed), 30)
    return {"noticed": noticed, "back": back}


CASES: Final = {"names": names, "black_hole": black_hole, "address_goes": address_goes}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(CASES[sys.argv[1]]())))
