from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.feed.test_summary import KRAKEN, line, recording
from tests.test_cli import exit_code, said
from tests.venues import kraken_frames

from wsdash.arguments import USAGE
from wsdash.cli import FAILED


def session(folder: Path, seconds: int = 3) -> Path:
    frame = kraken_frames.matic_snapshot()
    return recording(folder, [line(t + 0.5, KRAKEN, frame) for t in range(seconds)])


def test_figures_are_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("replay", str(session(tmp_path)), "--figures") == 0
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [entry["time"] for entry in lines] == [1.0, 2.0, 3.0]
    assert {len(entry) for entry in lines} == {17}


def test_the_interval_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("replay", str(session(tmp_path)), "--figures", "--every", "2.5") == 0
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [entry["time"] for entry in lines] == [2.5, 5.0]


@pytest.mark.parametrize("every", ["0", "-1", "nan", "inf", "soon", "0.0001", ""])
def test_a_bad_interval_is_2_and_a_sentence(
    tmp_path: Path, every: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("replay", str(session(tmp_path)), "--figures", f"--every={every}") == USAGE
    words = said(capsys)
    assert "--every" in words
    assert "must be" in words


def test_summary_and_figures_together_are_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("replay", str(session(tmp_path)), "--figures", "--summary") == USAGE
    assert "not allowed with" in said(capsys)


def test_what_cannot_be_read_is_1_and_an_unknown_venue_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("replay", str(tmp_path / "none"), "--figures") == FAILED
    assert "No such file" in said(capsys)
    assert exit_code("replay", "x", "--figures", "--venue", "mtgox") == USAGE
    assert "unknown venue" in said(capsys)


def test_damage_is_said_beside_the_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = session(tmp_path)
    file.write_text(file.read_text() + '{"t": 3.5, "conn"')
    assert exit_code("replay", str(file), "--figures") == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert "1 damaged" in err


@pytest.mark.row("G1")
def test_a_line_holds_nothing_that_a_terminal_obeys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = kraken_frames.TRADE.decode().replace("BTC/USD", "A\x9b31m\x7f\u202e/\\u001b")
    file = recording(tmp_path, [line(1.0, KRAKEN, frame)])
    assert exit_code("replay", str(file), "--figures") == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.removesuffix("\n").isprintable()
    assert json.loads(out)["symbol"] == "A\x9b31m\x7f\u202e/\x1b"


def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    file = session(tmp_path, 1_000)
    command = [sys.executable, "-m", "wsdash", "replay", str(file), "--figures"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["symbol"] == "MATIC/USD"
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0
