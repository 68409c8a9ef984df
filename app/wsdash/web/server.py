"""The server: a page, its WebSocket, and the gate before both.

The terminal that draws in the browser is textual-serve's, the page around it ours: theirs
loads a font from strangers, and calls all that can go wrong a session that ended. The
protocol of its WebSocket is spoken here: ``["stdin", text]``, ``["resize", {width, height}]``
and ``["ping", data]`` come in, bytes for the terminal go out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from wsdash.web.gate import HEADERS, Gate
from wsdash.web.session import Session

MOST: Final = 4
"""Dashboards at the same time."""

FULL: Final = f"{MOST} dashboards are open already: close one."
ENDED: Final = "The dashboard has ended."
GONE: Final = "wsdash serve has ended."
"""What a page is told as its WebSocket is closed, and shows."""

_LONGEST: Final = 64 * 1024
_HEARTBEAT: Final = 15.0
_PAGE: Final = Path(__file__).parent / "page"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """Serves dashboards.

    Attributes:
        command: what each browser gets, as an argument list.
        gate: who is let in.
        terminal: the folder of textual-serve's terminal.
    """

    command: Sequence[str]
    gate: Gate
    terminal: Path
    _open: set[web.WebSocketResponse] = field(default_factory=set)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(middlewares=[self._guard], client_max_size=1024)
        app.router.add_get("/", self._index)
        app.router.add_get("/ws", self._socket)
        app.router.add_static("/page", _PAGE)
        app.router.add_static("/static", self.terminal)
        app.on_shutdown.append(self._hang_up)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let nobody past who may not be; nothing else looks at who asks."""
        try:
            refusal = self._refusal(request)
            if refusal:
                raise web.HTTPForbidden(text=f"wsdash: {refusal}\n")
            answer = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    def _refusal(self, request: web.Request) -> str:
        origin, must = request.headers.get("Origin"), request.path == "/ws"
        refusal = self.gate.refusal(request.host, origin, request.scheme, must=must)
        if refusal or (request.path == "/" and "token" in request.query):
            return refusal
        known = self.gate.knows_cookie(request.cookies.get(self._cookie(request), ""))
        return "" if known else "open the address that was printed: it has the token"

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if "token" in request.query:
            if not self.gate.knows_token(request.query["token"]):
                raise web.HTTPForbidden(text="wsdash: wrong token\n")
            away = web.HTTPSeeOther("/")  # so that the token stays in no address bar
            away.set_cookie(
                self._cookie(request),
                self.gate.cookie,
                httponly=True,
                samesite="Strict",
                secure=request.secure,
            )
            raise away
        return web.FileResponse(_PAGE / "index.html")

    @staticmethod
    def _cookie(request: web.Request) -> str:
        """Return the cookie's name: browsers keep cookies by host, whatever the port."""
        port = request.url.port
        return f"wsdash-{port}"

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        browser = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_LONGEST)
        if len(self._open) >= MOST:
            # Not by a status: that of a WebSocket is shown to no script.
            await browser.prepare(request)
            await browser.close(code=WSCloseCode.TRY_AGAIN_LATER, message=FULL.encode())
            return browser
        self._open.add(browser)
        try:
            await browser.prepare(request)
            session = Session(
                self.command, _number(request, "width", 80), _number(request, "height", 24)
            )
            try:
                await self._serve(browser, session)
            finally:
                await asyncio.shield(session.close())
        finally:
            self._open.discard(browser)
        return browser

    async def _serve(self, browser: web.WebSocketResponse, session: Session) -> None:
        async def draw() -> None:
            with contextlib.suppress(ConnectionError):
                async for data in session.output():
                    await browser.send_bytes(data)
            await browser.close(message=ENDED.encode())

        drawing = asyncio.create_task(draw())
        try:
            async for message in browser:
                if message.type is WSMsgType.TEXT:
                    await _heard(message.data, browser, session)
        finally:
            drawing.cancel()
            await asyncio.wait([drawing])

    async def _hang_up(self, _app: web.Application) -> None:
        """All at once: one that says nothing any more keeps nobody else waiting."""
        code, words = WSCloseCode.GOING_AWAY, GONE.encode()
        await asyncio.gather(*(browser.close(code=code, message=words) for browser in self._open))


async def _heard(text: str, browser: web.WebSocketResponse, session: Session) -> None:
    """Do what a browser says; what makes no sense is passed over."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return
    match said:
        case ["stdin", str(keys)]:
            session.type(keys)
        case ["resize", {"width": int(width), "height": int(height)}]:
            session.resize(width, height)
        case ["ping", data]:
            await browser.send_json(["pong", data])


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
