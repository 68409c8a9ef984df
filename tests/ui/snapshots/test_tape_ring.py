from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsdash.ui.snapshots.lines import Line, Span, plain_text
from wsdash.ui.snapshots.tape_ring import MARK, Ring


def shown(ring: Ring, newest: int, oldest: int, height: int) -> tuple[Line, ...]:
    keys = list(range(newest, oldest - 1, -1))
    rows: list[Line] = [(Span(f" {key:05}", "dim"), Span("")) for key in keys]
    return ring.place(keys, rows, height)


@given(
    height=st.integers(1, 12),
    steps=st.lists(st.integers(0, 30), min_size=1, max_size=20),
)
def test_rows_stay_where_they_are_and_the_newest_is_marked(height: int, steps: list[int]) -> None:
    ring, newest, before = Ring(), 100, None
    for step in steps:
        newest += step
        rows = [plain_text(row) for row in shown(ring, newest, 0, height)]
        at = next(i for i, row in enumerate(rows) if row.startswith(MARK.text))
        # from the mark upwards and around, each row is the one before
        around = [int(rows[(at - age) % height][1:]) for age in range(height)]
        assert around == list(range(newest, newest - height, -1))
        bare = [row[1:] for row in rows]
        if before is not None:
            moved = sum(a != b for a, b in zip(before, bare, strict=True))
            assert moved == min(step, height)
        before = bare


def test_a_tape_that_is_not_full_fills_from_the_top() -> None:
    ring = Ring()
    for newest in range(1, 5):
        rows = [plain_text(row) for row in shown(ring, newest, 1, 4)]
        assert [int(row[1:]) for row in rows] == list(range(1, newest + 1))
        assert rows[-1].startswith(MARK.text)
    assert [int(plain_text(row)[1:]) for row in shown(ring, 5, 1, 4)] == [5, 2, 3, 4]


def test_an_empty_tape_has_no_rows() -> None:
    assert Ring().place([], [], 5) == ()
