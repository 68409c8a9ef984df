"""The lines of the scoreboard: what is aimed at, how it is measured, and by which command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.chaos.measures import (
    Measured,
    budget,
    clean_terminal,
    crashes,
    escapes,
    flapping,
    fuzzed,
    recovered,
    rotation,
    secrets,
    seeds,
    soaked,
    stalled,
    survived,
    transitions,
    within,
    wrong_frames,
    wrong_levels,
)
from tests.chaos.reports import Reports


class Line(NamedTuple):
    """A line of the board."""

    title: str
    target: str
    measure: Callable[[Reports], Measured]
    command: str


CASES: Final = "make chaos"
LINES: Final[dict[str, Line]] = {
    "S1": Line("Faults survived", "70 of 70, at least 250 cases", survived, CASES),
    "S2": Line(
        "Half-open connection noticed",
        "p99 6 s where the venue beats, 11 s elsewhere",
        within("S2", {"beating": 6.0, "others": 11.0}),
        "pytest -m slow tests/chaos/test_wire.py",
    ),
    "S3": Line(
        "Silent channel noticed",
        "p99 6 s for a lively one",
        within("S3", {"seconds": 6.0}),
        "pytest tests/chaos/test_times.py",
    ),
    "S4": Line(
        "Marked after a loss / after the limit (and on the screen a frame later: 33 ms)",
        "0.25 s / 1 s",
        within("S4", {"lost": 0.25, "silent": 1.0}),
        "pytest -m slow tests/chaos/test_wire.py; pytest tests/chaos/test_times.py",
    ),
    "S5": Line(
        "Live again after the service is back",
        "p50 7 s, p99 16 s",
        recovered,
        "pytest tests/feed/test_recovery.py tests/chaos/test_times.py",
    ),
    "S6": Line(
        "Live again after a blip",
        "p99 3 s",
        within("S6", {"seconds": 3.0}),
        "pytest tests/chaos/test_wire.py tests/chaos/test_times.py",
    ),
    "S7": Line(
        "Wrong book drawn as live",
        "0",
        wrong_frames,
        "python -m tests.chaos.seeds; pytest -m '' tests/chaos/test_oracle.py; make soak",
    ),
    "S8": Line("Wrong levels after a resync", "0", wrong_levels, "python -m tests.chaos.seeds"),
    "S9": Line(
        "Prints lost or doubled over rotations", "0 / 0", rotation, "pytest -m '' tests/chaos"
    ),
    "S10": Line(
        "Attempts in 5 min at a server that accepts and closes",
        "at most 35",
        flapping,
        "pytest tests/feed/test_recovery.py",
    ),
    "S11": Line("Budgets exceeded", "0", budget, "pytest tests/chaos/test_machine.py"),
    "S12": Line(
        "Longest gap of the loop while the terminal does not read",
        "150 ms",
        stalled,
        "CHAOS_STALL=600 pytest -m slow tests/chaos/test_screen.py",
    ),
    "S13": Line(
        "Terminal left as it was", "every signal and state", clean_terminal,
        "pytest tests/ui/driver/test_exits.py",
    ),
    "S14": Line(
        "Bad inputs / crashes / worst message",
        "0 crashes, 50 ms",
        fuzzed,
        "python -m tests.chaos.fuzz",
    ),
    "S15": Line(
        "Escape bytes from outside that reach the terminal", "0", escapes,
        "python -m tests.chaos.fuzz --target text; pytest tests/chaos/test_leaks.py",
    ),
    "S16": Line("Secrets leaked", "0", secrets, "pytest tests/chaos/test_leaks.py"),
    "S17": Line("Soak", "memory below +1 MB/h over 72 h", soaked, "make soak SECONDS=259200"),
    "S18": Line("Crashes contained", "all", crashes, CASES),
    "S19": Line(
        "Transitions and branches covered",
        "all",
        transitions,
        "python -m tests.chaos.walks; python -m tests.chaos.branches",
    ),
    "S20": Line(
        "Seeds, and failing ones that repeat",
        "0 failed, 10 of 10",
        seeds,
        "python -m tests.chaos.seeds; python -m tests.chaos.walks",
    ),
}  # fmt: skip
