"""What is kept of the trader's markets: nothing in the files is ever lost, whoever wrote it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsdash import files
from wsdash.domain.instrument import MarketKey
from wsdash.feed import uses
from wsdash.feed.kept import Kept
from wsdash.feed.kept_list import ListFile
from wsdash.feed.uses import HALF_LIFE, Uses
from wsdash.markets import parse

BTC, ETH, SOL, XRP = (MarketKey("kraken", f"{base}/USD") for base in ("BTC", "ETH", "SOL", "XRP"))

MIXED = (
    b"# mine\nkraken:btc/usd\n\nkraken\n\xff\xfe\x1b[2J\r\nnowhere:X\n"
    b"binance:ethusdt # no\nkraken:ETH/USD\n"
)


def shelf(tmp_path: Path) -> ListFile:
    return ListFile(tmp_path / "config" / "watchlist.txt", parse)


def test_a_list_comes_back_in_its_order_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = shelf(tmp_path)
    assert file.load() == (None, ())
    assert file.write([ETH, BTC], ()) == (ETH, BTC)
    assert file.file.read_text() == "kraken:ETH/USD\nkraken:BTC/USD\n"
    assert stat.S_IMODE(file.file.stat().st_mode) == 0o600
    assert file.load() == ((ETH, BTC), ())
    file.write([], (ETH, BTC))
    assert file.load() == ((), ())


def test_what_is_no_market_is_said_and_stays_where_it_is(tmp_path: Path) -> None:
    file = shelf(tmp_path)
    file.file.parent.mkdir()
    file.file.write_bytes(MIXED)
    loaded = file.load()
    assert loaded.keys == (BTC, ETH)
    assert loaded.problems == (
        "watchlist.txt line 4 is no market; it is left as it is (and 3 more)",
    )
    file.write([ETH, SOL, BTC], loaded.keys)
    expected = MIXED.replace(b"kraken:ETH/USD", b"kraken:SOL/USD")
    expected = expected.replace(b"kraken:btc/usd", b"kraken:ETH/USD") + b"kraken:BTC/USD\n"
    assert file.file.read_bytes() == expected


def test_a_file_without_any_market_in_it_is_no_list(tmp_path: Path) -> None:
    file = shelf(tmp_path)
    file.file.parent.mkdir()
    file.file.write_bytes(b"\0" * 4_096)
    loaded = file.load()
    assert loaded.keys is None
    assert "line 1 is no market" in loaded.problems[0]
    file.write([BTC], ())
    assert file.file.read_bytes() == b"\0" * 4_096 + b"\nkraken:BTC/USD\n"


def test_what_another_screen_did_meanwhile_stands(tmp_path: Path) -> None:
    file = shelf(tmp_path)
    base = file.write([BTC, ETH], ())
    file.write([ETH, SOL], base)
    assert file.write([BTC, ETH, XRP], base) == (ETH, XRP, SOL)
    file.file.unlink()
    assert file.write([BTC, ETH], (BTC, ETH)) == (BTC, ETH)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=200),
    st.lists(st.sampled_from([BTC, ETH, SOL, XRP]), unique=True),
)
def test_no_byte_of_another_hand_is_lost(
    tmp_path: Path, content: bytes, wanted: list[MarketKey]
) -> None:
    file = ListFile(tmp_path / "watchlist.txt", parse)
    file.file.write_bytes(content)
    loaded = file.load()
    before = content.removesuffix(b"\n").split(b"\n") if content else []
    now = file.write(wanted, loaded.keys or ())
    after = file.file.read_bytes().split(b"\n")[:-1]
    markets = {str(key).encode() for key in now}
    assert [line for line in after if line not in markets] == [
        line for line in before if file._market(line.decode("utf-8", "surrogateescape")) is None
    ]
    assert now == tuple(wanted)
    assert file.load().keys == (now or (None if loaded.problems else ()))


def test_a_file_that_cannot_be_read_is_said_and_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelf(tmp_path)
    file.write([BTC], ())
    monkeypatch.setattr(files, "LARGEST", 4)
    assert file.load().problems == ("watchlist.txt: too large",)
    with pytest.raises(OSError, match="Too large"):
        file.write([ETH], ())
    assert file.file.read_text() == "kraken:BTC/USD\n"


def test_openings_count_and_fade(tmp_path: Path) -> None:
    file = tmp_path / "state" / "opened.json"
    opened = Uses(file)
    for _ in range(3):
        opened.opened(BTC, 0.0)
    opened.opened(ETH, 3 * HALF_LIFE)
    opened.save()
    again = Uses(file)
    assert again.load() == ""
    assert again.weight(str(BTC), 0.0) == 3
    assert again.weight(str(BTC), 3 * HALF_LIFE) == 3 / 8
    assert again.weight(str(ETH), 3 * HALF_LIFE) == 1
    assert again.weight("kraken:XRP/USD", 0.0) == 0
    again.opened(BTC, HALF_LIFE)
    assert again.weight(str(BTC), HALF_LIFE) == 2.5


def test_two_screens_count_together_and_the_least_used_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Uses(tmp_path / "opened.json"), Uses(tmp_path / "opened.json")
    one.opened(BTC, 10.0)
    one.opened(ETH, 10.0)
    other.opened(BTC, 20.0)
    one.save()
    other.save()
    monkeypatch.setattr(uses, "MOST_USES", 1)
    other.opened(BTC, 20.0)
    other.save()
    last = Uses(tmp_path / "opened.json")
    last.load()
    assert last.weight(str(BTC), 20.0) == pytest.approx(3, abs=1e-4)
    assert last.weight(str(ETH), 20.0) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"a": [1]}', b'{"a": [-1, 0]}', b'{"a": [1e999, 0]}', b"\xff" * 50],
)
def test_damaged_openings_are_put_aside_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "opened.json"
    for name in ("opened.json.damaged", "opened.json.damaged-2"):
        file.write_bytes(content)
        opened = Uses(file)
        assert opened.load() == f"opened.json is damaged; it is put aside as {name}"
        assert (tmp_path / name).read_bytes() == content
        opened.opened(BTC, 1.0)
        opened.save()
        assert opened.weight(str(BTC), 1.0) == 1


def test_what_cannot_be_written_is_written_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_bytes(b"in the way")
    opened = Uses(folder / "opened.json")
    opened.opened(BTC, 1.0)
    with pytest.raises(NotADirectoryError):
        opened.save()
    folder.unlink()
    opened.save()
    again = Uses(folder / "opened.json")
    assert again.load() == ""
    assert again.weight(str(BTC), 1.0) == 1


async def test_all_changes_are_written_when_the_program_ends(tmp_path: Path) -> None:
    file = shelf(tmp_path)
    kept = Kept(file, (), Uses(tmp_path / "opened.json"))
    async with kept.running():
        kept.listed([BTC])
        kept.opened(BTC, 1.0)
        kept.listed([BTC, ETH])
    assert file.load().keys == (BTC, ETH)
    assert (tmp_path / "opened.json").exists()


async def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(b"in the way")
    said: list[str] = []
    kept = Kept(shelf(tmp_path))
    kept.report = said.append
    async with kept.running():
        kept.listed([BTC])
    assert len(said) == 1
    assert said[0].startswith("not kept: watchlist.txt: ")


async def test_a_list_for_this_run_only_needs_no_file() -> None:
    kept = Kept(passing="for this run only")
    async with kept.running():
        kept.listed([BTC])
        kept.opened(BTC, 1.0)
    assert kept.uses.weight(str(BTC), 1.0) == 1
