"""The page in a real browser; every test here skips where there is none."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from tests.web.chromium import CTRL, Browser, Tab, chromium, found

from wsdash.web import server as serving
from wsdash.web.command import _terminal
from wsdash.web.gate import Gate
from wsdash.web.server import MOST, Server

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("textual_serve") is None, reason="needs textual-serve"
    ),
    pytest.mark.skipif(found() is None, reason="needs Chromium"),
]

TOKEN = "a-token-that-nobody-guesses"
PROGRAM = """
import os, pathlib, sys, tty
tty.setraw(0)
typed = pathlib.Path(sys.argv[1])
typed.touch()
while True:
    with typed.open("ab") as file:
        file.write(data := os.read(0, 100))
    if data == b"p":
        os.write(1, b"word " * 400)
    if data == b"q":
        break
"""


@dataclass
class Site:
    """A server, a browser, and what the programs were typed."""

    address: str
    browser: Browser
    typed: Path

    async def open(self) -> Tab:
        """Open a tab, whose program says nothing yet but reads."""
        tab = await self.browser.open(f"{self.address}/?token={TOKEN}")
        await tab.until("document.body?.classList.contains('-loaded')")
        await self.heard(b"")
        return tab

    async def shown(self) -> Tab:
        """Open a tab in which the program has drawn something."""
        tab = await self.open()
        await tab.key("p", 80, "p")
        await tab.until(in_state("shown"))
        return tab

    async def heard(self, keys: bytes) -> None:
        async with asyncio.timeout(40):
            while not (self.typed.exists() and keys in self.typed.read_bytes()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    typed = tmp_path / "typed"
    gate = Gate(TOKEN, "127.0.0.1")
    server = Server([sys.executable, "-c", PROGRAM, str(typed)], gate, _terminal())
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    try:
        async with chromium(tmp_path / "profile") as browser:
            yield Site(f"http://127.0.0.1:{runner.addresses[0][1]}", browser, typed)
    finally:
        await runner.cleanup()


def in_state(state: str) -> str:
    return f"document.body?.dataset.state === '{state}'"


OPACITY = "getComputedStyle(document.getElementById('terminal')).opacity"
SAID = "document.getElementById('words').textContent"


async def test_the_first_key_is_taken_and_strangers_are_asked_nothing(site: Site) -> None:
    tab = await site.open()
    await tab.key("/", 191, "/")
    await tab.key("?", 191, "?")
    await tab.key("Tab", 9)
    await tab.key("F11", 122)  # the browser's own
    await tab.key("F5", 116)
    await site.heard(b"/?\t\x1b[15~")
    assert tab.wrong == []
    assert all(address.startswith((site.address, "ws", "data:")) for address in tab.asked)
    assert await tab.js("document.fonts.check('bold 16px \"Roboto Mono\"')")
    assert await tab.js("[...document.fonts].every(face => face.status === 'loaded')")
    assert await tab.js("document.fonts.size") == 2


async def test_the_page_says_what_it_waits_for_and_how_it_ended(site: Site) -> None:
    tab = await site.open()
    assert await tab.js(in_state("starting"))
    assert await tab.js(SAID) == "Starting the dashboard..."
    await tab.key("p", 80, "p")
    await tab.until(in_state("shown"))
    await tab.key("q", 81, "q")
    await tab.until(in_state("ended"))
    assert await tab.js(SAID) == "The dashboard has ended."
    assert await tab.js(OPACITY) == "0.35"  # numbers that nobody draws anew
    await tab.key("Enter", 13, "\r")
    await tab.until(in_state("starting"))


async def test_why_a_program_did_not_start_can_be_read(site: Site) -> None:
    tab = await site.open()
    await tab.key("q", 81, "q")
    await tab.until(in_state("ended"))
    assert await tab.js(OPACITY) == "1"


async def test_one_too_many_is_told_so(site: Site) -> None:
    for _ in range(MOST):
        await site.open()
    tab = await site.browser.open(site.address)
    await tab.until(in_state("ended"))
    assert await tab.js(SAID) == "4 dashboards are open already: close one."


async def test_a_picture_that_is_not_drawn_any_more_does_not_look_new(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await site.shown()

    async def deaf(*_: object) -> None:
        """As on a line that has gone without a word."""

    monkeypatch.setattr(serving, "_heard", deaf)
    await tab.js("{const now = performance.now(); performance.now = () => now + 60_000}")
    await tab.until(in_state("old"))
    assert "this picture is old" in await tab.js(SAID)
    monkeypatch.undo()
    await tab.until(in_state("shown"))


async def test_a_selection_is_copied_and_ends_nothing(site: Site) -> None:
    await site.browser.do(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    tab = await site.shown()
    await tab.drag((2, 8), (30, 8), (45, 8))
    await tab.key("c", 67, modifiers=CTRL)
    assert "or" in await tab.js("navigator.clipboard.readText()")
    await tab.js("navigator.clipboard.writeText('BTC')")
    await tab.key("x", 88, "x")
    await tab.do("Input.dispatchKeyEvent", type="keyDown", key="v", windowsVirtualKeyCode=86,
                 modifiers=CTRL, commands=["paste"])  # fmt: skip
    await site.heard(b"pxBTC")
    await tab.key("c", 67, modifiers=CTRL)
    await site.heard(b"pxBTC\x03")
