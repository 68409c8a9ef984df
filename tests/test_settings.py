from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wsdash.settings import BadSettings, Settings, load, shown

CANARY = "CANARY4711"

FULL = f"""\
watchlist = ["kraken:BTC/USD", "binance:BTCUSDT"]
theme = "textual-dark"
glyphs = "ascii"
fps = 20
mouse = true

[keymap]
find = "s"

[venues.binance]
ws_url = "ws://127.0.0.1:9000/stream"
rest_url = "http://localhost:9001"

[venues.kraken]
ws_url = "wss://ws.kraken.com/v2"
api_key = "{CANARY}"
api_secret = "{CANARY}"
"""


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("WSDASH_"):
            monkeypatch.delenv(name)


def file_with(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def refusal(file: Path) -> str:
    with pytest.raises(BadSettings) as caught:
        load(file)
    message = str(caught.value)
    assert len(message.splitlines()) <= 5
    assert CANARY not in message
    assert "Traceback" not in message
    return message


def attempt(file: Path) -> tuple[str, Settings | None]:
    """Load settings and the keys in them; return the words of a refusal."""
    try:
        found = load(file)
        for venue in found.venues.values():
            venue.credentials()
    except BadSettings as error:
        return str(error), None
    return "", found


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path / "missing.toml")
    assert (found.theme, found.fps, found.mouse) == ("wsdash-dark", 30, False)
    assert found.venue("kraken").credentials() is None


def test_what_the_file_says_holds(tmp_path: Path) -> None:
    found = load(file_with(tmp_path, FULL))
    assert found.watchlist == ["kraken:BTC/USD", "binance:BTCUSDT"]
    assert (found.theme, found.glyphs, found.fps, found.mouse) == (
        "textual-dark",
        "ascii",
        20,
        True,
    )
    assert found.keymap == {"find": "s"}
    assert found.venue("binance").ws_url == "ws://127.0.0.1:9000/stream"
    assert found.venue("kraken").credentials() == (CANARY, CANARY)


def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_with(tmp_path, FULL)
    monkeypatch.setenv("WSDASH_FPS", "25")
    monkeypatch.setenv("WSDASH_THEME", "nord")
    monkeypatch.setenv("WSDASH_VENUES__BINANCE__WS_URL", "wss://env.example/stream")
    monkeypatch.setenv("WSDASH_VENUES__KRAKEN__API_KEY", "from the environment")
    found = load(file, {"theme": "monokai"})
    assert (found.theme, found.fps) == ("monokai", 25)
    assert found.venue("binance").ws_url == "wss://env.example/stream"
    assert found.venue("binance").rest_url == "http://localhost:9001"
    assert found.venue("kraken").credentials() == ("from the environment", CANARY)


@pytest.mark.row("G5")
def test_nothing_that_can_be_printed_of_settings_holds_a_secret(tmp_path: Path) -> None:
    text = FULL.replace("mouse = true", f'proxy = "http://user:{CANARY}@proxy.example:8080"')
    file = file_with(tmp_path, text)
    found = load(file)
    kraken = found.venue("kraken")
    printed = [repr(found), str(found), repr(kraken), str(kraken), f"{found!r}"]
    printed += [str(shown(found, file)), str(kraken.model_dump()), kraken.model_dump_json()]
    assert not [text for text in printed if CANARY in text]
    rows = dict(shown(found, file))
    assert rows["venues.kraken.api_secret"] == "set"
    assert rows["proxy"] == "http://…@proxy.example:8080"
    assert found.proxy == f"http://user:{CANARY}@proxy.example:8080"


def test_settings_are_shown_in_the_words_of_people(tmp_path: Path) -> None:
    file = file_with(tmp_path, 'watchlist = ["kraken:BTC/USD", "binance:BTCUSDT"]\nmouse = true')
    rows = dict(shown(load(file), file))
    assert rows["watchlist"] == "kraken:BTC/USD, binance:BTCUSDT"
    assert rows["mouse"] == "yes"
    assert rows["keymap"] == rows["alert_command"] == "none"
    assert not {"None", "True", "False", "{}", "[]"} & set(rows.values())


