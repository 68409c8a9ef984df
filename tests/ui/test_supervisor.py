"""The supervisor as somebody at the keyboard sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NoReturn

import pytest
from tests.ui.fakes import FakeFeed, FakePlayer
from tests.ui.screen import dashboard, hides, screen_lines, screen_text, shows, until

from wsdash.feed.gaps import Gap
from wsdash.feed.link import LinkState
from wsdash.feed.log import LinkEvent
from wsdash.feed.recording import RecordingError
from wsdash.ui.snapshots.events import Filter, chosen, folded, json_lines
from wsdash.ui.snapshots.gaps import gap_sheet, missing
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import ascii_only, plain_text, width_of
from wsdash.ui.snapshots.links import last_cause, next_action
from wsdash.ui.snapshots.supervisor import Look, supervisor
from wsdash.ui.snapshots.timeline import axis, strip
from wsdash.ui.snapshots.title import title_line


def log_of(feed: FakeFeed, count: int) -> None:
    for number in range(count):
        state = ("LIVE", "BACKOFF", "STALE")[number % 3]
        name = ("kraken public", "binance public")[number % 2]
        feed.log.append(
            LinkEvent(
                feed.time + number, feed.wall() + number, name, "", state, f"event {number:03}"
            )
        )


async def test_keys_of_the_traders_own_are_named_as_they_are() -> None:
    keymap = {"supervisor": "f9", "search": "ctrl+l", "find": "ctrl+f"}
    app, _, _ = dashboard(keymap=keymap)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("x")
        await shows(pilot, "only in the supervisor: F9 opens it")
        await pilot.press("f9")
        await shows(pilot, "f Ctrl+L filter")
        assert (
            title_line(app.desk.headline()._replace(key=None), Glow(), 0.0, 60)[1].text.split()[0]
            == "Ctrl+F"
        )


async def test_the_cursor_begins_where_it_is_needed_and_keys_act_on_it() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("x")
        await shows(pilot, "only in the supervisor")
        assert feed.acts == []
        await pilot.press("grave_accent")
        await shows(pilot, "▸binance public")
        await pilot.press("r", "x", "T", "p")
        await shows(pilot, "parked binance public")
        assert feed.acts == [(act, "binance public") for act in ("retry", "drop", "rotate", "park")]
        await pilot.press("k", "x")
        await shows(pilot, "▸kraken private", "dropped kraken private")
        await pilot.press("r")
        await shows(pilot, "kraken private does not wait")
        assert feed.acts[-1] == ("drop", "kraken private")
        assert feed.resynced == []


async def test_park_again_brings_a_parked_connection_back() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        feed.link("kraken public", LinkState.PARKED, "parked by key")
        await pilot.press("grave_accent")
        await shows(pilot, "▸kraken public", "waits for r or p", "parked by key")
        await pilot.press("p")
        await until(pilot, lambda: feed.acts == [("retry", "kraken public")])


async def test_in_a_replay_nothing_can_be_done_to_a_connection() -> None:
    app, feed, _ = dashboard(FakeFeed("replay"), player=FakePlayer())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("grave_accent")
        await shows(pilot, "▸")
        await pilot.press("x")
        await shows(pilot, "a recording cannot be changed")
        assert feed.acts == []


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40)])
@pytest.mark.row("A4")
async def test_a_parked_connection_is_always_seen_with_its_reason_and_what_to_do(
    size: tuple[int, int],
) -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=size) as pilot:
        feed.link("binance public", LinkState.PARKED, "451 region")
        await shows(pilot, "PARKED 451", "r")
        row = next(line for line in screen_lines(app) if "PARKED 451" in line)
        assert "` " in row or "r tries again" in row
        for key in ("z", "g"):
            await pilot.press(key)
            await until(pilot, lambda: "parked" in screen_text(app).casefold(), "parked")


async def test_the_log_is_narrowed_by_one_key() -> None:
    app, feed, _ = dashboard()
    log_of(feed, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("grave_accent")
        await shows(pilot, "Log all", "event 039", "▸binance public")
        await pilot.press("f")
        await shows(pilot, "Log binance public", "event 039")
        await hides(pilot, "event 038")
        await pilot.press("f")
        await shows(pilot, "troubles only", "event 038")
        await hides(pilot, "event 039")
        await pilot.press("c")
        await shows(pilot, "Log all")


async def test_a_text_filters_the_log_while_it_is_typed() -> None:
    app, feed, _ = dashboard()
    log_of(feed, 40)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("grave_accent")
        await shows(pilot, "event 039")
        await pilot.press("F", *"t 007q")
        await shows(pilot, '"t 007q', "0 of")
        await pilot.press("backspace")
        await shows(pilot, "event 007", "1 of")
        assert app.is_running
        await pilot.press("enter", "k")
        await shows(pilot, '"t 007"', "event 007")
        await pilot.press("F", "z", "escape")
        await shows(pilot, "event 039", "Supervisor")


async def test_the_log_scrolls_through_time() -> None:
    app, feed, _ = dashboard()
    log_of(feed, 200)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("grave_accent")
        await shows(pilot, "event 199")
        await pilot.press("h")
        await hides(pilot, "event 195")
        await pilot.press(*["pagedown"] * 30)
        await hides(pilot, "event 190")
        await pilot.press("c")
        await shows(pilot, "event 199")


async def test_what_is_shown_of_the_log_is_written_to_a_file(tmp_path: Path) -> None:
    app, feed, _ = dashboard(export_dir=tmp_path / "new")
    feed.log.append(
        LinkEvent(2e3, feed.wall(), "kraken public", "", "BACKOFF", "api_key=CANARYvalue\x1b[2J")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("grave_accent", "f", "f", "e")
        await shows(pilot, "lines in ")
        await pilot.press("e")
        await until(pilot, lambda: len(list((tmp_path / "new").iterdir())) == 2, "two files")
    files = sorted((tmp_path / "new").iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    said = files[0].read_text()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {line["state"] for line in lines} == {"BACKOFF"}
    assert lines[-1]["time"].startswith("2026-11-25T12:04:")
    assert "CANARY" not in said
    assert "\x1b" not in said


async def test_a_log_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    app, _, _ = dashboard(export_dir=tmp_path / "file" / "below")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("grave_accent", "e")
        await shows(pilot, "log not written: not a directory")
        app.desk.export_dir = None
        await pilot.press("e")
        await shows(pilot, "nowhere to write")


async def test_an_incident_is_kept_by_key(tmp_path: Path) -> None:
    made: list[int] = []

    async def keep() -> Path:
        made.append(1)
        return tmp_path / "incident.jsonl"

    async def fail() -> NoReturn:
        raise OSError(28, "No space left on device", "/secret")

    app, _, _ = dashboard(incident=keep)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await shows(pilot, "incident in ", "incident.jsonl")
        app.incident = fail
        await pilot.press("i")
        await shows(pilot, "incident not written: no space left on device")
        app.incident = None
        await pilot.press("i")
        await shows(pilot, "nothing is kept")
        app.desk.player = FakePlayer()
        await pilot.press("i")
        await shows(pilot, "nothing to write in a replay")
    assert made == [1]


def test_a_timeline_tells_its_states_apart_without_colour() -> None:
    letters = "l" * 50 + "sdlllllldd"
    assert len({*plain_text(strip(letters, 60))}) == 3
    assert len({*plain_text(ascii_only(strip(letters, 60)))}) == 3
    assert plain_text(strip(letters, 120, 2))[::2] == plain_text(strip(letters, 60))
    below = plain_text(axis(18, 140, 1))
    assert below.index("60m ago") == 19
    assert below.index("now") + 3 == 18 + 60
    assert plain_text(ascii_only(axis(18, 140, 1))).isascii()


@pytest.mark.parametrize("width", [38, 60, 78, 107, 118, 198])
@pytest.mark.parametrize("height", [3, 9, 18, 40])
def test_the_supervisor_fits_whatever_happens(width: int, height: int) -> None:
    feed = FakeFeed()
    feed.link("kraken public")
    feed.link("kraken private", LinkState.PARKED, "451 restricted location " * 9)
    feed.link("binance public", LinkState.BACKOFF, "refused " * 30, wait=9.0, attempt=12)
    log_of(feed, 30)
    for wish in (Filter(), Filter("troubles", "eve", typing=True)):
        look = Look(width, height, "kraken private", 0, wish)
        picture = supervisor(feed.reports(), list(feed.log), [], feed.time, look)
        assert max(width_of(row) for row in picture.rows) <= width
        if height >= 9:
            assert "PARKED" in "\n".join(plain_text(row) for row in picture.rows)


def test_the_last_cause_outlives_the_recovery() -> None:
    feed = FakeFeed()
    feed.link("kraken public", LinkState.BACKOFF, "lost 1006", wait=1.0)
    feed.time += 3.0
    feed.link("kraken public")
    report = feed.reports()[0]
    newest = list(reversed(feed.log))
    assert last_cause(report, newest, [], feed.time + 2.0) == "lost 1006, 5.0s ago"
    gap = Gap(0, 1, "kraken public", "", "no pong")
    assert last_cause(report, [], [gap], feed.time) == "no pong"
    assert next_action(report, feed.time) == "-"


def test_a_filter_keeps_the_order_and_forgets_nothing_it_lets_through() -> None:
    feed = FakeFeed()
    log_of(feed, 12)
    events = list(feed.log)
    assert chosen(events, Filter(), "") == events
    assert [e.text for e in chosen(events, Filter("all", "EVENT 01"), "")] == [
        "event 010",
        "event 011",
    ]
    assert {e.state for e in chosen(events, Filter("troubles"), "")} == {"BACKOFF", "STALE"}
    assert len(json_lines(events).splitlines()) == 12


def test_gaps_that_overlap_are_missing_once_and_only_within_the_hour() -> None:
    gaps = [
        Gap(9_990.0, None, "kraken public", "", "open"),
        Gap(9_000.0, 9_010.0, "kraken public", "", "lost"),
        Gap(9_005.0, 9_020.0, "kraken public", "BTC/USD", "gap"),
        Gap(9_000.0, 9_500.0, "binance public", "", "lost"),
        Gap(6_000.0, 6_500.0, "kraken public", "", "half of it before"),
        Gap(1_000.0, 2_000.0, "kraken public", "", "old"),
    ]
    assert missing(gaps, "kraken public", 10_000.0) == (4, 10.0 + 20.0 + 100.0)
    assert missing(gaps, "okx public", 10_000.0) == (0, 0.0)


@pytest.mark.parametrize("width", [38, 78, 118])
def test_the_ledger_shows_the_newest_first_and_what_is_open(width: int) -> None:
    wall = 1_795_608_271.0
    gaps = [
        Gap(wall - 4, None, "binance public", "", "connection \x1b[2Jrefused"),
        Gap(wall - 20, wall - 18, "kraken public", "BTC/USD", "gap 1-3", ("book",)),
    ]
    names = ["kraken public", "kraken private"]
    picture = gap_sheet(gaps, names, wall, (width, 20), 0)
    text = "\n".join(plain_text(row) for row in picture.rows)
    assert text.index("12:04:27") < text.index("12:04:11")
    assert "open" in text
    assert "4.0s" in text
    assert "1 gap, 2.0s" in text
    assert "0 gaps" in text
    assert re.search(r"BTC/USD +book", text)
    assert re.search(r"binance public +all( +all|:)", text)
    assert "\x1b" not in text
    assert max(width_of(row) for row in picture.rows) <= width


async def test_the_ledger_is_a_key_away() -> None:
    app, feed, _ = dashboard()
    feed.board.gaps.open("binance public", "BTCUSDT", feed.wall(), "gap")
    for size in ((40, 10), (80, 24), (120, 40)):
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "LIVE")
            await pilot.press("G")
            await shows(pilot, "Gaps", "1 open", "missing" if size[0] > 60 else "/h")
            await pilot.press("G")
            await hides(pilot, "1 open")
        app, feed, _ = dashboard(feed)


def test_what_befell_many_streams_at_once_is_one_line() -> None:
    feed = FakeFeed()
    feed.link("kraken public", LinkState.BACKOFF, "lost 1006", wait=1.0)
    for name in ("BTC/USD book", "BTC/USD trades", "ETH/USD book"):
        feed.log.append(LinkEvent(feed.time, 0.0, "kraken public", name, "STALE", "lost 1006"))
    feed.log.append(LinkEvent(feed.time, 0.0, "kraken public", "BTC/USD book", "LIVE", ""))
    lines = folded(reversed(feed.log))
    assert [line.subject for line in lines] == ["BTC/USD book", "3 streams", ""]


async def test_the_ledger_is_in_the_palette_too() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"gaps in", "enter")
        await shows(pilot, "Gaps", "missing in the last hour")


class FakeRecordings:
    """Recordings that a test lets fail."""

    def __init__(self, folder: Path) -> None:
        self.file, self.running, self.broken, self.why_not = folder / "r.jsonl.gz", False, "", ""

    def start(self) -> Path:
        if self.why_not:
            raise RecordingError(self.why_not)
        self.running = True
        return self.file

    def problem(self) -> str:
        return self.broken

    def stop(self) -> tuple[Path, int]:
        self.running, self.broken = False, ""
        return self.file, 1_234


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_what_comes_in_is_recorded_by_key_and_the_title_says_so(
    size: tuple[int, int], tmp_path: Path
) -> None:
    recordings = FakeRecordings(tmp_path)
    app, _, _ = dashboard(recordings=recordings, title_badge="DEMO")
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+r")
        await shows(pilot, "DEMO REC")
        await pilot.press("ctrl+r")
        await hides(pilot, "REC")
        await shows(pilot, "DEMO")
        if size[0] == 80:
            await shows(pilot, "1,234 records in ", "r.jsonl.gz")
        await pilot.press("ctrl+r")
        await shows(pilot, "DEMO REC")
        recordings.broken = "recording stopped: no space left on device"
        await hides(pilot, "REC")
        if size[0] == 80:
            await shows(pilot, "recording stopped: no space left on device")
        recordings.why_not = "cannot be made"
        await pilot.press("ctrl+r")
        if size[0] == 80:
            await shows(pilot, "not recorded: cannot be made")
        assert not recordings.running
        app.recordings = None
        await pilot.press("ctrl+r")
        if size[0] == 80:
            await shows(pilot, "nothing is recorded here")
