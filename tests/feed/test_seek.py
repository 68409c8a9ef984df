from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed.moments import Looks, played, told
from tests.feed.test_replay import BTC, MATIC, trade
from tests.feed.test_summary import BINANCE, KRAKEN, line, link, recording
from tests.venues import binance_frames, kraken_frames
from tests.virtual import VirtualClock, play

from wsdash.domain.alerts_text import parse
from wsdash.feed import deck, projector, reel, survey
from wsdash.feed.alerts_store import resolve
from wsdash.feed.projector import Checkpoints
from wsdash.feed.recording import Recording
from wsdash.feed.replay import ReplayFeed

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"
NAMES = (
    "crossbook/kraken_v2-ethusd-book-20260802",
    "cryptofeed/binance-book-trades-ticker-candles-20210417",
)
RULES = ("kraken:BTC/USD price > 1", "kraken:MATIC/USD gap", "kraken:ETH/USD spread > 0.5")


def rules() -> list[Any]:
    return [parse(text, resolve) for text in RULES]


def replay(path: Path) -> ReplayFeed:
    feed = ReplayFeed(Recording(path), VirtualClock(), rules=rules())
    feed.follow(lambda whole: Looks(whole=whole))
    return feed


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never happened")


async def arrived(feed: ReplayFeed) -> None:
    await until(lambda: feed._target is None)


class Turns(VirtualClock):
    """A clock that lets somebody look whenever the rest of the program has its turn."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look = look

    async def sleep(self, seconds: float) -> None:
        self._look()
        await super().sleep(seconds)


def session() -> list[dict[str, Any]]:
    """A day in miniature: two venues, prints, a lost book, a lost connection, a long silence."""
    second = KRAKEN + "#2"
    return [
        link(100.0, "opened"),
        line(100.0, KRAKEN, kraken_frames.matic_snapshot()),
        *(line(100.5 + n / 3, KRAKEN, trade(n)) for n in range(30)),
        line(112.0, BINANCE, binance_frames.combined("x", binance_frames.TRADE)),
        line(113.0, KRAKEN, kraken_frames.matic_update(checksum=1)),
        line(115.0, KRAKEN, kraken_frames.matic_snapshot()),
        line(115.0, KRAKEN, trade(77)),
        line(115.0, KRAKEN, trade(78)),
        link(120.0, "lost", reason="1006"),
        link(121.0, "opened", conn=second),
        line(122.0, second, kraken_frames.matic_snapshot()),
        *(line(123.0 + n, second, trade(100 + n)) for n in range(10)),
        link(140.0, "opened"),
        line(180.0, second, trade(200)),
        line(400.0, second, trade(201)),
        line(401.0, second, kraken_frames.HEARTBEAT),
    ]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small recordings have checkpoints, and long seeks."""
    monkeypatch.setattr(reel, "STILL", 10.0)
    monkeypatch.setattr(reel, "DEAD", 60.0)
    monkeypatch.setattr(projector, "EVERY", 5)
    monkeypatch.setattr(deck, "BATCH", 7)
    monkeypatch.setattr(deck, "AT_ONCE", 1)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(-5.0, 330.0) | st.floats(0.0, 45.0), min_size=1, max_size=4))
