"""Collects, over a run, which faults have passed cases and which figures were measured.

A test names the faults that it proves by ``@pytest.mark.row("A2", ...)`` and hands in
figures by the fixture ``figure``. With ``--report FOLDER`` both are written to a JSON
file there, from which the scoreboard is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from tests.chaos import reports
from tests.chaos.reports import Entry
from tests.chaos.rows import ROWS

Figure: TypeAlias = Callable[..., None]
"""Takes the scoreboard's line and values by name: ``figure("S5", seconds=3.2)``."""

_ROWS: Final = pytest.StashKey[tuple[str, ...]]()
_RUN: Final = pytest.StashKey["Run"]()


class Run:
    """What is known of this run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = time.time()
        self.cases: list[dict[str, Any]] = []
        self.figures: list[Entry] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for a report."""
    parser.addoption("--report", type=Path, help="folder for a report on faults and figures")


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run."""
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    config.stash[_RUN] = Run(f"tests-{worker}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note which faults a test proves; a fault nobody knows is a mistake in the test."""
    rows = tuple(row for mark in item.iter_markers("row") for row in mark.args)
    strangers = [row for row in rows if row not in ROWS]
    if strangers:
        raise pytest.UsageError(f"{item.nodeid}: no such row {strangers[0]!r}")
    item.stash[_ROWS] = tuple(dict.fromkeys(rows))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Any:  # what hooks yield has no type
    """Note how a case of a fault ended."""
    report: pytest.TestReport = yield
    rows = item.stash.get(_ROWS, ())
    if report.failed or (rows and (report.when == "call" or not report.passed)):
        case: dict[str, Any] = {"test": item.nodeid, "rows": rows, "outcome": report.outcome}
        if report.skipped and isinstance(report.longrepr, tuple):
            case["reason"] = report.longrepr[2].removeprefix("Skipped: ")
        item.config.stash[_RUN].cases.append(case)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report that was asked for."""
    folder: Path | None = session.config.getoption("--report")
    if folder is not None:
        run = session.config.stash[_RUN]
        reports.write(folder, run.name, time.time() - run.started, run.figures, run.cases)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Hand in what was measured, for a line of the scoreboard."""
    run = request.config.stash[_RUN]

    def note(line: str, **values: float | str | list[float] | list[str]) -> None:
        run.figures.append(Entry(line, request.node.nodeid, values))

    return note
