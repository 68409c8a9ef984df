"""Where the markets come from that the dashboard begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from wsdash import screens
from wsdash.feed.kept import Kept
from wsdash.settings import load
from wsdash.starting import Start, start
from wsdash.ui import terminal
from wsdash.ui.app import Dashboard
from wsdash.venues.registry import UnknownVenue


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WSDASH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("WSDASH_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("WSDASH_WATCHLIST", raising=False)
    return tmp_path


def begun(home: Path, *symbols: str) -> Start:
    return start(load(home / "config.toml"), symbols)


def named(start: Start) -> list[str]:
    return [str(key) for key in start.keys]


def test_the_command_line_goes_before_all_and_the_settings_come_last(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (named(begun(home)), begun(home).origin) == ([], "nobody yet")
    settings = home / "config.toml"
    settings.write_text('theme = "light"\n')
    assert named(begun(home))[0] == "kraken:BTC/USD"
    assert begun(home).origin == "wsdash itself"
    settings.write_text('watchlist = ["kraken:eth/usd", "kraken:ETH/USD"]\n')
    assert (named(begun(home)), begun(home).origin) == (["kraken:ETH/USD"], str(settings))
    kept = home / "watchlist.txt"
    kept.write_text("kraken:SOL/USD\n")
    assert (named(begun(home)), begun(home).origin) == (["kraken:SOL/USD"], str(kept))
    monkeypatch.setenv("WSDASH_WATCHLIST", '["kraken:XRP/USD"]')
    assert (named(begun(home)), begun(home).origin) == (["kraken:XRP/USD"], "WSDASH_WATCHLIST")
    assert named(begun(home, "binance:btcusdt")) == ["binance:BTCUSDT"]
    with pytest.raises(UnknownVenue):
        begun(home, "nowhere:X")


async def test_markets_of_the_command_line_do_not_touch_the_kept_list(home: Path) -> None:
    kept = home / "watchlist.txt"
    kept.write_text("kraken:SOL/USD\n")
    first = begun(home, "kraken:BTC/USD")
    assert "for this run only" in first.kept.passing
    async with first.kept.running():
        first.kept.listed(first.keys)
    assert kept.read_text() == "kraken:SOL/USD\n"


async def test_a_change_of_the_list_of_the_settings_becomes_the_kept_list(home: Path) -> None:
    (home / "config.toml").write_text('watchlist = ["kraken:BTC/USD"]\n')
    first = begun(home)
    async with first.kept.running():
        first.kept.listed([*first.keys, begun(home, "kraken:ETH/USD").keys[0]])
    assert named(begun(home)) == ["kraken:BTC/USD", "kraken:ETH/USD"]
    assert (home / "config.toml").read_text() == 'watchlist = ["kraken:BTC/USD"]\n'


def test_a_damaged_list_is_said_and_the_settings_stand_in(home: Path) -> None:
    (home / "watchlist.txt").write_bytes(b"\xff\0junk\n")
    (home / "state").mkdir()
    (home / "state" / "opened.json").write_bytes(b"junk")
    found = begun(home)
    assert named(found)[0] == "kraken:BTC/USD"
    assert len(found.kept.problems) == 2
    assert (home / "watchlist.txt").read_bytes() == b"\xff\0junk\n"
    assert (home / "state" / "opened.json.damaged").read_bytes() == b"junk"


def test_an_emptied_list_stays_empty(home: Path) -> None:
    (home / "config.toml").write_text('watchlist = ["kraken:BTC/USD"]\n')
    (home / "watchlist.txt").write_text("# none\n")
    assert named(begun(home)) == []
    assert isinstance(begun(home).kept, Kept)


@pytest.mark.parametrize(("wanted", "code"), [(True, 0), (False, 0), (True, 129)])
def test_the_demo_follows_the_first_screen_where_it_was_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool, code: int
) -> None:
    def leave(app: Dashboard, **_: object) -> int:
        app.demo_wanted = wanted
        return code

    begun_demos: list[int] = []

    def demo(seed: int, *_: object) -> int:
        begun_demos.append(seed)
        return 7

    monkeypatch.setattr(terminal, "run_app", leave)
    monkeypatch.setattr(screens, "demo", demo)
    monkeypatch.setattr(screens, "require_terminal", lambda _: None)
    follows = wanted and not code
    assert screens.live(load(home / "config.toml"), ()) == (7 if follows else code)
    assert begun_demos == ([1] if follows else [])
