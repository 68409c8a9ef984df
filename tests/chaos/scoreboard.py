"""Writes ``SCOREBOARD.md`` from reports: ``python -m tests.chaos.scoreboard FOLDER``."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from tests.chaos.lines import LINES
from tests.chaos.reports import HERE, Reports
from tests.chaos.rows import GROUPS, ROWS

BOARD: Final = HERE / "SCOREBOARD.md"
LIBRARIES: Final = ("websockets", "aiohttp", "msgspec", "textual", "rich", "pydantic", "hypothesis")


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
    commits = ", ".join(f"`{name}`" for name in sorted(reports.commits))
    now, system = f"{datetime.now(UTC):%Y-%m-%d %H:%M}", f"{platform.system()} {platform.release()}"
    return [
        f"* {now} UTC, commit {commits}, {reports.seconds / 60:.0f} min of tests",
        f"* {system}, {os.cpu_count()} cores, Python {platform.python_version()}",
        f"* {libraries}",
    ]


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
  used. Packets are lost and overtake each other on a network device of the tests' own, with both
  ends of the connection on this machine.
* The reports may be of several commits, which are named above.
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