@pytest.mark.row("E6")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'theme = "{CANARY}', "end of document"),
        (f'fps = 20\ntheme = {CANARY}\n', "line 2"),
        (f'fps = 20\n\n[venues.kraken\napi_key = "{CANARY}"', "line 3"),
        (f'theme = "{CANARY}"\ntheme = "{CANARY}"\n', "line 2"),
        (f'api_key = "{CANARY}"\x00', "line 1"),
        ("fps = " + "9" * 5_000, "not valid TOML"),
        ("watchlist = " + "[" * 5_000, "not valid TOML"),
        ("theme = " + "{a=" * 5_000, "not valid TOML"),
        (f'proxy = """{CANARY}', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_toml_is_refused_with_the_place(
    tmp_path: Path, text: str, words: str
) -> None:
    file = file_with(tmp_path, text)
    message = refusal(file)
    assert str(file) in message
    assert words in message


@pytest.mark.row("E6", "G5")
@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        (f'fps = "{CANARY}"', 1, "fps"),
        ("theme = 5", 1, "theme"),
        (f'mouse = "{CANARY}"', 1, "mouse"),
        (f'\n\nglyphs = "{CANARY}"', 3, "glyphs"),
        ("fps = 0", 1, "fps"),
        ("fps = 61", 1, "fps"),
        (f'watchlist = "{CANARY}"', 1, "watchlist"),
        (f'watchlist = ["a",\n  ["{CANARY}"]]', 1, "watchlist.1"),
        (f'venues = "{CANARY}"', 1, "venues"),
        (f'[venues]\nkraken = "{CANARY}"', 2, "venues.kraken"),
        (f'[venues.kraken]\nws_url = "{CANARY}"', 2, "venues.kraken.ws_url"),
        (f'[venues.kraken]\napi_key = ["{CANARY}"]', 2, "venues.kraken.api_key"),
        (f'[venues.kraken]\napi_secret = {{x="{CANARY}"}}', 2, "venues.kraken.api_secret"),
        (f'[venues.kraken]\npassword = "{CANARY}"', 2, "venues.kraken.…"),
        (f"[venues.kraken]\n{CANARY} = 1", 2, "venues.kraken.…"),
        (f'[venues.{CANARY}]\nws_url = "wss://a.example"', 1, "venues.…"),
        (f"{CANARY} = 1", 1, "…"),
        (f"[keymap]\n{CANARY} = 1", 2, "keymap.…"),
        (f'unknown = "{CANARY}"', 1, "…"),
        (f'fps = 20\n[other]\nx = "{CANARY}"', 2, "…"),
        (f'[venues.nowhere]\nws_url = "wss://{CANARY}.example"', 1, "venues.…"),
        (f'venues.kraken.ws_url = "{CANARY}"', 1, "venues.kraken.ws_url"),
        (f'[venues."kraken"]\n"ws_url" = "{CANARY}"', 2, "venues.kraken.ws_url"),
        (
            f'[venues.binance]\nws_url = "wss://a.example"\n[venues.kraken]\nws_url = "{CANARY}"',
            4,
            "venues.kraken.ws_url",
        ),
        (f'# fps = 1\nfps_note = 1\nfps = "{CANARY}"', 2, "…"),
        (f'theme = "x" # fps\nfps = "{CANARY}"', 2, "fps"),
    ],
)
def test_a_wrong_value_is_refused_by_line_and_field_and_never_shown(
    tmp_path: Path, text: str, line: int, field: str
) -> None:
    file = file_with(tmp_path, text)
    assert refusal(file).startswith(f"{file} line {line}: {field}: ")


@pytest.mark.row("G9")
@pytest.mark.parametrize(
    "address",
    [
        "ws://example.com/v2",
        "ws://127.0.0.1.example.com/v2",
        "ws://10.0.0.1/v2",
        "ws://localhost.example.com",
        "http://ws.kraken.com/v2",
        "https://ws.kraken.com/v2",
        "ftp://ws.kraken.com",
        "unix:///tmp/socket",
        "file:///etc/passwd",
        "wss://",
        "wss:///v2",
        "ws.kraken.com/v2",
        "",
        f"wss://user:{CANARY}@ws.kraken.com/v2",
        f"wss://{CANARY}@ws.kraken.com/v2",
        f"wss://:{CANARY}@ws.kraken.com/v2",
        f"ws://user:{CANARY}@127.0.0.1/v2",
        f"wss://[{CANARY}",
        f"wss://user:{CANARY}℀@ws.kraken.com/",
        f"wss://ws.kraken.com:{CANARY}/",
        "wss://ws.kraken.com:99999/",
    ],
)
def test_an_address_that_would_leak_or_go_in_the_clear_is_refused(
    tmp_path: Path, address: str
) -> None:
    file = file_with(tmp_path, f'[venues.kraken]\nws_url = "{address}"')
    assert refusal(file).startswith(f"{file} line 2: venues.kraken.ws_url: ")


