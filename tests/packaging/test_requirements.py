"""The locks: everything pinned by hash, and nothing in them of the machine that made them."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "tests/requirements.lock")
TEXT = "".join(lock.read_text() for lock in LOCKS)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
EXTRAS = PROJECT["project"]["optional-dependencies"]
TESTED = [Requirement(line) for name in ("dev", "serve", "parquet") for line in EXTRAS[name]]
BUILD = [Requirement(line) for line in PROJECT["build-system"]["requires"]]


def entries() -> list[str]:
    """The pins, each with its hashes on one line, without comments."""
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def pins() -> dict[str, str]:
    requirements = [Requirement(entry.partition(" --hash")[0]) for entry in entries()]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in requirements
    }


@pytest.mark.row("G12")
def test_every_pin_is_exact_and_hashed() -> None:
    assert len(entries()) > 30
    for entry in entries():
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry)


def test_names_no_address_and_no_path() -> None:
    assert not re.search(r"://|@|index-url|find-links|trusted-host", TEXT)
    assert not re.search(r"\b[\w-]+\.(org|com|net|io|dev|local)\b", TEXT)
    assert not re.search(r"(^|\s)[~./]*/\w", TEXT)


@pytest.mark.parametrize("requirement", [*RUNTIME, *TESTED, *BUILD], ids=str)
@pytest.mark.row("G12")
def test_pins_what_the_project_asks_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_who_only_looks_need_not_load_what_weighs_most() -> None:
    assert "pyarrow" not in LOCKS[0].read_text()
    names = [line.partition("==")[0] for line in LOCKS[1].read_text().splitlines() if "==" in line]
    assert names == ["pyarrow"]


@pytest.mark.parametrize("requirement", RUNTIME, ids=str)
def test_what_run_reads_off_the_requirements_is_enough(requirement: Requirement) -> None:
    """`run` takes a library's import name from its own, and knows only two comparisons."""
    importlib.import_module(requirement.name.replace("-", "_"))
    assert {each.operator for each in requirement.specifier} <= {">=", "<"}
