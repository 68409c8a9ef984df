"""Reads the screen of a running app back, and waits for what it should show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tests.ui.fakes import MARKETS, FakeFeed, Scene
from textual.app import App
from textual.pilot import Pilot

from wsdash.feed.feed import Feed
from wsdash.ui.app import Dashboard
from wsdash.ui.options import Keeping, Options

PATIENCE = 400
"""Looks that a condition is given before the test fails."""


def screen_lines(app: App[Any]) -> list[str]:
    """Return what the compositor would put on the terminal, row by row."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def screen_text(app: App[Any]) -> str:
    return "\n".join(screen_lines(app))


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str = "") -> None:
    """Wait until a condition holds, looking again every few milliseconds."""
    for _ in range(PATIENCE):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never happened: {what}\n{screen_text(pilot.app)}")


async def shows(pilot: Pilot[None], *texts: str) -> None:
    """Wait until the screen shows all of some texts."""
    await until(
        pilot, lambda: all(text in screen_text(pilot.app) for text in texts), " and ".join(texts)
    )


async def hides(pilot: Pilot[None], text: str) -> None:
    """Wait until the screen shows a text no more."""
    await until(pilot, lambda: text not in screen_text(pilot.app), f"without {text}")


def dashboard(feed: FakeFeed | None = None, **more: Any) -> tuple[Dashboard, FakeFeed, Scene]:
    """Return a dashboard on a fake feed with a whole market behind it."""
    feed = feed or FakeFeed()
    scene = Scene(feed)
    scene.begin()
    usual: dict[str, Any] = {
        "watchlist": list(MARKETS),
        "accounts": ["kraken"],
        "ascii_only": False,
    }
    return made(feed, **(usual | more)), feed, scene


def made(feed: Feed, **all_of_it: Any) -> Dashboard:
    """Return a dashboard; what makes its options and what it keeps may be given one by one."""
    sorted_in: dict[str, Any] = {}
    for name, kind in (("options", Options), ("keeping", Keeping)):
        own = [field.name for field in fields(kind) if field.name in all_of_it]
        sorted_in[name] = kind(**{field: all_of_it.pop(field) for field in own})
    return Dashboard(feed, **all_of_it, **sorted_in)
