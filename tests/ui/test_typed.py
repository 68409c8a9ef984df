"""Keys come out of a terminal's bytes wherever those are cut and whatever is between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ui.driver.test_input import STRAY
from textual import events

from wsdash.ui.typed import PASTE_TICKS, Typed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The parser's clock: one number, to be put forward."""
    now = [100.0]
    monkeypatch.setattr("textual._parser.get_time", lambda: now[0])
    return now


def wait(typed: Typed, clock: list[float], ticks: int = 2) -> list[str]:
    found: list[str] = []
    for _ in range(ticks):
        clock[0] += 0.1
        found += keys(typed.tick())
    return found


def keys(messages: Iterator[object]) -> list[str]:
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize("stray", STRAY.values(), ids=STRAY)
@pytest.mark.row("F7")
def test_a_key_after_stray_bytes_wherever_they_are_cut(stray: bytes, clock: list[float]) -> None:
    for cut in range(len(stray) + 1):
        typed = Typed()
        found = [key for part in (stray[:cut], stray[cut:], b"r") for key in keys(typed.read(part))]
        assert (found + wait(typed, clock))[-1:] == ["r"], cut


@given(parts=st.lists(st.binary(max_size=6) | st.sampled_from([*STRAY.values()]), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_then_silence_then_a_key(clock: list[float], parts: list[bytes]) -> None:
    typed = Typed()
    for part in parts:
        list(typed.read(part))
    wait(typed, clock, PASTE_TICKS + 2)
    assert keys(typed.read(b"r"))[-1:] == ["r"]


def test_a_paste_that_never_ends_gives_the_keys_back(clock: list[float]) -> None:
    typed = Typed()
    assert keys(typed.read(b"\x1b[200~lost")) == []
    wait(typed, clock, PASTE_TICKS)
    assert keys(typed.read(b"x")) == []
    wait(typed, clock, PASTE_TICKS + 1)
    assert keys(typed.read(b"q")) == ["q"]


def test_a_paste_is_one_message_however_it_is_cut() -> None:
    whole = "\x1b[200~Zürich\x1b[201~".encode()
    for cut in range(len(whole)):
        typed = Typed()
        found = [*typed.read(whole[:cut]), *typed.read(whole[cut:]), *typed.read(b"r")]
        pastes = [message.text for message in found if isinstance(message, events.Paste)]
        assert pastes == ["Zürich"]
        assert keys(iter(found)) == ["r"]
