"""What lands in site-packages: one package, with its stylesheets."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


def test_the_wheel_holds_one_package_with_every_stylesheet(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"wsdash"}
    styles = {f"wsdash/styles/{file.name}" for file in (ROOT / "styles").glob("*.tcss")}
    assert styles
    assert styles <= set(names)
    assert "wsdash/py.typed" in names


def test_the_wheel_can_be_built_from_the_sdist(dist: Path, tmp_path: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        # 3.11 has filters only since 3.11.4, and 3.12 warns where none is set.
        sdist.extraction_filter = getattr(tarfile, "data_filter", None)
        sdist.extractall(tmp_path)
    source = next(tmp_path.iterdir())
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    with (
        zipfile.ZipFile(next(dist.glob("*.whl"))) as ours,
        zipfile.ZipFile(next(source.glob("dist/*.whl"))) as theirs,
    ):
        assert set(ours.namelist()) == set(theirs.namelist())
