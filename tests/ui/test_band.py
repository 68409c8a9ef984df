from __future__ import annotations

from itertools import pairwise

from wsdash.ui.band import LONGEST, PROVEN, REST, STEPS, Band, Mode
from wsdash.ui.output_stats import OutputStats
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.status import Vitals, vital_signs
from wsdash.ui.tempo import CALM, Tempo


class Line:
    """A line to a terminal, of which a test says how long things wait on it."""

    def __init__(self, mode: Mode = "auto") -> None:
        self.now = 0.0
        self.stats = OutputStats()
        self.band = Band(lambda: self.stats, mode, lambda: self.now)
        self.turns: list[bool] = []
        self.band.changed = lambda: self.turns.append(self.band.low)

    def run(self, seconds: float, waiting: float, *, reads: bool = True) -> float | None:
        """Let time pass in which something waits for that share of it."""
        for _ in range(round(seconds * 4)):
            self.stats.waits(self.now)
            self.stats.kept_up(self.now + waiting / 4)
            self.now += 0.25
            if reads:
                self.stats.wrote(100, self.now)
            self.band.look()
        return self.band.fps


def test_a_slow_line_gets_fewer_frames_step_by_step() -> None:
    line = Line()
    assert line.run(30, 0.1) is None
    seen = [line.run(1, 0.9) for _ in range(30)]
    assert [fps for fps in dict.fromkeys(seen) if fps] == list(STEPS)
    assert line.turns == [True]


def test_it_is_full_again_when_nothing_waits_for_long_enough() -> None:
    line = Line()
    line.run(3, 0.9)
    assert line.run(REST - 3, 0.0) == STEPS[0]
    assert line.run(5, 0.0) is None
    assert line.turns == [True, False]


def test_neither_slow_nor_fast_changes_nothing() -> None:
    line = Line()
    assert line.run(60, 0.4) is None
    line.run(3, 0.9)
    assert line.run(600, 0.4) == STEPS[0]


def test_after_a_try_that_failed_the_next_is_later() -> None:
    line = Line()
    waits: list[float] = []
    for _ in range(8):
        while not line.band.low:
            line.run(1, 0.9)  # carries little, and not all
        began = line.now
        while line.band.low:
            line.run(1, 0.0)
        waits.append(line.now - began)
    assert waits[0] < REST + 2
    assert all(later > 1.7 * sooner for sooner, later in pairwise(waits[:6]))
    assert max(waits) < LONGEST + 2
    assert line.run(PROVEN + 2, 0.0) is None  # a try that holds is the last
    line.run(3, 0.9)
    assert line.run(REST + 2, 0.0) is None


def test_a_terminal_that_reads_nothing_says_nothing_about_its_line() -> None:
    line = Line()
    assert line.run(120, 1.0, reads=False) is None


def test_what_waits_counts_while_it_waits() -> None:
    stats = OutputStats()
    stats.waits(10.0)
    assert stats.waited(12.5) == 2.5
    stats.kept_up(13.0)
    assert stats.waited(99.0) == 3.0


def test_told_low_it_is_low_and_slower_if_need_be_and_told_full_it_never_is() -> None:
    low = Line("low")
    assert low.run(60, 0.0) == STEPS[0]
    assert low.run(60, 0.9) == STEPS[-1]
    full = Line("full")
    assert full.run(60, 0.9) is None
    full.band.force("low")
    full.band.force("auto")
    assert full.turns == [True, False]


def test_on_a_slow_line_all_panes_wake_for_the_same_frame() -> None:
    now, limit = 100.03, 8
    tempo = Tempo(30, lambda: 0.0, lambda: now, lambda: limit)

    def wake(at: float) -> float:
        nonlocal now
        now = at
        return now + tempo.pause()

    wakes = [wake(at) for at in (100.03, 100.07, 100.12)]
    assert max(wakes) - min(wakes) < 1e-9
    assert (tempo.fps, tempo.slowed, tempo.idle(0.1)) == (8, False, CALM)


def test_the_bottom_line_says_that_the_line_is_slow() -> None:
    vitals = Vitals(written=12 * 1024, frames=8, loop=0.004, lag=0.038, low=8)
    wide = plain_text(vital_signs(vitals, 80))
    assert "low bandwidth 8 fps  tty  12 KiB/s" in wide
    assert wide.count("fps") == 1
    narrow = vital_signs(vitals, 34)
    assert plain_text(narrow).startswith("low bandwidth 8 fps  loop")
    assert width_of(narrow) <= 34


def test_half_a_frame_a_second_is_said_as_such() -> None:
    assert "low bandwidth 0.5 fps" in plain_text(vital_signs(Vitals(low=0.5), 80))
