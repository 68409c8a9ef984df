"""How a WebSocket is opened: the options that decide whether a dead one is noticed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from socket import gaierror
from typing import Any, Final, Literal, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from wsdash import __version__

OPEN_TIMEOUT = 8.0
"""Seconds for name, TCP, TLS and upgrade together."""

CLOSE_TIMEOUT = 0.5
SECOND_ADDRESS_AFTER = 0.25
"""Seconds until the next of several addresses is tried beside the first (RFC 8305)."""

UNRESOLVED = 2
"""Failures to resolve a name after which the address that last answered is tried."""

_QUIET: Final = logging.getLogger("wsdash.websockets")
_QUIET.setLevel(logging.CRITICAL)  # its debug lines hold keys and frames

Proxy: TypeAlias = str | Literal[True] | None
"""An address, True for the environment's, None for none."""


class Socket(Protocol):
    """An open connection, as far as it is used here."""

    async def recv(self, decode: bool | None = None) -> str | bytes:
        """Wait for the next message."""

    async def send(self, message: str) -> None:
        """Send a text message."""

    async def ping(self) -> Awaitable[float]:
        """Send a ping; what is returned ends with its answer."""

    async def close(self) -> None:
        """Close with the closing handshake."""

    def abort(self) -> None:
        """End it at once; never waits for the other side."""


OpenSocket: TypeAlias = Callable[[str, int], Awaitable[Socket]]
"""Opens a socket to an address, taking messages of at most so many bytes."""


class _Connection(ClientConnection):
    def abort(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take data; once the connection is to close, give the other side its time and no more.

        The library waits for the end of TCP in `close`, but not in `recv`: a server that says
        goodbye or breaks the protocol and then stays would be listened to for ever.
        """
        had_deadline = self.close_deadline is not None
        super().data_received(data)
        if self.close_deadline is not None and not had_deadline:
            self.loop.call_at(self.close_deadline, self.transport.abort)


class _Connect(connect):
    """A single attempt: redirects are answers, not instructions."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def opener(proxy: Proxy = None) -> OpenSocket:
    """Return what opens sockets, through `proxy` except to this machine itself.

    Where names cannot be resolved any more, the address that last answered under a name
    is tried; who answers there must still prove the name (TLS).
    """
    answered: dict[str, str] = {}
    unresolved: Counter[str] = Counter()

    async def open_socket(address: str, max_size: int) -> Socket:
        host = urlsplit(address).hostname or ""
        try:
            socket = await attempt(address, max_size, {})
        except gaierror:
            unresolved[host] += 1
            if unresolved[host] < UNRESOLVED or host not in answered or proxy is not None:
                raise
            return await attempt(address, max_size, {"host": answered[host]})
        unresolved[host] = 0
        peer = socket.remote_address
        if isinstance(peer, tuple):
            answered[host] = peer[0]
        return socket

    async def attempt(address: str, max_size: int, where: dict[str, Any]) -> _Connection:
        loopback = is_loopback(address)
        connection = await _Connect(
            address,
            compression=None,
            create_connection=_Connection,
            open_timeout=OPEN_TIMEOUT,
            ping_interval=None,
            close_timeout=CLOSE_TIMEOUT,
            max_size=max_size,
            proxy=None if loopback else proxy,
            user_agent_header=f"wsdash/{__version__}",
            logger=_QUIET,
            happy_eyeballs_delay=None if loopback else SECOND_ADDRESS_AFTER,
            **where,
        )
        return cast("_Connection", connection)

    return open_socket


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
