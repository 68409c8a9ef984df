"""A real server on loopback, real HTTP and WebSocket clients, and a program on a real terminal."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from wsdash.cli import main
from wsdash.web import command
from wsdash.web.command import greeting
from wsdash.web.gate import HEADERS, Gate
from wsdash.web.server import ENDED, FULL, GONE, MOST, Server

TOKEN = "a-token-that-nobody-guesses"
PROGRAM = """
import os, signal, sys, tty
tty.setraw(0)
def size(*_):
    os.write(1, f"<{os.get_terminal_size(1).columns}x{os.get_terminal_size(1).lines}>".encode())
signal.signal(signal.SIGWINCH, size)
size()
os.write(1, f"<args {sys.argv[1:]} tty {os.isatty(0)} {os.environ['TERM']}>".encode())
while True:
    data = os.read(0, 100)
    if data == b"q":
        break
    os.write(1, b"<" + data + b">")
"""


class Site:
    """A server that runs, and what a browser on it does."""

    def __init__(self, runner: web.AppRunner, client: aiohttp.ClientSession) -> None:
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.runner, self.client = runner, client

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        return await self.client.get(self.base + path, headers=headers, allow_redirects=False)

    async def enter(self) -> None:
        answer = await self.get(f"/?token={TOKEN}")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert TOKEN not in answer.headers["Set-Cookie"]
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "SameSite=Strict" in answer.headers["Set-Cookie"]

    async def socket(
        self, query: str = "?width=100&height=30", **headers: str
    ) -> aiohttp.ClientWebSocketResponse:
        return await self.client.ws_connect(
            f"{self.base}/ws{query}", headers={"Origin": self.base} | headers
        )


async def heard(browser: aiohttp.ClientWebSocketResponse, words: str) -> str:
    """Read until the program has said something; a character may come in two messages."""
    said = b""
    async with asyncio.timeout(40):
        while words.encode() not in said:
            message = await browser.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message, said)
            said += message.data
    return said.decode(errors="replace")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    (tmp_path / "terminal.js").write_text("ours")
    gate = Gate(TOKEN, "127.0.0.1")
    server = Server([sys.executable, "-c", PROGRAM, "a b", "$(id)", "'; id"], gate, tmp_path)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    jar = aiohttp.CookieJar(unsafe=True)  # an address has cookies too, as in browsers
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        yield Site(runner, client)
    await runner.cleanup()


async def test_nothing_is_served_without_the_token(site: Site) -> None:
    for path in (
        "/",
        "/ws",
        "/static/terminal.js",
        "/page/page.js",
        "/?token=",
        "/?token=wrong",
        "/nothing",
    ):
        answer = await site.get(path, Origin=site.base)
        assert answer.status == 403, path
        assert "ours" not in await answer.text()
        assert HEADERS.items() <= {name: answer.headers.get(name) for name in HEADERS}.items()
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await site.socket()


async def test_the_token_opens_page_and_terminal(site: Site) -> None:
    await site.enter()
    page = await site.get("/")
    assert page.content_type == "text/html"
    assert HEADERS.items() <= page.headers.items()
    assert await (await site.get("/static/terminal.js")).text() == "ours"
    browser = await site.socket()
    said = await heard(browser, "xterm-256color>")
    assert "<100x30>" in said
    assert "<args ['a b', '$(id)', \"'; id\"] tty True" in said  # no shell has seen them
    await browser.send_json(["stdin", "→x"])
    await heard(browser, "<→x>")
    await browser.send_json(["resize", {"width": 61, "height": 17}])
    await heard(browser, "<61x17>")
    await browser.send_json(["ping", 7])
    assert (await browser.receive()).json() == ["pong", 7]
    await browser.send_json(["stdin", "q"])
    end = await browser.receive()
    assert (end.type, end.extra) == (aiohttp.WSMsgType.CLOSE, ENDED)


async def test_another_page_gets_nothing_although_the_browser_has_the_cookie(site: Site) -> None:
    await site.enter()
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": site.base.replace("127.0.0.1", "localhost")},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await site.socket(**headers)
    bare = await site.get("/ws", Upgrade="websocket")
    assert (bare.status, await bare.text()) == (403, "wsdash: no Origin\n")
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert (await site.get("/", **headers)).status == 403
        assert (await site.get(f"/?token={TOKEN}", **headers)).status == 403


async def test_what_makes_no_sense_is_passed_over(site: Site) -> None:
    await site.enter()
    browser = await site.socket("?width=-5&height=9999999999")
    await heard(browser, "<80x24>")
    for nonsense in ("", "{", "[]", "[" * 5000, '["stdin", 5]', '["resize", {"width": "1"}]',
                     '["resize", {"width": 1e9, "height": 2}]', '["quit"]', "null"):  # fmt: skip
        await browser.send_str(nonsense)
    await browser.send_json(["resize", {"width": 10**9, "height": -3}])
    await heard(browser, "<500x1>")
    await browser.close()


async def test_only_so_many_are_open_at_once_and_a_closed_one_ends_its_program(site: Site) -> None:
    await site.enter()
    browsers = [await site.socket() for _ in range(MOST)]
    for browser in browsers:
        await heard(browser, "xterm")
    refused = await (await site.socket()).receive()
    assert (refused.data, refused.extra) == (aiohttp.WSCloseCode.TRY_AGAIN_LATER, FULL)
    await browsers[0].close()
    async with asyncio.timeout(40):
        while True:  # until its program has ended
            answer = await (await site.socket()).receive()
            if answer.type is aiohttp.WSMsgType.BINARY:
                return
            await asyncio.sleep(0.05)


async def test_a_server_that_ends_says_so(site: Site) -> None:
    await site.enter()
    browser = await site.socket()
    await heard(browser, "xterm")
    await site.runner.shutdown()
    end = await browser.receive()
    assert (end.data, end.extra) == (aiohttp.WSCloseCode.GOING_AWAY, GONE)


def test_without_the_library_one_sentence_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    assert main(["serve", "demo"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "wsdash: serve needs textual-serve: pip install 'wsdash[serve]'"
    ]


@pytest.mark.parametrize("arguments", [["exchange"], ["serve"], ["keys", "list"]])
def test_only_what_draws_is_served(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    assert "serve shows live, demo, replay" in capsys.readouterr().err


def test_a_summary_is_no_picture_to_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "replay", "x.jsonl", "--summary"]) == 2
    assert "no --summary" in capsys.readouterr().err


def test_what_is_printed_says_where_it_is_and_what_is_not_safe() -> None:
    assert greeting("127.0.0.1", 8000, "abc") == "http://127.0.0.1:8000/?token=abc\n"
    assert greeting("::1", 8000, None) == "http://[::1]:8000/?token=TOKEN\n"
    for everywhere in ("0.0.0.0", "::"):  # is no address that could be opened from elsewhere
        where, warning = greeting(everywhere, 8000, "abc").splitlines()
        assert where == f"http://{socket.gethostname()}:8000/?token=abc"
        assert "not encrypted" in warning


async def whole(page: aiohttp.ClientResponse, client: aiohttp.ClientSession) -> None:
    """Hold that all a page asks for is here, and what its script leans on is there."""
    wanted = re.findall(r'(?:href|src)="([^"]+)"', await page.text())
    sheet = await client.get(page.url.with_path("/page/page.css"))
    wanted += re.findall(r'url\("([^"]+)"\)', await sheet.text())
    assert len(wanted) == 7
    texts = {}
    for path in wanted:
        assert path.startswith("/")
        answer = await client.get(page.url.with_path(path))
        assert answer.status == 200, path
        texts[path] = await answer.text("latin-1")
    theirs, ours = texts["/static/js/textual.js"], texts["/page/page.js"]
    for name in ("window.onload=", "new WebSocket(", "dataset.sessionWebsocketUrl",
                 "dataset.fontSize", ".textual-terminal", "'Roboto Mono'"):  # fmt: skip
        assert name in theirs
    assert "http://" not in ours
    assert "https://" not in ours


@pytest.mark.skipif(importlib.util.find_spec("textual_serve") is None, reason="needs textual-serve")
async def test_the_demo_in_a_browser(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wsdash", "serve", "demo", "--seed", "3",
        stdout=asyncio.subprocess.PIPE, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    assert child.stdout is not None
    try:
        address = urlsplit((await child.stdout.readline()).decode().strip())
        base = f"http://{address.netloc}"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            page = await client.get(f"{base}/?{address.query}")
            await whole(page, client)
            async with client.ws_connect(
                f"ws://{address.netloc}/ws?width=120&height=40", headers={"Origin": base}
            ) as browser:
                await heard(browser, "LIVE")
                await browser.send_json(["stdin", "q"])
    finally:
        child.terminate()
        await child.wait()
