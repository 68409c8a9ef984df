from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.ui.snapshots.lines import (
    ROLES,
    Span,
    ascii_only,
    fit,
    plain_text,
    shorten,
    text_width,
    width_of,
)
from wsdash.ui.snapshots.picture import Frame, Picture, Verdict, bare, framed

texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
spans = st.builds(Span, texts, st.sampled_from(ROLES))
some_lines = st.lists(spans, max_size=6).map(tuple)
moods = st.sampled_from(["good", "quiet", "aging", "look", "bad"])
verdicts = st.none() | st.builds(Verdict, st.just("RETRY"), texts, moods)


@given(some_lines, st.integers(0, 60))
@pytest.mark.row("G3")
def test_a_fitted_line_is_exactly_as_wide_as_asked(line: tuple[Span, ...], width: int) -> None:
    assert width_of(fit(line, width)) == width


@given(some_lines)
@pytest.mark.row("F5")
def test_ascii_has_no_other_byte_and_the_same_width(line: tuple[Span, ...]) -> None:
    translated = ascii_only(line)
    assert plain_text(translated).isascii()
    assert width_of(translated) == width_of(line)


@given(texts, st.integers(1, 20))
def test_what_is_cut_off_says_so(text: str, width: int) -> None:
    short = shorten(text, width)
    assert text_width(short) <= width
    assert short == text or short.endswith("…")


@given(
    some_lines,
    st.lists(some_lines, max_size=5),
    verdicts,
    st.lists(some_lines, max_size=3),
    st.integers(2, 60),
    st.integers(1, 12),
    st.booleans(),
    st.booleans(),
)
def test_a_framed_picture_fills_its_frame_exactly(
    title: tuple[Span, ...],
    rows: list[tuple[Span, ...]],
    verdict: Verdict | None,
    notes: list[tuple[Span, ...]],
    width: int,
    height: int,
    joined: bool,
    open_below: bool,
) -> None:
    picture = Picture(title, tuple(rows), verdict, tuple(notes))
    drawn = framed(picture, Frame(width, height, True, joined, open_below))
    assert {width_of(row) for row in drawn} == {width}
    assert len(drawn) == min(height, len(drawn))
    assert len(bare(drawn, width, height)) == height


def test_the_state_word_outlives_title_and_notes() -> None:
    picture = Picture(
        (Span("A market with a long name"),),
        (),
        Verdict("STALE", "6s", "bad"),
        ((Span("imb +0.31"),),),
    )
    assert "STALE 6s" in plain_text(framed(picture, Frame(26, 3))[0])


@pytest.mark.row("F5")
def test_numbers_that_are_not_to_be_believed_lose_their_colours() -> None:
    picture = Picture((Span("x"),), ((Span("65,000.1", "bid"),),), Verdict("STALE", "6s", "bad"))
    body = framed(picture, Frame(20, 3))[1]
    assert [span.role for span in body if "65,000.1" in span.text] == ["off"]


def test_a_shortened_verdict_says_nothing_else() -> None:
    retry = Verdict("RETRY", "0.9s #2 no answer from 127.0.0.1", "bad")
    assert plain_text(retry.line(18)) == "RETRY 0.9s #2"
    assert plain_text(Verdict("RESYNC", "gap 481846-481848", "look").line(12)) == "RESYNC gap"


def test_the_figures_of_a_title_lose_their_colours_with_the_numbers() -> None:
    notes = ((Span("imb "), Span("-0.31", "ask")), (Span("6s old", "look"),))
    for mood, role in (("good", "ask"), ("look", "off"), ("bad", "off")):
        picture = Picture((Span("x"),), (), Verdict("FROZEN", "6s", mood), notes)  # type: ignore[arg-type]
        told = {span.text: span.role for span in framed(picture, Frame(60, 3))[0]}
        assert told["-0.31"] == role
        assert told["6s old"] == "look"
