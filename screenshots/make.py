"""Makes the pictures of the README: the real dashboard on the embedded exchange.

Run by ``make screenshots``. Nothing in the pictures is drawn by hand: each is what the
program showed at that moment, exported as SVG.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from wsdash import wiring
from wsdash.domain.instrument import MarketKey
from wsdash.exchange.server import Exchange
from wsdash.feed.clock import SystemClock
from wsdash.feed.live import LiveFeed
from wsdash.feed.recorder import Recorder
from wsdash.feed.recording import Recording
from wsdash.feed.replay import ReplayFeed
from wsdash.screens import DEMO_SYMBOLS
from wsdash.settings import Settings, VenueSettings
from wsdash.ui.app import Dashboard

HERE = Path(__file__).resolve().parent
WATCHLIST = [MarketKey("kraken", name) for name in DEMO_SYMBOLS] + [
    MarketKey("binance", "BTCUSDT"),
    MarketKey("bybit", "BTCUSDT"),
]


def settings_of(exchange: Exchange) -> Settings:
    """Settings that lead both venues to the embedded exchange."""
    venues = {name: VenueSettings.model_validate(urls) for name, urls in exchange.urls.items()}
    return Settings(venues=venues)


def dashboard(exchange: Exchange) -> tuple[Dashboard, LiveFeed]:
    """The dashboard as the demo opens it."""
    settings = settings_of(exchange)
    feed = wiring.live_feed(settings, demo=True)
    app = Dashboard(
        feed,
        watchlist=WATCHLIST,
        title_badge="DEMO",
        lifespan=feed.running,
        accounts=wiring.venues_with_account(settings),
    )
    return app, feed


def save(app: Dashboard, name: str) -> None:
    """Write what is on the screen."""
    svg = app.export_screenshot(title="wsdash on its embedded exchange")
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"screenshots/{name}.svg")


async def live(exchange: Exchange, size: tuple[int, int], name: str, seconds: float) -> None:
    """The dashboard after some seconds of market."""
    app, _ = dashboard(exchange)
    async with app.run_test(size=size):
        await asyncio.sleep(seconds)
        save(app, name)


async def pressed(exchange: Exchange, size: tuple[int, int], name: str, *keys: str) -> None:
    """The dashboard a while after some keys, a moment between each two."""
    app, _ = dashboard(exchange)
    async with app.run_test(size=size) as pilot:
        for key in keys:
            await asyncio.sleep(1.5)
            await pilot.press(key)
        await asyncio.sleep(8)
        save(app, name)


async def drop(exchange: Exchange) -> None:
    """A lost connection, and the same screen after it came back by itself."""
    app, feed = dashboard(exchange)
    async with app.run_test(size=(120, 40)):
        await asyncio.sleep(6)
        exchange.inject({"at": "start 0s", "venue": "kraken", "do": "status 503", "times": 3})
        exchange.drop_all()
        await asyncio.sleep(1.2)
        save(app, "drop")
        async with asyncio.timeout(40):
            seen = 0
            while any(report.link.state != "LIVE" for report in feed.reports()):
                seen = await feed.links_changed(seen)
        await asyncio.sleep(4)
        save(app, "recovered")


async def replay(exchange: Exchange) -> None:
    """A recording of the exchange, played."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.jsonl.gz"
        await _record(exchange, file)
        feed = ReplayFeed(Recording(file), SystemClock())
        app = Dashboard(
            feed, watchlist=feed.markets, title_badge="REPLAY", player=feed, lifespan=feed.running
        )
        async with app.run_test(size=(120, 40)):
            await asyncio.sleep(5)
            save(app, "replay")


async def _record(exchange: Exchange, file: Path) -> None:
    from wsdash.commands import wanted_of

    feed = wiring.live_feed(settings_of(exchange), demo=True)
    recorder = Recorder(file, SystemClock())
    feed.supervisor.listeners.append(recorder)
    feed.supervisor.recording = True
    async with feed.running():
        feed.want(wanted_of(WATCHLIST[:3], ("book", "trades", "ticker", "candles")))
        await asyncio.sleep(8)
    recorder.close()


async def main() -> None:
    """Make every picture."""
    steps: list[Callable[[Exchange], Awaitable[None]]] = [
        lambda exchange: live(exchange, (120, 40), "dashboard-120x40", 12),
        lambda exchange: live(exchange, (80, 24), "dashboard-80x24", 6),
        lambda exchange: live(exchange, (40, 10), "dashboard-40x10", 4),
        lambda exchange: pressed(exchange, (200, 60), "markets-200x60", "f3"),
        lambda exchange: pressed(exchange, (120, 40), "merged", "M"),
        drop,
        replay,
    ]
    for step in steps:
        async with Exchange(seed=7) as exchange:
            await step(exchange)


if __name__ == "__main__":
    asyncio.run(main())
