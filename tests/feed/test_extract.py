"""Tables of recordings, against sums made from the raw lines alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.feed.test_summary import KRAKEN, line, link, recording
from tests.venues.captures import expected, found

from wsdash.cli import main
from wsdash.domain.candles import Candle
from wsdash.domain.events import CandlesMoved
from wsdash.exporting import BadExport, NotExported, Progress, run
from wsdash.feed import extract, tables
from wsdash.feed.extract import Told, What
from wsdash.feed.recording import RecordingError
from wsdash.feed.tables import FORMS, Table

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def usual_signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def rows(file: Path, out: Path, what: What, interval: str = "1m", venue: str | None = None) -> Rows:
    assert run(file, str(out), what, interval, venue) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(out.parent.glob("*.tmp")) == []
    with out.open(newline="") as text:
        return list(csv.DictReader(text))


def print_frame(number: int, price: str, size: str, side: str, second: str) -> str:
    return (
        f'{{"channel":"trade","type":"update","data":[{{"symbol":"BTC/USD","side":"{side}",'
        f'"price":{price},"qty":{size},"ord_type":"market","trade_id":{number},'
        f'"timestamp":"2026-11-25T12:{second}Z"}}]}}'
    )


PRINTS = [
    print_frame(1, "100.1", "0.10000000", "buy", "00:01.500000"),
    print_frame(2, "100.3", "0.20000000", "sell", "00:02.000000"),
    print_frame(2, "100.3", "0.20000000", "sell", "00:02.000000"),
    print_frame(3, "99.9", "0.00000001", "buy", "00:59.999999"),
    print_frame(4, "101.0", "5.00000000", "buy", "02:00.000000"),
]


def candle_frame(kind: str, *candles: tuple[str, str, str]) -> str:
    told = ",".join(
        f'{{"symbol":"BTC/USD","open":1.0,"high":9.0,"low":0.5,"close":{close},"trades":1,'
        f'"volume":{volume},"vwap":1.0,"interval_begin":"2026-11-25T12:{minute}:00.000000000Z",'
        f'"interval":1,"timestamp":"2026-11-25T12:{minute}:59Z"}}'
        for minute, close, volume in candles
    )
    return f'{{"channel":"ohlc","type":"{kind}","data":[{told}]}}'


def test_prints_are_told_once_and_exactly(tmp_path: Path) -> None:
    file = recording(tmp_path, [line(1.0 + n, KRAKEN, text) for n, text in enumerate(PRINTS)])
    got = rows(file, tmp_path / "x.csv", "trades")
    assert [row["id"] for row in got] == ["1", "2", "3", "4"]
    assert [row["size"] for row in got] == ["0.10000000", "0.20000000", "0.00000001", "5.00000000"]
    assert got[2] == {
        "time": "2026-11-25T12:00:59.999999Z", "venue": "kraken", "symbol": "BTC/USD", "id": "3",
        "price": "99.9", "size": "0.00000001", "side": "buy", "history": "false",
    }  # fmt: skip


def test_the_last_word_on_every_candle_is_told(tmp_path: Path) -> None:
    page = {"error": [], "result": {"XBTUSD": [
        [1_795_607_880, "1", "9", "1", "3", "2", "0.25", 1],
        [1_795_608_000, "1", "9", "1", "7", "2", "9", 1],
    ], "last": 1}}  # fmt: skip
    lines = [
        line(1.0, KRAKEN, candle_frame("snapshot", ("00", "1.0", "0.5"), ("01", "2.0", "1.5"))),
        line(2.0, KRAKEN, candle_frame("update", ("01", "2.5", "1.75"))),
        line(3.0, KRAKEN, candle_frame("update", ("02", "4.0", "0.10000000"))),
        line(
            4.0, "https://api.kraken.com/0/public/OHLC?pair=XBTUSD&interval=1",
            json.dumps(page), "rest",
        ),
    ]  # fmt: skip
    got = rows(recording(tmp_path, lines), tmp_path / "x.csv", "candles")
    assert [(row["start"][11:16], row["close"], row["volume"], row["closed"]) for row in got] == [
        ("11:58", "3", "0.25", "true"),
        ("12:00", "1.0", "0.5", "true"),
        ("12:01", "2.5", "1.75", "true"),
        ("12:02", "4.0", "0.10000000", "false"),
    ]


@pytest.mark.parametrize("interval", ["1s", "1m"])
def test_candles_the_venue_did_not_tell_are_made_of_prints(
    tmp_path: Path, interval: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = recording(tmp_path, [line(1.0 + n, KRAKEN, text) for n, text in enumerate(PRINTS)])
    got = rows(file, tmp_path / "x.csv", "candles", interval)
    assert sum(Decimal(row["volume"]) for row in got) == Decimal("5.30000001")
    assert ("made of prints" in capsys.readouterr().err) == (interval == "1m")
    if interval == "1m":
        first = got[0]
        assert [first[name] for name in ("open", "high", "low", "close", "volume")] == [
            "100.1", "100.3", "99.9", "99.9", "0.30000001",
        ]  # fmt: skip
        assert [row["start"][11:16] for row in got] == ["12:00", "12:02"]


def test_gaps_are_told_as_they_were_recorded(tmp_path: Path) -> None:
    def gap(**more: Any) -> dict[str, Any]:
        told = {"start": 10.0, "end": None, "connection": "kraken public", "symbol": ""}
        return link(12.0, "gap") | {"data": json.dumps(told | {"reason": "=lost"} | more)}

    lines = [
        gap(), gap(end=14.5),
        gap(start=20.0, symbol="BTC/USD", channels=["book"], missed="updates 4-5"),
    ]  # fmt: skip
    got = rows(recording(tmp_path, lines), tmp_path / "x.csv", "gaps")
    assert [(row["start"][-10:-1], row["end"][-10:-1]) for row in got] == [
        ("10.000000", "14.500000"), ("20.000000", ""),
    ]  # fmt: skip
    assert got[0]["reason"] == "'=lost"
    assert (got[1]["channels"], got[1]["missed"]) == ("book", "updates 4-5")


def test_gaps_that_nobody_wrote_down_follow_from_the_turns(tmp_path: Path) -> None:
    lines = [
        link(10.0, "opened"),
        line(11.0, KRAKEN, PRINTS[0]),
        link(12.0, "lost", reason="no answer"),
        link(15.0, "opened"),
    ]
    (row,) = rows(recording(tmp_path, lines), tmp_path / "x.csv", "gaps")
    assert (row["start"][-10:-1], row["end"][-10:-1]) == ("12.000000", "15.000000")
    assert row["reason"] == "no answer"


def test_memory_is_bounded_and_no_candle_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "KEPT", 10)
    told, final = Told(), []
    for minute in range(100):
        word = Candle(minute * 60, "1", "1", "1", str(minute), "1")
        old = Candle(0, "9", "9", "9", "9", "9")
        final += told.take(CandlesMoved("BTC", "1m", (old, word) if minute > 60 else (word,)))
        assert len(told.rest()) <= 10
    got = [*final, *told.rest()]
    assert [candle.start for candle in got] == [minute * 60 for minute in range(100)]
    assert [candle.close for candle in got] == [str(minute) for minute in range(100)]


def test_made_candles_are_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "KEPT", 10)
    lines = [
        line(float(n), KRAKEN, print_frame(n, "5.0", "0.5", "buy", f"{n // 60:02d}:{n % 60:02d}"))
        for n in range(1, 300)
    ]
    got = rows(recording(tmp_path, lines), tmp_path / "x.csv", "candles", "1s")
    starts = [row["start"] for row in got]
    assert len(starts) == 299
    assert starts == sorted(set(starts))


def test_what_makes_no_sense_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    file = recording(tmp_path, [line(1.0, KRAKEN, PRINTS[0])])
    there = tmp_path / "there.csv"
    there.write_text("precious")
    with pytest.raises(BadExport):
        run(file, str(tmp_path / "x.xls"), "trades", "1m", None)
    with pytest.raises(NotExported, match="exists already"):
        run(file, str(there), "trades", "1m", None)
    with pytest.raises(RecordingError):
        run(tmp_path / "none.jsonl", str(tmp_path / "x.csv"), "trades", "1m", None)
    with pytest.raises(NotExported):
        run(file, str(tmp_path / "nowhere" / "x.csv"), "trades", "1m", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["session.jsonl", "there.csv"]
    assert there.read_text() == "precious"


@pytest.mark.parametrize("what", ["trades", "candles", "gaps"])
def test_a_recording_that_is_not_there_puts_nothing_into_a_pipe(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], what: What
) -> None:
    with pytest.raises(RecordingError):
        run(tmp_path / "none.jsonl", "-", what, "1m", None)
    assert capfdbinary.readouterr().out == b""


@pytest.mark.parametrize("capture", found("*/binance-book-*.jsonl.gz"))
def test_recorded_prints_add_up_as_their_raw_lines_do(capture: Path, tmp_path: Path) -> None:
    raw: dict[str, list[Decimal]] = defaultdict(list)
    with gzip.open(capture, "rt") as lines:
        for entry in map(json.loads, lines):
            told = json.loads(entry["data"]) if entry["dir"] == "in" else {}
            data = told.get("data", told)
            if isinstance(data, dict) and data.get("e") in ("trade", "aggTrade"):
                raw[data["s"]].append(Decimal(data["q"]) * (-1 if data["m"] else 1))
    got: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows(capture, tmp_path / "x.csv", "trades", venue="binance"):
        got[row["symbol"]].append(Decimal(row["size"]) * (-1 if row["side"] == "sell" else 1))
    assert got == raw
    assert {symbol: len(told) for symbol, told in got.items()} == expected(capture)["trades"]


def test_the_command_line_says_what_is_wrong_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    file = str(recording(tmp_path, [line(1.0, KRAKEN, PRINTS[0])]))
    for out, code, words in (
        ("x.parquet", 1, "pip install 'wsdash[parquet]'"),
        ("x.txt", 2, "must end with .csv or .parquet"),
        ("session.jsonl/x.csv", 1, "not a directory"),
    ):
        arguments = ["export", file, "--out", str(tmp_path / out), "--what", "trades"]
        assert main(arguments) == code
        said = capsys.readouterr().err
        assert words in said.lower()
        assert len(said.splitlines()) == 1
    assert main(["export", file, "--out", "-", "--what", "trades"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(",1,100.1,0.10000000,buy,false")


class Heard(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(("terminal", "seconds"), [(True, 5), (True, 0), (False, 5)])
def test_progress_is_told_to_a_terminal_when_it_takes_a_while(
    terminal: bool, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 10_000 * (seconds or 1), seconds or 1))
    monkeypatch.setattr("time.monotonic", lambda: next(times) if seconds else 0.0)
    heard = Heard(terminal=terminal)
    monkeypatch.setattr("sys.stderr", heard)
    progress = Progress()
    for _ in range(2_000):
        progress.tick()
    progress.end()
    said = heard.getvalue()
    assert bool(said) == (terminal and seconds > 0)
    if said:
        assert "1,792 records" in said
        assert "\n" not in said
        assert said.endswith("\r"), "a clean line is left"


def test_a_signal_leaves_nothing_half_written(tmp_path: Path) -> None:
    file = recording(tmp_path, [line(1.0, KRAKEN, PRINTS[0])])
    code = (
        "import os, signal, sys; from wsdash.feed import extract; from wsdash import cli;"
        "extract.Extract._prints = lambda self: os.kill(os.getpid(), signal.SIGTERM) or [];"
        "raise SystemExit(cli.main(sys.argv[1:]))"
    )
    out = tmp_path / "x.csv"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", str(file), "--out", str(out), "--what", "trades"],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (143, b"")
    assert [path.name for path in tmp_path.iterdir()] == ["session.jsonl"]


def test_a_table_that_came_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = recording(tmp_path, [line(1.0, KRAKEN, PRINTS[0])]), tmp_path / "there.csv"

    def slow(_table: Table, out: BinaryIO) -> int:
        there.write_text("precious")
        return out.write(b"ours")

    monkeypatch.setitem(FORMS, ".csv", slow)
    with pytest.raises(NotExported, match="not overwritten"):
        run(file, str(there), "trades", "1m", None)
    assert there.read_text() == "precious"
    assert sorted(tmp_path.iterdir()) == sorted([file, there])