def test_a_moment_is_the_same_however_it_was_reached(
    tmp_path_factory: pytest.TempPathFactory, positions: list[float]
) -> None:
    path = recording(tmp_path_factory.mktemp("seek"), session())
    feed = replay(path)

    async def scene() -> None:
        async with feed.running():
            feed.playing = False
            for position in positions:
                feed.seek(position)
                await arrived(feed)
                at = feed.start + min(max(0.0, position), feed.duration)
                assert told(feed) == told(played(feed, path, at=at))

    play(scene())


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(-8, 8).filter(bool), min_size=1, max_size=8))
def test_steps_back_take_one_record_each(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    path = recording(tmp_path_factory.mktemp("step"), session())
    feed, total = replay(path), len(session())

    async def scene() -> None:
        taken = 20
        async with feed.running():
            feed.step(20)
            for step in steps:
                feed.step(step)
                await arrived(feed)
                taken = min(max(0, taken + step), total)
                assert told(feed) == told(played(feed, path, taken=taken))
            assert not feed.playing

    play(scene())


@pytest.mark.parametrize("name", NAMES)
def test_in_captures_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = CAPTURES / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("../shared/captures is not here")
    monkeypatch.setattr(projector, "EVERY", 200)
    monkeypatch.setattr(deck, "BATCH", 100)
    feed = replay(path)

    async def scene() -> int:
        async with feed.running():
            feed.playing = False
            await until(lambda: feed.surveyed == 1)
            for share in (0.7, 0.3, 0.95, 0.05):
                feed.seek(feed.duration * share)
                await arrived(feed)
                at = feed.start + feed.duration * share
                assert told(feed) == told(played(feed, path, at=at))
            return len(feed._checkpoints)

    assert play(scene()) >= 4


def test_while_a_moment_is_sought_nothing_old_is_on_the_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "EVERY", 1_000)
    feed = replay(recording(tmp_path, session()))

    shares: list[float] = []

    def look() -> None:
        if feed.seeking is not None:
            shares.append(feed.seeking)
            assert (feed.board.markets, list(feed.log)) == ({}, [])
            assert {report.link.state for report in feed.reports()} <= {"SYNCING"}
            assert feed.position == 15.0

    async def scene() -> None:
        feed._clock = Turns(look)
        async with feed.running():
            feed.step(45)
            cuts = feed.cuts
            feed.seek(15.0)
            await arrived(feed)
            assert feed.cuts > cuts
            assert feed.board.market(BTC).tape.count == 32

    play(scene())
    assert shares == sorted(shares)
    assert len(shares) >= 2


def test_the_newest_wish_counts(tmp_path: Path) -> None:
    path = recording(tmp_path, session())
    feed = replay(path)

    async def scene() -> None:
        async with feed.running():
            feed.playing = False
            for position in (290.0, 3.0, 250.0, 14.0):
                feed.seek(position)
                await asyncio.sleep(0)
            await arrived(feed)
            assert told(feed) == told(played(feed, path, at=114.0))

    play(scene())


def test_checkpoints_are_few_and_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector, "MOST", 4)
    kept = Checkpoints()
    feed = replay(recording(tmp_path, session()))
    player = projector.Projector(tmp_path / "session.jsonl", feed._projector.reel, 0, kept)
    while player.next is not None:
        player.take()
        assert len(kept) <= 4
    assert kept.every > 5
    monkeypatch.setattr(projector, "LARGEST", 1)
    kept.every = 1
    kept.look(player)
    assert len(kept) <= 1


def test_a_file_that_is_gone_is_said_and_what_was_shown_stays(tmp_path: Path) -> None:
    path = recording(tmp_path, session())
    feed = replay(path)

    async def scene() -> None:
        async with feed.running():
            feed.step(40)
            before = told(feed)
            path.unlink()
            feed.seek(1.0)
            await arrived(feed)
            assert "No such file" in feed.problem
            assert told(feed) == before
            feed.follow(lambda whole: Looks(whole=whole))
            assert isinstance(feed.follower, Looks)
            assert not feed.follower.whole

    play(scene())


def test_the_streams_of_another_connection_are_left_alone(tmp_path: Path) -> None:
    second = KRAKEN + "#2"
    lines = [
        link(100.0, "opened"),
        link(100.0, "opened", conn=second),
        line(101.0, KRAKEN, kraken_frames.matic_snapshot()),
        line(101.0, second, trade(1)),
        link(102.0, "lost", conn=second, reason="1006"),
        link(103.0, "opened", conn=second),
    ]
    feed = replay(recording(tmp_path, lines))
    feed.step(5)
    streams = feed.board.market(MATIC).streams["book"], feed.board.market(BTC).streams["trades"]
    assert [stream.state for stream in streams] == ["LIVE", "STALE"]
    assert {report.link.name: report.link.state for report in feed.reports()} == {
        "kraken public": "LIVE", "kraken public 2": "BACKOFF",
    }  # fmt: skip
    assert [gap.connection for gap in feed.board.gaps] == ["kraken public 2"]
    feed.step(1)
    assert [stream.state for stream in streams] == ["LIVE", "SYNCING"]
    [gap] = feed.board.gaps
    assert gap.end == 103.0


