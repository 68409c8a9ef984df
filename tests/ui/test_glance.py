from __future__ import annotations

from typing import Any

import pytest
from tests.ui.fakes import FakeFeed
from tests.ui.screen import dashboard, shows

from wsdash.feed.feed import LinkReport
from wsdash.ui.glance import Glance


def test_within_a_glance_it_is_asked_once_and_outside_every_time() -> None:
    asked: list[int] = []

    def ask() -> list[LinkReport]:
        asked.append(1)
        return []

    glance = Glance(ask)
    with glance:
        assert not asked, "nor is it asked for nothing"
        first = glance.reports()
        with glance:
            assert glance.reports() is first
        assert glance.reports() is first
    assert len(asked) == 1
    glance.reports()
    glance.reports()
    assert len(asked) == 3


def test_what_fails_within_a_glance_leaves_nothing_behind() -> None:
    reports: list[LinkReport] = []
    glance = Glance(lambda: list(reports))

    def fail() -> None:
        with glance:
            glance.reports()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert glance.reports() is not glance.reports()


async def test_connections_are_asked_for_once_however_many_panes_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = FakeFeed()
    app, _, _ = dashboard(feed)
    async with app.run_test(size=(200, 60)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        asked: list[int] = []
        reports: Any = feed.reports

        def ask() -> Any:
            asked.append(1)
            return reports()

        monkeypatch.setattr(feed, "reports", ask)
        app.board_screen.draw_all()
        assert len(asked) == 1
        app.board_screen.panes["ladder"].draw()
        assert len(asked) == 2, "the next drawing asks again"
        asked.clear()
        app.board_screen.work._drawn.clear()
        app.board_screen.work.draw_idle(0.0)
        assert len(asked) == 1
