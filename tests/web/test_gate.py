from __future__ import annotations

import pytest

from wsdash.web.gate import HEADERS, Gate, is_loopback_host

HERE = Gate("t" * 32, "127.0.0.1")
WIDE = Gate("t" * 32, "0.0.0.0")
NAMED = Gate("t" * 32, "desk.example")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:9", "[::1]:8000", "LOCALHOST:1"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    origin = f"http://{host}"
    assert HERE.refusal(host, origin, "http", must=True) == ""
    assert HERE.refusal(host, None, "http", must=False) == ""


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "192.168.0.9:1",
     "[::1", "evil.example#localhost", "localhost@evil.example", "0.0.0.0:8000",
     "localhost:99999", "localhost:x", "localhost/evil", "evil@localhost", "localhost?:1"],
)  # fmt: skip
def test_a_name_that_leads_here_is_not_ours(host: str) -> None:
    assert HERE.refusal(host, f"http://{host}", "http", must=True)
    assert HERE.refusal(host, None, "http", must=False)


@pytest.mark.parametrize(
    "origin",
    [None, "null", "", "http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1:8001",
     "http://127.0.0.1:8000.evil.example", "http://127.0.0.1:8000/", "http://localhost:8000"],
)  # fmt: skip
def test_a_socket_is_opened_from_our_own_page_only(origin: str | None) -> None:
    assert HERE.refusal("127.0.0.1:8000", origin, "http", must=True)


def test_where_others_reach_it_addresses_count_and_foreign_names_do_not() -> None:
    assert WIDE.refusal("192.168.0.9:8000", None, "http", must=False) == ""
    assert WIDE.refusal("evil.example:8000", None, "http", must=False)
    assert NAMED.refusal("desk.example:8000", "http://desk.example:8000", "http", must=True) == ""
    assert NAMED.refusal("desk.example.evil:8000", None, "http", must=False)


def test_token_and_cookie_are_two_secrets() -> None:
    assert HERE.knows_token("t" * 32)
    assert HERE.knows_cookie(HERE.cookie)
    for wrong in ("", "t" * 31, "t" * 33, "\ud800", HERE.cookie):
        assert not HERE.knows_token(wrong)
    assert not HERE.knows_cookie("t" * 32)
    assert Gate("x", "h").cookie != Gate("x", "h").cookie


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.168.0.9", False), ("desk.example", False)],
)  # fmt: skip
def test_which_addresses_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback


def test_no_other_page_may_hold_it_or_load_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy
