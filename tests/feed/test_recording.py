from __future__ import annotations

import contextlib
import gzip
import importlib.util
import json
import os
import stat
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from wsdash.feed import recording
from wsdash.feed.recording import Record, Recording, RecordingError

CONN = "wss://ws.kraken.com/v2"
RECORDS = [
    Record(float(number), CONN, "in", f'{{"channel":"heartbeat","n":{number},"é":"✓"}}')
    for number in range(40)
]
LINES = [
    json.dumps({"t": record.t, "conn": CONN, "dir": "in", "data": record.data}).encode() + b"\n"
    for record in RECORDS
]
WHOLE = b"".join(LINES)

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def read(file: Path) -> tuple[list[Record], int]:
    source = Recording(file)
    return list(source), source.damaged


def written(folder: Path, content: bytes) -> Path:
    file = folder / "session.jsonl"
    file.write_bytes(content)
    return file


def whole_lines(content: bytes) -> list[bytes]:
    """The lines that are complete, whether or not a newline still follows."""
    return [line for line in content.split(b"\n") if line + b"\n" in LINES]


@pytest.mark.parametrize("content", [WHOLE, gzip.compress(WHOLE)], ids=["plain", "gzip"])
def test_a_whole_recording_is_read_whole_as_often_as_wanted(tmp_path: Path, content: bytes) -> None:
    source = Recording(written(tmp_path, content))
    assert list(source) == RECORDS
    assert list(source) == RECORDS
    assert source.damaged == 0


@pytest.mark.row("E7")
@quick
@given(cut=st.integers(1, len(WHOLE) - 1))
def test_of_a_file_cut_anywhere_all_whole_records_play(tmp_path: Path, cut: int) -> None:
    file = written(tmp_path, WHOLE[:cut])
    whole = whole_lines(WHOLE[:cut])
    if not whole:
        with pytest.raises(RecordingError):
            read(file)
        return
    rest = WHOLE[:cut].rpartition(b"\n")[2]
    assert read(file) == (RECORDS[: len(whole)], 1 if rest and rest + b"\n" not in LINES else 0)


@pytest.mark.row("E7")
@pytest.mark.parametrize("level", [0, 1, 9])
def test_of_a_packed_file_cut_anywhere_everything_unpacked_plays(
    tmp_path: Path, level: int
) -> None:
    packed = gzip.compress(WHOLE, level)
    for cut in {*range(11, len(packed), max(1, len(packed) // 150)), len(packed) - 1}:
        sound = zlib.decompressobj(wbits=31).decompress(packed[:cut])
        whole = whole_lines(sound)
        file = written(tmp_path, packed[:cut])
        if whole:
            records, damaged = read(file)
            assert records == RECORDS[: len(whole)]
            assert damaged in (1, 2)
        else:
            with pytest.raises(RecordingError):
                read(file)


@pytest.mark.row("E7")
@quick
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_a_flipped_bit_costs_at_most_the_record_it_is_in(
    tmp_path: Path, place: int, bit: int
) -> None:
    content = bytearray(WHOLE)
    content[place] ^= 1 << bit
    records, damaged = read(written(tmp_path, bytes(content)))
    lines = whole_lines(bytes(content))
    untouched = [RECORDS[LINES.index(line + b"\n")] for line in lines]
    assert len(untouched) >= len(RECORDS) - 2
    assert [record for record in records if record in untouched] == untouched
    assert damaged <= 2


@pytest.mark.row("E7")
@quick
@given(st.integers(10, len(gzip.compress(WHOLE)) - 1), st.integers(0, 7))
def test_a_flipped_bit_in_a_packed_file_is_no_crash(tmp_path: Path, place: int, bit: int) -> None:
    packed = bytearray(gzip.compress(WHOLE))
    packed[place] ^= 1 << bit
    try:
        records, damaged = read(written(tmp_path, bytes(packed)))
    except RecordingError:
        return
    assert damaged or records == RECORDS  # the last bits of deflated data are padding


@quick
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(LINES)), max_size=20))
def test_garbage_between_records_is_skipped_and_counted(tmp_path: Path, parts: list[bytes]) -> None:
    lines = [part.replace(b"\n", b" ").strip(b" ") + b"\n" for part in parts]
    whole = [RECORDS[LINES.index(line)] for line in lines if line in LINES]
    bad = sum(line not in LINES and bool(line.strip()) for line in lines)
    content = b"".join(lines)
    assume(not content.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")))
    file = written(tmp_path, content)
    if bad and not whole:
        with pytest.raises(RecordingError, match="not a recording"):
            read(file)
    else:
        assert read(file) == (whole, bad)


@pytest.mark.row("E7", "G10")
@pytest.mark.parametrize(
    "line",
    [
        b'{"t":1,"conn":"x","dir":"sideways"}',
        b'{"t":1,"conn":"x"}',
        b'{"t":"1","conn":"x","dir":"in"}',
        b'{"t":1e400,"conn":"x","dir":"in"}',
        b'{"t":1e300,"conn":"x","dir":"in"}',
        b'{"t":-5,"conn":"x","dir":"in"}',
        b'{"t":NaN,"conn":"x","dir":"in"}',
        b'{"t":1,"conn":"x","dir":"in","data":"\\ud800"}',
        b'{"t":1,"conn":"x","dir":"in","data":"\xff"}',
        b'{"t":1,"conn":"x","dir":"in","more":' + b"[" * 100_000,
        b"null",
        b"\x00" * 100,
    ],
    ids=lambda line: repr(line[:40]),
)
def test_a_line_that_is_no_record_is_damaged(tmp_path: Path, line: bytes) -> None:
    records, damaged = read(written(tmp_path, LINES[0] + line + b"\n" + LINES[1]))
    assert (records, damaged) == (RECORDS[:2], 1)


def test_lines_may_end_as_on_windows_and_blank_ones_are_none(tmp_path: Path) -> None:
    content = b"\r\n\r\n".join(line.rstrip() for line in LINES) + b"\r\n\n\n"
    assert read(written(tmp_path, content)) == (RECORDS, 0)


def test_members_written_one_after_the_other_are_one_recording(tmp_path: Path) -> None:
    half = len(LINES) // 2
    packed = gzip.compress(b"".join(LINES[:half])) + b"\0" * 10
    packed += gzip.compress(b"".join(LINES[half:]))
    assert read(written(tmp_path, packed)) == (RECORDS, 0)


def test_an_empty_file_is_an_empty_recording(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"")) == ([], 0)


