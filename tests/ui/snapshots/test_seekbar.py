from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.feed.feed import Mark
from wsdash.ui.snapshots.lines import ascii_only, plain_text, width_of
from wsdash.ui.snapshots.seekbar import Reel, cell_of, next_mark, seek_line, track

START = 1_795_608_271.0
REEL = Reel(playing=True, speed=1.0, position=50.0, start=START, duration=100.0)
MARKS = [
    Mark("alert", START + 10, START + 10, "price"),
    Mark("gap", START + 20, START + 40, "1006"),
    Mark("trade", START + 30, START + 30, "buy 5 at 1"),
    Mark("trade", START + 90, START + 90, "buy 5 at 1"),
]


def test_marks_stand_where_they_are_and_look_different_without_colours() -> None:
    assert plain_text(track(REEL, MARKS, 10)) == "━!xxx█───$"


def test_a_gap_that_never_ended_goes_on_to_the_end() -> None:
    gap = Mark("gap", START + 70, None, "1006")
    assert plain_text(track(REEL, [gap], 10)) == "━━━━━█─xxx"


def test_the_bar_says_where_from_when_to_when_and_how_fast() -> None:
    text = plain_text(seek_line(REEL, MARKS, 100))
    assert text.startswith(" playing  0:50/1:40 12:04:31 ━")
    assert "─ 12:06:11 ×1" in text
    paused = REEL._replace(playing=False, speed=0.1, duration=4_000.0)
    assert plain_text(seek_line(paused, (), 100)).startswith(" paused   0:50/1:06:40 12:04:31 █─")
    assert "×0.1" in plain_text(seek_line(paused, (), 100))


def test_a_seek_reading_and_damage_are_said() -> None:
    assert "SEEK 43%" in plain_text(seek_line(REEL._replace(seeking=0.43), (), 80))
    reading = plain_text(seek_line(REEL._replace(surveyed=0.4, damaged=3, timed=False), (), 100))
    assert "3 damaged reading 40%" in reading
    assert "0:50/1:40+ " in reading
    assert "marks x gaps" in plain_text(seek_line(REEL._replace(chosen="gap"), (), 100))
    gone = seek_line(REEL._replace(problem="x.jsonl: No such file\x1b[31m"), (), 100)
    assert "No such file" in plain_text(gone)
    assert "\x1b" not in plain_text(gone)


@given(
    st.integers(1, 250),
    st.floats(-1e4, 1e7),
    st.floats(0, 1e6),
    st.lists(st.floats(-1e6, 1e7), max_size=5),
    st.none() | st.floats(0, 1),
    st.integers(0, 10_000),
)
def test_the_bar_is_as_wide_as_its_row(
    width: int,
    position: float,
    duration: float,
    moments: list[float],
    seeking: float | None,
    damaged: int,
) -> None:
    reel = Reel(
        playing=False, speed=0.25, position=position, start=START, duration=duration,
        seeking=seeking, surveyed=0.5, damaged=damaged,
    )  # fmt: skip
    marks = [Mark("gap", START + at, None, "") for at in moments]
    line = seek_line(reel, marks, width)
    assert width_of(line) == width
    assert plain_text(ascii_only(line)).isascii()


@given(st.floats(0, 100), st.floats(0.01, 100), st.integers(1, 200))
def test_a_later_position_is_never_further_left(at: float, more: float, width: int) -> None:
    first, second = cell_of(at, 200.0, width), cell_of(at + more, 200.0, width)
    assert 0 <= first <= second < width


@pytest.mark.parametrize(
    ("kind", "now", "step", "found"),
    [
        ("", 0.0, 1, 10.0),
        ("", 10.0, 1, 20.0),
        ("", 10.0, -1, None),
        ("trade", 10.0, 1, 30.0),
        ("gap", 99.0, -1, 20.0),
        ("alert", 99.0, 1, None),
    ],
)
def test_the_next_mark_is_the_nearest_that_way(
    kind: str, now: float, step: int, found: float | None
) -> None:
    mark = next_mark(MARKS, kind, START + now, step)
    assert (mark.start - START if mark is not None else None) == found
