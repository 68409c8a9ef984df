from __future__ import annotations

from typing import Any

import pytest
from tests.ui.screen import dashboard, screen_lines, shows, until
from textual import events
from textual.geometry import Size


@pytest.mark.row("F4")
@pytest.mark.parametrize("size", [(200, 60), (250, 70), (80, 24), (40, 10)])
async def test_the_first_frame_of_a_size_is_whole_and_takes_one_layout_and_one_drawing(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        await pilot.pause()
        board = app.board_screen
        await until(pilot, lambda: not board._layout_required, "what the start had to lay out")
        layouts: list[Size] = []
        frames: list[list[str]] = []
        drawn: list[str] = []
        as_it_was: Any = board._refresh_layout
        shown: Any = app._display
        monkeypatch.setattr(board.work, "draw_idle", lambda _seconds: None)
        board.workers.cancel_all()  # so that nothing but the size moves a pane
        for pane in board.panes.values():
            paint: Any = pane.paint

            def counted(paint: Any = paint, name: str = str(pane.id)) -> Any:
                drawn.append(name)
                return paint()

            monkeypatch.setattr(pane, "paint", counted)

        def lay_out(size: Size | None = None, scroll: bool = False) -> None:
            layouts.append(size or board.size)
            as_it_was(size, scroll)

        def display(*args: Any) -> None:
            if board.size == size:
                frames.append(screen_lines(app))
            shown(*args)

        monkeypatch.setattr(board, "_refresh_layout", lay_out)
        monkeypatch.setattr(app, "_display", display)
        drawn.clear()
        app.post_message(events.Resize(Size(*size), Size(*size)))
        await until(pilot, lambda: bool(frames), "a frame of the new size")
        at_first = list(drawn)
        await pilot.pause()
        await pilot.pause()
        assert layouts == [Size(*size)]
        seen = [name for name, pane in board.panes.items() if pane.place is not None]
        assert sorted(set(at_first)) == sorted(seen)
        twice = {name for name in drawn if drawn.count(name) > 1}
        assert twice <= {board.focused_pane.id}, "only where the focus went there is more to do"
        assert [len(line) for line in frames[0]] == [size[0]] * size[1]
        for name in seen:
            pane, place = board.panes[name], board.panes[name].place
            assert place is not None
            rows = [
                line[place.x : place.x + place.width]
                for line in frames[0][place.y : place.y + place.height]
            ]
            assert rows == pane.text.split("\n"), f"{name} is drawn in the first frame"


async def test_behind_a_dialog_panes_are_drawn_for_the_new_size_too() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not app.board_screen, "the help")
        await pilot.resize_terminal(200, 60)
        panes = app.board_screen.panes.values()

        def fits() -> bool:
            seen = [pane for pane in panes if pane.place is not None]
            return all(
                {len(line) for line in pane.text.split("\n")} == {pane.size.width} for pane in seen
            ) and app.board_screen.size == (200, 60)

        await until(pilot, fits, "every pane at its new size")
