"""An own bug is told in a few lines, none of which gives anything away."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ui.driver.pty_harness import Terminal

from wsdash.ui.crash import redact, report

CANARIES = ("canaryLOCAL", "canaryMESSAGE", "u:pw", "k=v", "evil\x07")


@pytest.mark.parametrize("state", ["idle", "stalled"])
@pytest.mark.row("E9", "G4")
def test_a_crash(tmp_path: Path, state: str) -> None:
    with Terminal(f"state={tmp_path}") as terminal:
        terminal.event("ready")
        if state == "stalled":
            terminal.reading.clear()
            terminal.until(lambda: terminal.ask("r", "report")["dropped"] > 2, "a stall")
        terminal.type("x")
        assert terminal.ended() == 70
        assert terminal.is_cooked()
        assert terminal.modes_left() == set()
        said = terminal.output.decode("utf-8", "replace")  # a stall may cut a frame anywhere
        assert "RuntimeError" in said
        assert "guest.py:" in said
        kept = (tmp_path / "crash.log").read_text()
        assert "RuntimeError" in kept
        assert (tmp_path / "crash.log").stat().st_mode & 0o077 == 0
        for canary in CANARIES:
            assert canary not in said
            assert canary not in kept


@pytest.mark.row("G4")
def test_memory_stays_inside_the_process(tmp_path: Path) -> None:
    with Terminal(f"state={tmp_path}") as terminal:
        terminal.event("ready")
        report = terminal.ask("r", "report")
        assert report["core"] == [0, 0]
        assert report["dumpable"] in (0, None)
        assert (tmp_path / "fault.log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("where", ["compose", "w", "s"], ids=["compose", "worker", "styles"])
@pytest.mark.row("E9", "G4")
def test_a_crash_elsewhere(where: str) -> None:
    with Terminal(*([where] if where == "compose" else ())) as terminal:
        if where != "compose":
            terminal.event("ready")
            terminal.type(where)
        assert terminal.ended() == 70
        assert terminal.is_cooked()
        assert terminal.modes_left() == set()
        said = terminal.output.decode()
        assert "wsdash stopped by an error of its own" in said
        if where == "w":
            assert "RuntimeError" in said
            assert "guest.py:" in said
        assert "canaryMESSAGE" not in said.split("stopped by an error")[1]


@pytest.mark.parametrize(
    "text",
    [
        "api_key=CANARYvalue",
        "'apiSecret': 'CANARYvalue'",
        "X-MBX-APIKEY: CANARYvalue",
        "Authorization: Bearer CANARYvalue",
        "password CANARYvalue rejected",
        "wss://user:CANARYvalue@host/ws",
        "https://host/path?listenKey=CANARYvalue",
        "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",
        "KeyError: 'c0ffee00c0ffee00c0ffee00c0ffee00'",
    ],
)
@pytest.mark.row("G4")
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    masked = redact(text)
    assert "CANARY" not in masked
    assert "c0ffee" not in masked
    assert "kQH5" not in masked


@pytest.mark.parametrize("text", ["list index out of range", "'bids'", "BTC/USD at 64123.5"])
def test_what_helps_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.row("E9")
def test_a_report_survives_an_error_that_cannot_be_shown() -> None:
    class BadError(Exception):
        def __str__(self) -> str:
            raise ValueError

    try:
        raise BadError from KeyError("bids")
    except BadError as error:
        said = report(error)
    assert "BadError" in said
    assert "KeyError" in said
    assert "\x1b" not in said
