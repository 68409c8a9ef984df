"""Errors in words: what each exception of a connection means, and what follows from it."""

from __future__ import annotations

import errno
import socket
import ssl
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    PayloadTooBig,
    ProxyError,
)

from wsdash.domain.text import clean
from wsdash.feed.link import Cause

DEFAULT_HOLD = 60.0
"""Seconds to stay away after a rate limit that names no time."""

BAN_HOLD = 300.0
"""Seconds to stay away after a ban that names no time."""

CLOSE_WORDS: Final = {
    1000: "closed by the venue",
    1001: "venue going away",
    1002: "protocol error",
    1003: "data type refused",
    1005: "closed without a code",
    1006: "no close frame",
    1007: "invalid text",
    1008: "policy violation",
    1009: "message too big",
    1010: "extension refused",
    1011: "error at the venue",
    1012: "venue restarting",
    1013: "venue overloaded, try later",
    1014: "bad gateway",
}
"""Close codes in words (RFC 6455, section 7.4.1, and the IANA registry)."""


class Silence(Exception):
    """A connection on which nothing came for too long; the message is for people."""


class SchemaChanged(Exception):
    """Too much of what a venue says is not understood; the message is for people."""


class AuthRefused(Exception):
    """The venue does not accept the key; the message is the venue's."""


class Garbled(Exception):
    """A frame of text that is not UTF-8: RFC 6455, section 8.1, ends the connection for it."""


class Dropped(Exception):
    """A connection that we dropped ourselves; the message says why."""


def classify(error: BaseException, address: str) -> Cause:
    """Return what an exception means.

    Args:
        error: what ended or prevented the session.
        address: the URL, to say where it happened.
    """
    if (own := _own(error)) is not None:
        return own
    match error:
        case ConnectionClosed():
            return _closed(error)
        case InvalidStatus():
            return _refused(error)
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return Cause("reset", "connection closed in the handshake")
        case ProxyError():
            return Cause("proxy", clean(f"proxy: {error}", 80), park_after=3)
        case InvalidHandshake():
            return Cause("not-websocket", "not a WebSocket endpoint", park_after=3)
        case OSError():
            return _network(error, address)
        case _:
            where = _where(error)
            words = clean(f"crashed: {type(error).__name__} {where}")
            return Cause("crash", words, park_after=5)


def _own(error: BaseException) -> Cause | None:
    """What our own exceptions mean."""
    match error:
        case Silence():
            return Cause("silence", clean(str(error)))
        case Dropped():
            return Cause("dropped", clean(str(error)))
        case AuthRefused():
            return Cause("auth", clean(f"auth failed: {error}"), park_after=3)
        case Garbled():
            return Cause("protocol", "protocol error 1007 (text that is not UTF-8)")
        case SchemaChanged():
            return Cause("schema", clean(str(error)), park_after=1)
        case _:
            return None


def _network(error: OSError, address: str) -> Cause:
    parts = urlsplit(address)
    place = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'wss' else 80)}"
    match error:
        case ssl.SSLCertVerificationError():
            return Cause("tls-cert", clean(f"tls: {_said(error, 'verify_message')}"), park_after=1)
        case ssl.SSLError():
            return Cause("tls", clean(f"tls: {_said(error, 'reason')}"))
        case socket.gaierror():
            return Cause("dns", clean(f"dns: no address for {parts.hostname}"))
        case TimeoutError():
            return Cause("timeout", clean(f"no answer from {place}"))
    if error.errno == errno.ECONNREFUSED or "Errno 111" in str(error) or "Errno 61" in str(error):
        return Cause("refused", clean(f"connection refused ({place})"))
    if error.errno in (errno.ECONNRESET, errno.EPIPE):
        return Cause("reset", "connection reset")
    text = error.strerror or type(error).__name__
    return Cause(f"os-{error.errno}", clean(f"{text.lower()} ({place})"))


def _closed(error: ConnectionClosed) -> Cause:
    received, sent = error.rcvd, error.sent
    if received is None and sent is not None:
        if sent.code == 1009 or isinstance(error.__cause__, PayloadTooBig):
            return Cause("too-big", "message larger than this client takes", park_after=3)
        if sent.code == 1011 and "ping" in sent.reason:
            return Cause("pong", "no pong")
        if sent.code in (1002, 1007):
            return Cause("protocol", f"protocol error {sent.code}")
    if received is None:
        return Cause("lost", "lost 1006 (no close frame)")
    words = CLOSE_WORDS.get(received.code, "closed by the venue")
    reason = f": {received.reason}" if received.reason else ""
    return Cause(
        f"close-{received.code}",
        clean(f"closed {received.code} ({words}){reason}", 80),
        slow=received.code in (1012, 1013),
    )


def _refused(error: InvalidStatus) -> Cause:
    status, headers = error.response.status_code, error.response.headers
    wait = retry_after_seconds(headers.get("Retry-After", ""), headers.get("Date", ""))
    match status:
        case 429:
            return Cause("limit", "429 rate limited", hold=wait or DEFAULT_HOLD)
        case 418:
            return Cause("limit", "418 banned for a while", hold=wait or BAN_HOLD)
        case 451:
            return Cause("451", "451 restricted location", park_after=1)
        case 401 | 403:
            return Cause("forbidden", f"{status} forbidden", park_after=3)
        case _ if 300 <= status < 400:
            host = urlsplit(headers.get("Location", "")).hostname or "elsewhere"
            return Cause("redirect", clean(f"redirected to {host}, not followed"), park_after=1)
        case _ if status >= 500:
            return Cause("server", f"HTTP {status}", hold=wait, slow=status == 503)
        case _:
            kind = headers.get("Content-Type", "").partition(";")[0]
            words = clean(f"not a WebSocket endpoint (HTTP {status} {kind})".replace(" )", ")"))
            return Cause("not-websocket", words, park_after=3)


def retry_after_seconds(value: str, sent: str = "") -> float:
    """Return the seconds of a Retry-After header, 0 without a usable one; at most a day.

    Args:
        value: the header: seconds, or a date.
        sent: the Date header, against which a date is measured.
    """
    if value.isascii() and value.isdigit():
        return float(min(int(value[:6]), 86_400))
    try:
        until, since = parsedate_to_datetime(value), parsedate_to_datetime(sent)
        return min(max((until - since).total_seconds(), 0.0), 86_400.0)
    except (ValueError, TypeError):
        return 0.0


def _said(error: ssl.SSLError, what: str) -> str:
    """Errors of the library itself lack what those of a peer say."""
    return str(getattr(error, what, "") or "failed")


def _where(error: BaseException) -> str:
    """The place in our code where an exception came from, without values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"in {file}:{trace.tb_lineno}"
