"""Whatever bytes a terminal sends, and whichever modes it has, keys still work."""

from __future__ import annotations

import random

import pytest
from tests.ui.driver.pty_harness import Terminal

STRAY = {
    "latin-1": b"\xe9",
    "cut utf-8": b"\xe2\x82",
    "x10 mouse": b"\x1b[M \xc5\x21",
    "overlong": b"\xc0\x80\xff\xfe",
    "c1": b"\x9b\x90\x85",
    "empty csi": b"\x1b[;;;;R",
    "paste that never ends": b"\x1b[200~\xff\x1b[201~",
    "noise": random.Random(7)
    .randbytes(64)
    .translate(bytes(range(256)), b"\x03\x11\x1a\x1bbxqfrlws"),
}


def test_stray_bytes() -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        for name, stray in STRAY.items():
            terminal.type(stray)
            assert terminal.ask("r", "report"), name
        terminal.type(b"q")
        assert terminal.ended() == 0
        assert terminal.modes_left() == set()


@pytest.mark.parametrize("ssh", [True, False], ids=["ssh", "local"])
@pytest.mark.row("F7")
def test_nothing_that_types_garbage_is_on(ssh: bool) -> None:
    env = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"} if ssh else {}
    with Terminal(env=env) as terminal:
        terminal.event("ready")
        terminal.until(lambda: 1049 in terminal.modes_left(), "the alternate screen")
        terminal.ask("r", "report")
        on = terminal.modes_left()
        assert on - {"kitty"} == {1049, 25, 2004, 7}
        assert ("kitty" in on) is not ssh


@pytest.mark.row("F7")
def test_the_mouse_only_when_asked_for() -> None:
    with Terminal("mouse") as terminal:
        terminal.event("ready")
        terminal.until(lambda: {1000, 1006} <= terminal.modes_left(), "the mouse")
