"""What gets installed and imported is what was listed, to the last byte."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OPTIONAL = {"keyring", "zstandard", "compression", "pyarrow"}
"""Extras, and what newer Pythons have: imported where they are there, and never required."""


def listed() -> set[str]:
    """Import names of the libraries that the project asks for."""
    names = [entry.partition(">")[0].strip() for entry in PROJECT["project"]["dependencies"]]
    return {name.replace("-", "_") for name in names}


def imported(folder: Path) -> set[str]:
    """Top-level names that are imported anywhere below a folder."""
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.row("G12")
def test_only_listed_packages_are_imported() -> None:
    beyond = imported(ROOT / "app" / "wsdash") - set(sys.stdlib_module_names) - {"wsdash"}
    pulled_in = {"pydantic", "yarl"}  # parts of pydantic-settings and aiohttp
    assert beyond <= listed() | OPTIONAL | pulled_in
    assert len(listed()) <= 12
    assert "websockets" in beyond, "an empty search would prove nothing"


@pytest.mark.row("G12")
@pytest.mark.parametrize("tampered", [False, True])
def test_one_changed_byte_fails_the_install(tmp_path: Path, tampered: bool) -> None:
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("tiny.py", "ANSWER = 42\n")
        about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        archive.writestr("tiny-1.0.dist-info/METADATA", about)
        kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr("tiny-1.0.dist-info/WHEEL", kind)
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    good = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if tampered:
        content = wheel.read_bytes()
        place = content.index(b"ANSWER = 42") + 9
        wheel.write_bytes(content[:place] + b"6" + content[place + 1 :])
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"tiny==1.0 --hash=sha256:{good}\n")
    target = tmp_path / "site"
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check",
            "--no-index", "--find-links", str(tmp_path), "--no-cache-dir",
            "--require-hashes", "--requirement", str(lock), "--target", str(target),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "No module named pip" in done.stderr:
        pytest.skip("needs pip")
    assert (done.returncode != 0) is tampered, done.stderr
    assert (target / "tiny.py").exists() is not tampered
    assert not tampered or "HASHES" in done.stderr


@pytest.mark.row("G12")
def test_whoever_installs_asks_for_hashes() -> None:
    """The lock is of no use to an install that does not hold packages to it."""
    for name in ("run", ".ci/run"):
        text = (ROOT / name).read_text()
        installs = [line for line in text.splitlines() if "requirements.lock" in line]
        assert installs
        assert "--require-hashes" in text
