"""A terminal that does not read stops the picture, and nothing else."""

from __future__ import annotations

import pytest
from tests.ui.driver.pty_harness import Terminal


def rows_with(terminal: Terminal, number: int) -> int:
    return sum(f"number {number:08} " in line for line in terminal.screen())


@pytest.mark.row("E1")
def test_feeds_go_on_while_the_terminal_does_not_read() -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        terminal.reading.clear()
        terminal.until(lambda: not terminal.ask("r", "report")["drawing"], "composing stopped")
        first = terminal.ask("r", "report")
        later = terminal.until(
            lambda: (now := terminal.ask("r", "report"))["ticks"] > first["ticks"] + 30 and now,
            "the ticker went on",
        )
        assert later["dropped"] > 10
        assert later["stalled"] > first["stalled"] > 2
        assert later["drawn"] == first["drawn"]
        assert later["bytes"] == first["bytes"]
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.is_cooked()
        assert terminal.modes_left() == set()


@pytest.mark.row("E1")
def test_after_a_stall_the_screen_is_whole_and_true() -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        terminal.reading.clear()
        terminal.until(lambda: not terminal.ask("r", "report")["drawing"], "composing stopped")
        stalled = terminal.frozen()
        terminal.reading.set()
        terminal.until(lambda: rows_with(terminal, stalled["number"]) == 20, "the last picture")
        after = terminal.ask("r", "report")
        assert after["drawing"]
        assert after["stalled"] == 0
        redrawn = after["drawn"] - stalled["drawn"]
        assert redrawn <= 3, "a repaint, perhaps what a late layout changed, but no backlog"
        assert after["dropped"] == stalled["dropped"]


@pytest.mark.row("E1")
def test_a_terminal_that_reads_slowly_gets_whole_frames() -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        for _ in range(6):  # stall and drain in short turns
            terminal.reading.clear()
            before = terminal.ask("r", "report")["dropped"]
            terminal.until(lambda: terminal.ask("r", "report")["dropped"] > before, "a drop")  # noqa: B023
            terminal.reading.set()
            drawn = terminal.ask("r", "report")["drawn"]
            terminal.until(lambda: terminal.ask("r", "report")["drawn"] > drawn, "a frame")  # noqa: B023
        last = terminal.frozen()
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the last picture")
        shown = terminal.screen()
        assert all(line.startswith(f"row {row:02} ") for row, line in enumerate(shown[:20]))
        assert not any(line.strip() for line in shown[20:])
        terminal.type("q")
        assert terminal.ended() == 0


@pytest.mark.row("F4")
def test_a_storm_of_resizes_ends_with_a_true_screen() -> None:
    with Terminal() as terminal:
        terminal.event("ready")
        for step in range(200):
            terminal.resize(40 + step % 60, 5 + step % 40)
        terminal.resize(90, 30)
        last = terminal.frozen()
        terminal.output.clear()  # what was drawn for other sizes says nothing about this one
        terminal.resize(91, 30)
        terminal.resize(90, 30)
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the last picture")


def test_redraw_repairs_what_another_program_wrote() -> None:
    with Terminal() as terminal:
        last = terminal.frozen()
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the last picture")
        terminal.output += b"\x1b[HBroadcast message from root\r\n\x1b[2J"
        terminal.type("l")
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the picture again")


@pytest.mark.row("F4")
def test_a_resize_is_one_frame_and_none_of_the_old_size_is_sent_after_it() -> None:
    with Terminal() as terminal:
        last = terminal.frozen()
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the last picture")
        before = terminal.ask("r", "report")["drawn"]
        terminal.output.clear()
        terminal.resize(101, 33)
        terminal.until(lambda: rows_with(terminal, last["number"]) == 20, "the picture again")
        assert terminal.ask("r", "report")["drawn"] == before + 1
