"""The demo over a real sshd on loopback, and inside a real tmux."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.remote.terminal import ROOT, WSDASH, Sshd, Terminal, environment, running, wait

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and /run/sshd"),
    pytest.mark.timeout(120),
]

needs_sshd = pytest.mark.skipif(
    not Path(Sshd.PROGRAM).exists() or os.geteuid() != 0, reason="needs sshd, and root to run it"
)
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    daemon = Sshd(tmp_path)
    yield daemon
    daemon.close()


def demo(tmp_path: Path, mark: str = "") -> str:
    """The command line of a demo on the other side of an ssh."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    words = environment(home) | {"WSDASH_MARK": mark}
    setting = " ".join(f"{name}='{value}'" for name, value in words.items() if name != "TERM")
    return f"cd {ROOT}; env {setting} {WSDASH} demo"


def is_live(screen: str) -> bool:
    """Whether book and account of the demo are live."""
    return "BTC/USD kraken" in screen and "LIVE" in screen and "1 retrying" not in screen


@needs_sshd
def test_the_demo_runs_over_ssh_and_leaves_by_q(sshd: Sshd, tmp_path: Path) -> None:
    with Terminal(sshd.command(demo(tmp_path)), environment(tmp_path)) as terminal:
        terminal.wait_for(is_live, "a live book")
        terminal.type("q")
        assert terminal.child.wait(20) == 0


@needs_sshd
@pytest.mark.row("E1")
def test_a_frozen_ssh_client_stalls_no_feed(sshd: Sshd, tmp_path: Path) -> None:
    with Terminal(sshd.command(demo(tmp_path)), environment(tmp_path)) as terminal:
        before = terminal.wait_for(lambda s: len(attempts(s)) == 5, "five connections")
        terminal.child.send_signal(signal.SIGSTOP)
        time.sleep(4)  # the stall itself
        terminal.child.send_signal(signal.SIGCONT)
        after = terminal.wait_for(lambda s: clock(s) >= clock(before) + 4, "the time after it")
        assert is_live(after)
        assert attempts(after) == attempts(before)  # nobody had to connect again


@needs_sshd
@pytest.mark.row("F7", "F2")
def test_a_killed_ssh_client_leaves_nothing_running(sshd: Sshd, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    with Terminal(sshd.command(demo(tmp_path, mark)), environment(tmp_path)) as terminal:
        terminal.wait_for(is_live, "a live book")
        assert running(mark)
        terminal.child.kill()
        wait(lambda: running(mark), lambda lines: not lines, "the end of all it started")


@needs_tmux
@pytest.mark.row("F6")
def test_a_tmux_session_can_be_left_and_come_back_to(tmp_path: Path) -> None:
    socket = f"wsdash-{uuid.uuid4().hex[:8]}"
    mark = uuid.uuid4().hex

    def tmux(*words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", socket, "-f", "/dev/null", *words],
            capture_output=True, text=True, check=False, env=environment(tmp_path),
        )  # fmt: skip
        return done.stdout

    try:
        tmux("new-session", "-d", "-x", "80", "-y", "24", demo(tmp_path, mark))
        wait(lambda: tmux("capture-pane", "-p"), is_live, "a live book")
        with Terminal(
            ["tmux", "-L", socket, "attach"], environment(tmp_path), (80, 24)
        ) as terminal:
            terminal.wait_for(is_live, "the session")
        tmux("resize-window", "-x", "40", "-y", "10")
        small = wait(
            lambda: tmux("capture-pane", "-p"),
            lambda s: is_live(s) and len(s.splitlines()) <= 10,
            "the small screen",
        )
        assert all(len(line) <= 40 for line in small.splitlines())
    finally:
        tmux("kill-server")
    wait(lambda: running(mark), lambda lines: not lines, "the end of all it started")


def clock(screen: str) -> int:
    """The time of the title row in seconds of the day."""
    hours, minutes, seconds = re.findall(r"(\d\d):(\d\d):(\d\d)", screen.splitlines()[0])[-1]
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def attempts(screen: str) -> list[str]:
    """The attempts of each connection."""
    return re.findall(r"attempts (\d+)/", screen)
