from __future__ import annotations

import pytest

from wsdash.ui.hints import CORNER, corner
from wsdash.ui.snapshots.lines import Span, plain_text, width_of
from wsdash.ui.snapshots.status import Vitals, key_bar, news_line

WELL = Vitals(written=31_000, frames=30, loop=0.004, lag=0.038)
LATE = Vitals(written=31_000, frames=30, loop=0.308, lag=0.038)


@pytest.mark.parametrize("pane", CORNER)
@pytest.mark.parametrize("vitals", [WELL, LATE])
def test_the_help_is_named_whatever_else_is_to_be_said(pane: str, vitals: Vitals) -> None:
    keys = corner(pane, replay=False)
    for width in (60, 80, 120, 200):
        text = plain_text(key_bar(keys, vitals, width))
        assert "? help" in text
        assert "loop 308ms" in text or vitals is WELL
        assert len(text) == width


def test_at_80_columns_the_figures_make_room_for_all_five_keys() -> None:
    keys = corner("ladder", replay=False)
    for vitals in (WELL, LATE):
        text = plain_text(key_bar(keys, vitals, 80))
        assert all(f"{key} {words}" in text for key, words in keys)


@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_news_leave_the_help_before_any_other_key(width: int) -> None:
    line = news_line(corner("chart", replay=False), Span("copied", "look"), width)
    assert "? help" in plain_text(line)
    assert width_of(line) == width
