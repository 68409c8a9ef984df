"""The arrows between the rooms, as they are written and as they are at run time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCREEN = ["textual", "rich", "plotext"]
SOCKETS = ["websockets", "aiohttp"]

CONTRACTS = """
from importlinter.cli import lint_imports
raise SystemExit(lint_imports(no_cache=True))
"""
# Prints what of the named libraries is loaded once every module of a room is.
LOADED = """
import importlib, pkgutil, sys
room = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(module.name)
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""


def python(program: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *args],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "app")},
        capture_output=True,
        text=True,
    )


@pytest.mark.row("G12")
def test_the_contracts_hold() -> None:
    done = python(CONTRACTS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("wsdash.domain", SCREEN + SOCKETS),
        ("wsdash.venues", SCREEN + SOCKETS),
        ("wsdash.feed", SCREEN),
        ("wsdash.exchange", SCREEN),
    ],
)
@pytest.mark.row("G12")
def test_a_room_loads_no_library_that_is_not_its_own(room: str, strangers: list[str]) -> None:
    done = python(LOADED, room, *strangers)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
