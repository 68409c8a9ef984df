"""Writes ``SCOREBOARD.md`` from reports: ``python -m tests.chaos.scoreboard FOLDER``."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.chaos.rows import GROUPS, ROWS

HERE: Final = Path(__file__).parent
BOARD: Final = HERE / "SCOREBOARD.md"
LIBRARIES: Final = ("websockets", "aiohttp", "msgspec", "textual", "rich", "pydantic", "hypothesis")


@dataclass
class Reports:
    """All that was reported: cases by fault, and figures by line of the board."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def read(cls, folder: Path) -> Reports:
        """Read every report of a folder."""
        found = cls()
        for file in sorted(folder.glob("*.json")):
            run = json.loads(file.read_text())
            found.cases += run["cases"]
            found.seconds += run.get("seconds", 0.0)
            for figure in run["figures"]:
                found.figures.setdefault(figure["line"], []).append(figure["values"])
        by_test: dict[str, dict[str, Any]] = {}
        for case in found.cases:  # one that ran twice counts once, and a failure counts
            known = by_test.get(case["test"])
            if known is None or known["outcome"] != "failed":
                by_test[case["test"]] = case
        found.cases = list(by_test.values())
        return found

    def numbers(self, line: str, name: str) -> list[float]:
        """Return every number of a name that was handed in for a line, sorted."""
        values: list[float] = []
        for figure in self.figures.get(line, []):
            value = figure.get(name)
            values += value if isinstance(value, list) else [] if value is None else [value]
        return sorted(float(value) for value in values)

    def total(self, line: str, name: str) -> float:
        """Return their sum."""
        return sum(self.numbers(line, name))

    def of_row(self, row: str) -> dict[str, list[dict[str, Any]]]:
        """Return a fault's cases by how they ended."""
        ended: dict[str, list[dict[str, Any]]] = {"passed": [], "failed": [], "skipped": []}
        for case in self.cases:
            if row in case["rows"]:
                ended[case["outcome"]].append(case)
        return ended


class Measured(NamedTuple):
    """A line's figure in words, and whether it is good enough: None where it says nothing."""

    words: str
    met: bool | None


NOTHING: Final = Measured("not measured", None)


class Line(NamedTuple):
    """A line of the board."""

    title: str
    target: str
    measure: Callable[[Reports], Measured]
    command: str


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies, of sorted values."""
    return values[min(len(values) - 1, int(share * len(values)))]


def seconds(value: float) -> str:
    """Return a time as people say it."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def spread(values: list[float]) -> str:
    """Return median, p99 and number of samples in words."""
    middle, worst = quantile(values, 0.5), quantile(values, 0.99)
    return f"p50 {seconds(middle)}, p99 {seconds(worst)} ({len(values):,} samples)"


ALSO: Final = {"lost": ("longest",), "seconds": ("p99",)}
"""Other names under which a figure comes."""


def _within(line: str, limits: dict[str, float]) -> Callable[[Reports], Measured]:
    """All numbers of several names, the p99 of each against its limit."""

    def measure(reports: Reports) -> Measured:
        parts, met = [], True
        for name, limit in limits.items():
            values = sorted(
                value
                for known in (name, *ALSO.get(name, ()))
                for value in reports.numbers(line, known)
            )
            if values:
                parts.append(f"{name} {spread(values)}" if len(limits) > 1 else spread(values))
                met = met and quantile(values, 0.99) <= limit
        if not parts:
            return NOTHING
        return Measured("; ".join(parts), met and len(parts) == len(limits))

    return measure


def _survived(reports: Reports) -> Measured:
    covered = [row for row in ROWS if reports.of_row(row)["passed"]]
    failed = [row for row in ROWS if reports.of_row(row)["failed"]]
    cases = sum(case["outcome"] == "passed" and bool(case["rows"]) for case in reports.cases)
    words = f"{len(covered)} of {len(ROWS)} rows covered, {cases:,} cases passed"
    words += f", failing: {', '.join(failed)}" if failed else ""
    return Measured(words, len(covered) == len(ROWS) and not failed and cases >= 250)


