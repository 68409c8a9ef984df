"""Branch coverage of what decides what is believed: ``python -m tests.chaos.branches``.

Needs the library `coverage`; without it nothing is measured, and the scoreboard says so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from tests.chaos import reports
from tests.chaos.reports import Entry

ROOT: Final = Path(__file__).parents[2]
FILES: Final = (
    "domain/book.py",
    "feed/link.py",
    "feed/supervisor.py",
    "venues/sync.py",
    "venues/chained.py",
)
TESTS: Final = (
    "tests/domain/test_book.py",
    "tests/feed",
    "tests/venues/test_sync.py",
    "tests/venues/test_chained.py",
    "tests/venues/test_binance.py",
    "tests/venues/test_bybit.py",
    "tests/venues/test_kraken.py",
    "tests/venues/test_crossing.py",
    "tests/venues/test_edge.py",
    "tests/chaos/test_seeds.py",
    "tests/chaos/test_walks.py",
)


def main() -> int:
    """Run the tests of these files, and write how many of their branches were taken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--report", type=Path)
    chosen = options.parse_args()
    try:
        library = importlib.import_module("coverage")
    except ImportError:
        sys.stdout.write("coverage is not installed: no branches are measured\n")
        return 0
    started = time.monotonic()
    tracer = library.Coverage(
        branch=True, include=[str(ROOT / "app/wsdash" / file) for file in FILES], data_file=None
    )
    tracer.start()
    failed = pytest.main(
        ["-q", "-n0", "--timeout=900", "-m", "not slow", *(str(ROOT / test) for test in TESTS)]
    )
    tracer.stop()
    results = ROOT / "tests/chaos/.coverage.json"
    tracer.json_report(outfile=str(results))
    files = json.loads(results.read_text())["files"]
    results.unlink()
    figures = []
    for file, found in files.items():
        sums, missing = found["summary"], found["missing_branches"]
        name = file.partition("wsdash/")[2]
        missed = [f"{name}:{start}->{end}" for start, end in missing]
        values = {"branches": sums["num_branches"], "taken": sums["covered_branches"]}
        figures.append(Entry("S19", "branches", values | {"missed": missed}))
        sys.stdout.write(f"{name}: {values} missed {missed} lines {found['missing_lines']}\n")
    if chosen.report is not None:
        reports.write(chosen.report, "branches", time.monotonic() - started, figures)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
