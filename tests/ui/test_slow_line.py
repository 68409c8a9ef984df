from __future__ import annotations

from typing import Any

import pytest
from tests.ui.screen import dashboard, hides, screen_text, shows, until

from wsdash.feed.market import ChannelState
from wsdash.ui.band import STEPS
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.lines import plain_text
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.tempo import Tempo

PLAIN = next(less for less in STEPS if less.plain)


def test_an_age_is_told_in_whole_seconds_and_nothing_else_is_touched() -> None:
    assert Verdict("LIVE", "0.2s").whole().text == "LIVE 0s"
    assert Verdict("STALE", "6.9s", "bad").whole().text == "STALE 6s"
    for detail in ("14s", "", "2/5", "gap 4.1", "3m05s", "0.4s #4 refused", "1.5x"):
        assert Verdict("RETRY", detail).whole().detail == detail


def test_where_nothing_shines_a_change_is_drawn_once() -> None:
    glow = Glow()
    glow.off = True
    glow.spans("price", "65,000.1", "bid", 0.0)
    changed = glow.spans("price", "65,000.2", "bid", 0.1)
    assert plain_text(changed) == "65,000.2"
    assert all(span.role != "bright" for span in changed)
    assert glow.due(0.1) is None


async def test_a_slow_line_gets_a_ladder_without_bars_and_sums() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0", "Σ", "█")
        before = app.board_screen.panes["ladder"].text
        app.desk.less = lambda: PLAIN
        app.board_screen.draw_all()
        await hides(pilot, "Σ")
        after = app.board_screen.panes["ladder"].text
        assert not set("▏▎▍▌▋▊▉█") & set(after)
        prices = [row.split()[1] for row in before.splitlines()[2:] if "65,0" in row]
        assert all(price in after for price in prices), "every price is still there"
        app.desk.less = lambda: None
        app.board_screen.draw_all()
        await shows(pilot, "Σ")


async def test_other_panes_rest_on_a_slow_line_until_something_is_not_true(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, _, scene = dashboard()
    now = 1000.0
    monkeypatch.setattr("wsdash.ui.workers.monotonic", lambda: now)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0", "Tape")
        board = app.board_screen
        app.desk.less = lambda: PLAIN
        board.work._tempo = Tempo(30, lambda: 0.0, lambda: now, lambda: PLAIN.fps)
        drawn: list[str] = []
        for name in ("tape", "ladder", "watch"):
            pane: Any = board.panes[name]
            paint = pane.paint

            def counted(paint: Any = paint, name: str = name) -> Any:
                drawn.append(name)
                return paint()

            monkeypatch.setattr(pane, "paint", counted)
        monkeypatch.setattr(board, "_tick", lambda: None)

        def idle(seconds: float, *, still: bool = False) -> list[str]:
            nonlocal now
            now += seconds
            drawn.clear()
            if not still:
                scene.step(0.01)
            board.work.draw_idle(0.1)
            return list(drawn)

        idle(PLAIN.beside * 2)
        assert set(idle(1.1)) <= {"ladder"}
        assert set(idle(1.1)) <= {"ladder"}
        assert {"tape", "watch"} <= set(idle(PLAIN.beside))
        assert set(idle(0.2)) <= {"ladder"}
        market = app.desk.market
        assert market is not None
        market.streams["trades"].state = ChannelState.STALE
        assert "tape" in idle(0.2, still=True), "the mark does not wait for the pane's turn"
        assert board._must_go, "nor for room on the line"
        await until(pilot, lambda: "STALE" in board.panes["tape"].text, "the mark")
        assert "STALE" in screen_text(app)
