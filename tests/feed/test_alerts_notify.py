"""What is done when an alert fires, with real processes and a real server."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from tests.virtual import play

from wsdash.domain.alerts import ACTIONS, Fired
from wsdash.feed import alerts_store, notify
from wsdash.feed.alerts_store import Journal
from wsdash.feed.notify import Command, Outlet, Webhook, terminal_events

FIRED = Fired(1.5, "kraken:BTC/USD price > 5", "6", "LIVE 0.2s", ACTIONS)
HOSTILE = Fired(0.0, "kraken gap", "$(id) `id` ; rm -rf / '\"\n", "\x1b]0;owned\x07\u202e|& x")


def script(folder: Path, body: str) -> str:
    """A tiny program that is run with the alert."""
    file = folder / "told"
    file.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def told(folder: Path) -> str:
    return script(
        folder,
        f"open({str(folder / 'out')!r}, 'a').write("
        "repr((sys.argv[1:], sorted(os.environ), sys.stdin.read())) + '\\n')",
    )


async def test_a_command_gets_one_clean_argument_and_no_secret(tmp_path: Path) -> None:
    environ = {"PATH": "/bin", "WSDASH_VENUES__KRAKEN__API_SECRET": "s", "wsdash_x": "s"}
    command = Command([told(tmp_path), "--title", "wsdash"], environ)
    for fired in (FIRED, HOSTILE, Fired(0.0, "--help", "", "x")):
        assert await command.deliver(fired) == ""
    runs = [eval(line) for line in (tmp_path / "out").read_text().splitlines()]
    for arguments, names, stdin in runs:
        assert arguments[:2] == ["--title", "wsdash"]
        assert len(arguments) == 3
        assert arguments[2].isprintable()
        assert not arguments[2].startswith("-")
        assert "PATH" in names
        assert not [name for name in names if name.upper().startswith("WSDASH")]
        assert stdin == ""
    assert runs[0][0][2] == "kraken:BTC/USD price > 5: 6 (LIVE 0.2s)"
    assert "$(id) `id` ; rm -rf /" in runs[1][0][2]
    assert "owned" in runs[1][0][2]


async def test_a_command_that_fails_says_how(tmp_path: Path) -> None:
    assert await Command([script(tmp_path, "sys.exit(3)")]).deliver(FIRED) == "exit code 3"
    dies = Command([script(tmp_path, "os.kill(os.getpid(), 9)")])
    assert await dies.deliver(FIRED) == "ended by signal 9"
    missing = Command([str(tmp_path / "missing")])
    assert await missing.deliver(FIRED) == "cannot be run (No such file or directory)"
    assert await Command(["a\0b"]).deliver(FIRED) == "cannot be run (bad argument)"


async def test_a_command_that_hangs_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "COMMAND_TIMEOUT", 1.0)
    pids = tmp_path / "pids"
    hangs = script(tmp_path, f"os.fork(); open({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
                             "time.sleep(60)")  # fmt: skip
    assert await Command([hangs]).deliver(FIRED) == "killed after 1 s"
    for pid in map(int, pids.read_text().split()):
        for _ in range(100):
            if not alive(pid):
                break
            await asyncio.sleep(0.02)
        assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_leaving_ends_a_command_that_runs(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    runs = script(tmp_path, f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    task = asyncio.create_task(Command([runs]).deliver(FIRED))
    for _ in range(1_000):
        if pid.exists() and pid.read_text():
            break
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(int(pid.read_text()))


class Slow:
    """A delivery that takes a second, and says of each third that it failed."""

    def __init__(self) -> None:
        self.at_once = self.most = self.done = 0
        self.closed = False

    async def deliver(self, fired: Fired) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(1.0)
        self.at_once -= 1
        self.done += 1
        if self.done == 2:
            raise KeyError("a bug with a s3cret")
        return "exit code 1" if self.done == 3 else ""

    async def close(self) -> None:
        self.closed = True


def test_one_at_a_time_and_twenty_may_wait() -> None:
    async def scene() -> None:
        slow, reported = Slow(), list[str]()
        outlet = Outlet("alert command", slow, reported.append)
        task = asyncio.create_task(outlet.run())
        await asyncio.sleep(0)
        for _ in range(24):
            outlet.offer(FIRED)
            await asyncio.sleep(0)
        await asyncio.sleep(100.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (slow.most, slow.done, slow.closed) == (1, 21, True)
        full = "alert command: 20 are waiting, one was dropped"
        assert reported == [full] * 3 + ["alert command: KeyError", "alert command: exit code 1"]

    play(scene())


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Webhook]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook = Webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook?token=s3cret")
    try:
        yield webhook
    finally:
        await webhook.close()
        await runner.cleanup()


async def test_a_webhook_gets_the_alert_as_json_and_nothing_else() -> None:
    got: list[tuple[str, object, dict[str, str]]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.method, await request.json(), dict(request.headers)))
        return web.Response(headers={"Set-Cookie": "a=b"})

    async with serving(take) as webhook:
        assert await webhook.deliver(FIRED) == ""
        assert await webhook.deliver(HOSTILE) == ""
    method, body, _ = got[0]
    assert method == "POST"
    assert body == {
        "time": 1.5,
        "rule": "kraken:BTC/USD price > 5",
        "value": "6",
        "state": "LIVE 0.2s",
        "text": "kraken:BTC/USD price > 5: 6 (LIVE 0.2s)",
    }
    assert "\\u001b" not in json.dumps(got[1][1])
    assert "Cookie" not in got[1][2]


async def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    async def move(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with serving(move) as webhook:
        assert await webhook.deliver(FIRED) == "redirected (HTTP 307), not followed"
    assert seen == ["/hook"]


async def test_what_a_webhook_does_not_take_is_said_without_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(request: web.Request) -> web.Response:
        return web.Response(status=500, text="s3cret")

    async def hang(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async with serving(fail) as webhook:
        assert await webhook.deliver(FIRED) == "HTTP 500"
    monkeypatch.setattr(notify, "WEBHOOK_TIMEOUT", 0.2)
    async with serving(hang) as webhook:
        assert await webhook.deliver(FIRED) == "no answer within 0 s"
    nobody = Webhook("http://127.0.0.1:9/s3cret")
    problem = await nobody.deliver(FIRED)
    await nobody.close()
    assert problem.startswith("no connection (")
    assert "s3cret" not in problem


@pytest.mark.parametrize(
    "url",
    ["http://example.com/x", "ftp://127.0.0.1/", "http://127.0.0.1.example.com", "file:///x", ""],
)
def test_a_webhook_goes_out_encrypted_or_stays_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Webhook(url)


def test_terminals_get_whole_and_safe_sequences() -> None:
    assert terminal_events(Fired(0.0, "kraken gap", "", "x")) == ()
    assert [event.kind for event in terminal_events(FIRED)] == ["bell", "osc9", "osc777"]
    hostile = Fired(0.0, "kraken gap", "a;b\x1b\\\x07\x9c", "x;y", ("notify",))
    osc9, osc777 = terminal_events(hostile)
    for event in (osc9, osc777):
        assert event.data.startswith("\x1b]")
        assert event.data.endswith("\a")
        assert event.data[2:-1].isprintable()
    assert osc9.data.startswith("\x1b]9;wsdash: ")  # not "9;4", which is a progress bar
    assert osc777.data.count(";") == 3


async def test_the_journal_keeps_a_line_for_each_and_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state" / "alerts.jsonl"
    journal = Journal(file)
    assert await journal.deliver(FIRED) == ""
    assert await journal.deliver(HOSTILE) == ""
    lines = file.read_bytes().splitlines()
    assert json.loads(lines[0])["rule"] == FIRED.rule
    assert len(lines) == 2
    assert b"\x1b" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setattr(alerts_store, "JOURNAL_SIZE", 400)
    for _ in range(20):
        await journal.deliver(FIRED)
    assert sorted(one.name for one in file.parent.iterdir()) == ["alerts.jsonl", "alerts.jsonl.1"]
    assert all(one.stat().st_size <= 400 + len(lines[0]) for one in file.parent.iterdir())


async def test_a_journal_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    assert "cannot be written" in await Journal(tmp_path / "state" / "x").deliver(FIRED)
