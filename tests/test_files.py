"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from wsdash import files
from wsdash.files import lines_of, said, whole, write_lines


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


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    kept, link = tmp_path / "dotfiles", tmp_path / "kept"
    kept.write_bytes(b"old")
    link.symlink_to(kept)
    with whole(link) as out:
        out.write(b"new")
    assert link.is_symlink()
    assert kept.read_bytes() == b"new"
    assert sorted(tmp_path.iterdir()) == [kept, link]


def write_while_another_does(file: Path) -> None:
    with whole(file, new=True) as out:
        out.write(b"ours")
        file.write_bytes(b"theirs")


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_replaces_nothing_that_came_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    file = tmp_path / "table.csv"
    with pytest.raises(FileExistsError):
        write_while_another_does(file)
    assert file.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_is_there_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    file = tmp_path / "table.csv"
    with whole(file, new=True) as out:
        out.write(b"ours")
        assert not file.exists()
    assert file.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [file]


def refuse(*_args: object, **_options: object) -> None:
    """A file system without hard links."""
    raise OSError(errno.EPERM, "Operation not permitted")


def test_nobody_can_lead_what_is_written_somewhere_else(tmp_path: Path) -> None:
    file, victim = tmp_path / "table.csv", tmp_path / "victim"
    victim.write_bytes(b"precious")
    file.with_name(f"table.csv.{os.getpid()}.tmp").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"), whole(file):
        raise AssertionError("opened")
    assert victim.read_bytes() == b"precious"


def test_lines_come_back_as_they_were_even_where_they_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "new" / "list.txt"
    assert lines_of(file) is None
    write_lines(file, ["# a", "", "b\udcff"])
    assert file.read_bytes() == b"# a\n\nb\xff\n"
    assert lines_of(file) == ["# a", "", "b\udcff"]


def test_a_file_that_is_too_large_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(b"12345")
    monkeypatch.setattr(files, "LARGEST", 4)
    with pytest.raises(OSError, match="Too large") as caught:
        lines_of(file)
    assert said(file, caught.value) == "list.txt: too large"
