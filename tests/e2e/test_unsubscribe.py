"""What is no longer wanted stops coming, whatever the channel."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

from wsdash.domain.events import Channel
from wsdash.exchange import Exchange
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.venue import Subscription


@pytest.mark.parametrize("channel", ["book", "trades", "ticker", "candles"])
async def test_kraken_ends_a_channel_as_it_was_asked_for(channel: Channel) -> None:
    session = KrakenSession()
    wanted = Subscription(channel, "BTC/USD", "1m" if channel == "candles" else "")
    async with Exchange(seed=5) as exchange, connect(exchange.urls["kraken"]["ws_url"]) as socket:
        session.want([wanted], 0.0)
        for frames in (session.opened(0.0).send, session.want([], 1.0).send):
            for frame in frames:
                await socket.send(frame)
            method = json.loads(frames[-1])["method"]
            async with asyncio.timeout(5):
                while (answer := json.loads(await socket.recv())).get("method") != method:
                    pass
            assert answer["success"], answer
