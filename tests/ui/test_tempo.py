from __future__ import annotations

import pytest

from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.status import Vitals, vital_signs
from wsdash.ui.tempo import PATIENCE, Tempo


class Bench:
    """A tempo with a clock and a lateness that a test sets."""

    def __init__(self, fps: int = 30) -> None:
        self.now = 0.0
        self.late = 0.0
        self.tempo = Tempo(fps, lambda: self.late, lambda: self.now)

    def run(self, seconds: float, late: float) -> float:
        self.late = late
        for _ in range(round(seconds * 4)):
            self.now += 0.25
            self.tempo.look()
        return self.tempo.fps


@pytest.mark.row("E2")
def test_frames_fall_step_by_step_while_it_stays_late_and_come_back() -> None:
    bench = Bench()
    assert bench.run(1.0, 0.3) == 30
    assert bench.run(PATIENCE + 0.5, 0.3) == 10
    assert bench.run(PATIENCE + 0.5, 2.0) == 2
    assert bench.run(60.0, 2.0) == 2
    assert bench.tempo.pace() == 0.5
    assert bench.run(60.0, 0.2) == 2
    assert bench.run(PATIENCE + 0.5, 0.01) == 10
    assert bench.run(PATIENCE + 0.5, 0.01) == 30
    assert not bench.tempo.slowed


@pytest.mark.row("E2")
def test_one_hiccup_changes_nothing() -> None:
    bench = Bench()
    for _ in range(20):
        assert bench.run(1.0, 0.6) == 30
        assert bench.run(1.0, 0.01) == 30


def test_a_slow_setting_is_never_exceeded() -> None:
    bench = Bench(fps=5)
    assert bench.run(10.0, 1.0) == 2
    assert bench.run(10.0, 0.0) == 5


@pytest.mark.row("E2")
@pytest.mark.parametrize(
    ("loop", "text", "role"),
    [
        (0.004, "loop 4ms", "dim"),
        (0.26, "loop 260ms", "look"),
        (1.2, "LOOP LATE 1.2s", "bad"),
    ],
)
def test_a_late_loop_is_the_last_that_is_left_out(loop: float, text: str, role: str) -> None:
    vitals = Vitals(written=31_000, frames=30, loop=loop, lag=0.038)
    for width in (18, 30, 60):
        line = vital_signs(vitals, width)
        assert text in plain_text(line)
        assert width_of(line) <= width
        assert next(span.role for span in line if text in span.text) == role
