"""Who waits for a stream, and what is left of those who gave up."""

from __future__ import annotations

import asyncio

from tests.virtual import play

from wsdash.feed.market import Stream


def test_whoever_gives_up_waiting_for_a_calm_stream_leaves_nothing_behind() -> None:
    async def main() -> None:
        stream = Stream("account", 0.0)
        patient = asyncio.create_task(stream.changed(stream.revision))
        for _ in range(50):
            try:
                async with asyncio.timeout(0.1):
                    await stream.changed(stream.revision)
            except TimeoutError:
                pass
        assert len(stream._waiters) == 1, "only the one that still waits"
        stream.touch()
        assert await patient == 1
        assert stream._waiters == []

    play(main())
