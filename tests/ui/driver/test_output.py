"""A frame goes out whole or not at all, and nobody waits for it."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import threading
import time
from collections.abc import Iterator

import pytest

from wsdash.ui.output import FrameWriter, open_terminal
from wsdash.ui.output_stats import OutputStats
from wsdash.ui.terminal import LoopLag

FRAME = re.compile(rb"<(\d+):x{20000}>")


class Line:
    """A pty whose reader is the test."""

    def __init__(self, own: bool) -> None:
        self.master, self.slave = pty.openpty()
        fd, mine = open_terminal([self.slave])
        assert mine
        if not own:
            os.close(fd)
            fd = self.slave
        self.stats = OutputStats()
        self.drained, self.gone = threading.Event(), threading.Event()
        self.writer = FrameWriter(
            fd,
            own=own,
            stats=self.stats,
            on_drain=self.drained.set,
            on_gone=self.gone.set,
        )

    def read_until(self, end: bytes) -> bytes:
        read = b""
        while not read.endswith(end):
            read += os.read(self.master, 65536)
        return read


@pytest.fixture(params=[True, False], ids=["own", "shared"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    line = Line(request.param)
    yield line
    os.close(line.slave)
    os.close(line.master)


def test_frames_are_whole(line: Line) -> None:
    frames = [b"<%d:%s>" % (number, b"x" * 20000) for number in range(40)]
    taken = [frame for frame in frames if line.writer.offer(frame)]
    assert 0 < len(taken) < len(frames)
    assert line.stats.frames_dropped == len(frames) - len(taken)
    assert line.writer.busy
    assert line.writer.send(b"\x1b[?1000l"), "a mode change waits, it is not refused"
    got = line.read_until(b"\x1b[?1000l")
    assert got == b"".join(taken) + b"\x1b[?1000l"
    assert line.drained.wait(5)
    assert not line.writer.busy
    assert line.stats.stalled_since is None
    assert line.stats.dropped_in_stall == 0
    assert line.writer.offer(b"again")
    assert line.read_until(b"again") == b"again"
    line.writer.finish(b"bye")
    assert line.read_until(b"bye") == b"bye"


def test_the_farewell_arrives_although_nobody_reads(line: Line) -> None:
    while line.writer.offer(b"x" * 20000) or not line.stats.frames_dropped:
        time.sleep(0.01)
    line.writer.finish(b"bye")
    assert line.read_until(b"bye").endswith(b"\x1b\\bye")
    assert not line.writer.offer(b"late")
    assert not line.writer.send(b"late")


@pytest.mark.row("E1")
def test_what_waits_is_bounded() -> None:
    line = Line(own=True)
    while line.writer.send(b"x" * 60000):
        assert line.stats.bytes_written < 10**7
    os.close(line.master)
    os.close(line.slave)
    assert line.gone.wait(5), "and the end of the terminal is noticed"
    line.writer.finish(b"bye")


def test_the_words_of_the_status_bar() -> None:
    stats = OutputStats()
    for frame in range(30):
        stats.wrote(1058, 100 + frame / 31)
        stats.drew(100 + frame / 31)
    assert stats.words(101.5) == "tty 31 KiB/s 30 fps"
    assert stats.words(103.5) == "tty 0 KiB/s 0 fps"
    stats.stalled_since = 110.0
    for _ in range(831):
        stats.dropped()
    assert stats.words(152.0) == "terminal stalled 42 s, 831 frames dropped"


@pytest.mark.row("E2")
async def test_a_blocked_loop_is_seen() -> None:
    lag = LoopLag(every=0.01)
    watch = asyncio.create_task(lag.watch())
    await asyncio.sleep(0.05)
    time.sleep(0.2)  # noqa: ASYNC251 - the fault under test
    await asyncio.sleep(0.05)
    watch.cancel()
    assert lag.worst >= 0.15
