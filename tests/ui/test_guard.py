"""What crashes in one pane stays in that pane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn

import pytest
from tests.ui.fakes import BTC
from tests.ui.screen import dashboard, hides, screen_text, shows, until

from wsdash.ui.guard import PAUSE, PERIOD, RESTARTS, Guard
from wsdash.ui.screens.plan import PANES
from wsdash.ui.streams import contained
from wsdash.ui.widgets.pane import Pane

BARS = ("title", "links", "status", "keys")
SECRET = "api_secret=CANARY"


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(*_args: object, **_more: object) -> NoReturn:
    raise KeyError(SECRET)


def test_a_crash_is_followed_by_a_pause_and_a_restart() -> None:
    time = Time()
    guard = Guard(time)
    assert guard.may_run()
    guard.crashed(KeyError(SECRET))
    assert not guard.may_run()
    assert guard.words == "KeyError, again in 2s"
    time.now += PAUSE
    assert guard.may_run()
    assert not guard.is_down


def test_what_crashes_too_often_stays_down_until_it_is_restarted() -> None:
    time = Time()
    guard = Guard(time)
    for _ in range(RESTARTS + 1):
        assert guard.may_run()
        guard.crashed(ValueError(SECRET))
        time.now += PAUSE
    assert guard.parked
    time.now += 3600
    assert not guard.may_run()
    assert guard.words == "ValueError, 4 times in 60 s; r starts it again"
    guard.restart()
    assert guard.may_run()


def test_crashes_far_apart_are_forgotten() -> None:
    time = Time()
    guard = Guard(time)
    for _ in range(RESTARTS * 5):
        guard.crashed(ValueError())
        time.now += PERIOD / 2
        assert guard.may_run()


@pytest.mark.row("E9")
@pytest.mark.parametrize("where", ["paint", "_row", "due"])
async def test_a_pane_that_cannot_be_drawn_says_so_and_comes_back(where: str) -> None:
    app, _, scene = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        for name in (*PANES, "title", "status", "keys"):
            pane = app.board_screen.panes[name]
            if pane.can_focus:
                app.board_screen.action_show(name)
            await until(pilot, lambda: pane.place is not None)  # noqa: B023
            setattr(pane, where, fail)
            scene.step(0.1)
            pane.refresh()
            await shows(pilot, f"{name}: panel crashed", "KeyError", "LIVE")
            assert "CANARY" not in screen_text(app)
            if name != "keys":
                await shows(pilot, f"{name} crashed: KeyError")
            delattr(pane, where)
            pane.restart()
            await hides(pilot, "panel crashed")
    assert app.crash is None


@pytest.mark.row("E9")
async def test_the_small_screen_survives_too() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(40, 10)) as pilot:
        await shows(pilot, "LIVE")
        pane = app.board_screen.panes["compact"]
        pane.paint = fail  # type: ignore[method-assign]
        await shows(pilot, "compact: panel crashed", "KeyError")
        del pane.paint
        await pilot.press("r")
        await shows(pilot, "LIVE", "mid 6")


@pytest.mark.row("E9")
@pytest.mark.parametrize("handler", ["on_key", "on_pane_painted", "move"])
async def test_a_handler_that_raises_takes_down_its_pane_and_no_key(
    handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        for name in PANES:
            app.board_screen.action_show(name)
            pane = app.board_screen.panes[name]
            await until(pilot, lambda: pane.has_focus, f"focus on {name}")  # noqa: B023
            with monkeypatch.context() as broken:
                broken.setattr(type(pane), handler, fail, raising=False)
                if handler == "on_pane_painted":
                    pane.post_message(Pane.Painted(BTC, ()))
                else:
                    await pilot.press("j")
                await shows(pilot, f"{name}: panel crashed")
                await pilot.press("question_mark")
                await shows(pilot, "Help")
                await pilot.press("escape")
            pane.restart()
            await hides(pilot, "panel crashed")
    assert app.crash is None


@pytest.mark.row("E8", "E9")
async def test_a_worker_that_crashes_is_started_again() -> None:
    app, feed, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE")
        stream = feed.stream(BTC, "trades")
        stream.changed = fail  # type: ignore[method-assign]
        stream.touch()
        await shows(pilot, "tape: panel crashed", "mid 6", "LIVE")
        del stream.changed
        app.board_screen.panes["tape"].restart()
        feed.trade(BTC, "71234.5", "1", "buy")
        await shows(pilot, "71,234.5")


async def test_a_contained_worker_waits_until_it_may_run_again() -> None:
    crashes: list[Exception] = []
    tries: list[int] = []
    open_again: list[bool] = [True]

    async def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            open_again[0] = False
            raise KeyError(SECRET)

    def crashed(error: Exception) -> None:
        crashes.append(error)

    task = asyncio.create_task(contained(work, crashed, lambda: open_again[0]))
    condition: Callable[[], bool]
    for number in (1, 2):
        condition = lambda number=number: len(crashes) == number  # type: ignore[misc] # noqa: E731
        for _ in range(400):
            if condition():
                break
            await asyncio.sleep(0.005)
        assert condition()
        open_again[0] = True
    await asyncio.wait_for(task, 5)
    assert len(tries) == 3


@pytest.mark.row("E9")
async def test_a_dialog_that_crashes_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE")
        monkeypatch.setattr("wsdash.ui.screens.sheet.framed", fail)
        await pilot.press("question_mark")
        await shows(pilot, "sheet crashed: KeyError", "LIVE")
        assert len(app.screen_stack) == 1
        await pilot.press("w")
        await shows(pilot, "Watch")


@pytest.mark.row("E9")
async def test_an_error_of_the_app_itself_still_ends_it() -> None:
    app, _, _ = dashboard()

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await shows(pilot, "LIVE")
            app.call_later(fail)
            await until(pilot, lambda: not app.is_running)

    with pytest.raises(KeyError):
        await run()
    assert app.return_code == 70
    assert app.crash is not None
    assert "CANARY" not in app.crash
