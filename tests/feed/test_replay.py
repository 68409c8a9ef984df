from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.feed.test_summary import BINANCE, KRAKEN, line, link, recording
from tests.venues import binance_frames, kraken_frames
from tests.virtual import VirtualClock, play

from wsdash.domain.instrument import MarketKey
from wsdash.feed.deck import FASTEST, SLOWEST
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState
from wsdash.feed.recording import Recording, RecordingError
from wsdash.feed.replay import FRAME, ReplayFeed

MATIC = MarketKey("kraken", "MATIC/USD")
BTC = MarketKey("kraken", "BTC/USD")


def trade(number: int) -> bytes:
    return kraken_frames.TRADE.replace(b"10218209", str(number).encode())


SESSION = [
    link(100.0, "opened"),
    line(100.0, KRAKEN, kraken_frames.matic_snapshot()),
    *(line(101.0 + number, KRAKEN, trade(number)) for number in range(10)),
]


def feed_of(folder: Path, lines: list[dict[str, Any]]) -> ReplayFeed:
    return ReplayFeed(Recording(recording(folder, lines)), VirtualClock())


def prints(feed: ReplayFeed) -> int:
    return feed.board.market(BTC).tape.count


def test_time_in_a_replay_is_the_recording_s(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, SESSION)

    async def scene() -> list[int]:
        seen = []
        async with feed.running():
            for _ in range(4):
                await asyncio.sleep(3.0)
                seen.append(prints(feed))
                assert feed.now() == feed.wall() == feed.start + feed.position
        return seen

    assert (feed.start, feed.duration) == (100.0, 10.0)
    assert feed.markets == (BTC, MATIC) or feed.markets == (MATIC, BTC)
    assert play(scene()) == [2, 5, 8, 10]
    assert (feed.playing, feed.position) == (False, feed.duration)


@pytest.mark.parametrize("speed", [0.5, 2.0, 10.0])
def test_speed_changes_how_fast_the_recording_s_time_goes(tmp_path: Path, speed: float) -> None:
    feed = feed_of(tmp_path, SESSION)

    async def scene() -> float:
        async with feed.running():
            feed.set_speed(speed)
            await asyncio.sleep(0.9)
            return feed.position

    assert play(scene()) == pytest.approx(0.9 * speed, abs=2 * FRAME * speed)


def test_speed_has_bounds(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, SESSION)
    feed.set_speed(0.0)
    assert feed.speed == SLOWEST
    feed.set_speed(1e9)
    assert feed.speed == FASTEST


def test_while_paused_nothing_moves_and_steps_play_one_record_each(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, SESSION)

    async def scene() -> None:
        async with feed.running():
            feed.toggle()
            await asyncio.sleep(60.0)
            assert (feed.position, prints(feed)) == (0.0, 0)
            feed.step(2)
            book = feed.board.market(MATIC).book
            assert book is not None
            assert book.bids.best == ("0.5666", "4831.75496356")
            feed.step()
            assert (feed.position, prints(feed)) == (1.0, 1)
            feed.toggle()
            await asyncio.sleep(1.5)
            assert prints(feed) == 2

    play(scene())


def test_stepping_to_the_end_ends_as_playing_does(tmp_path: Path) -> None:
    answer = binance_frames.snapshot(160, [("0.0024", "10")], [("0.0026", "1")]).body
    where = "https://api.binance.com/api/v3/depth?symbol=BNBBTC&limit=1000"
    lines = [
        line(1.0, BINANCE, binance_frames.combined("x", binance_frames.TRADE)),
        line(2.0, where, answer, "rest"),
    ]
    feed = feed_of(tmp_path, lines)
    feed.step(5)
    book = feed.board.market(MarketKey("binance", "BNBBTC")).book
    assert book is not None
    assert book.asks.best == ("0.0026", "1")
    assert not feed.playing
    feed.toggle()
    assert not feed.playing


