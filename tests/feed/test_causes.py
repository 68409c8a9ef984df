"""Errors in words: what every end of a connection is called, and what follows from it."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidHeader,
    InvalidMessage,
    InvalidStatus,
    PayloadTooBig,
)
from websockets.frames import Close
from websockets.http11 import Response

from wsdash.feed.causes import AuthRefused, Dropped, Silence, classify, retry_after_seconds
from wsdash.feed.link import Cause

ADDRESS = "wss://toy.example/v2"


def status(code: int, **headers: str) -> InvalidStatus:
    head = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return InvalidStatus(Response(code, "", head, b""))


def closed(code: int, reason: str = "") -> ConnectionClosedError:
    return ConnectionClosedError(Close(code, reason), None)


def we_closed(code: int, reason: str = "") -> ConnectionClosedError:
    return ConnectionClosedError(None, Close(code, reason))


def certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "verify failed")
    error.verify_message = "certificate has expired"
    return error


def early_end() -> InvalidMessage:
    error = InvalidMessage("did not receive a valid HTTP response")
    error.__cause__ = EOFError("connection closed while reading HTTP status line")
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            Cause("refused", "connection refused (toy.example:443)"),
        ),
        (ConnectionResetError(errno.ECONNRESET, "x"), Cause("reset", "connection reset")),
        (
            OSError(errno.ENETUNREACH, "Network is unreachable"),
            Cause(f"os-{errno.ENETUNREACH}", "network is unreachable (toy.example:443)"),
        ),
        (TimeoutError("timed out"), Cause("timeout", "no answer from toy.example:443")),
        (socket.gaierror(-2, "x"), Cause("dns", "dns: no address for toy.example")),
        (certificate(), Cause("tls-cert", "tls: certificate has expired", park_after=1)),
        (status(429, Retry_After="37"), Cause("limit", "429 rate limited", hold=37)),
        (status(429), Cause("limit", "429 rate limited", hold=60)),
        (status(418), Cause("limit", "418 banned for a while", hold=300)),
        (status(451), Cause("451", "451 restricted location", park_after=1)),
        (status(403), Cause("forbidden", "403 forbidden", park_after=3)),
        (status(401), Cause("forbidden", "401 forbidden", park_after=3)),
        (status(500), Cause("server", "HTTP 500")),
        (status(525), Cause("server", "HTTP 525")),
        (status(503, Retry_After="9"), Cause("server", "HTTP 503", hold=9, slow=True)),
        (
            status(302, Location="https://evil.example/x"),
            Cause("redirect", "redirected to evil.example, not followed", park_after=1),
        ),
        (
            status(200, Content_Type="text/html; charset=utf-8"),
            Cause("not-websocket", "not a WebSocket endpoint (HTTP 200 text/html)", park_after=3),
        ),
        (
            InvalidHeader("Sec-WebSocket-Accept"),
            Cause("not-websocket", "not a WebSocket endpoint", park_after=3),
        ),
        (
            InvalidHandshake("strange"),
            Cause("not-websocket", "not a WebSocket endpoint", park_after=3),
        ),
        (
            we_closed(1009),
            Cause("too-big", "message larger than this client takes", park_after=3),
        ),
        (we_closed(1011, "keepalive ping timeout"), Cause("pong", "no pong")),
        (we_closed(1007), Cause("protocol", "protocol error 1007")),
        (ConnectionClosedError(None, None), Cause("lost", "lost 1006 (no close frame)")),
        (Silence("silent for 5 s"), Cause("silence", "silent for 5 s")),
        (Dropped("dropped by key"), Cause("dropped", "dropped by key")),
        (AuthRefused("EAPI:Invalid key"), Cause("auth", "auth failed: EAPI:Invalid key", 3)),
    ],
    ids=lambda value: value.kind if isinstance(value, Cause) else type(value).__name__,
)
@pytest.mark.row("A1", "A4", "B3", "B6")
def test_an_error_is_called_by_its_name(error: Exception, cause: Cause) -> None:
    assert classify(error, ADDRESS) == cause


def test_a_message_too_big_is_recognised_by_what_caused_the_end() -> None:
    error = we_closed(1011)
    error.__cause__ = PayloadTooBig(17, 16)
    assert classify(error, ADDRESS).kind == "too-big"


def test_a_server_that_hangs_up_in_the_handshake_is_never_parked() -> None:
    cause = classify(early_end(), ADDRESS)
    assert (cause.words, cause.park_after) == ("connection closed in the handshake", 0)


@pytest.mark.row("C2")
def test_every_close_code_has_words_and_none_is_parked() -> None:
    for code in [*range(1000, 1004), *range(1007, 1015), 3000, 4000, 4999]:
        cause = classify(closed(code), ADDRESS)
        assert str(code) in cause.words
        assert not cause.park_after
        assert cause.slow is (code in (1012, 1013))


@pytest.mark.row("G1", "C2")
def test_a_reason_cannot_move_the_cursor_or_fill_the_screen() -> None:
    words = classify(closed(4000, "\x1b[2J\x9b31m\u202eboo" + "x" * 100), ADDRESS).words
    assert "\x1b" not in words
    assert "\x9b" not in words
    assert "\u202e" not in words
    assert len(words) <= 80


@pytest.mark.row("G5")
def test_a_crash_names_its_place_and_not_its_values() -> None:
    try:
        raise KeyError("secret")
    except KeyError as error:
        cause = classify(error, ADDRESS)
    assert cause.words.startswith("crashed: KeyError in test_causes.py:")
    assert "secret" not in cause.words
    assert cause.park_after == 5


@pytest.mark.parametrize(
    ("value", "sent", "seconds"),
    [
        ("120", "", 120),
        ("0", "", 0),
        ("", "", 0),
        ("soon", "", 0),
        ("-5", "", 0),
        ("9" * 50, "", 86_400),
        ("Fri, 31 Dec 2027 23:59:59 GMT", "Fri, 31 Dec 2027 23:58:59 GMT", 60),
        ("Fri, 31 Dec 2027 23:59:59 GMT", "Sat, 01 Jan 2028 23:58:59 GMT", 0),
        ("Fri, 31 Dec 2027 23:59:59 GMT", "", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 2027 23:58:59 -0000", 0),
    ],
)
@pytest.mark.row("B1")
def test_retry_after_is_read_in_both_its_forms(value: str, sent: str, seconds: float) -> None:
    assert retry_after_seconds(value, sent) == seconds
