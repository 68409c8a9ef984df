from __future__ import annotations

from tests.ui.screen import dashboard, shows, until
from textual import events


async def test_what_a_key_does_waits_for_no_frame() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        await pilot.press("w")
        board = app.board_screen
        watch = board.cast.watch
        await until(pilot, lambda: board.focused is watch, "the watchlist")
        board._frames = board.set_interval(3600, board._on_timer_update, pause=True)
        drawn: list[int] = []
        urgent: list[bool] = []
        as_it_was = board._compositor_refresh

        def refresh() -> None:
            drawn.append(watch.chosen)
            urgent.append(app.urgent)
            as_it_was()

        board._compositor_refresh = refresh  # type: ignore[method-assign]
        app.post_message(events.Key("j", "j"))
        await until(pilot, lambda: 1 in drawn, "the cursor a row lower, although no frame is due")
        assert urgent[drawn.index(1)], "nor for a slow line"
        assert not app.urgent
