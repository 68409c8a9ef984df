"""A backlog of frames leaves the rest of the program its turns."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest
from tests.feed.scripted import TAPE, FakeSocket, Network, Server, line
from tests.virtual import VirtualClock
from websockets.exceptions import ConnectionClosedError

from wsdash.feed.talk import TURN, Talk

FRAMES = 4_000
COST = 0.000_05
"""Seconds that pass with every look at the clock."""


class WorkingClock(VirtualClock):
    """A clock by which work takes time."""

    spent = 0.0

    def monotonic(self) -> float:
        self.spent += COST
        return super().monotonic() + self.spent


async def test_a_backlog_of_frames_leaves_others_a_turn_every_so_often() -> None:
    connection = line(Network(Server()))
    clock = WorkingClock()
    tools = replace(connection._tools, clock=clock)
    socket, session = FakeSocket(), connection.venue.public()
    session.want([TAPE], 0.0)
    talk = Talk(connection, socket, session, tools, lambda: None)
    for number in range(FRAMES):
        socket.say(f"trade BTC {number}")
    socket.end(ConnectionClosedError(None, None))
    seen: list[float] = []

    async def others() -> None:
        while True:
            seen.append(clock.spent)
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    with pytest.raises(ConnectionClosedError):
        await talk.listen()
    task.cancel()
    await talk.close()
    assert talk.frames == FRAMES
    waits = [later - earlier for earlier, later in itertools.pairwise(seen)]
    assert len(waits) > FRAMES * COST / TURN
    assert max(waits) < 2 * TURN
