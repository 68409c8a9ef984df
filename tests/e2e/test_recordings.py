"""A recording that begins in the middle of a life ends at what was on the screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.chaos.house import BTC, books, feed_on, is_live, until

from wsdash.exchange import Exchange
from wsdash.feed.clock import SystemClock
from wsdash.feed.recording import RecordingError
from wsdash.feed.recordings import Recordings
from wsdash.feed.summary import summarise

NAMES = {
    key: key.name if key.venue == "kraken" else str(key)  # two venues call theirs BTCUSDT
    for key in BTC.values()
}


@pytest.mark.timeout(60)
async def test_recordings_from_the_middle_end_at_the_books_of_that_moment(tmp_path: Path) -> None:
    found: list[tuple[Path, dict[str, Any]]] = []
    async with Exchange(seed=5) as exchange:
        urls = exchange.urls
        feed = feed_on({name: (urls[name]["ws_url"], urls[name]["rest_url"]) for name in BTC})
        recordings = Recordings(feed, tmp_path / "new" / "folder", SystemClock())
        async with feed.running():
            feed.want(books(*BTC.values()))
            await until(lambda: all(is_live(feed, key) for key in BTC.values()))
            assert recordings.stop()[1] == 0  # nothing was begun
            for _ in range(2):
                file = recordings.start()
                assert recordings.running
                await asyncio.sleep(1.5)
                kept = {key: feed.board.market(key).book for key in BTC.values()}
                tops = {
                    NAMES[key]: (book.bids.top(10), book.asks.top(10))
                    for key, book in kept.items()
                    if book is not None
                }
                assert recordings.stop()[0] == file
                assert not recordings.running
                found.append((file, tops))
        assert feed.supervisor.listeners == []
        assert feed.board.gaps.listeners == []
    assert len({file for file, _ in found}) == 2
    for file, tops in found:
        summary = summarise(file)
        assert summary["damaged"] == summary["checksum_fail"] == summary["sequence_gaps"] == 0
        assert set(summary["books"]) == set(tops) == set(NAMES.values())
        for name, (bids, asks) in tops.items():
            assert summary["books"][name]["bids"] == bids
            assert summary["books"][name]["asks"] == asks


@pytest.mark.row("E5")
def test_where_nothing_can_be_written_it_says_so_and_records_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    feed = feed_on({})
    recordings = Recordings(feed, tmp_path / "file" / "folder", SystemClock())
    with pytest.raises(RecordingError, match=r"(?i)not a directory"):
        recordings.start()
    assert not recordings.running
    assert feed.supervisor.listeners == []