def test_alerts_fire_on_the_recording_s_data_in_its_time(tmp_path: Path) -> None:
    feed = replay(recording(tmp_path, session()))

    async def scene() -> None:
        async with feed.running():
            feed.seek(14.0)
            await arrived(feed)
            fired = {one.condition: one.time for one in feed.alerts.log}
            assert 100.5 <= fired["kraken:BTC/USD price > 1"] <= 100.75
            assert 113.0 <= fired["kraken:MATIC/USD gap"] <= 113.25
            assert not feed.alerts.terminal
            feed.seek(1.0)
            await arrived(feed)
            assert [one.condition for one in feed.alerts.log] == ["kraken:BTC/USD price > 1"]

    play(scene())


def test_an_alert_of_a_replay_tells_nobody_outside(tmp_path: Path) -> None:
    feed = replay(recording(tmp_path, session()))
    feed.alerts.add("kraken:BTC/USD price > 2 command webhook bell notify")
    feed.step(40)
    assert [one.actions for one in feed.alerts.log if "> 2" in one.rule] == [
        ("bell", "notify", "command", "webhook")
    ]
    assert not feed.alerts.problems
    assert not feed.alerts.terminal


def test_there_are_marks_for_gaps_alerts_and_large_trades(tmp_path: Path) -> None:
    lines = session()
    big = trade(900).replace(b'"qty":', b'"qty":1')
    lines.insert(20, line(lines[20]["t"], KRAKEN, big))
    feed = replay(recording(tmp_path, lines))

    async def scene() -> None:
        async with feed.running():
            feed.playing = False
            await until(lambda: feed.surveyed == 1)
            found = [(mark.kind, mark.start) for mark in feed.marks(BTC)]
            assert ("trade", lines[20]["t"]) in found
            assert [kind for kind, _ in found].count("trade") == 1
            assert ("gap", 120.0) in found
            assert [kind for kind, _ in found].count("alert") == len(feed_alerts(feed))
            gaps = [mark for mark in feed.marks(MATIC) if mark.kind == "gap"]
            assert [(gap.start, gap.end) for gap in gaps] == [(113.0, 115.0), (120.0, 140.0)]
            before = len(feed_alerts(feed))
            feed.alerts.add("kraken:BTC/USD print > 0")
            await until(lambda: len(feed_alerts(feed)) > before)

    play(scene())


def feed_alerts(feed: ReplayFeed) -> list[Any]:
    return [mark for mark in feed.marks(None) if mark.kind == "alert"]


def test_a_large_recording_is_not_read_before_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "SURVEYED", 10)
    feed = replay(recording(tmp_path, session()))
    assert feed.markets == (MATIC, BTC) or feed.markets == (BTC, MATIC)
    assert feed.duration < 5

    async def scene() -> None:
        async with feed.running():
            feed.playing = False
            await until(lambda: feed.surveyed == 1)

    play(scene())
    assert feed.duration == 301.0
    assert "binance" in feed.venues


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_what_is_whole_of_a_damaged_file_is_played(tmp_path: Path, cut: int) -> None:
    path = recording(tmp_path, session())
    path.write_bytes(path.read_bytes()[:-cut] + b"\nnonsense\n")
    feed = replay(path)

    async def scene() -> None:
        async with feed.running():
            feed.seek(1e9)
            await arrived(feed)
            assert told(feed) == told(played(feed, path, at=1e12))
            assert feed.damaged >= 1

    play(scene())


@pytest.mark.parametrize("broken", ["take_until", "take"])
def test_an_error_of_our_own_ends_the_replay_and_does_not_freeze_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    feed = replay(recording(tmp_path, session()))

    def wrong(*_args: object) -> None:
        raise ZeroDivisionError

    async def scene() -> None:
        async with asyncio.timeout(60), feed.running():
            monkeypatch.setattr(projector.Projector, broken, wrong)
            await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        play(scene())
