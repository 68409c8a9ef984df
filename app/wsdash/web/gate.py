"""Who is let in: whoever knows the token, from a page of ours.

The token is in the first address only; a cookie of its own takes its place. The Host is
looked at because a name that somebody else owns can be made to lead here, the Origin
because a browser opens a WebSocket from any page. Nothing here opens a socket.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""What this machine calls itself."""

SHORTEST: Final = 16
"""Characters a token must have."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer says: no other page may hold, read or load any of it."""


def is_loopback_host(host: str) -> bool:
    """Tell whether an address to listen on is reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Gate:
    """What one server lets in.

    Attributes:
        token: what must be known to get in.
        host: the address that is listened on.
        cookie: what a browser that knew the token is told to show from then on.
    """

    token: str
    host: str
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def knows_token(self, given: str) -> bool:
        """Tell whether somebody knows the token; takes as long for any wrong one."""
        return _same(given, self.token)

    def knows_cookie(self, given: str) -> bool:
        """Tell whether somebody shows the cookie."""
        return _same(given, self.cookie)

    def refusal(self, host: str, origin: str | None, scheme: str, *, must: bool) -> str:
        """Return why a request is refused, empty where it is not.

        Args:
            host: its Host header.
            origin: its Origin header, None without one.
            scheme: ``http`` or ``https``.
            must: whether it must have an Origin, as every WebSocket of a browser has.
        """
        if not self._ours(host):
            return "not a name of this server"
        if origin is None:
            return "no Origin" if must else ""
        return "" if origin == f"{scheme}://{host}" else "from another page"

    def _ours(self, host: str) -> bool:
        """Tell whether a Host names this server: an address, or a name that is known to be it."""
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.netloc != host or "@" in host:
            return False
        if is_loopback_host(self.host):
            return name in LOOPBACK or name == self.host
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in {self.host.lower(), "localhost", socket.gethostname().lower()}
        return True


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), expected.encode())