def test_a_lost_connection_marks_every_stream_and_opens_a_gap(tmp_path: Path) -> None:
    lines = [
        *SESSION[:4],
        link(105.0, "lost", reason="1006 \x1b[31mno close frame"),
        link(107.0, "backoff"),
        link(110.0, "opened"),
        line(111.0, KRAKEN, kraken_frames.matic_snapshot()),
        line(120.0, KRAKEN, kraken_frames.HEARTBEAT),
    ]
    feed = feed_of(tmp_path, lines)

    async def scene() -> None:
        async with feed.running():
            await asyncio.sleep(4.0)
            markets = feed.board.markets
            streams = markets[MATIC].streams["book"], markets[BTC].streams["trades"]
            assert [stream.state for stream in streams] == [ChannelState.LIVE, ChannelState.LIVE]
            await asyncio.sleep(2.0)
            assert [stream.state for stream in streams] == [ChannelState.STALE, ChannelState.STALE]
            [report] = feed.reports()
            assert report.link.state is LinkState.BACKOFF
            assert "\x1b" not in report.link.reason
            [gap] = feed.board.gaps
            assert gap.start == pytest.approx(105.0, abs=0.1)
            assert gap.end is None
            await asyncio.sleep(4.5)
            assert {stream.state for stream in streams} == {ChannelState.SYNCING}
            await asyncio.sleep(2.0)
            assert [stream.state for stream in streams] == [ChannelState.LIVE, ChannelState.SYNCING]
            [gap] = feed.board.gaps
            assert gap.end == pytest.approx(110.0, abs=0.1)

    play(scene())
    assert [entry.state for entry in feed.log if not entry.subject][:4] == [
        "opened", "lost", "backoff", "opened",
    ]  # fmt: skip


def test_a_lost_book_is_marked_and_its_gap_is_closed_by_the_next_snapshot(tmp_path: Path) -> None:
    lines = [
        line(1.0, KRAKEN, kraken_frames.matic_snapshot()),
        line(2.0, KRAKEN, kraken_frames.matic_update(checksum=1)),
        line(9.0, KRAKEN, kraken_frames.matic_snapshot()),
    ]
    feed = feed_of(tmp_path, lines)
    feed.step(2)
    stream = feed.board.market(MATIC).streams["book"]
    assert (stream.state, stream.reason) == (ChannelState.RESYNC, "checksum")
    feed.step()
    assert stream.state is ChannelState.LIVE
    [gap] = feed.board.gaps
    assert (gap.symbol, gap.start, gap.end) == ("MATIC/USD", 2.0, 9.0)


def test_a_connection_of_an_unknown_venue_in_the_middle_stops_nothing(tmp_path: Path) -> None:
    lines = [*SESSION, line(105.2, "wss://example.com/", "{}"), line(112.0, KRAKEN, trade(99))]
    with pytest.raises(RecordingError):
        feed_of(tmp_path, lines)


def test_a_stranger_behind_what_was_surveyed_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsdash.feed.survey.SURVEYED", 3)
    lines = [*SESSION, line(110.5, "wss://example.com/", "{}"), line(112.0, KRAKEN, trade(99))]
    feed = feed_of(tmp_path, lines)

    async def scene() -> int:
        async with feed.running():
            await asyncio.sleep(20.0)
            return prints(feed)

    assert play(scene()) == 11
    assert any("example.com" in entry.text for entry in feed.log)


def test_records_without_times_play_one_after_the_other(tmp_path: Path) -> None:
    lines = [line(None, KRAKEN, trade(number)) for number in range(20)]
    feed = feed_of(tmp_path, lines)
    assert feed.duration == pytest.approx(0.19)

    async def scene() -> int:
        async with feed.running():
            await asyncio.sleep(1.0)
            return prints(feed)

    assert play(scene()) == 20


def test_an_empty_recording_is_at_its_end(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, [])
    assert (feed.markets, feed.duration) == ((), 0.0)
    feed.step()

    async def scene() -> None:
        async with feed.running():
            await asyncio.sleep(1.0)

    play(scene())
    assert not feed.playing
