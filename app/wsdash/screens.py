"""The subcommands that open the dashboard: live, demo and replay."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsdash import wiring
from wsdash.arguments import USAGE
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.kept import Kept
from wsdash.paths import config_file, state_dir
from wsdash.settings import Settings, load, shown
from wsdash.starting import Start, start
from wsdash.venues import registry

if TYPE_CHECKING:
    from wsdash.feed.alerts import Alerts
    from wsdash.feed.live import LiveFeed
    from wsdash.ui.options import Options

DEMO_SECONDS = 10.0
"""Seconds for which the demo prints lines when there is no terminal."""

DEMO_SYMBOLS = ("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "ADA/USD", "LTC/USD")


class NoTerminal(Exception):
    """A screen was asked for where there is none; the message says what to type instead."""


class DemoRefused(Exception):
    """The embedded exchange was asked for something that makes no sense; the message says what."""


class DemoFailed(Exception):
    """The embedded exchange did not start; the message is for people."""


def live(settings: Settings, symbols: Sequence[str]) -> int:
    """Open the dashboard on live venues."""
    require_terminal("wsdash tail VENUE:SYMBOL")
    return _dashboard(settings, start(settings, symbols))


def demo(seed: int, faults: Path | None, seconds: float | None) -> int:
    """Open the dashboard on the embedded exchange, or print lines where there is no terminal."""
    with embedded_exchange(seed, faults) as urls:
        settings = load(config_file(), {"venues": urls})
        if not (sys.stdout.isatty() and sys.stdin.isatty()):
            from wsdash import commands
            from wsdash.feed.tail import KINDS

            symbols = ["kraken:BTC/USD", "binance:BTCUSDT", "bybit:BTCUSDT"]
            limit = DEMO_SECONDS if seconds is None else seconds
            return commands.tail(settings, symbols, KINDS, limit, demo=True)
        keys = [MarketKey("kraken", name) for name in DEMO_SYMBOLS]
        keys += [MarketKey("binance", "BTCUSDT"), MarketKey("bybit", "BTCUSDT")]
        begun = Start(keys, Kept(passing="for this run only: it is a demo"), "the demo")
        return _dashboard(settings, begun, badge="DEMO", seconds=seconds)


def replay(settings: Settings, file: Path, venue: str | None, speed: float) -> int:
    """Open the dashboard on a recording."""
    require_terminal("wsdash replay FILE --summary")
    from wsdash.feed.alerts_store import Shelf
    from wsdash.feed.clock import SystemClock
    from wsdash.feed.recording import Recording, RecordingError
    from wsdash.feed.replay import ReplayFeed
    from wsdash.ui.app import Dashboard
    from wsdash.ui.options import Keeping
    from wsdash.ui.terminal import run_app

    rules = Shelf(config_file().with_name("alerts.txt")).load().rules
    known = registry.find(venue) if venue else None
    feed = ReplayFeed(Recording(file), SystemClock(), known, rules)
    if feed.empty:
        said = f"; {feed.damaged} damaged" if feed.damaged else ""
        raise RecordingError(f"{file.name}: there is no record in it{said}")
    feed.set_speed(speed)
    app = Dashboard(
        feed,
        watchlist=feed.markets,
        title_badge="REPLAY",
        player=feed,
        lifespan=feed.running,
        options=_look(settings),
        keeping=Keeping(export_dir=state_dir() / "exports", alerts=feed.alerts),
    )
    code = run_app(app, mouse=settings.mouse, state_dir=state_dir())
    if feed.damaged:
        sys.stderr.write(f"{clean(file.name)}: {feed.damaged} records damaged\n")
    return code


@contextlib.contextmanager
def embedded_exchange(seed: int, faults: Path | None) -> Iterator[dict[str, Any]]:
    """Run the embedded exchange as a child that cannot outlive us; yield its venue settings."""
    command = [sys.executable, "-m", "wsdash", "exchange", "--port", "0", "--seed", str(seed)]
    if faults is not None:
        command += ["--faults", str(faults)]
    child = subprocess.Popen(  # noqa: S603 - this very program
        [*command, "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    stdin, stdout, stderr = child.stdin, child.stdout, child.stderr
    if stdin is None or stdout is None or stderr is None:
        raise DemoFailed("the embedded exchange has no pipes")
    try:
        line = stdout.readline()
        if not line:
            words = stderr.read().decode("utf-8", "replace").strip().splitlines()
            reason = words[-1].removeprefix("wsdash: ") if words else "it said nothing"
            refused = child.wait(2) == USAGE
            raise (DemoRefused if refused else DemoFailed)(clean(reason))
        yield json.loads(line)
    finally:
        stdin.close()
        try:
            child.wait(2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        stdout.close()
        stderr.close()


def require_terminal(instead: str) -> None:
    """Refuse to draw where nobody looks.

    Raises:
        NoTerminal: stdin or stdout is no terminal.
    """
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise NoTerminal(f"not a terminal; for a pipe or a log use: {instead}")


def _dashboard(
    settings: Settings, begun: Start, badge: str = "", seconds: float | None = None
) -> int:
    from wsdash.feed.clock import SystemClock
    from wsdash.feed.incident import FlightRecorder
    from wsdash.feed.recordings import Recordings
    from wsdash.ui.app import Dashboard
    from wsdash.ui.options import Keeping
    from wsdash.ui.terminal import run_app

    feed = wiring.live_feed(settings, demo=bool(badge))
    flight = FlightRecorder(
        feed.board, feed.log, SystemClock(), lambda: shown(settings, config_file())
    )
    feed.supervisor.listeners.append(flight)
    feed.supervisor.recording = True
    recordings = Recordings(feed, state_dir() / "recordings", SystemClock())
    ended: list[tuple[Path, int]] = []
    alerts = _alerts(settings, feed, kept=not badge)
    feed.supervisor.listeners.append(alerts)

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with begun.kept.running(), alerts.running(), feed.running():
            try:
                yield
            finally:
                if recordings.running:
                    ended.append(recordings.stop())

    app = Dashboard(
        feed,
        watchlist=begun.keys,
        title_badge=badge,
        lifespan=running,
        accounts=wiring.venues_with_account(settings),
        leave_after=seconds,
        options=_look(settings, begun.origin),
        keeping=Keeping(
            export_dir=state_dir() / "exports",
            recordings=recordings,
            incident=lambda: flight.write(state_dir() / "incidents"),
            layouts=state_dir() / "layouts.json",
            alerts=alerts,
            kept=begun.kept,
        ),
    )
    code = run_app(app, mouse=settings.mouse, state_dir=state_dir())
    for file, records in ended:
        sys.stderr.write(f"{clean(str(file))}: {records} records\n")
    if app.demo_wanted and code == 0:
        sys.stdout.write("the demo begins ...\n")
        sys.stdout.flush()
        return demo(1, None, None)
    return code


def _alerts(settings: Settings, feed: LiveFeed, *, kept: bool) -> Alerts:
    """Return what watches the alert rules; those of a demo end with it, and tell nobody outside."""
    from wsdash.feed.alerts import Alerts
    from wsdash.feed.alerts_store import Journal, Shelf
    from wsdash.feed.clock import SystemClock
    from wsdash.feed.notify import Command, Delivery, Webhook

    if not kept:
        return Alerts(feed.board, SystemClock())
    outlets: dict[str, Delivery] = {"journal": Journal(state_dir() / "alerts.jsonl")}
    if settings.alert_command:
        outlets["command"] = Command(settings.alert_command)
    if settings.alert_webhook is not None:
        outlets["webhook"] = Webhook(settings.alert_webhook.get_secret_value())
    shelf = Shelf(config_file().with_name("alerts.txt"))
    return Alerts(feed.board, SystemClock(), shelf=shelf, outlets=outlets)


def _look(settings: Settings, origin: str = "") -> Options:
    from wsdash.ui.colours import depth_of
    from wsdash.ui.options import Options

    markets = [("markets from", origin)] if origin else []
    return Options(
        keymap=settings.keymap,
        theme=settings.theme,
        depth=depth_of(os.environ, settings.colours),
        ascii_only={"auto": None, "unicode": False, "ascii": True}[settings.glyphs],
        fps=settings.fps,
        bandwidth=settings.bandwidth,
        sheet=[*shown(settings, config_file()), *markets],
    )