@pytest.mark.row("G11")
def test_a_line_without_end_is_damaged_once_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LONGEST_LINE", 500)
    long = b'{"t":1,"conn":"x","dir":"in","data":"' + b"y" * 300_000 + b'"}\n'
    assert read(written(tmp_path, LINES[0] + long + LINES[1])) == (RECORDS[:2], 1)
    assert read(written(tmp_path, LINES[0] + long.rstrip())) == (RECORDS[:1], 1)


@pytest.mark.row("G11")
@pytest.mark.parametrize("filling", [b"0", b"{}\n", b"\n"], ids=["one line", "lines", "blank"])
def test_a_gzip_bomb_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filling: bytes
) -> None:
    monkeypatch.setattr(recording, "LONGEST_LINE", 1 << 20)
    size = 48 << 20
    packer = zlib.compressobj(wbits=31)
    packed = [packer.compress(filling * ((1 << 20) // len(filling))) for _ in range(size >> 20)]
    file = written(tmp_path, b"".join(packed) + packer.flush())
    assert file.stat().st_size * 200 < size
    tracemalloc.start()
    try:
        records: list[Record] = []
        if filling == b"\n":
            records = list(Recording(file))
        else:
            with pytest.raises(RecordingError, match="not a recording"):
                list(Recording(file))
        assert records == []
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.row("G11")
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file, words in (
        (tmp_path, "not a regular file"),
        (pipe, "not a regular file"),
        (Path("/dev/zero"), "not a regular file"),
        (tmp_path / "missing", "No such file"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        with pytest.raises(RecordingError, match=words):
            read(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    file.chmod(0)
    with pytest.raises(RecordingError, match="Permission denied"):
        read(file)
    file.chmod(stat.S_IRUSR)


def test_zstd_is_read_or_says_what_it_needs(tmp_path: Path) -> None:
    file = written(tmp_path, b"\x28\xb5\x2f\xfd" + b"\xff" * 100)
    known = importlib.util.find_spec("zstandard") or importlib.util.find_spec("compression")
    with pytest.raises(RecordingError, match="not a recording" if known else "zstd needs"):
        read(file)


def bundled(folder: Path, name: str = recording.BUNDLED, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with a recording in it."""
    file = folder / "bundle.zip"
    with zipfile.ZipFile(file, "w", method) as bundle:
        bundle.writestr("README.txt", "what this is")
        bundle.writestr(name, gzip.compress(WHOLE))
    return file.read_bytes()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_recording_plays_from_its_bundle(tmp_path: Path, method: int) -> None:
    assert read(written(tmp_path, bundled(tmp_path, method=method))) == (RECORDS, 0)


def test_a_zip_file_of_something_else_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording in this zip"):
        read(written(tmp_path, bundled(tmp_path, "holiday.jpg")))


@pytest.mark.row("E7")
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_bundle_cut_or_flipped_anywhere_is_no_crash(tmp_path: Path, method: int) -> None:
    content = bundled(tmp_path, method=method)
    for place in range(4, len(content), 2):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place // 2) % 8
        for damaged in (content[:place], bytes(flipped)):
            file = written(tmp_path, damaged)
            with contextlib.suppress(RecordingError):
                records = list(Recording(file))
                assert [record for record in records if record not in RECORDS] == []
