"""Private networks: a case runs as a child in namespaces of its own, where it may break things.

``python -m tests.chaos.netns CASE`` is the child; it prints what it measured as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.chaos.rough import CLOSED, FAR, NEAR, RoughPath, Weather

from wsdash.domain.events import BookMoved

if TYPE_CHECKING:
    from wsdash.feed.live import LiveFeed

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


@asynccontextmanager
async def far_away() -> AsyncIterator[tuple[RoughPath, LiveFeed]]:
    """Both venues of an exchange, and a feed that wants their books, a rough path apart."""
    from tests.chaos.house import SPOT, books, feed_on, is_live, until
    from tests.chaos.proxy import Proxy

    from wsdash.exchange import Exchange

    path = RoughPath()
    path.start()
    async with (
        Exchange(seed=7) as exchange,
        Proxy(exchange.port).open(NEAR) as door,
        Proxy(exchange.rest_port).open(NEAR) as hatch,
    ):
        path.ports = {door.port, hatch.port}

        def there(address: str) -> str:
            moved = address.replace(f"127.0.0.1:{exchange.port}", f"{FAR}:{door.port}")
            return moved.replace(f"127.0.0.1:{exchange.rest_port}", f"{FAR}:{hatch.port}")

        urls = exchange.urls
        feed = feed_on(
            {name: (there(urls[name]["ws_url"]), there(urls[name]["rest_url"])) for name in SPOT}
        )
        async with feed.running():
            feed.want(books(*SPOT.values()))
            await until(lambda: all(is_live(feed, key) for key in SPOT.values()))
            yield path, feed


async def rough(seconds: float) -> dict[str, Any]:
    """A path that delays, reorders, loses, and is narrower than what comes."""
    from tests.chaos.house import SPOT, reasons, state

    async with far_away() as (path, feed):
        path.up = path.down = Weather(delay=0.2, jitter=0.1, loss=0.05, rate=32_000)
        states: Counter[str] = Counter()
        for _ in range(int(seconds * 4)):
            await asyncio.sleep(0.25)
            states.update(str(state(feed, key)) for key in SPOT.values())
        return {
            "reasons": reasons(feed),
            "states": dict(states),
            "lost": path.lost / (path.lost + path.carried),
            "overtaken": path.overtaken / path.carried,
        }


class Lateness:
    """How late the frames of Binance's books are, by their own times, and what is shown of it."""

    def __init__(self, feed: LiveFeed, shown: Callable[[], float]) -> None:
        self.pairs: list[tuple[float, float]] = []
        self._feed, self._shown = feed, shown
        self._late, self._best = 0.0, float("inf")

    def frame(self, connection: object, direction: str, data: str) -> None:
        found = re.search(r'"depthUpdate","E":(\d+)', data)
        if direction == "in" and found:
            took = self._feed.wall() - int(found[1]) / 1_000
            self._best = min(self._best, took)
            self._late = took - self._best

    def fact(self, venue: str, event: object) -> None:
        if venue == "binance" and isinstance(event, BookMoved):
            self.pairs.append((self._late, self._shown()))

    def stream(self, *_: object) -> None: ...

    link = answer = stream


async def late() -> dict[str, Any]:
    """A path that is suddenly seconds longer, and as short as before again."""
    from tests.chaos.house import BTC, is_live, state, until

    from wsdash.feed.market import ChannelState

    key = BTC["binance"]
    async with far_away() as (path, feed):
        stream = feed.board.market(key).streams["book"]
        lateness = Lateness(feed, lambda: stream.behind)
        feed.supervisor.listeners.append(lateness)
        feed.supervisor.recording = True
        for longer in (0.0, 1.0, 3.0, 4.5):
            path.down = Weather(delay=0.05 + longer)
            await asyncio.sleep(longer + 5)
        seen = [(late, shown) for late, shown in lateness.pairs if late > 0.5]
        path.down = Weather(delay=0.05)
        await until(lambda: is_live(feed, key), 60)
        path.down = Weather(delay=6.05)
        stale = await until(lambda: state(feed, key) is ChannelState.STALE)
        path.down = Weather(delay=0.05)
        back = await until(lambda: is_live(feed, key), 60)
        return {
            "compared": len(seen),
            "worst": max(abs(shown / late - 1) for late, shown in seen),
            "most": max(late for late, _ in seen),
            "stale": stale,
            "back": back,
        }


async def road_closed() -> dict[str, Any]:
    """The road is closed without a word, and open again later."""
    from tests.chaos.house import SPOT, is_live, link, until

    from wsdash.feed.link import LinkState

    def lost(name: str) -> bool:
        return link(feed, name).state is not LinkState.LIVE

    async with far_away() as (path, feed):
        loop = asyncio.get_running_loop()
        path.up = path.down = CLOSED
        start = loop.time()
        await until(lambda: lost("kraken"))
        beating = loop.time() - start
        await until(lambda: lost("binance"))
        others = loop.time() - start
        await asyncio.sleep(5)
        path.up = path.down = Weather(delay=0.02)
        back = await until(lambda: all(is_live(feed, key) for key in SPOT.values()), 30)
    return {"beating": beating, "others": others, "back": back}


CASES: Final[dict[str, Callable[[], Coroutine[Any, Any, dict[str, Any]]]]] = {
    "names": names,
    "black_hole": black_hole,
    "address_goes": address_goes,
    "rough": partial(rough, 60.0),
    "rough_for_long": partial(rough, 600.0),
    "late": late,
    "road_closed": road_closed,
}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(CASES[sys.argv[1]]())))
