from __future__ import annotations

import errno
import gc
import gzip
import json
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import pytest
from tests.venues import kraken_frames as frames

from wsdash.feed.connection import Connection
from wsdash.feed.link import Link, LinkState
from wsdash.feed.recorder import FLUSH_EVERY, Recorder
from wsdash.feed.recording import Record, Recording, RecordingError
from wsdash.feed.rest import HttpRest
from wsdash.feed.summary import summarise
from wsdash.venues import registry
from wsdash.venues.venue import Request

CANARY = "CANARY-4711"


class Clock:
    """A clock that goes on by a tenth of a second whenever it is asked for the time of day."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        self.now += 0.125
        return 1_700_000_000.0 + self.now

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a recorder waits for nothing")


class Line:
    """As much of a connection as a recorder looks at."""

    def __init__(self, role: Literal["public", "private"]) -> None:
        self.role = role
        self.address = f"wss://ws{'-auth' if role == 'private' else ''}.kraken.com/v2"
        self.venue = registry.KRAKEN
        self.link = Link(f"kraken {role}", "kraken")
        self.rest = HttpRest("https://api.kraken.com")


def connection(role: Literal["public", "private"] = "public") -> Connection:
    return cast("Connection", Line(role))


def turn(recorder: Recorder, line: Connection, state: LinkState, reason: str = "") -> None:
    before, line.link = line.link, Link(line.link.name, "kraken", state=state, reason=reason)
    recorder.link(line, before)


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz"])
def test_what_was_recorded_reads_back_and_sums_up(tmp_path: Path, name: str) -> None:
    file, line = tmp_path / name, connection()
    recorder = Recorder(file, Clock())
    turn(recorder, line, LinkState.CONNECTING)
    turn(recorder, line, LinkState.SUBSCRIBING)
    recorder.frame(line, "out", '{"method":"subscribe"}')
    for frame in (frames.matic_snapshot(), frames.matic_update(), frames.TRADE, frames.HEARTBEAT):
        recorder.frame(line, "in", frame.decode())
    turn(recorder, line, LinkState.LIVE)
    recorder.close()

    content = file.read_bytes()
    assert content.startswith(b"\x1f\x8b") is name.endswith(".gz")
    source = Recording(file)
    records = list(source)
    assert source.damaged == 0
    assert len(records) == recorder.records == 8
    assert [record.dir for record in records] == ["link", "link", "out", *["in"] * 4, "link"]
    assert [record.event for record in records[:2]] == ["connecting", "opened"]
    assert [record.data.encode() for record in records[3:5]] == [
        frames.matic_snapshot(),
        frames.matic_update(),
    ]
    times = [record.t or 0.0 for record in records]
    assert times == sorted(times)

    result = summarise(file)
    assert result["venue"] == "kraken"
    assert (result["frames"], result["checksum_pass"], result["checksum_fail"]) == (4, 2, 0)
    assert result["books"]["MATIC/USD"]["bids"][-1] == ("0.5657", "1098.3947558")
    assert result["trades"]["BTC/USD"] == {
        "count": 1,
        "taker_buy": "0",
        "taker_sell": "0.0001246",
    }


def test_turns_say_when_a_connection_was_open(tmp_path: Path) -> None:
    file, line = tmp_path / "session.jsonl", connection()
    recorder = Recorder(file, Clock())
    for state, reason in (
        (LinkState.CONNECTING, ""),
        (LinkState.SUBSCRIBING, ""),
        (LinkState.SYNCING, ""),
        (LinkState.LIVE, ""),
        (LinkState.LIVE, "the same state"),
        (LinkState.BACKOFF, "1006 no close frame"),
        (LinkState.CONNECTING, ""),
        (LinkState.PARKED, "451 restricted location"),
    ):
        turn(recorder, line, state, reason)
    recorder.close()
    turns = [(record.event, record.reason) for record in Recording(file)]
    assert [event for event in turns if event[0] in ("opened", "lost", "parked")] == [
        ("opened", ""),
        ("lost", "1006 no close frame"),
        ("parked", "451 restricted location"),
    ]


@pytest.mark.row("G6")
def test_nothing_of_an_account_is_ever_recorded(tmp_path: Path) -> None:
    file, private = tmp_path / "session.jsonl", connection("private")
    recorder = Recorder(file, Clock())
    turn(recorder, private, LinkState.CONNECTING, CANARY)
    turn(recorder, private, LinkState.AUTH, CANARY)
    recorder.frame(private, "out", f'{{"token":"{CANARY}"}}')
    recorder.frame(private, "in", f'{{"balance":"{CANARY}"}}')
    request = Request("/0/private/GetWebSocketsToken", method="POST", signed=True)
    recorder.answer(private, request, f'{{"token":"{CANARY}"}}'.encode())
    recorder.close()
    assert file.read_bytes() == b""


@pytest.mark.row("G6")
def test_the_address_of_an_answer_holds_what_was_asked_but_no_signature(tmp_path: Path) -> None:
    file, line = tmp_path / "session.jsonl", connection()
    recorder = Recorder(file, Clock())
    recorder.answer(line, Request("/0/public/Depth", (("pair", "A/B"),)), b'{"x":"\xff"}')
    recorder.answer(line, Request("/0/private/X", (("key", CANARY),), signed=True), b"{}")
    recorder.answer(line, Request("/0/public/Empty"), b"")
    recorder.close()
    assert [(record.conn, record.dir, record.data) for record in Recording(file)] == [
        ("https://api.kraken.com/0/public/Depth?pair=A%2FB", "rest", '{"x":"�"}'),
        ("https://api.kraken.com/0/private/X", "rest", "{}"),
    ]


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz"])
def test_a_crash_costs_a_second_of_recording_at_most(tmp_path: Path, name: str) -> None:
    file, line, clock = tmp_path / name, connection(), Clock()
    recorder = Recorder(file, clock)
    for number in range(100):
        recorder.frame(line, "in", f'{{"n":{number}}}')
    content = file.read_bytes()  # as it would be found after a crash
    if name.endswith(".gz"):
        content = zlib.decompressobj(wbits=31).decompress(content)
    kept = [json.loads(text) for text in content.splitlines() if text.endswith(b"}")]
    assert clock.wall() - kept[-1]["t"] <= FLUSH_EVERY + 0.5
    recorder.close()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl"
    file.write_text("precious")
    with pytest.raises(RecordingError, match="not overwritten"):
        Recorder(file, Clock())
    assert file.read_text() == "precious"


def test_a_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        Recorder(tmp_path / "missing" / "session.jsonl", Clock())


class FullDisk:
    """A file on a disk with room for some bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self.file, self.room, self.closed = file, room, False

    def write(self, data: bytes) -> int:
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)
        return self.file.write(data)

    def flush(self) -> None:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.file.flush()

    def close(self) -> None:
        self.closed = True
        self.file.close()


