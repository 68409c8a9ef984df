"""``wsdash serve``: what it needs, what it says, and how long it runs."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from wsdash.settings import BadSettings, refuse_others
from wsdash.web.gate import SHORTEST, Gate, is_loopback_host
from wsdash.web.server import Server

SHOWN = ("live", "demo", "replay")
"""The commands that draw."""


class BadServe(ValueError):
    """What is to be served draws nothing; the message is for people."""


class NotServed(Exception):
    """The dashboard cannot be served; the message says what to do about it."""


def run(host: str, port: int, token_file: Path | None, arguments: Sequence[str]) -> int:
    """Serve the dashboard until a signal.

    Raises:
        NotServed: the library is missing, or nobody can listen there.
        BadSettings: the token cannot be used.
    """
    terminal = _terminal()
    gate = Gate(_token(token_file), host)
    server = Server([sys.executable, "-m", "wsdash", *arguments], gate, terminal)
    number = asyncio.run(_serve(server, host, port, told=token_file is None))
    return 128 + number if number else 0


def _terminal() -> Path:
    """Return the folder of textual-serve's terminal."""
    found = find_spec("textual_serve")
    if found is None or found.origin is None:
        raise NotServed("serve needs textual-serve: pip install 'wsdash[serve]'")
    return Path(found.origin).parent / "static"


def _token(file: Path | None) -> str:
    if file is None:
        return secrets.token_urlsafe(32)
    refuse_others(file, "--token-file")
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSettings("--token-file: cannot be read") from None
    if len(token) < SHORTEST:
        raise BadSettings(f"--token-file: a token has {SHORTEST} characters at least")
    return token


async def _serve(server: Server, host: str, port: int, *, told: bool) -> int:
    from aiohttp import web

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not ended.done():
            ended.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end, int(number))
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "no such address"
            raise NotServed(f"cannot listen on {host} port {port}: {reason}") from None
        taken = runner.addresses[0][1]
        sys.stdout.write(greeting(host, taken, server.gate.token if told else None))
        sys.stdout.flush()
        return await ended
    finally:
        await runner.cleanup()


def greeting(host: str, port: int, token: str | None) -> str:
    """Return what is printed once: where it is, and the token if it is not in a file."""
    name = f"[{host}]" if ":" in host else host
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - every address; none that leads here
        name = socket.gethostname()
    words = f"http://{name}:{port}/?token={token or 'TOKEN'}\n"
    if not is_loopback_host(host):
        words += "not encrypted: only in a network you trust; ssh -L is better\n"
    return words
