"""The dashboard on a pty whose reader takes so many bytes a second, and the exchange it draws."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pyte
from tests.remote.terminal import PATIENCE, ROOT, Terminal
from tests.remote.terminal import environment as plain

SIZE = (120, 40)
MARKETS = ("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "ADA/USD", "LTC/USD")
WATCHLIST = [f"kraken:{name}" for name in MARKETS] + ["binance:BTCUSDT", "binance:ETHUSDT"]
WSDASH = [sys.executable, "-m", "wsdash"]
_SLICE = 0.02


def environment(home: Path, **more: str) -> dict[str, str]:
    """A plain terminal of 24 bit colours, with a home of its own."""
    return plain(home) | {"COLORTERM": "truecolor"} | more


@contextlib.contextmanager
def exchange(rate: float, seed: int = 7) -> Iterator[dict[str, str]]:
    """Run the embedded exchange at a pace; yield the environment that leads to it."""
    child = subprocess.Popen(
        [*WSDASH, "exchange", "--rate", str(rate), "--seed", str(seed), "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT / "app")},
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        urls = json.loads(child.stdout.readline())
        yield {
            f"WSDASH_VENUES__{venue}__{name}".upper(): str(value)
            for venue, settings in urls.items()
            for name, value in settings.items()
        }
    finally:
        child.stdin.close()
        child.wait(10)
        child.stdout.close()


@contextlib.contextmanager
def blast(per_second: float) -> Iterator[dict[str, str]]:
    """Run the venue that does nothing but send; yield the environment that leads to it."""
    command = [sys.executable, "-m", "tests.benchmarks.blast", "--rate", str(per_second)]
    path = os.pathsep.join((str(ROOT), str(ROOT / "app")))
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}, text=True
    )
    try:
        assert child.stdout is not None
        yield {"WSDASH_VENUES__KRAKEN__WS_URL": child.stdout.readline().strip()}
    finally:
        child.kill()
        child.wait(10)
        assert child.stdout is not None
        child.stdout.close()


@contextlib.contextmanager
def home() -> Iterator[Path]:
    """A folder for the settings and the state of one run."""
    with tempfile.TemporaryDirectory(prefix="wsdash-bench-") as folder:
        yield Path(folder)


class Tty(Terminal):
    """A program on a pty that is read slowly.

    Args:
        command: what runs on it.
        env: its environment.
        rate: bytes a second that the reader takes, None for all there is.
        seen: called after every read, with the screen as it is then.
    """

    def __init__(
        self,
        command: list[str],
        env: dict[str, str],
        *,
        rate: float | None = None,
        size: tuple[int, int] = SIZE,
        seen: Callable[[pyte.Screen, float], None] | None = None,
    ) -> None:
        self.rate, self.seen = rate, seen
        self.total = 0
        super().__init__(command, env, size)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(5)
        super().__exit__(kind, error, trace)

    def says(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until the screen says `words`."""
        self.wait_for(lambda text: words in text, repr(words), seconds)

    def _read(self) -> None:
        credit, before = 0.0, time.monotonic()
        while not self._ended.is_set():
            size = 65536
            if self.rate is not None:
                now = time.monotonic()
                credit = min(credit + (now - before) * self.rate, self.rate / 10 + 1)
                before = now
                size = int(credit)
                if size < 1:
                    time.sleep(_SLICE)
                    continue
            if not select.select((self._master,), (), (), _SLICE)[0]:
                continue
            try:
                data = os.read(self._master, size)
            except OSError:
                return
            if self.rate is not None:
                credit -= len(data)
                time.sleep(_SLICE / 2)
            self.total += len(data)
            with self._lock:
                self._stream.feed(data)
            if self.seen is not None:
                self.seen(self.screen, time.monotonic())
