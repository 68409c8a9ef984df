"""REST requests of sessions, made with the venue's signer where they must be signed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

from wsdash.feed.causes import retry_after_seconds
from wsdash.venues.signing import Signed, Signer
from wsdash.venues.venue import Answer, Request

if TYPE_CHECKING:
    import aiohttp

TIMEOUT = 10.0
"""Seconds for a whole request."""

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of a body that are read; a larger one counts as no answer."""

_LIMITS: Final = (418, 429)


class Rest(Protocol):
    """Makes requests."""

    async def fetch(self, request: Request) -> Answer:
        """Make a request; a failure to get an answer is an answer with status 0."""

    async def close(self) -> None:
        """Close what is open."""


class HttpRest:
    """Requests to one venue over HTTP. The library is loaded with the first of them.

    After a rate limit the venue is asked nothing, whoever asks, until the time it named.

    Args:
        root: the venue's REST root; the paths of requests are put behind it.
        signer: signs requests that ask for it.
    """

    def __init__(self, root: str, signer: Signer | None = None) -> None:
        self.root = root.rstrip("/")
        self._signer = signer
        self._session: aiohttp.ClientSession | None = None
        self._silent_until = 0.0

    async def fetch(self, request: Request) -> Answer:
        """Make a request; redirects are not followed, so that no key follows them."""
        import aiohttp
        from yarl import URL

        loop = asyncio.get_running_loop()
        if (left := self._silent_until - loop.time()) > 0:
            return Answer(429, b"", left)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT), trust_env=False
            )
        signed = self._prepare(request)
        query = f"?{signed.query}" if signed.query else ""
        url = URL(f"{self.root}{request.path}{query}", encoded=True)
        try:
            async with self._session.request(
                request.method,
                url,
                headers=signed.headers,
                data=signed.body or None,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(LARGEST_BODY + 1)
                while len(body) <= LARGEST_BODY and not response.content.at_eof():
                    body += await response.content.read(LARGEST_BODY + 1 - len(body))
                status = response.status if len(body) <= LARGEST_BODY else 0
                wait = retry_after_seconds(response.headers.get("Retry-After", ""))
                if status in _LIMITS:
                    self._silent_until = loop.time() + wait
                return Answer(status, body if status else b"", wait or None)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Answer(0, b"")

    async def close(self) -> None:
        """Close the connections to the venue."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def address(self, request: Request) -> str:
        """Return the public address of a request, without anything secret."""
        return f"{self.root}{request.path}" + (
            f"?{_encode(request)}" if request.query and not request.signed else ""
        )

    def _prepare(self, request: Request) -> Signed:
        if request.signed and self._signer is not None:
            return self._signer.sign(request)
        return Signed({}, _encode(request), "")


def _encode(request: Request) -> str:
    return urlencode(request.query)