@pytest.mark.row("E5")
@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz"])
def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path, name: str) -> None:
    file, line = tmp_path / name, connection()
    recorder = Recorder(file, Clock())
    disk = FullDisk(cast("BinaryIO", cast("Any", recorder)._file), 2_000)
    cast("Any", recorder)._file = disk
    for number in range(2_000):
        recorder.frame(line, "in", f'{{"n":{number},"hash":"{hash((number, "x"))}"}}')
    assert recorder.problem == "recording stopped: No space left on device"
    assert disk.closed
    recorder.close()
    source = Recording(file)
    records = list(source)
    assert 0 < len(records) < 2_000
    assert [json.loads(record.data)["n"] for record in records] == list(range(len(records)))


@pytest.mark.row("E5")
def test_a_disk_that_is_full_from_the_start_is_said_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", lambda *_: open("/dev/full", "wb"))  # noqa: SIM115, PTH123
    recorder = Recorder(tmp_path / "session.jsonl", Clock())
    for number in range(50):
        recorder.frame(connection(), "in", f'{{"n":{number}}}')
    recorder.close()
    assert "No space left" in recorder.problem
    del recorder
    gc.collect()  # a file that closes itself with an error would warn


def test_a_disk_that_is_full_at_the_very_end_is_said(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl.gz"
    recorder = Recorder(file, Clock())
    recorder.frame(connection(), "in", "{}")
    disk = FullDisk(cast("BinaryIO", cast("Any", recorder)._file), 0)
    cast("Any", recorder)._file = disk
    recorder.close()
    assert recorder.problem == "recording stopped: No space left on device"
    assert disk.closed


def test_a_packed_recording_ends_as_gzip_ends(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl.gz"
    recorder = Recorder(file, Clock())
    recorder.frame(connection(), "in", "{}")
    recorder.close()
    recorder.frame(connection(), "in", "after the end")
    lines = gzip.decompress(file.read_bytes()).splitlines()
    assert len(lines) == recorder.records == 1
    assert Record(**json.loads(lines[0])).data == "{}"
