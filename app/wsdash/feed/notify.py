"""What is done when an alert fires: events for the terminal, a command, a webhook.

Nothing here writes to the terminal, and nothing here can hold up the feed: what is slow waits
in a bounded queue, one delivery at a time, and what fails is said in words without secrets.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from wsdash import __version__
from wsdash.domain.alerts import Fired
from wsdash.domain.text import clean
from wsdash.feed.sockets import is_loopback

if TYPE_CHECKING:
    import aiohttp

WAITING = 20
"""Deliveries that may wait for one outlet; further ones are dropped, and that is said."""

COMMAND_TIMEOUT = 10.0
"""Seconds a command may take; then it is killed with all it started."""

WEBHOOK_TIMEOUT = 5.0
"""Seconds a webhook may take from name to answer."""

_ARGUMENT: Final = 300
_TO_BE_SET: Final = ("command", "webhook")


class TerminalEvent(msgspec.Struct, frozen=True):
    """Something for the terminal, to be written by whoever owns it.

    Attributes:
        kind: ``osc9`` and ``osc777`` are two ways to say the same; terminals know one, both or
            none, and those that know neither show nothing.
        data: what to write, whole and safe.
    """

    kind: Literal["bell", "osc9", "osc777"]
    data: str


def terminal_events(fired: Fired) -> tuple[TerminalEvent, ...]:
    """Return what the terminal is to be sent for an alert."""
    events = []
    if "bell" in fired.actions:
        events.append(TerminalEvent("bell", "\a"))
    if "notify" in fired.actions:
        text = clean(fired.text)
        events.append(TerminalEvent("osc9", f"\x1b]9;wsdash: {text}\a"))
        events.append(TerminalEvent("osc777", f"\x1b]777;notify;wsdash;{text.replace(';', ',')}\a"))
    return tuple(events)


class Delivery(Protocol):
    """A way to tell somebody."""

    async def deliver(self, fired: Fired) -> str:
        """Tell; return what went wrong in words safe to show, or nothing."""

    async def close(self) -> None:
        """Let go of what is open."""


class Outlet:
    """Delivers one alert after the other, and holds up nobody.

    Args:
        name: such as ``alert command``, for what is reported.
        delivery: how it is done.
        report: takes what went wrong, in words.
    """

    def __init__(self, name: str, delivery: Delivery, report: Callable[[str], None]) -> None:
        self._name, self._delivery, self._report = name, delivery, report
        self._queue: asyncio.Queue[Fired] = asyncio.Queue(WAITING)

    def offer(self, fired: Fired) -> None:
        """Deliver it when those before it are; never waits."""
        try:
            self._queue.put_nowait(fired)
        except asyncio.QueueFull:
            self._report(f"{self._name}: {WAITING} are waiting, one was dropped")

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            while True:
                fired = await self._queue.get()
                try:
                    problem = await self._delivery.deliver(fired)
                except Exception as error:  # noqa: BLE001 - one that fails must not stop the next
                    problem = type(error).__name__
                if problem:
                    self._report(f"{self._name}: {problem}")
        finally:
            await self._delivery.close()


class Outlets:
    """All outlets, by the action that they are for; ``journal`` is for everything.

    Args:
        deliveries: what is set; an action that is not is reported when it would be done.
        report: takes what went wrong, in words.
    """

    def __init__(self, deliveries: Mapping[str, Delivery], report: Callable[[str], None]) -> None:
        self._report = report
        self._outlets = {
            name: Outlet(f"alert {name}", delivery, report) for name, delivery in deliveries.items()
        }

    def missing(self, actions: Iterable[str]) -> str:
        """Return the first action that the settings do not say how to do; empty if none."""
        return next((a for a in actions if a in _TO_BE_SET and a not in self._outlets), "")

    def offer(self, fired: Fired) -> None:
        """Have it delivered wherever it is to go; never waits."""
        for action in (*fired.actions, "journal"):
            if action in self._outlets:
                self._outlets[action].offer(fired)
        if missing := self.missing(fired.actions):
            self._report(f"alert {missing}: alert_{missing} is not set")

    def start(self) -> list[asyncio.Task[None]]:
        """Start delivering; whoever asks ends the tasks."""
        return [asyncio.create_task(one.run(), name=name) for name, one in self._outlets.items()]


class Command:
    """Runs a command with the alert as its last argument; no shell is involved.

    Args:
        argv: the command and its first arguments.
        environ: what it is given of, all that is ours taken out: keys may be in it.
    """

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
        self._argv = tuple(argv)
        self._environ = {
            name: value for name, value in environ.items() if not name.upper().startswith("WSDASH_")
        }

    async def deliver(self, fired: Fired) -> str:
        """Run it; say how it failed."""
        text = clean(fired.text, _ARGUMENT)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                f" {text}" if text.startswith("-") else text,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environ,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"cannot be run ({getattr(error, 'strerror', None) or 'bad argument'})"
        try:
            code = await asyncio.wait_for(process.wait(), COMMAND_TIMEOUT)
        except TimeoutError:
            return f"killed after {COMMAND_TIMEOUT:.0f} s"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return "" if code == 0 else f"ended by signal {-code}" if code < 0 else f"exit code {code}"

    async def close(self) -> None:
        """Nothing stays open."""


class Webhook:
    """Posts alerts as JSON; the library is loaded with the first of them.

    Args:
        url: ``https``, or ``http`` to this machine; it may hold a token and is never shown.

    Raises:
        ValueError: it is another kind of address.
    """

    def __init__(self, url: str) -> None:
        if not (url.startswith("https://") or (url.startswith("http://") and is_loopback(url))):
            raise ValueError("a webhook must be an https:// address")
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, fired: Fired) -> str:
        """Post it; redirects are not followed, and answers are not read."""
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=WEBHOOK_TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": f"wsdash/{__version__}"},
            )
        body = {"time": fired.time, "rule": clean(fired.rule, 400), "value": clean(fired.value),
                "state": clean(fired.state), "text": clean(fired.text, _ARGUMENT)}  # fmt: skip
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as answer:
                status = answer.status
        except TimeoutError:
            return f"no answer within {WEBHOOK_TIMEOUT:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"no connection ({type(error).__name__})"  # its words may hold the address
        if 300 <= status < 400:
            return f"redirected (HTTP {status}), not followed"
        return "" if status < 300 else f"HTTP {status}"

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
