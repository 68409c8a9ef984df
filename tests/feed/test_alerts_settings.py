"""Where alerts go is set like everything else: judged at the start, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wsdash.settings import BadSettings, load, shown

CANARY = "CANARY4711"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("WSDASH_"):
            monkeypatch.delenv(name)


def file_with(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def test_without_them_alerts_stay_inside(tmp_path: Path) -> None:
    found = load(tmp_path / "missing")
    assert (found.alert_command, found.alert_webhook) == (None, None)
    rows = dict(shown(found, tmp_path))
    assert (rows["alert_command"], rows["alert_webhook"]) == ("none", "none")


def test_what_is_set_holds_and_nothing_printed_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        f'alert_command = ["curl", "-HAuth: {CANARY}"]\n'
        f'alert_webhook = "https://hooks.example/{CANARY}"\n'
    )
    file = file_with(tmp_path, text)
    found = load(file)
    assert found.alert_command == ["curl", f"-HAuth: {CANARY}"]
    assert found.alert_webhook is not None
    assert found.alert_webhook.get_secret_value() == f"https://hooks.example/{CANARY}"
    rows = shown(found, file)
    assert CANARY not in repr(found) + str(found) + str(rows)
    assert ("alert_webhook", "set") in rows
    monkeypatch.setenv("WSDASH_ALERT_COMMAND", '["notify-send", "wsdash"]')
    assert load(file).alert_command == ["notify-send", "wsdash"]


def test_this_machine_may_be_posted_to_in_the_clear(tmp_path: Path) -> None:
    found = load(file_with(tmp_path, 'alert_webhook = "http://127.0.0.1:8000/x"'))
    assert found.alert_webhook is not None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (f'alert_webhook = "http://{CANARY}.example/"', "alert_webhook"),
        (f'alert_webhook = "https://u:{CANARY}@a.example/"', "alert_webhook"),
        (f'alert_webhook = "ftp://{CANARY}"', "alert_webhook"),
        (f'alert_webhook = "https://a.example:{CANARY}/"', "alert_webhook"),
        (f'alert_webhook = ["{CANARY}"]', "alert_webhook"),
        ('alert_webhook = ""', "alert_webhook"),
        (f'alert_command = "notify-send {CANARY}"', "alert_command"),
        (f'alert_command = ["", "{CANARY}"]', "alert_command"),
        (f'alert_command = ["{CANARY}", 5]', "alert_command.1"),
        (f'alert_command = ["{CANARY}\\u0000"]', "alert_command"),
        ("alert_command = []", "alert_command"),
    ],
)
def test_what_makes_no_sense_is_refused_by_line_and_field_and_never_shown(
    tmp_path: Path, text: str, field: str
) -> None:
    file = file_with(tmp_path, f"fps = 20\n{text}\n")
    with pytest.raises(BadSettings) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file} line 2: {field}: ")
    assert CANARY not in str(caught.value)
