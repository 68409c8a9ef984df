from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from wsdash.ui.allowance import Allowance
from wsdash.ui.band import LONGEST, MEASURED, PROVEN, REST, STEPS, Band, Mode
from wsdash.ui.output_stats import OutputStats
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.status import Vitals, vital_signs
from wsdash.ui.tempo import CALM, Tempo

SLUGGISH = 0.7
"""Share of the time that things wait on a slow line that is not full."""


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
    seen = [line.run(1, SLUGGISH) for _ in range(30)]
    assert [fps for fps in dict.fromkeys(seen) if fps] == [less.fps for less in STEPS]
    assert line.turns == [True]


def test_it_is_full_again_when_nothing_waits_for_long_enough() -> None:
    line = Line()
    line.run(3, SLUGGISH)
    assert line.run(REST - 3, 0.0) == STEPS[0].fps
    assert line.run(5, 0.0) is None
    assert line.turns == [True, False]


def test_neither_slow_nor_fast_changes_nothing() -> None:
    line = Line()
    assert line.run(60, 0.4) is None
    line.run(3, SLUGGISH)
    assert line.run(600, 0.4) == STEPS[0].fps


def test_after_a_try_that_failed_the_next_is_later() -> None:
    line = Line()
    waits: list[float] = []
    for _ in range(8):
        while not line.band.low:
            line.run(1, SLUGGISH)  # carries little, and not all
        began = line.now
        while line.band.low:
            line.run(1, 0.0)
        waits.append(line.now - began)
    assert waits[0] < REST + 2
    assert all(later > 1.7 * sooner for sooner, later in pairwise(waits[:6]))
    assert max(waits) < LONGEST + 2
    assert line.run(PROVEN + 2, 0.0) is None  # a try that holds is the last
    line.run(3, SLUGGISH)
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
    assert low.run(60, 0.0) == STEPS[0].fps
    assert low.run(60, SLUGGISH) == STEPS[-1].fps
    full = Line("full")
    assert full.run(60, SLUGGISH) is None
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
    vitals = Vitals(written=12 * 1024, frames=8, loop=0.004, lag=0.038, low=STEPS[0])
    wide = plain_text(vital_signs(vitals, 80))
    assert "low bandwidth 8 fps  tty  12 KiB/s" in wide
    assert wide.count("fps") == 1
    narrow = vital_signs(vitals, 34)
    assert plain_text(narrow).rstrip() == "low bandwidth 8 fps"
    assert width_of(narrow) <= 34


def test_the_bottom_line_says_what_a_slow_line_does_not_get() -> None:
    vitals = Vitals(written=900, frames=1, loop=0.004, lag=0.038, low=STEPS[3])
    assert "low bandwidth 1 fps, others 4 s, plain  tty" in plain_text(vital_signs(vitals, 80))
    narrow = plain_text(vital_signs(vitals, 42)).rstrip()
    assert narrow == "low bandwidth 1 fps, others 4 s, plain", "before lag, rate and a loop in time"
    late = plain_text(vital_signs(vitals._replace(loop=1.2), 42))
    assert "low bandwidth 1 fps" in late
    assert "LOOP LATE" in late
    least = Vitals(low=STEPS[4])
    assert "low bandwidth 0.5 fps, others 8 s, plain" in plain_text(vital_signs(least, 80))


class Pipe:
    """A line of some rate with a kernel before it that takes kilobytes at once and tells nobody."""

    KERNEL = 12 * 1024

    def __init__(self, rate: float) -> None:
        self.rate, self.now, self.inside = rate, 0.0, 0.0
        self.pending = 0.0
        self.stats = OutputStats()
        self.band = Band(lambda: self.stats, "auto", lambda: self.now)
        self.deepest = 0.0

    def run(self, seconds: float, frame: Callable[[Band], int]) -> None:
        """Let time pass in which frames are offered thirty times a second."""
        for tick in range(round(seconds * 30)):
            self.now += 1 / 30
            self.inside = max(0.0, self.inside - self.rate / 30)
            self._push()
            if self.stats.busy_since is None and not self.band.congested:
                self.pending = frame(self.band)
                self._push()
            self.deepest = max(self.deepest, self.inside + self.pending)
            if tick % 8 == 0:
                self.band.look()

    def _push(self) -> None:
        taken = min(self.pending, self.KERNEL - self.inside)
        if taken > 0:
            self.stats.wrote(round(taken), self.now)
            self.pending -= taken
            self.inside += taken
        if self.pending > 0 and self.stats.busy_since is None:
            self.stats.waits(self.now)
        elif self.pending <= 0 and self.stats.busy_since is not None:
            self.stats.kept_up(self.now)


def test_a_line_that_was_full_gets_half_of_what_it_carries_and_no_queue() -> None:
    pipe = Pipe(4096)
    pipe.run(12, lambda _: 1500)
    pipe.deepest = 0.0
    before = pipe.stats.bytes_written
    pipe.run(30, lambda _: 1500)
    sent = (pipe.stats.bytes_written - before) / 30
    assert 0.3 * 4096 < sent < 0.65 * 4096
    assert pipe.deepest <= 1500 + 4096 * 0.25, "a frame, and what is left of the one before"
    assert not pipe.band.clogged


def test_what_fits_into_half_of_the_line_takes_no_further_step() -> None:
    pipe = Pipe(4096)
    last = [-1.0]

    def frame(band: Band) -> int:
        if band.fps is not None and pipe.now - last[0] < 1 / band.fps:
            return 0
        last[0] = pipe.now
        return 1300 if band.less is not None and band.less.plain else 3000

    pipe.run(45, frame)
    assert pipe.band.less == STEPS[3]


def test_what_a_key_did_goes_where_another_frame_waits() -> None:
    allowance = Allowance()
    allowance.measured(1000)
    allowance.look(10.0, 0)
    allowance.look(10.0, 300)
    assert allowance.spent
    assert not allowance.clogged
    allowance.look(10.0, 600)
    assert allowance.clogged, "too many keys: they would queue up"
    allowance.look(10.3, 600)
    assert not allowance.clogged
    assert allowance.spent
    allowance.look(11.2, 600)
    assert not allowance.spent


def test_a_line_of_which_the_rate_is_known_is_tried_less_often() -> None:
    pipe = Pipe(4096)
    pipe.run(12, lambda _: 3000)
    step = pipe.band.fps
    pipe.run(MEASURED - 5, lambda _: 0)
    assert pipe.band.fps == step
    pipe.run(10, lambda _: 0)
    assert (pipe.band.fps or 0) > (step or 0)