def _wrong_frames(reports: Reports) -> Measured:
    frames, wrong = reports.total("S7", "frames"), reports.total("S7", "wrong")
    if not frames:
        return NOTHING
    runs = reports.figures["S7"]
    seeds = sum(run["frames"] for run in runs if run.get("how") == "memory")
    sockets = [run for run in reports.figures.get("S17", []) if "unproven" in run]
    beside = sum(run["compared"] for run in sockets)
    wrong += sum(run["wrong"] for run in sockets)
    words = (
        f"{wrong:.0f} wrong of {frames + beside:,.0f} ladders drawn and compared: {seeds:,.0f} by "
        f"seeds in memory and virtual time, {frames - seeds:,.0f} in the tests, "
        f"{beside:,.0f} in the soak over sockets; {reports.total('S7', 'states'):,.0f} different "
        f"books and {reports.total('S7', 'rows'):,.0f} levels by the seeds, "
        f"{reports.total('S7', 'unproven'):,.0f} levels not the truth and marked as beyond the "
        f"checksum; {reports.total('S7', 'deltas'):,.0f} changes applied"
    )
    return Measured(words + _short(frames + beside, 1e6, "frames"), wrong == 0)


def _short(reached: float, wanted: float, what: str) -> str:
    return f" (volume aimed at: {wanted:,.0f} {what})" if reached < wanted else ""


def _wrong_levels(reports: Reports) -> Measured:
    count = reports.total("S8", "resyncs")
    wrong = reports.total("S8", "wrong")
    return Measured(f"{wrong:.0f} wrong in {count:,.0f} resyncs", wrong == 0) if count else NOTHING


def _rotation(reports: Reports) -> Measured:
    trades = reports.total("S9", "trades")
    if not trades:
        return NOTHING
    lost, doubled = reports.total("S9", "lost"), reports.total("S9", "doubled")
    stale = reports.total("S9", "stale_seconds")
    rotations = reports.total("S9", "rotations")
    words = f"{lost:.0f} lost, {doubled:.0f} doubled of {trades:,.0f}; {rotations:.0f} rotations"
    return Measured(f"{words}, {stale:.1f} s stale", not lost + doubled + stale)


def _flapping(reports: Reports) -> Measured:
    connects = reports.numbers("S10", "connects")
    if not connects:
        return NOTHING
    return Measured(f"at most {connects[-1]:.0f} ({len(connects)} seeds)", connects[-1] <= 35)


def _budget(reports: Reports) -> Measured:
    seen = reports.total("S11", "attempts") + reports.total("S11", "messages")
    broken = reports.total("S11", "violations")
    if not seen:
        return NOTHING
    return Measured(f"{broken:.0f} of {seen:,.0f} attempts and messages checked", broken == 0)


def _stalled(reports: Reports) -> Measured:
    gaps, stalls = reports.numbers("S12", "gap"), reports.numbers("S12", "stalled")
    if not gaps:
        return NOTHING
    words = f"{seconds(gaps[-1])} in a stall of {seconds(stalls[-1])}"
    return Measured(words + (" (aimed at: 600 s)" if stalls[-1] < 600 else ""), gaps[-1] < 0.15)


def _clean_terminal(reports: Reports) -> Measured:
    ended = {
        outcome: [c for c in cases if "test_exits" in c["test"]]
        for outcome, cases in _merged(reports, ("F1", "F2", "F3")).items()
    }
    passed, failed = len(ended["passed"]), len(ended["failed"])
    if not passed + failed:
        return NOTHING
    return Measured(f"{passed} of {passed + failed} cases clean", failed == 0)


