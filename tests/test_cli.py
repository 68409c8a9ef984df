from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.feed.test_summary import KRAKEN, line, recording
from tests.venues import kraken_frames
from tests.virtual import play

from wsdash import __version__, commands
from wsdash.arguments import COMMANDS, USAGE, parser
from wsdash.cli import FAILED, main
from wsdash.domain.instrument import Instrument
from wsdash.feed.market import Board
from wsdash.settings import Settings

CANARY = "CANARY4711"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.upper().startswith("WSDASH_"):
            monkeypatch.delenv(name)
    config = tmp_path / "config.toml"
    monkeypatch.setenv("WSDASH_CONFIG", str(config))
    monkeypatch.setenv("WSDASH_STATE", str(tmp_path / "state"))
    return config


def exit_code(*arguments: str) -> int:
    try:
        return main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What went to stderr: a sentence, not a traceback."""
    words = capsys.readouterr().err
    assert "Traceback" not in words
    assert "\x1b" not in words
    assert len(words.splitlines()) <= 5
    return words


def wsdash(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wsdash", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **more)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["replay"],
        ["replay", "x", "--speed", "fast"],
        ["replay", "x", "--speed", "0"],
        ["replay", "x", "--speed", "nan"],
        ["tail"],
        ["tail", "kraken:BTC/USD", "--channels", "book,nonsense"],
        ["tail", "kraken:BTC/USD", "--seconds", "-1"],
        ["record", "kraken:BTC/USD"],
        ["exchange", "--port", "65536"],
        ["exchange", "--seed", "x"],
        ["config", "explode"],
        ["symbols"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_2_and_says_what_was_wrong(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == USAGE == 2
    words = capsys.readouterr().err
    assert "usage: wsdash" in words
    assert "invalid _" not in words


def test_help_names_every_command_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    words = capsys.readouterr().out
    assert all(command in words for command in COMMANDS)
    for command in COMMANDS:
        assert exit_code(command, "--help") == 0


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys; from wsdash.cli import main\n"
        "for flag in ('--version', '--help'):\n"
        "    try: main([flag])\n"
        "    except SystemExit as end: assert not end.code\n"
        "heavy = {'textual', 'rich', 'pydantic', 'aiohttp', 'websockets', 'msgspec', 'asyncio'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"wsdash {__version__}\n")


@pytest.mark.parametrize("arguments", [[], ["kraken:BTC/USD"], ["live", "kraken:BTC/USD"]])
def test_where_there_is_no_terminal_no_screen_is_drawn(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == USAGE
    assert "wsdash tail VENUE:SYMBOL" in said(capsys)


def test_a_replay_where_there_is_no_terminal_hints_at_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("replay", str(tmp_path / "x")) == USAGE
    assert "wsdash replay FILE --summary" in said(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["tail", "mtgox:BTC/USD"],
        ["record", "mtgox:BTC/USD", "--out", "never-made"],
        ["symbols", "mtgox"],
        ["doctor", "mtgox"],
        ["replay", "x", "--summary", "--venue", "mtgox"],
        ["keys", "check", "mtgox"],
        ["tail", "BTC/USD"],
        ["tail", "kraken:"],
    ],
    ids=" ".join,
)
def test_an_unknown_venue_or_no_market_is_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == USAGE
    words = said(capsys)
    assert "unknown venue 'mtgox'" in words or "is no market" in words
    assert not Path("never-made").exists()


@pytest.mark.row("E6", "G5")
@pytest.mark.parametrize(
    "text",
    [f'theme = "{CANARY}', f'fps = "{CANARY}"', f'[venues.kraken]\nws_url = "ws://{CANARY}.com"'],
)
@pytest.mark.parametrize("arguments", [["tail", "kraken:BTC/USD"], ["config", "show"], []])
def test_broken_settings_are_2_and_quote_no_value(
    text: str, arguments: list[str], own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folders.write_text(text)
    assert exit_code(*arguments) == USAGE
    words = said(capsys)
    assert str(own_folders) in words
    assert CANARY not in words


def test_a_secret_that_is_none_of_the_venue_s_is_2_and_not_quoted(
    own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folders.write_text(f'[venues.kraken]\napi_key = "k"\napi_secret = "{CANARY}!"')
    own_folders.chmod(0o600)
    assert exit_code("tail", "kraken:BTC/USD", "--seconds", "1") == USAGE
    words = said(capsys)
    assert "not base64" in words
    assert CANARY not in words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"no recording\n", "not a recording"),
        (b"\x1f\x8bbroken", "not a recording"),
        (json.dumps(line(1.0, "wss://example.com/", "{}")).encode(), "try --venue"),
    ],
)
def test_a_recording_that_cannot_be_read_is_1(
    tmp_path: Path, content: bytes | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "session.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert exit_code("replay", str(file), "--summary") == FAILED == 1
    assert words in said(capsys)


@pytest.mark.row("G1")
def test_the_name_of_a_file_cannot_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x\x1b]0;owned\x07\u202e.jsonl"
    assert exit_code("replay", str(file), "--summary") == FAILED
    words = said(capsys)
    assert "\x07" not in words
    assert "\u202e" not in words


def test_a_summary_is_one_json_object_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = recording(tmp_path, [line(1.0, KRAKEN, kraken_frames.matic_snapshot())])
    assert exit_code("replay", str(file), "--summary") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["checksum_pass"] == 1


@pytest.mark.row("G1")
def test_a_summary_holds_nothing_that_a_terminal_obeys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = kraken_frames.TRADE.decode().replace("BTC/USD", "A\x9b31m\u202e/\\u001b")
    file = recording(tmp_path, [line(1.0, KRAKEN, frame)])
    assert exit_code("replay", str(file), "--summary") == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert list(json.loads(out)["trades"]) == ["A\x9b31m\u202e/\x1b"]


def test_settings_can_be_begun_shown_and_found(
    own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("config", "path") == 0
    assert capsys.readouterr().out == f"{own_folders}\n"
    assert exit_code("config", "init") == 0
    assert own_folders.stat().st_mode & 0o077 == 0
    assert exit_code("config", "init") == USAGE
    assert "not overwritten" in said(capsys)
    assert exit_code("config", "show") == 0
    assert "theme = wsdash-dark" in capsys.readouterr().out


def test_settings_that_cannot_be_there_are_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WSDASH_CONFIG", str(tmp_path / "file" / "config.toml"))
    assert exit_code("config", "init") == USAGE
    words = capsys.readouterr().err
    assert words.startswith("wsdash: ")
    assert "exists already" not in words


def test_every_argument_says_what_it_is() -> None:
    for action in every_action(parser()):
        assert action.help or isinstance(action, argparse._SubParsersAction), action


def every_action(top: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in top._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from every_action(command)


def test_the_venues_there_are_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("venues") == 0
    names = [row.split("\t")[0] for row in capsys.readouterr().out.splitlines()]
    assert names == ["kraken", "binance", "binance_us", "bybit"]


@pytest.mark.row("G1")
def test_listed_names_cannot_reach_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = Instrument("kraken", "A\x1b[31m/\u202eB", "A\x9b", "B", "1", 1, 1, "on\x07line")

    def listed(feed: Any, body: Any) -> int:
        feed.board.instruments["kraken"] = {evil.name: evil}
        return 0

    monkeypatch.setattr(commands, "_run", listed)
    assert commands.symbols(Settings(), "kraken", "") == 0
    assert capsys.readouterr().out == "A·[31m/·B\tA·/B\ton·line\n"


def test_a_list_is_seen_when_it_comes_and_not_at_the_next_turn_of_a_connection() -> None:
    """The list comes by REST, when the connection has long been live and nothing of it changes."""
    listed = Instrument("kraken", "BTC/USD", "BTC", "USD", "0.1", 1, 8)

    async def turned(seen: int) -> int:
        await asyncio.Event().wait()
        return seen

    async def scene() -> float:
        board, loop = Board(), asyncio.get_running_loop()
        began = loop.time()
        feed: Any = SimpleNamespace(board=board, links_changed=turned, reports=list)
        loop.call_later(1.0, board.instruments.setdefault, "kraken", {listed.name: listed})
        await commands._listed(feed, "kraken")
        return loop.time() - began

    assert play(scene()) < 2.0


def test_our_own_bug_is_70_and_shows_no_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        secret = CANARY
        raise KeyError(len(secret))

    monkeypatch.setattr(commands, "venues", fail)
    assert exit_code("venues") == 70
    assert CANARY not in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "venues", interrupted)
    assert exit_code("venues") == 130


@pytest.fixture(scope="module")
def exchange() -> Iterator[dict[str, Any]]:
    """The embedded exchange: its addresses."""
    command = [sys.executable, "-m", "wsdash", "exchange", "--until-stdin-closes"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as child:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
        child.communicate(timeout=10)


def environment(exchange: dict[str, Any]) -> dict[str, str]:
    """The environment in which Kraken is the embedded exchange; no account."""
    urls = {f"WSDASH_VENUES__KRAKEN__{n.upper()}": v for n, v in exchange["kraken"].items()}
    return os.environ | {name: url for name, url in urls.items() if name.endswith("_URL")}


def test_an_unknown_symbol_is_2(exchange: dict[str, Any]) -> None:
    done = wsdash("tail", "kraken:BTC/NOPE", "--seconds", "20", env=environment(exchange))
    assert done.returncode == USAGE
    assert "unknown symbol kraken:BTC/NOPE" in done.stderr.splitlines()[-1]


def test_a_reader_that_has_seen_enough_is_no_error(exchange: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "wsdash", "tail", "kraken:BTC/USD"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment(exchange)) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["venue"] == "kraken"
        child.stdout.close()
        try:
            assert child.wait(20) == 0
            assert child.stderr.read() == b""
        finally:
            child.kill()


@pytest.mark.parametrize("arguments", [["venues"], ["--help"], ["config", "show"]], ids=" ".join)
def test_a_closed_pipe_is_no_error(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "wsdash", *arguments],
        stdout=writing, stderr=subprocess.PIPE, check=False, timeout=30,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_demo_with_broken_faults_is_2_and_says_it_once(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text("garbage")
    done = subprocess.run(
        [sys.executable, "-m", "wsdash", "demo", "--faults", str(faults)],
        capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("wsdash:") == 1
    assert "is not JSON" in done.stderr
