"""The file with the rules: what is in it is never lost, whoever wrote it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsdash import files
from wsdash.domain.alerts import Rule
from wsdash.domain.alerts_text import parse
from wsdash.feed import alerts_store
from wsdash.feed.alerts import Alerts
from wsdash.feed.alerts_store import Shelf
from wsdash.feed.clock import SystemClock
from wsdash.feed.market import Board

MIXED = (
    b"# mine\n\nkraken:btc/usd price > 66000\nkraken price\nnowhere gap\n"
    b"\xff\xfe\x1b[2J\r\nbinance gap\n"
)


def rule(text: str) -> Rule:
    return parse(text)


def test_rules_are_read_and_what_is_none_is_said_by_line(tmp_path: Path) -> None:
    file = tmp_path / "alerts.txt"
    assert Shelf(file).load() == ((), ())
    file.write_bytes(MIXED)
    loaded = Shelf(file).load()
    assert [str(one) for one in loaded.rules] == ["kraken:BTC/USD price > 66000", "binance gap"]
    assert [problem.partition(":")[0] for problem in loaded.problems] == [
        f"alerts.txt line {number}" for number in (4, 5, 6)
    ]
    assert all(problem.isprintable() for problem in loaded.problems)


def test_a_change_touches_its_own_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "alerts.txt"
    shelf = Shelf(file)
    assert shelf.change([rule("kraken gap")], []) == ""
    assert file.read_bytes() == b"kraken gap\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(MIXED.removesuffix(b"\n"))
    assert shelf.change([rule("kraken gap"), rule("binance gap")], []) == ""
    assert file.read_bytes() == MIXED + b"kraken gap\n"
    assert shelf.change([], [rule("kraken:BTC/USD price > 66000")]) == ""
    assert (
        file.read_bytes() == MIXED.replace(b"kraken:btc/usd price > 66000\n", b"") + b"kraken gap\n"
    )
    assert [one.name for one in file.parent.iterdir()] == ["alerts.txt"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_no_byte_of_what_is_not_ours_is_lost(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "alerts.txt"
    file.write_bytes(content)
    added = rule("kraken gap every 77s")
    assert Shelf(file).change([added], []) == ""
    ending = b"" if content.endswith(b"\n") or not content else b"\n"
    assert file.read_bytes() == content + ending + b"kraken gap every 77s\n"
    Shelf(file).change([], [added])
    assert file.read_bytes() == content + ending


def test_a_write_that_fails_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alerts.txt"
    file.write_bytes(MIXED)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert Shelf(file).change([rule("kraken gap")], []) == "alerts.txt: no space left on device"
    assert file.read_bytes() == MIXED
    assert [one.name for one in tmp_path.iterdir()] == ["alerts.txt"]


def test_a_file_that_cannot_be_read_is_not_written_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is a directory" in Shelf(tmp_path).change([rule("kraken gap")], [])
    monkeypatch.setattr(files, "LARGEST", 10)
    file = tmp_path / "alerts.txt"
    file.write_bytes(MIXED)
    assert Shelf(file).load().problems == ("alerts.txt: too large",)
    assert Shelf(file).change([rule("kraken gap")], []) == "alerts.txt: too large"
    assert file.read_bytes() == MIXED


def test_more_rules_than_are_watched_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_store, "MOST_RULES", 2)
    file = tmp_path / "alerts.txt"
    file.write_text("kraken gap\nkraken gap\nkraken parked\nkraken key\n")
    loaded = Shelf(file).load()
    assert len(loaded.rules) == 2
    assert loaded.problems == ("alerts.txt line 4: more than 2 rules",)


async def test_the_engine_keeps_its_rules_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "alerts.txt"
    file.write_text("# mine\nkraken prize > 5\n")
    first = Alerts(Board(), SystemClock(), shelf=Shelf(file))
    async with first.running():
        assert "line 2: expected what to watch" in first.problems[0]
        made = first.add("kraken:btc/usd price > 66000 once bell")
        gone = first.add("kraken gap")
        first.remove(gone)
    assert file.read_text() == f"# mine\nkraken prize > 5\n{made}\n"
    second = Alerts(Board(), SystemClock(), shelf=Shelf(file))
    async with second.running():
        assert [trigger.rule for trigger in second.rules] == [made]
        second.remove(made)
    assert file.read_text() == "# mine\nkraken prize > 5\n"


async def test_a_disk_that_fails_is_said_and_the_rule_watched_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    alerts = Alerts(Board(), SystemClock(), shelf=Shelf(tmp_path / "state" / "alerts.txt"))
    async with alerts.running():
        alerts.add("kraken gap")
    assert len(alerts.rules) == 1
    assert any("alerts.txt: not a directory" in problem for problem in alerts.problems)
