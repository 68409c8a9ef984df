"""Whatever ends the program leaves the terminal clean and says why by the exit code."""

from __future__ import annotations

import os
import signal

import pytest
from tests.ui.driver.pty_harness import Terminal
from textual.app import ComposeResult
from textual.widgets import Input

from wsdash.ui.terminal import TerminalApp

FATAL = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def bring(terminal: Terminal, state: str) -> None:
    terminal.event("ready")
    if state == "busy":
        terminal.ask("b", "busy")
    if state == "stalled":
        terminal.reading.clear()
        terminal.until(lambda: terminal.ask("r", "report")["dropped"] > 2, "a stall")


@pytest.mark.parametrize("state", ["idle", "busy", "stalled"])
@pytest.mark.parametrize("number", FATAL, ids=lambda number: number.name)
@pytest.mark.row("F1")
def test_signals(number: signal.Signals, state: str) -> None:
    with Terminal("mouse") as terminal:
        bring(terminal, state)
        terminal.send(number)
        assert terminal.ended() == 128 + number
        assert terminal.is_cooked()
        assert terminal.modes_left() == set()


@pytest.mark.parametrize("state", ["idle", "stalled"])
@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("q", 0)])
def test_keys_that_leave(key: str, code: int, state: str) -> None:
    with Terminal() as terminal:
        bring(terminal, state)
        terminal.type(key)
        assert terminal.ended() == code
        assert terminal.is_cooked()
        assert terminal.modes_left() == set()


@pytest.mark.row("F1")
def test_a_signal_the_parent_ignores_stays_ignored() -> None:
    with Terminal(ignore=(signal.SIGHUP,)) as terminal:
        terminal.event("ready")
        terminal.send(signal.SIGHUP)
        before = terminal.ask("r", "report")["ticks"]
        terminal.until(lambda: terminal.ask("r", "report")["ticks"] > before + 20, "life goes on")
        terminal.type("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize("ignore", [(), (signal.SIGHUP,)], ids=["hup", "nohup"])
@pytest.mark.row("F2")
def test_a_terminal_that_is_gone(ignore: tuple[signal.Signals, ...]) -> None:
    with Terminal(ignore=ignore) as terminal:
        terminal.event("ready")
        terminal.hang_up()
        assert terminal.ended() == 129


@pytest.mark.row("F2")
def test_stdin_at_its_end() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        with Terminal(stdin=nothing) as terminal:
            assert terminal.ended() == 129
            assert terminal.modes_left() == set()
    finally:
        os.close(nothing)


@pytest.mark.row("F3")
def test_stopped_and_continued() -> None:
    with Terminal() as terminal:
        last = terminal.frozen()
        for _ in range(2):
            terminal.send(signal.SIGTSTP)
            terminal.until(terminal.stopped, "stopped")
            terminal.until(lambda: not terminal.modes_left(), "modes off")
            assert terminal.is_cooked()
            terminal.output.clear()
            terminal.send(signal.SIGCONT)
            assert terminal.event("resumed")["away"] > 0
            shown = f"number {last['number']:08} "
            terminal.until(
                lambda: sum(shown in line for line in terminal.screen()) == 20,  # noqa: B023
                "a full picture",
            )
            assert not terminal.is_cooked()
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.modes_left() == set()


@pytest.mark.row("F3")
def test_stopped_from_outside_and_continued_after_another_program_had_the_terminal() -> None:
    with Terminal() as terminal:
        last = terminal.frozen()
        terminal.send(signal.SIGSTOP)
        terminal.until(terminal.stopped, "stopped")
        terminal.output.clear()
        terminal.send(signal.SIGCONT)
        terminal.event("resumed")
        shown = f"number {last['number']:08} "
        terminal.until(
            lambda: sum(shown in line for line in terminal.screen()) == 20, "a full picture"
        )


@pytest.mark.row("F3", "E1")
def test_stopped_while_the_terminal_does_not_read() -> None:
    with Terminal() as terminal:
        bring(terminal, "stalled")
        terminal.until(lambda: not terminal.ask("r", "report")["drawing"], "composing stopped")
        last = terminal.frozen()
        terminal.send(signal.SIGTSTP)
        terminal.until(terminal.stopped, "stopped")
        assert terminal.is_cooked()
        terminal.reading.set()
        terminal.until(lambda: not terminal.modes_left(), "modes off")
        terminal.send(signal.SIGCONT)
        shown = f"number {last['number']:08} "
        terminal.until(
            lambda: sum(shown in line for line in terminal.screen()) == 20, "a full picture"
        )


def test_ctrl_z_does_not_stop_what_no_shell_could_continue() -> None:
    with Terminal() as terminal:  # a session leader, as after `ssh -t host wsdash`
        terminal.event("ready")
        terminal.type("\x1a")
        before = terminal.ask("r", "report")["ticks"]
        terminal.until(lambda: terminal.ask("r", "report")["ticks"] > before + 20, "life goes on")
        assert not terminal.stopped()


async def test_ctrl_c_leaves_whatever_has_the_focus() -> None:
    class Typing(TerminalApp):
        def compose(self) -> ComposeResult:
            yield Input("selected", select_on_focus=True)

    app = Typing()
    async with app.run_test() as pilot:
        app.screen.query_one(Input).focus()
        await pilot.press("a", "ctrl+c")
    assert app.return_code == 130
