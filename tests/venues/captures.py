"""Recorded sessions beside the checkout; what needs them is skipped where they are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "captures"
"""Real traffic that other projects recorded; it is not part of this project."""

_ABSENT = pytest.mark.skip(reason=f"no recorded sessions in {FOLDER}")


def found(*patterns: str) -> list[Any]:
    """Return the captures that match, as parameters of a test."""
    files = sorted(file for pattern in patterns for file in FOLDER.glob(pattern))
    if not files:
        return [pytest.param(FOLDER, id="absent", marks=_ABSENT)]
    return [pytest.param(file, id=file.name.removesuffix(".jsonl.gz")) for file in files]


def expected(capture: Path) -> dict[str, Any]:
    """Return the end state that an independent reference found."""
    name = capture.name.removesuffix(".jsonl.gz") + ".expected.json"
    state: dict[str, Any] = json.loads((capture.parent / name).read_text())
    return state
