"""API keys kept for a venue: unseen when typed, unreadable by others, gone when removed."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from wsdash import keys, wiring
from wsdash.feed.clock import SystemClock
from wsdash.settings import BadSettings, Settings
from wsdash.venues.registry import KRAKEN

SECRET = "c2VjcmV0LWNhbmFyeQ=="


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSDASH_CONFIG", str(tmp_path / "config.toml"))


def add(monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    """Add a key by way of stdin."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return keys.run("add", "kraken", Settings(), keyring=False)


@pytest.mark.row("G7")
def test_a_key_is_kept_where_only_its_owner_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert add(monkeypatch, f"the-key\n{SECRET}\n") == 0
    file = keys.key_file("kraken")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.stored("kraken") == ("the-key", SECRET)
    assert wiring.signer_of(KRAKEN, Settings(), SystemClock()) is not None


@pytest.mark.row("G7")
def test_a_key_others_can_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, f"the-key\n{SECRET}\n")
    keys.key_file("kraken").chmod(0o644)
    with pytest.raises(BadSettings, match="chmod 600") as caught:
        keys.stored("kraken")
    assert SECRET not in str(caught.value)


def test_a_removed_key_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, f"the-key\n{SECRET}\n")
    assert keys.run("remove", "kraken", Settings(), keyring=False) == 0
    assert keys.stored("kraken") is None
    with pytest.raises(BadSettings, match="no key is kept"):
        keys.run("remove", "kraken", Settings(), keyring=False)


def test_half_a_key_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match="nothing was kept"):
        add(monkeypatch, "the-key\n\n")
    assert not keys.key_file("kraken").exists()


def test_a_venue_without_accounts_takes_no_key() -> None:
    with pytest.raises(BadSettings, match="public data only"):
        keys.run("add", "binance_us", Settings(), keyring=False)


@pytest.mark.row("G5")
def test_the_list_says_where_a_key_is_and_never_the_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(monkeypatch, f"the-key\n{SECRET}\n")
    keys.run("list", "", Settings(), keyring=False)
    shown = capsys.readouterr().out
    assert "kraken" in shown
    assert SECRET not in shown
    assert "the-key" not in shown
