"""Canary secrets, and escape sequences, hunted over everything that leaves the program."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.chaos.fuzz import EVIL_TEXT, harmful
from tests.chaos.plugin import Figure
from tests.remote.terminal import Terminal, environment
from tests.ui.fakes import BTC, FakeFeed
from tests.ui.screen import dashboard, screen_text

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState

ROOT = Path(__file__).parents[2]
KEY = "cAnaRyKeY7f3qLpZ0VbX2mT9wRsD4hJ6"
SECRET = base64.b64encode(b"cAnaRySeCrEt-8zQkW1nYp5-0123456789abcdef").decode()
CANARIES = (KEY, SECRET)


def forms(secret: str) -> dict[str, bytes]:
    """Every way in which a secret could be written down."""
    raw = secret.encode()
    return {
        "raw": raw,
        "base64": base64.b64encode(raw).rstrip(b"="),
        "url": quote(secret, safe="").encode(),
        "hex": raw.hex().encode(),
        "reversed": raw[::-1],
        "first eight": raw[:8],
    }


@dataclass
class Hunt:
    """What was searched, and what was found."""

    sinks: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def search(self, sink: str, content: bytes) -> None:
        """Search what left the program by one way."""
        self.sinks.append(sink)
        for secret in CANARIES:
            for form, text in forms(secret).items():
                if text in content:
                    self.found.append(f"{sink}: {form}")

    def search_tree(self, sink: str, folder: Path, skip: tuple[Path, ...] = ()) -> None:
        """Search every file of a folder."""
        content = b""
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file not in skip:
                content += str(file).encode() + b"\n" + file.read_bytes()
        self.search(sink, content)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def with_keys(home: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """An environment that holds the canaries, as a trader's does."""
    return environment(home) | {
        "WSDASH_VENUES__KRAKEN__API_KEY": KEY,
        "WSDASH_VENUES__KRAKEN__API_SECRET": SECRET,
        "TMPDIR": str(home),
        "PYTHONDEVMODE": "1",
        "PYTHONASYNCIODEBUG": "1",
        **(more or {}),
    }


