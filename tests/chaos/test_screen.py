"""The terminal and the process, for as long as a fault lasts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.chaos.plugin import Figure
from tests.remote.terminal import environment
from tests.ui.driver.pty_harness import Terminal

STALL = float(os.environ.get("CHAOS_STALL", "30"))
"""Seconds for which a terminal does not read."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(STALL) + 120)]


@pytest.mark.row("E1")
def test_a_terminal_that_does_not_read_for_long_never_holds_the_loop_up(figure: Figure) -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        terminal.reading.clear()
        terminal.until(lambda: not terminal.ask("r", "report")["drawing"], "composing stopped")
        terminal.ask("r", "report")
        time.sleep(STALL)  # the fault itself
        report = terminal.ask("r", "report")
        figure("S12", gap=report["gap"], stalled=report["stalled"])
        assert report["stalled"] > STALL
        started = time.monotonic()
        terminal.reading.set()
        terminal.until(lambda: terminal.ask("r", "report")["drawing"], "drawing again")
        figure("E1", repaint=time.monotonic() - started)
        terminal.type("q")
        assert terminal.ended() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process as Linux does")
@pytest.mark.row("A9")
@pytest.mark.parametrize("venue", ["kraken:BTC/USD", "binance:BTCUSDT"])
def test_a_stopped_process_tells_nothing_from_before_as_live(
    venue: str, tmp_path: Path, figure: Figure
) -> None:
    """Stopped for eight seconds, with the venue going on, and continued."""
    env = environment(tmp_path)
    exchange = subprocess.Popen(
        [sys.executable, "-m", "wsdash", "exchange", "--until-stdin-closes"],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert exchange.stdout is not None
    assert exchange.stdin is not None
    try:
        urls = json.loads(exchange.stdout.readline())
        for name in urls:
            for field in ("ws_url", "rest_url"):
                env[f"WSDASH_VENUES__{name.upper()}__{field.upper()}"] = urls[name][field]
        out = tmp_path / "lines"
        with out.open("wb") as sink:
            tail = subprocess.Popen(
                [sys.executable, "-m", "wsdash", "tail", venue, "--channels", "book,status"],
                env=env, stdout=sink,
            )  # fmt: skip
        try:
            _wait(lambda: out.read_bytes().count(b'"state":"LIVE","sequence"') > 30)
            tail.send_signal(signal.SIGSTOP)
            stopped = time.time()
            time.sleep(8)  # the fault itself
            tail.send_signal(signal.SIGCONT)
            woken = time.time()
            _wait(lambda: _live_since(out, woken))
        finally:
            tail.send_signal(signal.SIGCONT)
            tail.terminate()
            assert tail.wait(20) == 128 + signal.SIGTERM
    finally:
        exchange.stdin.close()
        exchange.wait(10)
        exchange.stdout.close()
    after = [line for line in _lines(out) if line["received"] > woken - 0.2]
    books = [line for line in after if line["type"] == "book" and line["state"] == "LIVE"]
    old = [line for line in books if line["time"] and line["time"] < woken - 2]
    assert old == []
    reasons = {line.get("reason") for line in after if line["type"] == "status"}
    assert any(str(reason).startswith("resumed after") for reason in reasons)
    figure("A9", live_after=books[0]["received"] - woken, stopped=woken - stopped)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


def _live_since(file: Path, when: float) -> bool:
    return any(
        line["type"] == "book" and line["state"] == "LIVE" and line["received"] > when + 0.3
        for line in _lines(file)
    )


def _wait(condition: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.05)
