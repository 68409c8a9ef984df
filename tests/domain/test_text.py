from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsdash.domain.text import MARK, clean

anything = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            "\x1b\x9b\x07\x00\x7f\u202e\u2066\u200b\u200d\ufeff\u00ad\u0301\ufe0f\u20dd"
        ),
        st.sampled_from("ab1 [;m"),
    ),
    max_size=300,
)

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"}
"""Unicode categories of what controls, hides, turns or stacks, and of what is no character."""


@given(anything)
@pytest.mark.row("G1", "G3")
def test_nothing_that_moves_hides_or_turns_text_survives(text: str) -> None:
    assert {unicodedata.category(character) for character in clean(text)} & HARMFUL == set()


@given(anything, st.integers(1, 50))
@pytest.mark.row("G3")
def test_cleaned_text_is_short_enough(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


@given(anything, st.integers(1, 50))
def test_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once


@example("\x1b" * 21 + "Bitcoin")
@given(anything)
def test_what_was_cut_off_leaves_a_mark(text: str) -> None:
    assert clean(text, 20).endswith("…") or len(text) <= 20


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", f"{MARK}]52;c;ZXZpbA=={MARK}"),
        ("BTC\u202eDSU", f"BTC{MARK}DSU"),
        ("a\r\n\tb", f"a{MARK}b"),
        ("\x9b31mred", f"{MARK}31mred"),
        ("\ud800", MARK),
        ("e\u0301", f"e{MARK}"),
        ("币安人生USDT", "币安人生USDT"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
@pytest.mark.row("G3")
def test_a_mark_stands_where_something_was_taken_out(text: str, safe: str) -> None:
    assert clean(text) == safe
