"""Reports: what a run measured, written to a folder and read for the scoreboard.

A report is a JSON file: the run's name, when it began, its commit, how long it took, its
cases by fault, and figures by line of the board.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

HERE: Final = Path(__file__).parent


class Entry(NamedTuple):
    """A figure: the line of the scoreboard, what measured it, and values by name."""

    line: str
    test: str
    values: dict[str, Any]


@cache
def commit() -> str:
    """Return which commit this is, with a plus where the tree differs from it."""

    def git(*words: str) -> str:
        found = subprocess.run(
            ["git", *words], cwd=HERE, capture_output=True, text=True, check=False
        )
        return found.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", "../../app")
    others = [line for line in changed.splitlines() if "SCOREBOARD.md" not in line]
    return (git("rev-parse", "--short", "HEAD") or "unknown") + "+" * bool(others)


def write(
    folder: Path,
    name: str,
    seconds: float,
    figures: Iterable[Entry],
    cases: Iterable[dict[str, Any]] = (),
) -> None:
    """Write a report.

    Args:
        folder: made where it does not exist.
        name: of the run; the file is called after it and the present second.
        seconds: how long it took.
        figures: what it measured.
        cases: faults' cases, by ``test``, ``rows`` and ``outcome``.
    """
    report = {
        "name": name,
        "started": round(time.time() - seconds, 1),
        "commit": commit(),
        "seconds": round(seconds, 1),
        "cases": list(cases),
        "figures": [entry._asdict() for entry in figures],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{int(time.time())}.json").write_text(json.dumps(report, indent=1))


@dataclass
class Reports:
    """All that was reported: cases by fault, and figures by line of the board."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seconds: float = 0.0
    commits: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, folder: Path) -> Reports:
        """Read every report of a folder."""
        found = cls()
        for file in sorted(folder.glob("*.json")):
            run = json.loads(file.read_text())
            found.cases += run["cases"]
            found.seconds += run["seconds"]
            found.commits.add(run["commit"])
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
