"""A real browser: Chromium without a window, spoken to over its DevTools protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
CTRL = 2
"""The DevTools protocol's bit for the Control key."""


def found() -> str | None:
    """Return where a Chromium is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One tab; it knows what addresses its page `asked` for, and what went `wrong` in it."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.asked: list[str] = []
        self.wrong: list[Any] = []

    def hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        level = params.get("entry", {}).get("level")
        if method == "Runtime.exceptionThrown" or level == "error":
            self.wrong.append(params)

    async def do(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._browser.do(method, session=self._session, **params)

    async def js(self, expression: str) -> Any:
        done = await self.do(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def until(self, expression: str) -> None:
        async with asyncio.timeout(40):
            while not await self.js(expression):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def key(self, key: str, code: int, text: str = "", modifiers: int = 0) -> None:
        about = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.do("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **about)

    async def drag(self, *points: tuple[int, int]) -> None:
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 2), "mouseReleased"]
        for kind, (x, y) in zip(kinds, points, strict=True):
            await self.do(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1,
                clickCount=1,
            )  # fmt: skip


class Browser:
    """Chromium that runs."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}

    async def listen(self) -> None:
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                waiting = self._waiting.pop(said["id"])
                if not waiting.done():
                    waiting.set_result(said)
            elif said.get("sessionId") in self._tabs:
                self._tabs[said["sessionId"]].hear(said["method"], said["params"])

    async def do(self, method: str, *, session: str = "", **params: Any) -> dict[str, Any]:
        number = max(self._waiting, default=0) + 1
        self._waiting[number] = asyncio.get_running_loop().create_future()
        where = {"sessionId": session} if session else {}
        await self._socket.send_json({"id": number, "method": method, "params": params} | where)
        async with asyncio.timeout(40):
            said = await self._waiting[number]
        assert "error" not in said, said
        return dict(said["result"])

    async def open(self, address: str) -> Tab:
        target = (await self.do("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self.do("Target.attachToTarget", targetId=target, flatten=True)
        tab = self._tabs[attached["sessionId"]] = Tab(self, attached["sessionId"])
        for domain in ("Network", "Runtime", "Log"):
            await tab.do(f"{domain}.enable")
        await tab.do("Page.navigate", url=address)
        return tab


@contextlib.asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Browser]:
    """Run Chromium with nothing of its user's, and without asking its maker anything."""
    program = found()
    assert program is not None
    flags = ["--headless=new", "--no-first-run", "--disable-background-networking",
             "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]  # fmt: skip
    if os.getuid() == 0:
        flags.insert(0, "--no-sandbox")  # it starts with none for root
    quiet = asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(program, *flags, stdout=quiet, stderr=quiet)
    try:
        told = folder / "DevToolsActivePort"
        async with asyncio.timeout(40):
            while not (told.exists() and len(told.read_text().splitlines()) == 2):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        port, path = told.read_text().splitlines()
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
        ):
            browser = Browser(socket)
            listening = asyncio.create_task(browser.listen())
            yield browser
            listening.cancel()
            await asyncio.wait([listening])
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
