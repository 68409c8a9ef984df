"""Files that are there whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wsdash.files import whole


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_replaced_by_the_new_one_and_is_its_owners_alone(
    tmp_path: Path, durable: bool
) -> None:
    file = tmp_path / "kept"
    file.write_bytes(b"old")
    file.chmod(0o644)
    with whole(file, durable=durable) as out:
        out.write(b"new")
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def half_write(file: Path) -> None:
    with whole(file) as out:
        out.write(b"half a sec")
        raise OSError("disk full")


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_bytes(b"old")
    with pytest.raises(OSError, match="disk full"):
        half_write(file)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