def spoken(home: Path, *words: str, env: dict[str, str]) -> bytes:
    """Run the program; return all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "wsdash", *words],
        env=env, cwd=home, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.row("G4", "G5", "G6", "G7")
def test_no_secret_leaves_by_any_way(home: Path, figure: Figure) -> None:
    hunt = Hunt()
    exchange = subprocess.Popen(
        [sys.executable, "-m", "wsdash", "exchange", "--until-stdin-closes"],
        env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert exchange.stdout is not None
    assert exchange.stdin is not None
    try:
        urls: dict[str, Any] = json.loads(exchange.stdout.readline())
        places = {
            f"WSDASH_VENUES__{venue.upper()}__{name.upper()}": urls[venue][name]
            for venue in urls
            for name in ("ws_url", "private_ws_url", "rest_url")
        }
        env = with_keys(home, places)
        commands = {
            "tail": ("tail", "kraken:BTC/USD", "--seconds", "3"),
            "tail of the account": (
                "tail", "kraken:BTC/USD", "--channels", "account,status", "--seconds", "3",
            ),
            "record": ("record", "kraken:BTC/USD", "--out", "r.jsonl", "--seconds", "3"),
            "record packed": ("record", "kraken:BTC/USD", "--out", "r.gz", "--seconds", "2"),
            "doctor": ("doctor", "kraken"),
            "config show": ("config", "show"),
            "keys list": ("keys", "list"),
            "keys check": ("keys", "check", "kraken"),
            "symbols": ("symbols", "kraken"),
            "venues": ("venues",),
            "help": ("--help",),
            "bad usage": ("tail", "nowhere:BTC"),
        }  # fmt: skip
        for name, words in commands.items():
            hunt.search(name, spoken(home, *words, env=env))
        hunt.search("recording", (home / "r.jsonl").read_bytes())
        hunt.search("packed recording", spoken(home, "replay", "r.gz", "--summary", env=env))
        broken = home / "config" / "wsdash"
        broken.mkdir(parents=True)
        for name, text in {
            "settings that are no TOML": f'[venues.kraken]\napi_secret = "{SECRET}',
            "settings of a wrong type": f'fps = "{SECRET}"',
            "settings with a strange field": f'[venues.kraken]\n{KEY} = 1\napi_key = "{KEY}"',
            "settings with a bad address": f'[venues.kraken]\nws_url = "wss://u:{SECRET}@h/"',
        }.items():
            (broken / "config.toml").write_text(text)
            said = spoken(home, "config", "show", env=environment(home) | {"TMPDIR": str(home)})
            if name != "settings with a strange field":  # a field's name is no secret
                hunt.search(name, said)
            (broken / "config.toml").unlink()
        wrong = env | {"WSDASH_VENUES__KRAKEN__API_SECRET": f"%%%{SECRET}"}
        hunt.search("a secret that is none", spoken(home, "keys", "check", "kraken", env=wrong))
        _screen(hunt, home, env)
        hunt.search_tree("files left behind", home)
    finally:
        exchange.stdin.close()
        exchange.wait(10)
        exchange.stdout.close()
    figure("S16", sinks=len(hunt.sinks), leaks=len(hunt.found), forms=len(forms(KEY)))
    assert hunt.found == []
    assert len(hunt.sinks) >= 24


def _screen(hunt: Hunt, home: Path, env: dict[str, str]) -> None:
    """Open the dashboard on a terminal, use it, and search what it shows and what it starts."""
    raw = bytearray()
    command = [sys.executable, "-m", "wsdash", "kraken:BTC/USD"]
    with Terminal(command, env) as terminal:
        feed = terminal._stream.feed

        def keep(data: bytes) -> None:
            raw.extend(data)
            feed(data)

        terminal._stream.feed = keep  # type: ignore[method-assign]
        terminal.wait_for(lambda text: "LIVE" in text, "a live book")
        for keys in (",", "\x1b", "?", "\x1b", "`", "\x1b", "y", ":", "\x1b", "/", "\x1b"):
            terminal.type(keys)
            time.sleep(0.3)
        own = Path(f"/proc/{terminal.child.pid}")
        hunt.search("its command line", (own / "cmdline").read_bytes())
        tasks = [own / "task" / name / "children" for name in os.listdir(own / "task")]  # noqa: PTH208
        children = " ".join(task.read_text() for task in tasks).split()
        for name in ("environ", "cmdline"):
            content = b"".join(Path(f"/proc/{child}/{name}").read_bytes() for child in children)
            hunt.search(f"{name} of its children", content)
        hunt.search("what the terminal shows", terminal.text.encode())
        terminal.type("q")
        assert terminal.child.wait(20) == 0
        time.sleep(0.2)
    hunt.search("every byte for the terminal", bytes(raw))
    copied = re.findall(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)", bytes(raw))
    hunt.search("the clipboard", b"\n".join(base64.b64decode(text) for text in copied))
    titles = re.findall(rb"\x1b\][012];([^\x07\x1b]*)", bytes(raw))
    hunt.search("the title", b"\n".join(titles))


def test_a_leak_would_be_found() -> None:
    hunt = Hunt()
    for form, text in forms(SECRET).items():
        hunt.search(form, b"something " + text + b" more")
    assert {entry.partition(":")[0] for entry in hunt.found} == set(forms(SECRET))


@pytest.mark.row("G1", "G2", "G3")
async def test_no_text_from_outside_moves_hides_or_turns_anything_on_the_screen(
    figure: Figure,
) -> None:
    """Every word a venue can send, in every place where one is shown."""
    shown = 0
    for at in range(0, len(EVIL_TEXT), 6):
        evil = " ".join(text[:20] for text in EVIL_TEXT[at : at + 6])
        feed = FakeFeed()
        key = MarketKey("kraken", f"X{evil}/Y")
        app, _, scene = dashboard(feed, watchlist=[BTC, key])
        feed.list_instruments([Instrument("kraken", key.name, f"X{evil}", f"Y{evil}", "0.1", 1, 8)])
        feed.link("kraken public", LinkState.LIVE, evil)
        feed.link("binance public", LinkState.PARKED, f"said {evil}")
        feed.state(BTC, "book", ChannelState.RESYNC, evil)
        feed.touch(key, "book")
        async with app.run_test(size=(120, 40)) as pilot:
            for keys in ("2", "grave_accent", "1"):
                await pilot.press(keys)
                scene.step(0.1)
                await asyncio.sleep(0)
                text = screen_text(app)
                lines = text.split("\n")
                assert not any(harmful(line) for line in lines), ascii(evil)
                shown += len(lines)
    figure("S15", inputs=shown, leaks=0, sinks=7)
