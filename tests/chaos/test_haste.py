"""Switching markets in haste: the last one's book is there soon, and the venue's limit is kept."""

from __future__ import annotations

import asyncio

import pytest
from tests.chaos.memory import MemoryExchange, _Far, everything, memory_feed
from tests.chaos.plugin import Figure
from tests.feed.scripted import FakeSocket
from tests.virtual import play

from wsdash.domain.instrument import MarketKey
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState

LIMIT = 5
"""Messages a second that the venue takes on one connection: ours, and a ping and a pong."""

BASES = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "LINK", "AVAX", "DOT")
SWITCHES, PAUSE = 20, 0.2


@pytest.mark.row("D15")
def test_twenty_hasty_switches_end_on_a_true_book_at_once_and_keep_the_limit(
    monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    heard: list[float] = []
    hear = _Far.hear

    def counted(far: _Far, socket: FakeSocket, text: str) -> None:
        heard.append(asyncio.get_running_loop().time())
        hear(far, socket, text)

    monkeypatch.setattr(_Far, "hear", counted)

    async def scene() -> tuple[float, int]:
        loop = asyncio.get_running_loop()
        exchange = MemoryExchange(5, 1.0, tuple(f"{base}/USD" for base in BASES))
        keys = [MarketKey("binance", f"{base}USDT") for base in BASES]
        async with exchange.open():
            live = memory_feed(exchange, 5)

            def is_live(key: MarketKey) -> bool:
                return live.board.market(key).streams["book"].state is ChannelState.LIVE

            async with live.running():
                live.want(everything(keys[5]))
                await asyncio.sleep(10)
                assert is_live(keys[5])
                seen = 0
                for number in range(1, SWITCHES + 1):
                    key = keys[number % len(keys)]
                    live.want(everything(key))
                    began = loop.time()
                    await asyncio.sleep(PAUSE)
                    seen += is_live(key)
                while not is_live(key):
                    await asyncio.sleep(0.01)
                    assert loop.time() < began + 30
                took = loop.time() - began
                await asyncio.sleep(5)  # what is left to say is said meanwhile
                assert is_live(key)
                [link] = [
                    report.link for report in live.reports() if report.link.venue == "binance"
                ]
                assert link.state is LinkState.LIVE
        return took, seen

    took, seen = play(scene())
    busiest = max(sum(at <= other <= at + 1.0 for other in heard) for at in heard)
    figure("haste", last=took, seen=seen, frames=len(heard), busiest=busiest)
    assert busiest <= LIMIT - 2, heard
    assert took < 1.0
