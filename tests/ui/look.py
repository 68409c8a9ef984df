"""Runs the dashboard on a moving fake feed, to look at: ``python -m tests.ui.look [theme]``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from tests.ui.fakes import MARKETS, FakeFeed, Scene

from wsdash.ui.app import Dashboard
from wsdash.ui.options import Keeping, Options
from wsdash.ui.terminal import run_app


def main() -> int:
    feed = FakeFeed()
    scene = Scene(feed)
    scene.begin()

    @contextlib.asynccontextmanager
    async def moving() -> AsyncIterator[None]:
        async def move() -> None:
            while True:
                scene.step(0.1)
                await asyncio.sleep(0.1)

        task = asyncio.create_task(move())
        yield
        task.cancel()

    theme = sys.argv[1] if len(sys.argv) > 1 else "calm"
    app = Dashboard(
        feed,
        watchlist=list(MARKETS),
        title_badge="DEMO",
        lifespan=moving,
        accounts=["kraken"],
        options=Options(
            theme=theme, sheet=[("file", "~/.config/wsdash/config.toml"), ("theme", theme)]
        ),
        keeping=Keeping(export_dir=Path(tempfile.gettempdir())),
    )
    return run_app(app)


if __name__ == "__main__":
    raise SystemExit(main())
