"""What the scoreboard's lines say: each a measure of the reports, in words, met or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from tests.chaos.reports import Reports
from tests.chaos.rows import ROWS


class Measured(NamedTuple):
    """A line's figure in words, and whether it is good enough: None where it says nothing."""

    words: str
    met: bool | None


NOTHING: Final = Measured("not measured", None)


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


def within(line: str, limits: dict[str, float]) -> Callable[[Reports], Measured]:
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


def survived(reports: Reports) -> Measured:
    covered = [row for row in ROWS if reports.of_row(row)["passed"]]
    failed = [row for row in ROWS if reports.of_row(row)["failed"]]
    cases = sum(case["outcome"] == "passed" and bool(case["rows"]) for case in reports.cases)
    words = f"{len(covered)} of {len(ROWS)} rows covered, {cases:,} cases passed"
    words += f", failing: {', '.join(failed)}" if failed else ""
    return Measured(words, len(covered) == len(ROWS) and not failed and cases >= 250)


def wrong_frames(reports: Reports) -> Measured:
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


def wrong_levels(reports: Reports) -> Measured:
    count = reports.total("S8", "resyncs")
    wrong = reports.total("S8", "wrong")
    return Measured(f"{wrong:.0f} wrong in {count:,.0f} resyncs", wrong == 0) if count else NOTHING


def rotation(reports: Reports) -> Measured:
    trades = reports.total("S9", "trades")
    if not trades:
        return NOTHING
    lost, doubled = reports.total("S9", "lost"), reports.total("S9", "doubled")
    stale = reports.total("S9", "stale_seconds")
    rotations = reports.total("S9", "rotations")
    words = f"{lost:.0f} lost, {doubled:.0f} doubled of {trades:,.0f}; {rotations:.0f} rotations"
    return Measured(f"{words}, {stale:.1f} s stale", not lost + doubled + stale)


def flapping(reports: Reports) -> Measured:
    connects = reports.numbers("S10", "connects")
    if not connects:
        return NOTHING
    return Measured(f"at most {connects[-1]:.0f} ({len(connects)} seeds)", connects[-1] <= 35)


def budget(reports: Reports) -> Measured:
    seen = reports.total("S11", "attempts") + reports.total("S11", "messages")
    broken = reports.total("S11", "violations")
    if not seen:
        return NOTHING
    return Measured(f"{broken:.0f} of {seen:,.0f} attempts and messages checked", broken == 0)


def stalled(reports: Reports) -> Measured:
    gaps, stalls = reports.numbers("S12", "gap"), reports.numbers("S12", "stalled")
    if not gaps:
        return NOTHING
    words = f"{seconds(gaps[-1])} in a stall of {seconds(stalls[-1])}"
    return Measured(words + (" (aimed at: 600 s)" if stalls[-1] < 600 else ""), gaps[-1] < 0.15)


def clean_terminal(reports: Reports) -> Measured:
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


def fuzzed(reports: Reports) -> Measured:
    inputs = reports.total("S14", "inputs")
    if not inputs:
        return NOTHING
    crashes, worst = reports.total("S14", "crashes"), reports.numbers("S14", "worst")[-1]
    words = f"{inputs:,.0f} inputs, {crashes:.0f} crashes, worst {seconds(worst)}"
    return Measured(words + _short(inputs, 1e7, "inputs"), crashes == 0 and worst < 0.05)


def escapes(reports: Reports) -> Measured:
    inputs = reports.total("S15", "inputs")
    if not inputs:
        return NOTHING
    leaks = reports.total("S15", "crashes") + reports.total("S15", "leaks")
    sinks = int(reports.total("S15", "sinks"))
    words = f"{leaks:.0f} in {inputs:,.0f} strings" + (f", {sinks} kinds of sink" if sinks else "")
    return Measured(words + _short(inputs, 1e7, "strings"), leaks == 0)


def secrets(reports: Reports) -> Measured:
    sinks = reports.total("S16", "sinks")
    if not sinks:
        return NOTHING
    leaks, forms = reports.total("S16", "leaks"), reports.numbers("S16", "forms")[-1]
    words = f"{leaks:.0f} in {sinks:.0f} sinks x {forms:.0f} encodings"
    return Measured(words + _short(sinks, 24, "sinks"), leaks == 0)


def soaked(reports: Reports) -> Measured:
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


def crashes(reports: Reports) -> Measured:
    ended = _merged(reports, ("E8", "E9"))
    passed, failed = len(ended["passed"]), len(ended["failed"])
    if not passed + failed:
        return NOTHING
    return Measured(f"{passed} of {passed + failed} injected crashes contained", failed == 0)


def transitions(reports: Reports) -> Measured:
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


def seeds(reports: Reports) -> Measured:
    count, failed = reports.total("S20", "seeds"), reports.total("S20", "failed")
    if not count:
        return NOTHING
    same, repeats = reports.total("S20", "same"), reports.total("S20", "repeats")
    words = (
        f"{count:,.0f} seeds, {failed:.0f} failed; a failing one repeats {same:.0f}/{repeats:.0f}"
    )
    return Measured(words + _short(count, 1e4, "seeds"), not failed and same == repeats > 0)


def recovered(reports: Reports) -> Measured:
    middles, worst = reports.numbers("S5", "p50"), reports.numbers("S5", "p99")
    if not worst:
        return NOTHING
    outages = reports.numbers("S5", "outage")
    words = (
        f"p50 at most {seconds(middles[-1])}, p99 at most {seconds(worst[-1])} "
        f"for outages of {outages[0]:g} to {outages[-1]:,.0f} s"
    )
    return Measured(words, middles[-1] <= 7.0 and worst[-1] <= 16.0)
