"""A change of network: nobody waits any longer, and the old way is put to the test."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys

import pytest
from tests.feed.scripted import BOOK, Network, Server, feed
from tests.virtual import play

from wsdash.feed.keepalive import PROBE_TIMEOUT
from wsdash.feed.link import LinkState
from wsdash.feed.live import LiveFeed

pytestmark = pytest.mark.row("A8")


def test_a_socket_that_answers_stays_and_one_that_does_not_goes() -> None:
    async def main() -> None:
        network = Network(Server())
        live = feed(network)
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(3)
            live.network_changed()
            await asyncio.sleep(PROBE_TIMEOUT + 1)
            assert not network.sockets[0].aborted
            network.sockets[0].blocked = True
            live.network_changed()
            await asyncio.sleep(PROBE_TIMEOUT + 0.1)
            assert network.sockets[0].aborted
            [gap] = live.board.gaps
            assert gap.reason == "no pong in 2 s after the network changed"
            await asyncio.sleep(3)
            assert live.reports()[0].link.state is LinkState.LIVE

    play(main())


def test_whoever_waits_for_a_retry_waits_no_longer() -> None:
    async def main() -> LiveFeed:
        async def refuse(network: Network) -> None:
            raise ConnectionRefusedError

        server = Server()
        network = Network(refuse)  # type: ignore[arg-type]
        live = feed(network)
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(120)
            network.meet = server
            [report] = live.reports()
            while report.link.state is not LinkState.BACKOFF or report.link.retry_at is None:
                await asyncio.sleep(0.1)
                [report] = live.reports()
            before = len(network.connects)
            live.network_changed()
            await asyncio.sleep(0.01)
            assert len(network.connects) == before + 1
        return live

    play(main())


CHANGE = """
import asyncio, subprocess
from wsdash.feed.routes import watched

async def main():
    told = asyncio.Event()
    with watched(told.set) as able:
        assert able
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "addr", "add", "127.0.0.2/8", "dev", "lo"], check=True)
        await asyncio.wait_for(told.wait(), 10)

asyncio.run(main())
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("ip"),
    reason="needs Linux with unshare and ip",
)
def test_linux_tells_of_a_new_address() -> None:
    inside = ["unshare", "-Urn", sys.executable, "-c", CHANGE]
    if subprocess.run(["unshare", "-Urn", "true"], check=False).returncode:
        pytest.skip("no private network namespaces here")
    done = subprocess.run(inside, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