def _merged(reports: Reports, rows: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    merged: dict[str, list[dict[str, Any]]] = {"passed": [], "failed": [], "skipped": []}
    for row in rows:
        for outcome, cases in reports.of_row(row).items():
            merged[outcome] += [case for case in cases if case not in merged[outcome]]
    return merged


def _fuzzed(reports: Reports) -> Measured:
    inputs = reports.total("S14", "inputs")
    if not inputs:
        return NOTHING
    crashes, worst = reports.total("S14", "crashes"), reports.numbers("S14", "worst")[-1]
    words = f"{inputs:,.0f} inputs, {crashes:.0f} crashes, worst {seconds(worst)}"
    return Measured(words + _short(inputs, 1e8, "inputs"), crashes == 0 and worst < 0.05)


def _escapes(reports: Reports) -> Measured:
    inputs = reports.total("S15", "inputs")
    if not inputs:
        return NOTHING
    leaks = reports.total("S15", "crashes") + reports.total("S15", "leaks")
    sinks = int(reports.total("S15", "sinks"))
    words = f"{leaks:.0f} in {inputs:,.0f} strings" + (f", {sinks} kinds of sink" if sinks else "")
    return Measured(words + _short(inputs, 1e7, "strings"), leaks == 0)


def _secrets(reports: Reports) -> Measured:
    sinks = reports.total("S16", "sinks")
    if not sinks:
        return NOTHING
    leaks, forms = reports.total("S16", "leaks"), reports.numbers("S16", "forms")[-1]
    words = f"{leaks:.0f} in {sinks:.0f} sinks x {forms:.0f} encodings"
    return Measured(words + _short(sinks, 24, "sinks"), leaks == 0)


def _soaked(reports: Reports) -> Measured:
    runs = [run for run in reports.figures.get("S17", []) if "program_slope" in run]
    if not runs:
        return NOTHING
    run = max(runs, key=lambda figure: figure["seconds"])
    words = (
        f"{run['seconds']:.0f} s, {run['faults']:.0f} faults, {run['rate']:,.0f} messages/s; "
        f"the feed alone {run['rss']:.0f} MB, {run['rss_slope']:+.1f} MB/h, "
        f"the dashboard {run['program_rss']:.0f} MB, {run['program_slope']:+.1f} MB/h, "
        f"the exchange {run['exchange_rss']:.0f} MB, {run['exchange_slope']:+.1f} MB/h; "
        f"descriptors {run['fds']:+.0f} and {run['program_fds']:+.0f}, tasks {run['tasks']:+.0f}, "
        f"loop lag p99 {seconds(run['lag_p99'])}, "
        f"{run['cpu']:.0%} of a core, {run['wrong']:.0f} wrong books of {run['compared']:,.0f}"
    )
    met = run["rss_slope"] < 1 and run["program_slope"] < 1 and not run["wrong"]
    return Measured(words + " (aimed at: 72 h)", met)


def _crashes(reports: Reports) -> Measured:
    ended = _merged(reports, ("E8", "E9"))
    passed, failed = len(ended["passed"]), len(ended["failed"])
    if not passed + failed:
        return NOTHING
    return Measured(f"{passed} of {passed + failed} injected crashes contained", failed == 0)


def _transitions(reports: Reports) -> Measured:
    figures = reports.figures.get("S19", [])
    seen = {pair for figure in figures for pair in figure.get("seen", [])}
    known = reports.numbers("S19", "known")
    if not known:
        return NOTHING
    branches, taken = reports.total("S19", "branches"), reports.total("S19", "taken")
    missed = sorted({place for figure in figures for place in figure.get("missed", [])})
    words = f"{len(seen)} of {known[-1]:.0f} transitions; "
    if not branches:
        return Measured(words + "branch coverage not measured", met=False)
    words += f"{taken:.0f} of {branches:.0f} branches ({taken / branches:.1%}) of link, book, sync "
    words += f"and supervisor{', not ' if missed else ''}{', '.join(missed)}"
    return Measured(words, len(seen) == known[-1] and not missed)


def _seeds(reports: Reports) -> Measured:
    count, failed = reports.total("S20", "seeds"), reports.total("S20", "failed")
    if not count:
        return NOTHING
    same, repeats = reports.total("S20", "same"), reports.total("S20", "repeats")
    words = (
        f"{count:,.0f} seeds, {failed:.0f} failed; a failing one repeats {same:.0f}/{repeats:.0f}"
    )
    return Measured(words + _short(count, 1e4, "seeds"), not failed and same == repeats > 0)


CASES: Final = "make chaos"
LINES: Final[dict[str, Line]] = {
    "S1": Line("Faults survived", "70 of 70, at least 250 cases", _survived, CASES),
    "S2": Line(
        "Half-open connection noticed",
        "p99 6 s where the venue beats, 11 s elsewhere",
        _within("S2", {"beating": 6.0, "others": 11.0}),
        "pytest -m slow tests/chaos/test_wire.py",
    ),
    "S3": Line(
        "Silent channel noticed",
        "p99 6 s for a lively one",
        _within("S3", {"seconds": 6.0}),
        "pytest tests/chaos/test_times.py",
    ),
    "S4": Line(
        "Marked after a loss / after the limit (and on the screen a frame later: 33 ms)",
        "0.25 s / 1 s",
        _within("S4", {"lost": 0.25, "silent": 1.0}),
        "pytest -m slow tests/chaos/test_wire.py; pytest tests/chaos/test_times.py",
    ),
    "S5": Line(
        "Live again after the service is back",
        "p50 7 s, p99 16 s",
        lambda reports: _recovered(reports),
        "pytest tests/feed/test_recovery.py tests/chaos/test_times.py",
    ),
    "S6": Line(
        "Live again after a blip",
        "p99 3 s",
        _within("S6", {"seconds": 3.0}),
        "pytest tests/chaos/test_wire.py tests/chaos/test_times.py",
    ),
    "S7": Line(
        "Wrong book drawn as live",
        "0",
        _wrong_frames,
        "python -m tests.chaos.seeds; pytest -m '' tests/chaos/test_oracle.py; make soak",
    ),
    "S8": Line("Wrong levels after a resync", "0", _wrong_levels, "python -m tests.chaos.seeds"),
    "S9": Line(
        "Prints lost or doubled over rotations", "0 / 0", _rotation, "pytest -m '' tests/chaos"
    ),
    "S10": Line(
        "Attempts in 5 min at a server that accepts and closes",
        "at most 35",
        _flapping,
        "pytest tests/feed/test_recovery.py",
    ),
    "S11": Line("Budgets exceeded", "0", _budget, "pytest tests/chaos/test_machine.py"),
    "S12": Line(
        "Longest gap of the loop while the terminal does not read",
        "150 ms",
        _stalled,
        "CHAOS_STALL=600 pytest -m slow tests/chaos/test_screen.py",
    ),
    "S13": Line(
        "Terminal left as it was", "every signal and state", _clean_terminal,
        "pytest tests/ui/driver/test_exits.py",
    ),
    "S14": Line(
        "Bad inputs / crashes / worst message",
        "0 crashes, 50 ms",
        _fuzzed,
        "python -m tests.chaos.fuzz",
    ),
    "S15": Line(
        "Escape bytes from outside that reach the terminal", "0", _escapes,
        "python -m tests.chaos.fuzz --target text; pytest tests/chaos/test_leaks.py",
    ),
    "S16": Line("Secrets leaked", "0", _secrets, "pytest tests/chaos/test_leaks.py"),
    "S17": Line("Soak", "memory below +1 MB/h over 72 h", _soaked, "make soak SECONDS=259200"),
    "S18": Line("Crashes contained", "all", _crashes, CASES),
    "S19": Line(
        "Transitions and branches covered",
        "all",
        _transitions,
        "python -m tests.chaos.walks; python -m tests.chaos.branches",
    ),
    "S20": Line(
        "Seeds, and failing ones that repeat",
        "0 failed, 10 of 10",
        _seeds,
        "python -m tests.chaos.seeds; python -m tests.chaos.walks",
    ),
}  # fmt: skip


def _recovered(reports: Reports) -> Measured:
    middles, worst = reports.numbers("S5", "p50"), reports.numbers("S5", "p99")
    if not worst:
        return NOTHING
    outages = reports.numbers("S5", "outage")
    words = (
        f"p50 at most {seconds(middles[-1])}, p99 at most {seconds(worst[-1])} "
        f"for outages of {outages[0]:g} to {outages[-1]:,.0f} s"
    )
    return Measured(words, middles[-1] <= 7.0 and worst[-1] <= 16.0)


def board(reports: Reports) -> str:
    """Return the whole scoreboard."""
    lines = [
        "# Scoreboard",
        "",
        "Made by `make chaos` from what the tests measured; not edited by hand.",
        "",
        *_machine(reports),
        "",
        "## Figures",
        "",
        "| | what | target | measured | met | how |",
        "|---|---|---|---|---|---|",
    ]
    for name, line in LINES.items():
        measured = line.measure(reports)
        met = {True: "yes", False: "**no**", None: "–"}[measured.met]
        met += ", volume short" if measured.met and "aimed at" in measured.words else ""
        lines.append(
            f"| {name} | {line.title} | {line.target} | {measured.words} | {met} "
            f"| `{line.command}` |"
        )
    lines += ["", *_rows(reports), "", *_others(reports), "", *_honestly(reports)]
    return "\n".join(lines) + "\n"


def _machine(reports: Reports) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    now, system = f"{datetime.now(UTC):%Y-%m-%d %H:%M}", f"{platform.system()} {platform.release()}"
    return [
        f"* {now} UTC, commit `{_commit()}`, {reports.seconds / 60:.0f} min of tests",
        f"* {system}, {os.cpu_count()} cores, Python {platform.python_version()}",
        f"* {libraries}",
    ]


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def _rows(reports: Reports) -> list[str]:
    covered = sum(bool(reports.of_row(row)["passed"]) for row in ROWS)
    lines = [f"## Faults: {covered} of {len(ROWS)} covered"]
    for letter, group in GROUPS.items():
        lines += ["", f"### {letter}. {group}", ""]
        lines += ["| | what happens | survived when | cases |", "|---|---|---|---|"]
        for name, row in ROWS.items():
            if name[0] == letter:
                lines.append(f"| {name} | {row.title} | {row.survived} | {_count(reports, name)} |")
    return lines


def _count(reports: Reports, row: str) -> str:
    ended = reports.of_row(row)
    parts = [f"{len(ended['passed'])} passed"] if ended["passed"] else []
    parts += [f"**{len(ended['failed'])} failed**"] if ended["failed"] else []
    parts += [f"{len(ended['skipped'])} skipped"] if ended["skipped"] else []
    return ", ".join(parts) or "**not covered**"


LIMITS: Final = """\
## What this does not show

* No real venue was spoken to. The exchange is the embedded one; its dialects are written after
  the venues' documents and recorded sessions.
* Hours and days pass in virtual time; sockets in virtual time are in memory. The wire tests use
  real sockets on loopback and in private network namespaces.
* A sleeping machine is a stopped process and a clock that jumps; the kernel's own suspend was not
  used. Loss and reordering of packets are not simulated: TCP shows them as delay.
* Other work shared the machine. A figure whose volume falls short of what was aimed at says so;
  one that was not measured says so."""


def _others(reports: Reports) -> list[str]:
    """What was measured beside the lines of the board."""
    lines = ["## Other figures", "", "| | measured |", "|---|---|"]
    for line, figures in sorted(reports.figures.items()):
        if line not in LINES:
            lines += [f"| {line} | {_plainly(figure)} |" for figure in figures[-3:]]
    return lines


def _plainly(values: dict[str, Any]) -> str:
    def word(value: object) -> str:
        if isinstance(value, list):
            return ", ".join(word(part) for part in value)
        return f"{value:,.3g}" if isinstance(value, float) else str(value)

    return "; ".join(f"{name} {word(value)}" for name, value in values.items())


def _honestly(reports: Reports) -> list[str]:
    skipped = {
        (case["test"].rpartition("::")[2], case.get("reason", "no reason given"))
        for case in reports.cases
        if case["outcome"] == "skipped"
    }
    lines = LIMITS.splitlines()
    others = [c["test"] for c in reports.cases if c["outcome"] == "failed" and not c["rows"]]
    if others:
        lines += ["", "Failed in the same run, though no case of a row:", ""]
        lines += [f"* `{test}`" for test in sorted(others)]
    if skipped:
        lines += ["", "Skipped here:", ""]
        lines += [f"* `{test}`: {reason}" for test, reason in sorted(skipped)]
    return lines


def main(folder: Path) -> int:
    """Write the scoreboard; fail if a case failed or a fault is not covered."""
    reports = Reports.read(folder)
    BOARD.write_text(board(reports))
    covered = sum(bool(reports.of_row(row)["passed"]) for row in ROWS)
    failed = [case["test"] for case in reports.cases if case["outcome"] == "failed"]
    sys.stdout.write(f"{covered} of {len(ROWS)} faults covered, {len(failed)} cases failed\n")
    for test in failed:
        sys.stdout.write(f"  failed: {test}\n")
    return int(bool(failed) or covered < len(ROWS))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