@pytest.mark.parametrize(
    "address",
    [
        "ws://localhost:1/",
        "ws://127.0.0.1:80/v2",
        "ws://[::1]:80/",
        "ws://127.8.8.8",
        "wss://a.b/c",
    ],
)
def test_this_machine_may_be_spoken_to_in_the_clear(tmp_path: Path, address: str) -> None:
    file = file_with(tmp_path, f'[venues.kraken]\nws_url = "{address}"')
    assert load(file).venue("kraken").ws_url == address


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WSDASH_FPS", CANARY, "WSDASH_FPS"),
        ("wsdash_fps", CANARY, "WSDASH_FPS"),
        ("WSDASH_WATCHLIST", CANARY, "WSDASH_WATCHLIST"),
        ("WSDASH_VENUES", "{" + CANARY, "WSDASH_VENUES"),
        ("WSDASH_VENUES__KRAKEN__WS_URL", CANARY, "WSDASH_VENUES__KRAKEN__WS_URL"),
        ("WSDASH_VENUES__KRAKEN__PASSWORD", CANARY, "WSDASH_VENUES__KRAKEN__PASSWORD"),
        ("WSDASH_VENUES__NOWHERE__WS_URL", "wss://a.b", "WSDASH_VENUES__NOWHERE__WS_URL"),
    ],
)
def test_a_wrong_variable_is_named_even_if_the_file_says_something_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    for text in ("", FULL):
        message = refusal(file_with(tmp_path, text))
        assert words in message
        assert "line" not in message


@pytest.mark.row("E6")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=len(FULL),
    deadline=None,
)
@given(cut=st.integers(0, len(FULL)))
@example(cut=len(FULL) - 1)
def test_a_file_cut_anywhere_is_read_or_refused_in_a_few_words(tmp_path: Path, cut: int) -> None:
    file = file_with(tmp_path, FULL[:cut])
    message, found = attempt(file)
    assert len(message.splitlines()) <= 5
    assert CANARY[:6] not in message + repr(found)


@pytest.mark.row("E6")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(FULL) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_read_or_refused_in_a_few_words(
    tmp_path: Path, place: int, bit: int
) -> None:
    content = bytearray(FULL.encode())
    content[place] ^= 1 << bit
    file = tmp_path / "config.toml"
    file.write_bytes(bytes(content))
    file.chmod(0o600)
    message, found = attempt(file)
    assert len(message.splitlines()) <= 5
    assert "4711" not in message + repr(found)


@pytest.mark.row("G7")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o601, 0o777])
def test_a_settings_file_with_a_secret_that_others_can_read_is_refused(
    tmp_path: Path, mode: int
) -> None:
    assert "chmod 600" in refusal(file_with(tmp_path, FULL, mode))
    load(file_with(tmp_path, FULL.replace("api_secret", "# api_secret"), mode))


def key_files(folder: Path, mode: int = 0o600) -> str:
    lines = ["[venues.kraken]"]
    for name in ("api_key", "api_secret"):
        file = folder / name
        file.write_text(f"{CANARY}-{name}\n")
        file.chmod(mode)
        lines.append(f'{name}_file = "{file}"')
    return "\n".join(lines)


def test_keys_are_read_from_files_of_their_own(tmp_path: Path) -> None:
    found = load(file_with(tmp_path, key_files(tmp_path), 0o644))
    assert found.venue("kraken").credentials() == (f"{CANARY}-api_key", f"{CANARY}-api_secret")
    assert CANARY not in repr(found)


@pytest.mark.row("G7")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    found = load(file_with(tmp_path, key_files(tmp_path, mode)))
    with pytest.raises(BadSettings, match="chmod 600") as caught:
        found.venue("kraken").credentials()
    assert CANARY not in str(caught.value)


def test_a_link_to_a_key_file_is_as_open_as_the_file(tmp_path: Path) -> None:
    text = key_files(tmp_path, 0o644)
    (tmp_path / "api_key").rename(tmp_path / "elsewhere")
    (tmp_path / "api_key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadSettings, match="chmod 600"):
        load(file_with(tmp_path, text)).venue("kraken").credentials()


def test_a_key_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    found = load(file_with(tmp_path, key_files(tmp_path)))
    (tmp_path / "api_key").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match="not UTF-8"):
        found.venue("kraken").credentials()
    (tmp_path / "api_key").unlink()
    with pytest.raises(BadSettings, match="api_key_file: No such file"):
        found.venue("kraken").credentials()


@pytest.mark.parametrize("only", ["api_key", "api_secret"])
def test_half_a_key_is_none(tmp_path: Path, only: str) -> None:
    found = load(file_with(tmp_path, f'[venues.kraken]\n{only} = "{CANARY}"'))
    with pytest.raises(BadSettings, match="go together") as caught:
        found.venue("kraken").credentials()
    assert CANARY not in str(caught.value)


def test_a_settings_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert "Is a directory" in refusal(tmp_path)
    file = tmp_path / "config.toml"
    file.write_bytes(b'theme = "\xff"')
    assert "not UTF-8" in refusal(file)


def test_every_setting_of_the_template_is_one() -> None:
    config = pytest.importorskip("wsdash.config")
    text = re.sub(r"^# (?=[a-z_]+ = |\[)", "", config.TEMPLATE, flags=re.MULTILINE)
    named = set(re.findall(r"^([a-z_]+) = ", text, flags=re.MULTILINE))
    assert {"watchlist", "theme", "glyphs", "fps", "mouse", "proxy"} <= named
    assert named - {"find", "api_key_file", "api_secret_file"} <= set(Settings.model_fields)
