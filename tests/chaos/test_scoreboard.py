"""The scoreboard hides no failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chaos import reports
from tests.chaos.reports import Reports


def report(folder: Path, name: str, *outcomes: tuple[str, str]) -> None:
    cases = [{"test": test, "rows": ["D9"], "outcome": outcome} for test, outcome in outcomes]
    reports.write(folder, name, 1.0, [], cases)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("failed", None, "failed"),
        ("failed", "passed", "failed"),
        ("passed", "failed", "failed"),
        ("passed", "passed", "passed"),
        ("skipped", "passed", "passed"),
    ],
)
def test_a_case_that_ran_twice_counts_once_and_a_failure_counts(
    tmp_path: Path, first: str, second: str | None, told: str
) -> None:
    report(tmp_path, "1", ("one", first), ("other", "passed"))
    if second is not None:
        report(tmp_path, "2", ("one", second))
    found = {case["test"]: case["outcome"] for case in Reports.read(tmp_path).cases}
    assert found == {"one": told, "other": "passed"}
