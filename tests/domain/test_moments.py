from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.moments import BadMoment, position_of

START = 1_795_608_271.5
"""12:04:31.5 UTC."""


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("12:05:00", 28.5),
        ("12:05", 28.5),
        ("12:04:31.5", 0.0),
        ("12:04:31", 0.0),
        (" 13:00:00.25 ", 3_328.75),
        ("+90", 190.0),
        ("+ 90", 190.0),
        ("-5m", 0.0),
        ("-30s", 70.0),
        ("+1h30m", 5_500.0),
        ("+1:30", 190.0),
        ("+1:00:00", 3_700.0),
        ("+99h", 7_200.0),
        ("0%", 0.0),
        ("50%", 3_600.0),
        ("12.5 %", 900.0),
        ("100%", 7_200.0),
    ],
)
def test_a_moment_can_be_typed_in_several_ways(text: str, position: float) -> None:
    assert position_of(text, 100.0, START, 7_200.0) == pytest.approx(position, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "x", "90", "+", "-", "+x", "101%", "-5%", "25:00", "12:61", "12:00:60", "15:00",
     "+1:2:3:4", "+1:", "١٢:٠٥", "12:05:00pm", "%", "+-5", "1e9%"],
)  # fmt: skip
def test_what_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadMoment, match=r"\w"):
        position_of(text, 100.0, START, 7_200.0)


def test_a_time_of_day_may_be_after_midnight() -> None:
    assert position_of("00:00:01", 0.0, 86_399.0, 10.0) == pytest.approx(2.0)


@given(st.text(max_size=12), st.floats(0, 1e6), st.floats(0, 2e9), st.floats(0, 1e6))
def test_whatever_is_typed_is_in_the_recording_or_refused(
    text: str, position: float, start: float, duration: float
) -> None:
    try:
        found = position_of(text, min(position, duration), start, duration)
    except BadMoment:
        return
    assert 0 <= found <= duration
